//! Changing a circle from the command line: what it means is said, somebody says yes to it, and that is done or nothing.

use reverie_client::{Circle, CircleChange, ClientError, Unlocked};
use reverie_journal::short_id;
use reverie_protocol::ids::JournalId;
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::circles::MOVED_ON;
use crate::ui::Ui;

/// Asks for a change and carries it out. If the journal moves on meanwhile, it is asked for anew, on what it is then.
/// Tells whether it was done.
pub(crate) async fn ask_and_enact(
    ui: &Ui,
    account: &mut Unlocked,
    journal: JournalId,
    change: &CircleChange,
    yes: bool,
    before: &str,
    question: &str,
) -> Result<bool, CommandError> {
    loop {
        let proposal = account.propose(journal, change.clone()).await?;
        if !before.is_empty() {
            ui.say(before);
        }
        if !ui.confirm(yes, question)? {
            ui.say(NOTHING_CHANGED);
            return Ok(false);
        }
        match account.enact(&proposal).await {
            Ok(()) => return Ok(true),
            Err(ClientError::MovedOn) if ui.can_ask() && !yes => {
                ui.warn(MOVED_ON);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Returns what became of a change, for programs.
pub(crate) fn change_json(account: &Unlocked, journal: JournalId, done: bool) -> Value {
    let circle = account.circles().into_iter().find(|circle| circle.journal == journal);
    let readers = circle.map(|circle| handles(account, &circle)).unwrap_or_default();
    json!({ "journal": journal, "done": done, "readers": readers })
}

/// Returns the handles of who reads a circle.
pub(crate) fn handles(account: &Unlocked, circle: &Circle) -> Vec<String> {
    circle.readers.iter().map(|reader| account.names().of(*reader)).collect()
}

/// Returns what to call a circle: its short id, and who reads it.
pub(crate) fn circle_text(account: &Unlocked, circle: &Circle) -> String {
    format!("journal {} (with {})", short_id(circle.journal.uuid()), account.readers_text(circle))
}
