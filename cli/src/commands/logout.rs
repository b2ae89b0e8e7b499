//! `reverie logout`: ends this device's session.

use clap::Args;
use reverie_client::Removal;
use serde_json::json;

use crate::error::CommandError;
use crate::holder;
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::devices::{
    BEFORE_FORGETTING, BEFORE_FORGETTING_DELETED, FORGET_IT, FORGOTTEN, FORGOTTEN_DELETED, LOGGED_OUT, MANY_LOST,
    ONE_LOST,
};
use crate::key_talk::unlocking::KEY_LEFT_OVER;
use crate::key_talk::{counted, with};
use crate::logged_in::{Purpose, Start, catch_up};
use crate::report::on_this_device_alone;
use crate::ui::Ui;

/// End this device's session; your keys stay on it, sealed
///
/// What you wrote stays readable here with your password, and the server no longer takes anything from this device until
/// you log in again.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie logout
  reverie --profile quill logout
  reverie logout --erase")]
pub(crate) struct LogoutArgs {
    /// Forget the account on this device too: its keys, and everything that is sealed with them
    #[arg(long)]
    erase: bool,
    /// Do not ask
    #[arg(long, requires = "erase")]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, LogoutArgs { erase, yes }: LogoutArgs) -> Result<(), CommandError> {
    if erase {
        return forget(ui, &start, yes).await;
    }
    let (mut account, _profile) = start.unlock().await?;
    if account.is_logged_in() {
        // What waits goes out first, as far as it can.
        catch_up(ui, &mut account, Purpose::Writing).await?;
        account.logout().await?;
    }
    ui.say(LOGGED_OUT);
    on_this_device_alone(ui, &account);
    ui.answer(&json!({ "logged_in": false, "waiting": account.waiting_count() }), String::new)
}

async fn forget(ui: &Ui, start: &Start, yes: bool) -> Result<(), CommandError> {
    let (mut account, profile, _) = start.unlock_by_password().await?;
    if account.is_logged_in() {
        catch_up(ui, &mut account, Purpose::Writing).await?;
    }
    let (handle, waiting) = (account.handle().to_owned(), account.waiting_count());
    let deleted = account.removal() == Some(Removal::Erased);
    let before = if deleted { BEFORE_FORGETTING_DELETED } else { BEFORE_FORGETTING };
    ui.say(&with(before, &[("HANDLE", &handle)]));
    if waiting > 0 {
        ui.warn(&counted(waiting, ONE_LOST, MANY_LOST));
    }
    if !ui.confirm(yes, FORGET_IT)? {
        ui.say(NOTHING_CHANGED);
        return Ok(());
    }
    if account.is_logged_in() {
        // Without a server the session stays in the list of devices, from where it can be removed.
        match account.logout().await {
            Err(error) if !error.is_offline() && !error.is_logged_out() => return Err(error.into()),
            _ => {}
        }
    }
    account.erase_device().await?;
    if holder::forget(&profile).is_err() {
        ui.warn(KEY_LEFT_OVER);
    }
    ui.say(&with(if deleted { FORGOTTEN_DELETED } else { FORGOTTEN }, &[("HANDLE", &handle)]));
    ui.answer(&json!({ "erased": true, "lost": waiting }), String::new)
}
