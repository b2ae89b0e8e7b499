//! The six words that two people compare, and what comes after.

use reverie_client::{Pairing, Unlocked};
use reverie_protocol::account::AccountRole;
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::ui::Ui;

/// Tells whether these two ever seal anything to each other, so that the words matter.
///
/// An administrator vouches for account and role alone and holds no key of anybody.
pub(crate) fn compares(account: &Unlocked, pairing: &Pairing) -> bool {
    account.role() != AccountRole::Administrator && pairing.contact.role != AccountRole::Administrator
}

/// Returns the words for people.
pub(crate) fn words_text(pairing: &Pairing) -> String {
    pairing.words.join("  ")
}

/// Returns a pairing for programs.
pub(crate) fn pairing_json(pairing: &Pairing) -> Value {
    let contact = &pairing.contact;
    json!({
        "handle": contact.handle,
        "role": contact.role,
        "account": contact.account,
        "confirmed": contact.confirmed,
        "words": pairing.words,
    })
}

/// Shows the words, asks whether both screens show the same where somebody can answer, and confirms.
pub(crate) async fn compare(ui: &Ui, account: &mut Unlocked, pairing: &Pairing) -> Result<(), CommandError> {
    let handle = &pairing.contact.handle;
    ui.say(&format!("Compare these six words with {handle}, in the room or by voice:"));
    ui.say(&format!("\n    {}\n", words_text(pairing)));
    if !ui.can_ask() {
        ui.say(&format!("If both screens show the same: reverie pair --confirm {handle}"));
        return Ok(());
    }
    if ui.ask("Do both screens show the same words?")? {
        return confirm(ui, account, handle).await;
    }
    ui.warn(&format!(
        "{handle} is not confirmed, and nothing is sealed to them. If the words differ, somebody else used the code: \
         make a new invitation in the room. To compare later: `reverie pair`."
    ));
    Ok(())
}

/// Confirms that the words were the same.
pub(crate) async fn confirm(ui: &Ui, account: &mut Unlocked, handle: &str) -> Result<(), CommandError> {
    match account.confirm(handle).await {
        Ok(_) => {}
        Err(error) if error.is_offline() => {
            ui.warn("Confirmed on this device. The server cannot be reached now; the next command that can tells it.");
        }
        Err(error) => return Err(error.into()),
    }
    ui.say(&match (account.role(), account.contact_of(handle)?.role) {
        (AccountRole::Patient, AccountRole::Clinician) => {
            format!("{handle} is confirmed. What you share from now on, {handle} can read: `reverie share ENTRY`.")
        }
        (AccountRole::Clinician, AccountRole::Patient) => {
            format!("{handle} is confirmed. When {handle} shares something, `reverie queue` shows it.")
        }
        _ => format!("{handle} is confirmed."),
    });
    Ok(())
}
