//! Process notes, read from the clinician's own journal alone, and the lint that keeps out of them what belongs into the
//! record: doses, times, scores, diagnoses, plans (45 CFR 164.501; domain.md 2.4).
//!
//! The invariant: nothing in this crate takes a note and a patient's view together. The lint warns and never blocks: what a
//! note is, its author decides.

use std::collections::BTreeSet;

use reverie_protocol::ids::AccountId;
use serde::Serialize;

use crate::content::{Compartment, Content, OpenedJournal};
use crate::document::{Body, Document, ProcessNote};

/// Something in a note that rather belongs into the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteLint {
    /// A dose.
    Dose,
    /// A score of a measure.
    Score,
    /// A time of day.
    ClockTime,
    /// A code of a diagnosis.
    DiagnosisCode,
    /// The heading of a diagnosis.
    Diagnosis,
    /// The heading of a plan.
    Plan,
}

impl NoteLint {
    /// Returns what to say about it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Dose => "It seems to name a dose (mg). Doses belong into the chart or on the dose card.",
            Self::Score => "It seems to name a score (PHQ, GAD, PCL, CORE). Scores belong into the record.",
            Self::ClockTime => "It seems to name a time of day. Session times belong into the record.",
            Self::DiagnosisCode => "It seems to hold a diagnosis code. Diagnoses belong into the record.",
            Self::Diagnosis => "It has a heading `diagnosis:`. Diagnoses belong into the record.",
            Self::Plan => "It has a heading `plan:`. Treatment plans belong into the record.",
        }
    }
}

/// Returns what in a note rather belongs into the record, each once.
pub fn lint_note(text: &str) -> Vec<NoteLint> {
    let lower = text.to_lowercase();
    let tokens: Vec<&str> =
        lower.split(|c: char| c.is_whitespace() || "()[]\"".contains(c)).filter(|token| !token.is_empty()).collect();
    let mut found = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let bare = token.trim_end_matches([',', ';', '.', '!', '?']);
        let before = at.checked_sub(1).map(|at| tokens[at]).unwrap_or_default();
        if is_amount(bare) || (matches!(bare, "mg" | "mg/kg") && is_number(before)) {
            found.insert(NoteLint::Dose);
        }
        if ["phq", "gad", "pcl", "core-10", "qids"].iter().any(|name| bare.starts_with(name)) {
            found.insert(NoteLint::Score);
        }
        if is_clock(bare) || (matches!(bare, "am" | "pm" | "a.m" | "p.m") && is_number(before)) {
            found.insert(NoteLint::ClockTime);
        }
        if is_code(bare) {
            found.insert(NoteLint::DiagnosisCode);
        }
        match bare {
            "diagnosis:" | "dx:" => drop(found.insert(NoteLint::Diagnosis)),
            "plan:" => drop(found.insert(NoteLint::Plan)),
            _ => {}
        }
    }
    found.into_iter().collect()
}

fn is_number(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_digit()) && token.parse::<f64>().is_ok()
}

fn is_amount(token: &str) -> bool {
    token.strip_suffix("mg/kg").or_else(|| token.strip_suffix("mg")).is_some_and(is_number)
}

fn is_clock(token: &str) -> bool {
    let digits = |text: &str, most: u32| text.len() <= 2 && text.parse::<u32>().is_ok_and(|number| number < most);
    let time = token.trim_end_matches("am").trim_end_matches("pm");
    match time.split_once(':') {
        Some((hour, minute)) => digits(hour, 24) && minute.len() == 2 && digits(minute, 60),
        None => time.len() < token.len() && digits(time, 13),
    }
}

/// A letter and two digits, with or without a point and more: f33.1, f43.10.
fn is_code(token: &str) -> bool {
    let mut chars = token.chars();
    let letter = chars.next().is_some_and(|c| c.is_ascii_lowercase());
    let rest = chars.as_str();
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    letter && whole.len() == 2 && digits(whole) && part.is_none_or(|part| part.len() <= 4 && digits(part))
}

/// Returns the notes about a patient, in the order of the log.
pub fn process_notes(journal: &OpenedJournal, about: AccountId) -> Vec<Document<ProcessNote>> {
    if journal.compartment != Compartment::ProcessNotes {
        return Vec::new();
    }
    let mut records: Vec<_> = journal.records.iter().filter(|opened| opened.author == journal.owner).collect();
    records.sort_by_key(|opened| (opened.seq, opened.record));
    let notes = records.into_iter().filter_map(|opened| match &opened.content {
        Content::Document(document) => match document.body() {
            Body::ProcessNote(note) if note.about == about => Some(document.clone().map(|_| note.clone())),
            _ => None,
        },
        _ => None,
    });
    notes.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fold::fold;
    use crate::sample::*;

    #[test]
    fn what_belongs_into_the_record_is_pointed_out() {
        for (text, lint) in [
            ("She took 40 mg and wept.", NoteLint::Dose),
            ("At 0.59mg/kg she went further.", NoteLint::Dose),
            ("PHQ-9 of 12, down from before", NoteLint::Score),
            ("GAD7: 9", NoteLint::Score),
            ("We began at 14:05.", NoteLint::ClockTime),
            ("It was 3pm when she spoke", NoteLint::ClockTime),
            ("It was 3 pm when she spoke", NoteLint::ClockTime),
            ("F33.1, as before", NoteLint::DiagnosisCode),
            ("Diagnosis: unchanged", NoteLint::Diagnosis),
            ("Plan: see her on Thursday", NoteLint::Plan),
        ] {
            assert_eq!(lint_note(text), [lint], "{text}");
        }
    }

    #[test]
    fn what_a_note_is_for_passes() {
        let note = "She waits for me to open the door from within; I noticed that I wanted to. The third time this month. \
                    Her plan to leave frightens us both. Who is kept out, at 12, at 40? B12 she said, laughing.";
        assert_eq!(lint_note(note), [NoteLint::DiagnosisCode], "a vitamin may be pointed out; nothing is blocked");
    }

    #[test]
    fn notes_are_in_nobodys_view() {
        let note = document(1, at(1, 9, 0), ProcessNote { about: HERON, words: words("CANARY of the third hour") });
        let mut journal =
            OpenedJournal { id: journal_id(9), compartment: Compartment::ProcessNotes, owner: QUILL, ..private() };
        journal = journal.write(QUILL, note.clone());
        assert_eq!(process_notes(&journal, HERON).len(), 1);
        assert!(process_notes(&journal, HADDON).is_empty());
        let misplaced = shared().write(QUILL, note);
        assert!(process_notes(&misplaced, HERON).is_empty());
        let view = fold(HERON, &[journal, misplaced]);
        assert!(!serde_json::to_string(&view).unwrap().contains("CANARY"));
        let export = crate::export::files(&view, &names());
        assert!(export.iter().all(|file| !String::from_utf8_lossy(&file.bytes).contains("CANARY")));
    }

    proptest! {
        #[test]
        fn no_text_panics_the_lint(text in "(.|\n){0,200}") {
            let _ = lint_note(&text);
        }
    }
}
