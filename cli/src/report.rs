//! What became of a deed: on the server, or only on this device yet. The second is said loudly, and is no failure.

use reverie_client::{Flushed, Kept, Notice, Unlocked};
use reverie_journal::short_id;
use serde_json::{Value, json};

use crate::ui::Ui;

/// Says what was done so that it could be sent, and if something is on this device alone.
pub(crate) fn still_waiting(ui: &Ui, flushed: &Flushed) {
    for notice in &flushed.notices {
        tell(ui, notice);
    }
    let Some(error) = &flushed.stopped_by else { return };
    let what = match flushed.waiting {
        0 => "Not everything could be done yet".to_owned(),
        1 => "Kept on this device, not on the server yet".to_owned(),
        waiting => format!("{waiting} deeds are kept on this device, not on the server yet"),
    };
    let offline = "The next command that reaches the server sends it.";
    let next = if error.is_offline() { offline } else { error.next_step().unwrap_or(offline) };
    let reason = error.to_string();
    ui.warn(&format!("{what}: {}. {next}", reason.trim_end_matches('.')));
}

/// Says how much the server does not have yet, and why.
pub(crate) fn on_this_device_alone(ui: &Ui, account: &Unlocked) {
    let deeds = match account.waiting_count() {
        0 => return,
        1 => "1 deed is".to_owned(),
        waiting => format!("{waiting} deeds are"),
    };
    let why = account.waiting_because().map_or_else(String::new, |why| format!(": {}", why.trim_end_matches('.')));
    ui.warn(&format!(
        "{deeds} on this device alone, sealed, and not on the server yet{why}. The next command that reaches the server \
         sends what waits. Until then, do not lose this device."
    ));
}

/// Says what a person should know after her device has talked to the server.
pub(crate) fn tell(ui: &Ui, notice: &Notice) {
    match notice {
        Notice::Failed { journal, error } => {
            let next = error.next_step().unwrap_or("Everything that this device has seen before stays as it was.");
            ui.warn(&format!("Journal {journal} could not be brought up to date: {error}. {next}"));
        }
        Notice::Pairing { error } => {
            let next = error.next_step().unwrap_or("`reverie pair` tries again.");
            ui.warn(&format!("Who accepted your invitation could not be verified: {error}. {next}"));
        }
        Notice::NewKeys { handle, .. } => {
            ui.say(&format!(
                "{handle} has new keys, and the keys that you confirmed vouch for them. From now on your words are \
                 sealed to the new ones."
            ));
        }
        Notice::Keys { error } => ui.warn(&format!("{error}. {}", error.next_step().unwrap_or_default())),
        Notice::OffBoarded { handle, .. } => {
            ui.warn(&format!(
                "Your practice ended the account of {handle}, so {handle} was taken out of the journal that you share. \
                 {handle} cannot open what is written to it from now on."
            ));
        }
        Notice::Stranger { journal } => ui.warn(&format!(
            "The server offers journal {journal} of somebody whom you are not paired with. It is left alone. If you \
             expect somebody, pair with them: `reverie pair`."
        )),
        Notice::Erased { handle, undelivered, .. } => {
            let waited = match undelivered {
                0 => "",
                _ => " What you had written for them and was not sent yet is gone too.",
            };
            ui.warn(&format!(
                "{handle} has deleted the account, with everything in it, and signed for it. This device has forgotten \
                 the journal. What you copied elsewhere is still yours to keep or destroy.{waited}"
            ));
        }
        Notice::Gone { journal } => ui.warn(&format!(
            "The server no longer shows journal {journal}, which this device has seen. What is here stays here. Ask \
             your practice why."
        )),
    }
}

/// Returns what became of a deed, for programs.
pub(crate) fn flushed_json(flushed: &Flushed) -> Value {
    json!({
        "on_server": flushed.stopped_by.is_none(),
        "waiting": flushed.waiting,
        "waiting_because": flushed.stopped_by.as_ref().map(ToString::to_string),
    })
}

/// Returns what was kept and what became of it, for programs.
pub(crate) fn kept_json(kept: &Kept) -> Value {
    let mut answer = flushed_json(&kept.flushed);
    answer["document"] = json!(kept.document);
    answer["short_id"] = json!(short_id(kept.document.uuid()));
    answer
}
