//! `reverie rekey`: new keys for one's own account, vouched for by the old ones.

use clap::Args;
use reverie_client::Unlocked;
use serde_json::json;

use crate::error::CommandError;
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::devices::{BEFORE_REKEY, MAKE_NEW_KEYS, REKEYED};
use crate::logged_in::LoggedIn;
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

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, RekeyArgs { yes }: RekeyArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    ui.say(BEFORE_REKEY);
    if !ui.confirm(yes, MAKE_NEW_KEYS)? {
        ui.say(NOTHING_CHANGED);
        return Ok(());
    }
    change_keys(ui, &mut account).await?;
    let fingerprint = account.fingerprint();
    ui.answer(&json!({ "fingerprint": fingerprint }), || format!("Card fingerprint {fingerprint}"))
}

/// Makes new keys and says so.
pub(crate) async fn change_keys(ui: &Ui, account: &mut Unlocked) -> Result<(), CommandError> {
    account.change_keys().await?;
    still_waiting(ui, &account.flush().await?);
    ui.say(REKEYED);
    Ok(())
}
