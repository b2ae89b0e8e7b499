//! `reverie admin suspend` and `reinstate`: whether an account may log in.

use clap::Args;
use serde_json::json;

use crate::arguments::handle;
use crate::error::CommandError;
use crate::key_talk::practice::{REINSTATED, SUSPENDED};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Stop an account from logging in; its data stays
///
/// Its sessions end at once, on every device.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin suspend haddon")]
pub(crate) struct SuspendArgs {
    /// Whose account
    #[arg(value_parser = handle)]
    handle: String,
}

/// Let a suspended account log in again
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin reinstate haddon")]
pub(crate) struct ReinstateArgs {
    /// Whose account
    #[arg(value_parser = handle)]
    handle: String,
}

pub(crate) async fn suspend(ui: &Ui, logged_in: LoggedIn, args: SuspendArgs) -> Result<(), CommandError> {
    set(ui, logged_in, &args.handle, true).await
}

pub(crate) async fn reinstate(ui: &Ui, logged_in: LoggedIn, args: ReinstateArgs) -> Result<(), CommandError> {
    set(ui, logged_in, &args.handle, false).await
}

async fn set(ui: &Ui, logged_in: LoggedIn, handle: &str, suspended: bool) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    account.set_suspended(handle, suspended).await?;
    ui.say(&with(if suspended { SUSPENDED } else { REINSTATED }, &[("HANDLE", handle)]));
    ui.answer(&json!({ "handle": handle, "suspended": suspended }), String::new)
}
