//! What became of a deed: on the server, or only on this device yet. The second is said loudly, and is no failure.

use reverie_client::{ClientError, Flushed, Kept, Notice, Removal, Unlocked};
use reverie_journal::render::clean;
use reverie_journal::{FileName, short_id};
use reverie_protocol::ids::DocumentId;
use serde_json::{Value, json};

use crate::key_talk::circles::{ENDED, HIDDEN, NOT_SHOWN, NOT_UP_TO_DATE, NOT_UP_TO_DATE_NEXT, OFF_BOARDED};
use crate::key_talk::deleting::{ERASED, UNDELIVERED};
use crate::key_talk::outbox::{
    ALONE_LATER, ALONE_LOGGED_OUT, ALONE_RECOVERED, DEED_LOST, DISK_LATER, FILE_LOST, KEPT_HERE, MANY_ALONE,
    MANY_ALONE_FOR_GOOD, MANY_KEPT_HERE, NOT_ALL_DONE, ONE_ALONE, ONE_ALONE_FOR_GOOD, SENT_LATER, TAKEN_BACK_MEANWHILE,
};
use crate::key_talk::pairing::{GUEST_UNVERIFIED, GUEST_UNVERIFIED_NEXT, NEW_KEYS, STRANGER};
use crate::key_talk::{counted, then, with};
use crate::ui::Ui;

/// Says what was done so that it could be sent, and if something is on this device alone.
pub(crate) fn still_waiting(ui: &Ui, flushed: &Flushed) {
    for notice in &flushed.notices {
        tell(ui, notice);
    }
    let Some(error) = &flushed.stopped_by else { return };
    let what = if flushed.waiting == 0 {
        NOT_ALL_DONE.to_owned()
    } else {
        counted(flushed.waiting, KEPT_HERE, MANY_KEPT_HERE)
    };
    let next = match error {
        ClientError::Store(_) => DISK_LATER,
        error if error.is_offline() => SENT_LATER,
        error => error.next_step().unwrap_or(SENT_LATER),
    };
    ui.warn(&with(&what, &[("WHY", &error.to_string()), ("NEXT", next)]));
}

/// Says how much the server does not have yet, and why.
pub(crate) fn on_this_device_alone(ui: &Ui, account: &Unlocked) {
    let waiting = account.waiting_count();
    if waiting == 0 {
        return;
    }
    let then = match account.removal() {
        Some(Removal::Erased) => return ui.warn(&counted(waiting, ONE_ALONE_FOR_GOOD, MANY_ALONE_FOR_GOOD)),
        Some(Removal::Recovered) => ALONE_RECOVERED,
        _ if account.is_logged_in() => ALONE_LATER,
        _ => ALONE_LOGGED_OUT,
    };
    let why = account.waiting_because().map_or_else(String::new, |why| format!(": {why}"));
    ui.warn(&with(&counted(waiting, ONE_ALONE, MANY_ALONE), &[("WHY", &why), ("THEN", then)]));
}

/// Says what a person should know after her device has talked to the server.
pub(crate) fn tell(ui: &Ui, notice: &Notice) {
    match notice {
        Notice::Failed { journal, error } => {
            let (journal, why) = (journal.to_string(), error.to_string());
            let next = error.next_step().unwrap_or(NOT_UP_TO_DATE_NEXT);
            ui.warn(&with(NOT_UP_TO_DATE, &[("JOURNAL", &journal), ("WHY", &why), ("NEXT", next)]));
        }
        Notice::Pairing { error } => {
            let next = error.next_step().unwrap_or(GUEST_UNVERIFIED_NEXT);
            ui.warn(&with(GUEST_UNVERIFIED, &[("WHY", &error.to_string()), ("NEXT", next)]));
        }
        Notice::NewKeys { handle, .. } => ui.say(&with(NEW_KEYS, &[("HANDLE", handle)])),
        Notice::Keys { error } => ui.warn(&then(error, error.next_step().unwrap_or_default())),
        Notice::Ended { handle, .. } => ui.warn(&with(ENDED, &[("HANDLE", handle)])),
        Notice::OffBoarded { handle, .. } => ui.warn(&with(OFF_BOARDED, &[("HANDLE", handle)])),
        Notice::Stranger { journal } => ui.warn(&with(STRANGER, &[("JOURNAL", &journal.to_string())])),
        Notice::Erased { handle, undelivered, .. } => {
            let waited = if *undelivered == 0 { "" } else { UNDELIVERED };
            let said = format!("{ERASED} {waited}");
            ui.warn(&with(said.trim_end(), &[("HANDLE", handle)]));
        }
        Notice::Unseen { handle, .. } => ui.warn(&with(TAKEN_BACK_MEANWHILE, &[("HANDLE", handle)])),
        Notice::FileLost { name, entry } => ui.warn(&file_lost(name, *entry)),
        Notice::Hidden { handle: Some(handle), .. } => ui.warn(&with(NOT_SHOWN, &[("HANDLE", handle)])),
        Notice::Hidden { journal, handle: None } => ui.warn(&with(HIDDEN, &[("JOURNAL", &short_id(journal.uuid()))])),
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
