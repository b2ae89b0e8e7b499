//! What became of a deed: on the server, or only on this device yet. The second is said loudly, and is no failure.

use reverie_client::{Flushed, Kept};
use reverie_journal::short_id;
use serde_json::{Value, json};

use crate::ui::Ui;

/// Says if something is on this device alone.
pub(crate) fn still_waiting(ui: &Ui, flushed: &Flushed) {
    let Some(error) = &flushed.stopped_by else { return };
    let what = match flushed.waiting {
        1 => "Kept on this device, not on the server yet".to_owned(),
        waiting => format!("{waiting} deeds are kept on this device, not on the server yet"),
    };
    let offline = "The next command that reaches the server sends it.";
    let next = if error.is_offline() { offline } else { error.next_step().unwrap_or(offline) };
    let reason = error.to_string();
    ui.warn(&format!("{what}: {}. {next}", reason.trim_end_matches('.')));
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
