//! `reverie admin`: what the practice's administrator does over the API. It needs nobody's keys.

use clap::{Args, Subcommand};
use reverie_protocol::account::AccountRole;

use crate::arguments::{handle, role};
use crate::commands::invite::invite;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

mod accounts;
mod audit;
mod disclose;
mod off_board;
mod second_factor;
mod suspend;

/// Run the practice: invitations, accounts, who did what (administrators)
#[derive(Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct AdminArgs {
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Subcommand)]
enum AdminCommand {
    Invite(AdminInviteArgs),
    Accounts(accounts::AccountsArgs),
    Suspend(suspend::SuspendArgs),
    Reinstate(suspend::ReinstateArgs),
    OffBoard(off_board::OffBoardArgs),
    ResetSecondFactor(second_factor::ResetSecondFactorArgs),
    Audit(audit::AuditArgs),
    Disclose(disclose::DiscloseArgs),
}

/// Invite somebody to join the practice
///
/// You vouch for handle and role alone. Clinician and patient trust each other's keys only by pairing with each other.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin invite quill --role clinician
  reverie admin invite haddon --role clinician --in-advance")]
struct AdminInviteArgs {
    /// The handle that the practice made up; never a name
    #[arg(value_parser = handle)]
    handle: String,
    /// What the account is to be
    #[arg(long, value_parser = role(&[AccountRole::Clinician, AccountRole::Patient, AccountRole::Administrator]))]
    role: AccountRole,
    /// Good for 72 hours, to be given before you meet
    #[arg(long)]
    in_advance: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, AdminArgs { command }: AdminArgs) -> Result<(), CommandError> {
    match command {
        AdminCommand::Invite(AdminInviteArgs { handle, role, in_advance }) => {
            invite(ui, logged_in, role, Some(handle), in_advance).await
        }
        AdminCommand::Accounts(args) => accounts::run(ui, logged_in, args).await,
        AdminCommand::Suspend(args) => suspend::suspend(ui, logged_in, args).await,
        AdminCommand::ResetSecondFactor(args) => second_factor::reset(ui, logged_in, args).await,
        AdminCommand::Audit(args) => audit::run(ui, logged_in, args).await,
        AdminCommand::Disclose(args) => disclose::run(ui, logged_in, args).await,
        AdminCommand::Reinstate(args) => suspend::reinstate(ui, logged_in, args).await,
        AdminCommand::OffBoard(args) => off_board::off_board(ui, logged_in, args).await,
    }
}
