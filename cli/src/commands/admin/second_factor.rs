//! `reverie admin reset-second-factor`: for somebody who has lost the authenticator and the backup codes.

use clap::Args;
use serde_json::json;

use crate::arguments::handle;
use crate::error::CommandError;
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::practice::{FACTOR_RESET, WHO_ASKS};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Take somebody's second factor away, so that they enrol a new one
///
/// Be sure who asks: in the room, or by a voice that you know. Their sessions end; password and keys stay as they are.
/// They see it in their access log.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin reset-second-factor quill")]
pub(crate) struct ResetSecondFactorArgs {
    /// Whose account
    #[arg(value_parser = handle)]
    handle: String,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn reset(ui: &Ui, logged_in: LoggedIn, args: ResetSecondFactorArgs) -> Result<(), CommandError> {
    let (mut account, handle) = (logged_in.account, args.handle);
    if !ui.confirm(args.yes, &with(WHO_ASKS, &[("HANDLE", &handle)]))? {
        ui.say(NOTHING_CHANGED);
        return Ok(());
    }
    account.reset_second_factor(&handle).await?;
    ui.say(&with(FACTOR_RESET, &[("HANDLE", &handle)]));
    ui.answer(&json!({ "handle": handle, "second_factor": "reset" }), String::new)
}
