//! The six words that two people compare, and what comes after.

use reverie_client::{Pairing, Unlocked};
use reverie_protocol::account::AccountRole;
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::key_talk::pairing::{
    COMPARE, CONFIRMED, CONFIRMED_CLINICIAN, CONFIRMED_HERE, CONFIRMED_PATIENT, IF_THE_SAME, NOT_CONFIRMED, SAME_WORDS,
};
use crate::key_talk::with;
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
    ui.say(&with(COMPARE, &[("HANDLE", handle)]));
    ui.say(&format!("\n    {}\n", words_text(pairing)));
    if !ui.can_ask() {
        ui.say(&with(IF_THE_SAME, &[("HANDLE", handle)]));
        return Ok(());
    }
    if ui.ask(SAME_WORDS)? {
        return confirm(ui, account, handle).await;
    }
    ui.warn(&with(NOT_CONFIRMED, &[("HANDLE", handle)]));
    Ok(())
}

/// Confirms that the words were the same.
pub(crate) async fn confirm(ui: &Ui, account: &mut Unlocked, handle: &str) -> Result<(), CommandError> {
    match account.confirm(handle).await {
        Ok(_) => {}
        Err(error) if error.is_offline() => {
            ui.warn(CONFIRMED_HERE);
        }
        Err(error) => return Err(error.into()),
    }
    let said = match (account.role(), account.contact_of(handle)?.role) {
        (AccountRole::Patient, AccountRole::Clinician) => CONFIRMED_CLINICIAN,
        (AccountRole::Clinician, AccountRole::Patient) => CONFIRMED_PATIENT,
        _ => CONFIRMED,
    };
    ui.say(&with(said, &[("HANDLE", handle)]));
    Ok(())
}
