//! `reverie admin off-board`: ends an account for good.

use clap::Args;
use reverie_protocol::account::AccountRole;
use serde_json::json;

use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// End an account for good, when somebody leaves the practice
///
/// It is logged out everywhere and never logs in again. Nothing is deleted. Patients who share a journal with the account
/// need not do anything: their own device takes it out before it writes again. To stop an account for a while, `reverie
/// admin suspend` is enough.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin off-board haddon
  reverie admin off-board haddon --yes")]
pub(crate) struct OffBoardArgs {
    /// Whose account
    #[arg(value_parser = handle)]
    handle: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn off_board(ui: &Ui, logged_in: LoggedIn, args: OffBoardArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let OffBoardArgs { handle, yes } = args;
    ui.say(&format!("{handle} will never log in again. This cannot be undone."));
    if account.account_called(&handle).await?.role == AccountRole::Patient {
        ui.say(&format!(
            "{handle} is a patient: export and sharing end with the account. Let {handle} export first (`reverie export`)."
        ));
    }
    if !ui.confirm(yes, &format!("End the account of {handle}?"))? {
        ui.say("Nothing was changed.");
        return Ok(());
    }
    account.off_board(&handle).await?;
    ui.say(&format!("{handle} is off-boarded and logged out everywhere."));
    ui.answer(&json!({ "handle": handle, "state": "off_boarded" }), String::new)
}
