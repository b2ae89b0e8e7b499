//! `reverie rekey`: new keys for one's own account, vouched for by the old ones.

use clap::Args;
use reverie_client::{ClientError, Unlocked};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::error::CommandError;
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::devices::{
    BEFORE_REKEY, IF_LOST, IF_LOST_BEFORE, LOST_BEFORE, LOST_OR_STOLEN, MAKE_NEW_KEYS, REKEY_AFTERWARDS, REKEYED,
    REKEYED_AFTER_LOSS, REKEYED_AFTER_RECOVERY,
};
use crate::key_talk::with;
use crate::logged_in::{Purpose, Start, catch_up};
use crate::report::still_waiting;
use crate::ui::Ui;

/// Give your account new keys, after a device was lost or stolen
///
/// Your old keys vouch for the new ones, so nobody has to pair with you again. Your journals get new keys at once;
/// journals that others share with you get yours when they write next. Your other devices are logged out and take the new
/// keys over when they log in. Your recovery kit stays valid. If somebody may know your password too, ask your
/// practice to suspend the account first.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie rekey
  reverie rekey --yes --json")]
pub(crate) struct RekeyArgs {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, RekeyArgs { yes }: RekeyArgs) -> Result<(), CommandError> {
    let (mut account, _, password) = start.unlock_by_password().await?;
    catch_up(ui, &mut account, Purpose::Writing).await?;
    account.may_change_keys()?;
    ui.say(BEFORE_REKEY);
    if !ui.confirm(yes, MAKE_NEW_KEYS)? {
        ui.say(NOTHING_CHANGED);
        return Ok(());
    }
    change_keys(ui, &mut account, &password).await?;
    let fingerprint = account.fingerprint();
    ui.answer(&json!({ "fingerprint": fingerprint }), || format!("Card fingerprint {fingerprint}"))
}

/// Makes new keys and says so.
async fn change_keys(ui: &Ui, account: &mut Unlocked, password: &SecretString) -> Result<(), CommandError> {
    account.change_keys_by(password.expose_secret()).await?;
    still_waiting(ui, &account.flush().await?);
    ui.say(REKEYED);
    Ok(())
}

/// What is said to somebody whose device may be in other hands.
pub(crate) struct Loss {
    question: &'static str,
    if_not_now: &'static str,
    done: &'static str,
}

/// After a device was removed.
pub(crate) const AFTER_REMOVING: Loss =
    Loss { question: LOST_OR_STOLEN, if_not_now: IF_LOST, done: REKEYED_AFTER_LOSS };

/// After an account was recovered, with a new password.
pub(crate) const AFTER_RECOVERING: Loss =
    Loss { question: LOST_BEFORE, if_not_now: IF_LOST_BEFORE, done: REKEYED_AFTER_RECOVERY };

/// A device that somebody else may have calls for new keys: a password can be guessed. Where nobody can be asked, it is said.
pub(crate) async fn offer_new_keys(
    ui: &Ui,
    account: &mut Unlocked,
    password: &SecretString,
    loss: &Loss,
) -> Result<(), CommandError> {
    if let Err(ClientError::Guarded(guard)) = account.may_change_keys() {
        ui.say(loss.if_not_now);
        ui.say(&with(REKEY_AFTERWARDS, &[("TIME", &guard.until.minute_text())]));
        return Ok(());
    }
    if !ui.can_ask() || !ui.ask(loss.question)? {
        ui.say(loss.if_not_now);
        return Ok(());
    }
    change_keys(ui, account, password).await?;
    ui.say(loss.done);
    Ok(())
}
