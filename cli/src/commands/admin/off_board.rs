//! `reverie admin off-board`: ends an account for good.

use clap::Args;
use reverie_protocol::account::AccountRole;
use serde_json::json;

use crate::arguments::handle;
use crate::error::CommandError;
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::practice::{
    BEFORE_OFF_BOARDING, END_ACCOUNT, IS_OFF_BOARDED, PATIENT_EXPORTS_FIRST, PATIENT_OFF_BOARDED,
};
use crate::key_talk::with;
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
    ui.say(&with(BEFORE_OFF_BOARDING, &[("HANDLE", &handle)]));
    let is_patient = account.account_called(&handle).await?.role == AccountRole::Patient;
    if is_patient {
        ui.say(&with(PATIENT_EXPORTS_FIRST, &[("HANDLE", &handle)]));
    }
    if !ui.confirm(yes, &with(END_ACCOUNT, &[("HANDLE", &handle)]))? {
        ui.say(NOTHING_CHANGED);
        return Ok(());
    }
    account.off_board(&handle).await?;
    ui.say(&with(if is_patient { PATIENT_OFF_BOARDED } else { IS_OFF_BOARDED }, &[("HANDLE", &handle)]));
    ui.answer(&json!({ "handle": handle, "state": "off_boarded" }), String::new)
}
