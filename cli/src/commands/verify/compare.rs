//! The words by which two people see whether they have seen the same history.

use std::process::ExitCode;

use reverie_client::Unlocked;
use reverie_journal::short_id;
use reverie_protocol::ids::AccountId;
use serde_json::json;

use crate::error::CommandError;
use crate::key_talk::verifying::{NONE_TO_COMPARE, READ_TO_EACH_OTHER};
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
            return NONE_TO_COMPARE.to_owned();
        }
        let mut rows = vec![["JOURNAL", "RECORD", "WORDS", "COMPARE WITH"].map(str::to_owned)];
        rows.extend(shown.iter().map(|(journal, seq, words, others)| {
            let with: Vec<_> = others.iter().map(|other| names.of(*other)).collect();
            [short_id(journal.uuid()), seq.to_string(), words.join(" "), with.join(", ")]
        }));
        table(&rows)
    })?;
    if !shown.is_empty() {
        ui.say(READ_TO_EACH_OTHER);
    }
    Ok(ExitCode::SUCCESS)
}
