//! `reverie logout`: ends this device's session.

use clap::Args;
use serde_json::json;

use crate::error::CommandError;
use crate::logged_in::{Purpose, Start, catch_up};
use crate::ui::Ui;

/// End this device's session; your keys stay on it, sealed
///
/// What you wrote stays readable here with your password, and the server no longer takes anything from this device until
/// you log in again.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie logout
  reverie --profile quill logout")]
pub(crate) struct LogoutArgs {}

pub(crate) async fn run(ui: &Ui, start: Start, LogoutArgs {}: LogoutArgs) -> Result<(), CommandError> {
    let (mut account, _profile) = start.unlock().await?;
    if account.is_logged_in() {
        // What waits goes out first, as far as it can.
        catch_up(ui, &mut account, Purpose::Writing).await?;
        account.logout().await?;
    }
    ui.say("Logged out. `reverie login` logs in again.");
    ui.answer(&json!({ "logged_in": false, "waiting": account.waiting_count() }), String::new)
}
