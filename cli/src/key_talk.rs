//! What is said about passwords, kits and devices, in one place: read by somebody who is afraid of losing something. Each
//! says what happened, what is safe, and the one next step. (Errors are in `reverie_client::ClientError`.)

use reverie_client::{Change, Settled, Unlocked};

pub(crate) const NOT_JOINED: &str = "Joining is not finished: your recovery kit is not proved yet. Until then you can read \
    and pair, and nothing can be written. Next: `reverie kit prove`; to see the kit again, `reverie kit show`.";

pub(crate) const THE_KIT: &str = "Your recovery kit: 24 words. They open your journal when your password or your devices \
    are lost. Without password and kit your private journal is gone: nobody can bring it back, neither your practice nor \
    whoever runs the server. Whoever finds the kit can open what you can.";

pub(crate) const PRINT_AND_DELETE: &str =
    "Print it on a printer that you trust, then delete the files: the paper is the kit.";

pub(crate) const KIT_PROVED: &str = "The kit is proved. Keep the paper where you keep what matters, not with this device. \
    Once in a while: `reverie kit drill`.";

pub(crate) const KIT_REPLACED: &str = "The new kit is the valid one. The old one opens nothing any more: destroy it.";

pub(crate) const KIT_LATER: &str = "When you have the paper at hand: `reverie kit prove`.";

pub(crate) const OLD_KIT_VALID: &str = "Until the new kit is proved, the old one stays valid.";

pub(crate) const PASSWORD_CHANGED: &str = "The password is changed, for the account and on this device. Your other \
    devices open with the old one until you run `reverie login` there. Your recovery kit stays valid.";

pub(crate) const BOTH_OPEN: &str = "Nothing is lost, but it is not known yet whether the change arrived. Until it is, this \
    device opens with the old and with the new password. When the server can be reached again, `reverie login` tells \
    which one is valid.";

pub(crate) const EITHER_KIT: &str = "Nothing is lost, but it is not known yet whether the change arrived: keep both sheets. \
    When the server can be reached again, `reverie login` tells which one is valid.";

pub(crate) const CODE_SHOWN: &str = "On the new device: `reverie login --code CODE --server SERVER`, with your password. The \
    code is good for ten minutes and once. Type or scan it from this screen; do not send it.";

pub(crate) const REMOVED: &str =
    "It is logged out and gets nothing new. What is on it stays sealed under your password.";

pub(crate) const NAME_UNKNOWN: &str =
    "One was added from elsewhere, and only the password tells its name: `reverie login`.";

pub(crate) const LOST_OR_STOLEN: &str = "Was it lost or stolen? Give your account new keys now?";

pub(crate) const IF_LOST: &str = "Nothing else was changed. If it was lost or stolen after all: `reverie rekey`, then \
    `reverie password`.";

pub(crate) const REKEYED_AFTER_LOSS: &str = "Whoever has the device opens nothing that you write from now on. Change your \
    password too, in case it can be guessed: `reverie password`.";

pub(crate) const RECOVERED: &str = "Your account is back on this device, with the new password. Every device before it was \
    removed. Your recovery kit stays valid: put it back.";

pub(crate) const MISLED: &str = "Somebody who had this device exchanged what it seals captures to while it is locked. It is \
    put right now, and what you wrote with your password is safe. What was captured in between may be readable to them and \
    is lost to you: write again what is missing. `reverie captured` shows what is here.";

pub(crate) const CAPTURED_LOCKED: &str = "Kept on this device alone, sealed: nobody can read it before the device is \
    unlocked, not even you. After that, `reverie captured` shows it, and you say whether it stays.";

pub(crate) const NOTHING_CAPTURED: &str = "Nothing was captured while this device was locked.";

pub(crate) const OF_CAPTURES: &str = "This was captured while this device was locked. Nobody was asked for a password then, so \
    look whether it is yours. What you keep becomes a private entry; nothing of the rest is sent or shared.";

/// Says that deeds were damaged in the outbox.
pub(crate) fn deeds_damaged(damaged: usize) -> String {
    let deeds = if damaged == 1 { "1 thing that you did".to_owned() } else { format!("{damaged} things that you did") };
    format!(
        "{deeds} on this device could not be sent before its disk damaged it, and cannot be read any more. Everything else \
         is safe. Look at your newest entries (`reverie list`), and do again what is missing."
    )
}

/// Says what became of a change whose answer was lost.
pub(crate) const fn settled(settled: Settled) -> Option<&'static str> {
    match (settled.change, settled.done) {
        (Change::Password, true) => {
            Some("The change of your password had arrived: the new one is valid everywhere now.")
        }
        (Change::Password, false) => Some(
            "The change of your password had not arrived: the old one is still valid. To change it, `reverie password`.",
        ),
        (Change::Kit, true) => Some("Your new recovery kit had arrived: it is the valid one. Destroy the old one."),
        (Change::Kit, false) => Some(
            "Your new recovery kit had not arrived: the old one is still valid. To go on with the new one, `reverie kit prove`.",
        ),
        (Change::Passkey, true) => Some("The change of your passkey had arrived."),
        (Change::Passkey, false) => {
            Some("The change of your passkey had not arrived: what opened your account still does.")
        }
        (Change::Contents | Change::Hash, _) => None,
    }
}

/// Returns what is to be said if a change was cut off just now.
pub(crate) fn cut_off(account: &Unlocked) -> Option<&'static str> {
    account.unsettled().map(|change| if change == Change::Kit { EITHER_KIT } else { BOTH_OPEN })
}
