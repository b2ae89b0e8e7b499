//! The words by which two people see whether they have seen the same history.

use std::process::ExitCode;

use reverie_client::Unlocked;
use reverie_journal::short_id;
use reverie_protocol::ids::AccountId;
use serde_json::json;

use crate::error::CommandError;
use crate::table::table;
use crate::ui::Ui;

/// Shows the words of every journal that somebody else reads, and whom to compare them with.
pub(super) fn show(ui: &Ui, account: &Unlocked, record: Option<u64>) -> Result<ExitCode, CommandError> {
    let (me, names) = (account.account(), account.names());
    let shown: Vec<_> = account
        .histories()
        .into_iter()
        .filter_map(|told| {
            let others: Vec<AccountId> = told.members().map(|stay| stay.account).filter(|other| *other != me).collect();
            let words = account.words_at(told.journal, record).filter(|_| !others.is_empty());
            words.map(|(seq, words)| (told.journal, seq, words, others))
        })
        .collect();
    let answer: Vec<_> = shown
        .iter()
        .map(|(journal, seq, words, others)| {
            let with: Vec<_> = others.iter().map(|other| names.of(*other)).collect();
            json!({ "journal": journal, "record": seq, "words": words, "with": with })
        })
        .collect();
    ui.answer(&json!({ "compare": answer }), || {
        if shown.is_empty() {
            return "There is nothing to compare: nobody else reads a journal of this device, or not so far."
                .to_owned();
        }
        let mut rows = vec![["JOURNAL", "RECORD", "WORDS", "COMPARE WITH"].map(str::to_owned)];
        rows.extend(shown.iter().map(|(journal, seq, words, others)| {
            let with: Vec<_> = others.iter().map(|other| names.of(*other)).collect();
            [short_id(journal.uuid()), seq.to_string(), words.join(" "), with.join(", ")]
        }));
        table(&rows)
    })?;
    if !shown.is_empty() {
        ui.say(
            "Read the words to each other, in the room or by voice. The same words mean the same history. If the record \
             numbers differ, one of you has more: whoever has more shows the smaller number, `reverie verify --compare \
             --record N`. Different words for the same number mean that a server showed you different histories: keep what \
             you have, and tell your practice.",
        );
    }
    Ok(ExitCode::SUCCESS)
}
