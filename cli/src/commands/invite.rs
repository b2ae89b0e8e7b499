//! `reverie invite`: a code for somebody in the room.

use clap::Args;
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::{INVITATION_IN_ROOM_SECONDS, INVITATION_SECONDS};
use serde_json::json;

use crate::arguments::{handle, role};
use crate::error::{CommandError, user_error};
use crate::key_talk::pairing::{GUEST_RUNS, INVITATION, NOT_FOR_PATIENTS, NOT_FOR_PATIENTS_NEXT, THEN_COMPARE};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Invite a patient to join, or somebody to pair with you
///
/// The code is for one person and works once, for 15 minutes. Give it in the room: whoever has the code can take the
/// place of your guest until you compare the words.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie invite heron-41
  reverie invite heron-41 --in-advance
  reverie invite --pair --role clinician")]
pub(crate) struct InviteArgs {
    /// The handle that your practice made up for a new patient; never a name
    #[arg(value_parser = handle, required_unless_present = "pair", conflicts_with = "pair")]
    handle: Option<String>,
    /// Pair with somebody who has an account already
    #[arg(long)]
    pair: bool,
    /// What your guest is [default: patient; for a patient who invites: clinician]
    #[arg(long, value_parser = role(&[AccountRole::Patient, AccountRole::Clinician]))]
    role: Option<AccountRole>,
    /// Good for 72 hours, to be given before you meet
    #[arg(long)]
    in_advance: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: InviteArgs) -> Result<(), CommandError> {
    let InviteArgs { handle, pair: _, role, in_advance } = args;
    let role = role.unwrap_or(match logged_in.account.role() {
        AccountRole::Patient => AccountRole::Clinician,
        AccountRole::Clinician | AccountRole::Administrator => AccountRole::Patient,
    });
    if logged_in.account.role() == AccountRole::Patient && handle.is_some() {
        return Err(user_error(NOT_FOR_PATIENTS).hint(NOT_FOR_PATIENTS_NEXT));
    }
    invite(ui, logged_in, role, handle, in_advance).await
}

/// Makes an invitation and shows its code, and what the guest does with it.
pub(crate) async fn invite(
    ui: &Ui,
    logged_in: LoggedIn,
    role: AccountRole,
    handle: Option<String>,
    in_advance: bool,
) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let seconds = if in_advance { INVITATION_SECONDS } else { INVITATION_IN_ROOM_SECONDS };
    let code = account.invite(role, handle.as_deref(), seconds).await?;
    let server = account.server();
    let command = match &handle {
        Some(_) => format!("reverie join {} --server {server}", *code),
        None => format!("reverie pair {}", *code),
    };
    let whom =
        handle.as_deref().map_or_else(|| format!("a {role} with an account"), |handle| format!("{handle} ({role})"));
    let long = if in_advance { "72 hours" } else { "15 minutes" };
    ui.say(&format!("{}\n", with(INVITATION, &[("WHOM", &whom), ("LONG", long)])));
    let answer = json!({ "code": *code, "handle": handle, "role": role, "seconds": seconds, "guest_runs": command });
    ui.answer(&answer, || code.to_string())?;
    ui.say(&format!("\n{GUEST_RUNS}\n"));
    ui.say_as_is(&format!("    {command}\n"));
    ui.say(THEN_COMPARE);
    Ok(())
}
