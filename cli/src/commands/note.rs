//! `reverie note`: process notes, apart from the record.

use clap::Args;
use reverie_journal::render::clean;
use reverie_journal::{lint_note, short_id};
use serde_json::json;

use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;
use crate::words::typed;

/// Keep or read process notes about a patient (clinicians)
///
/// They stand in a journal of your own: no brief, no export and nobody else holds them, the patient neither. What belongs
/// into the record (doses, times, scores, diagnoses, plans) is pointed out, never blocked. They must not be the only place
/// of anything that treatment or payment needs.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie note heron-41 I noticed that I wanted to open the door for her.
  reverie note heron-41 --list")]
pub(crate) struct NoteArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// The words
    words: Vec<String>,
    /// Read the notes
    #[arg(long, conflicts_with = "words")]
    list: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: NoteArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile } = logged_in;
    let NoteArgs { handle, words, list } = args;
    let patient = account.contact_of(&handle)?.account;
    if list {
        let notes = account.notes_about(patient);
        return ui.answer(&json!(notes), || {
            let pages = notes.iter().map(|note| {
                let (id, at) = (short_id(note.id().uuid()), note.at().minute_text());
                format!("{id}  {at}\n{}\n", clean(note.body().words.as_str()))
            });
            pages.collect::<Vec<_>>().join("\n")
        });
    }
    let typed = typed(&words, &profile, true)?.or_empty("nothing was kept: there are no words")?;
    let words = typed.words.clone();
    let lints = lint_note(&words);
    let kept = typed.kept(account.note(patient, words).await)?;
    let mut answer = kept_json(&kept);
    answer["lints"] = json!(lints);
    ui.answer(&answer, || short_id(kept.document.uuid()))?;
    still_waiting(ui, &kept.flushed);
    lints.iter().for_each(|lint| ui.warn(lint.sentence()));
    ui.say("Kept in your own journal of notes. Nobody else holds it.");
    Ok(())
}
