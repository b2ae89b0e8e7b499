//! What became of a deed: on the server, or only on this device yet. The second is said loudly, and is no failure.

use reverie_client::{Flushed, Kept, Notice, Unlocked};
use reverie_journal::render::clean;
use reverie_journal::{FileName, short_id};
use reverie_protocol::ids::DocumentId;
use serde_json::{Value, json};

use crate::key_talk::{
    DEED_LOST, ERASED, FILE_LOST, GONE, MANY_ALONE, NEW_KEYS, OFF_BOARDED, ONE_ALONE, SENT_LATER, STRANGER,
    UNDELIVERED, counted, with,
};
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
    let next = if error.is_offline() { SENT_LATER } else { error.next_step().unwrap_or(SENT_LATER) };
    let reason = error.to_string();
    ui.warn(&format!("{what}: {}. {next}", reason.trim_end_matches('.')));
}

/// Says how much the server does not have yet, and why.
pub(crate) fn on_this_device_alone(ui: &Ui, account: &Unlocked) {
    let waiting = account.waiting_count();
    if waiting > 0 {
        let why = account.waiting_because().map_or_else(String::new, |why| format!(": {}", why.trim_end_matches('.')));
        ui.warn(&with(&counted(waiting, ONE_ALONE, MANY_ALONE), &[("WHY", &why)]));
    }
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
        Notice::NewKeys { handle, .. } => ui.say(&with(NEW_KEYS, &[("HANDLE", handle)])),
        Notice::Keys { error } => ui.warn(&format!("{error}. {}", error.next_step().unwrap_or_default())),
        Notice::OffBoarded { handle, .. } => ui.warn(&with(OFF_BOARDED, &[("HANDLE", handle)])),
        Notice::Stranger { journal } => ui.warn(&with(STRANGER, &[("JOURNAL", &journal.to_string())])),
        Notice::Erased { handle, undelivered, .. } => {
            let waited = if *undelivered == 0 { "" } else { UNDELIVERED };
            ui.warn(&format!("{}{waited}", with(ERASED, &[("HANDLE", handle)])));
        }
        Notice::FileLost { name, entry } => ui.warn(&file_lost(name, *entry)),
        Notice::Gone { journal } => ui.warn(&with(GONE, &[("JOURNAL", &journal.to_string())])),
    }
}

/// Says that a file was damaged before it was sent.
pub(crate) fn file_lost(name: &FileName, entry: Option<DocumentId>) -> String {
    let name = clean(name.as_str());
    match entry {
        Some(entry) => with(FILE_LOST, &[("NAME", &name), ("ENTRY", &short_id(entry.uuid()))]),
        None => with(DEED_LOST, &[("NAME", &name)]),
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
