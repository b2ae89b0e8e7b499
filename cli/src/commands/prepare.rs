//! `reverie prepare`: the five minutes before a session, one entry after the other, with single keys.

use clap::Args;
use reverie_client::Unlocked;
use reverie_journal::render::entry_text;
use reverie_journal::{Brief, ReceiptKind, short_id};
use reverie_protocol::ids::{AccountId, DocumentId};
use serde_json::json;

use super::discuss::say_stated;
use super::reply::say_sent;
use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::still_waiting;
use crate::ui::Ui;

/// Go through what matters before a session, one entry after the other (clinicians)
///
/// What she wants to talk about comes first, by her ranks; then what was carried over, then what is new. A receipt says
/// that you opened what you saw. Flagged answers stand first in `reverie brief`, with what they need.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie prepare heron-41")]
pub(crate) struct PrepareArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
}

/// Returns what is gone through, each once.
fn items(brief: &Brief) -> Vec<DocumentId> {
    let list = &brief.patients_list;
    let wished = list.want_to_talk.iter().chain(&brief.carried_over).map(|item| item.entry);
    let new = brief.entries.iter().flat_map(|group| &group.entries).filter(|entry| entry.unread);
    let mut items = Vec::new();
    for entry in wished.chain(new.map(|entry| entry.entry)) {
        if !items.contains(&entry) {
            items.push(entry);
        }
    }
    items
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, PrepareArgs { handle }: PrepareArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let patient = account.contact_of(&handle)?.account;
    let brief = account.brief(patient, None, None)?;
    let items = items(&brief);
    let open = brief.safety.flags.iter().filter(|flag| flag.open).count();
    if open > 0 {
        let answers =
            if open == 1 { "1 flagged answer waits".to_owned() } else { format!("{open} flagged answers wait") };
        ui.warn(&format!("{answers} for a disposition: `reverie brief {handle}`, `reverie measure disposition`"));
    }
    if items.is_empty() {
        ui.say("Nothing new, nothing wished for, nothing carried over.");
    }
    if !ui.can_ask() {
        let short: Vec<_> = items.iter().map(|entry| short_id(entry.uuid())).collect();
        return ui.answer(&json!({ "entries": items, "open_flags": open }), || short.join("\n"));
    }
    let last = items.len();
    for (at, entry) in items.into_iter().enumerate() {
        ui.say(&format!("\n{} of {last}", at + 1));
        if !look_at(ui, &mut account, patient, entry).await? {
            break;
        }
    }
    Ok(())
}

/// Shows an entry and does what the key says. Tells whether to go on.
async fn look_at(ui: &Ui, account: &mut Unlocked, patient: AccountId, entry: DocumentId) -> Result<bool, CommandError> {
    let view = account.view(patient);
    ui.line(&entry_text(&view, entry, &account.names(), ui.page()).unwrap_or_default())?;
    if let Some(flushed) = account.opened(entry).await? {
        still_waiting(ui, &flushed);
    }
    loop {
        let key = ui.ask_line("[n]ext  [r]eply  ask a [q]uestion  [c]arry over  mark as [d]iscussed  [x] stop")?;
        match key.trim() {
            "" | "n" => return Ok(true),
            "x" => return Ok(false),
            key @ ("c" | "d") => {
                let receipt = if key == "c" { ReceiptKind::CarriedOver } else { ReceiptKind::Discussed };
                let flushed = account.state(receipt, entry).await?;
                say_stated(ui, receipt, entry, &flushed);
            }
            key @ ("r" | "q") => {
                let words = ui.ask_line("Your words, or Enter for none:")?.trim().to_owned();
                if !words.is_empty() {
                    let kept = account.reply(entry, words, key == "q").await?;
                    say_sent(ui, account, patient, &kept);
                }
            }
            _ => ui.say("One of the letters in brackets."),
        }
    }
}
