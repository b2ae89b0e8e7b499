//! Exports, as they land in a folder.

use proptest::prelude::*;

use super::*;
use crate::content::{Compartment, Content, OpenedJournal};
use crate::document::{Entry, Kind};
use crate::fold::fold;
use crate::sample::*;
use crate::text::FileName;

fn text(view: &PatientView) -> String {
    let files = files(view, &names());
    files.iter().map(|file| String::from_utf8(file.bytes.clone()).unwrap()).collect()
}

#[test]
fn a_patient_takes_everything_and_a_clinician_what_is_shared() {
    let patients = text(&fold(HERON, &story()));
    let clinicians = text(&fold(HERON, &story()[1..]));
    assert!(patients.contains("salt. warm stones") && patients.contains("The locked greenhouse"));
    assert!(!clinicians.contains("salt. warm stones") && clinicians.contains("The locked greenhouse"));
    assert!(!clinicians.contains("my mother's key"), "what she added for herself is hers");
}

#[test]
fn process_notes_are_never_exported() {
    let canary = Content::parse(br#"{"type":"process_note","v":1,"words":"canary-7f3a"}"#);
    let notes =
        OpenedJournal { id: journal_id(7), compartment: Compartment::ProcessNotes, owner: QUILL, records: Vec::new() };
    let view = fold(HERON, &[story().remove(1), notes.with(QUILL, canary)]);
    assert!(view.notes.is_some());
    assert!(!text(&view).contains("canary-7f3a"));
}

#[test]
fn the_export_says_that_nobody_is_watching() {
    // A table for a spreadsheet has rows and nothing else; the README beside it says so for all files.
    for file in files(&fold(HERON, &story()), &names()).into_iter().filter(|file| file.path != "measures.csv") {
        assert!(String::from_utf8(file.bytes).unwrap().contains(NOT_MONITORED), "{}", file.path);
    }
}

#[test]
fn the_journal_links_its_attachments() {
    let view = fold(HERON, &story());
    assert_eq!(attachment_paths(&view)[&memo(0xa1, 92).id], "attachments/a1a1a1a1-memo.opus");
    assert!(text(&view).contains("](<attachments/a1a1a1a1-memo.opus>)"));
}

/// Returns the paths of attachments with these names.
fn paths(named: &[(&str, u8)]) -> Vec<String> {
    let mut entry = Entry::new(Kind::Image, words(""));
    entry.attachments = named
        .iter()
        .map(|(name, n)| {
            let mut bytes = [0; 16];
            bytes[15] = *n;
            crate::Attachment { id: AttachmentId::from_bytes(bytes), name: FileName::new(*name).unwrap(), ..memo(1, 1) }
        })
        .collect();
    let view = fold(HERON, &[private().write(HERON, document(1, at(1, 9, 0), entry))]);
    attachment_paths(&view).into_values().collect()
}

#[test]
fn a_hostile_name_decides_nothing() {
    assert_eq!(paths(&[("../../.ssh/authorized_keys", 1)]), ["attachments/00000000-ssh-authorized_keys"]);
    assert_eq!(paths(&[("..", 1)]), ["attachments/00000000-attachment"]);
    assert_eq!(paths(&[("CON", 1)]), ["attachments/00000000-CON"]);
    assert_eq!(paths(&[("a:b\\c\u{202e}gpj.exe\n", 1)]), ["attachments/00000000-a-b-c-gpj.exe"]);
    assert_eq!(paths(&[("Zeichnung für A.png", 1)]), ["attachments/00000000-Zeichnung-für-A.png"]);
}

#[test]
fn ids_that_begin_alike_do_not_share_a_path() {
    let paths = paths(&[("memo.opus", 1), ("MEMO.opus", 2)]);
    assert_ne!(paths[0].to_lowercase(), paths[1].to_lowercase());
}

proptest! {
    #[test]
    fn any_name_gives_one_plain_path(name in ".{1,200}") {
        let path = paths(&[(&name, 1)]).remove(0);
        let file = path.strip_prefix("attachments/").unwrap();
        prop_assert!(!file.contains(['/', '\\', ':', '\0', '<', '>', '"', '|', '?', '*']));
        prop_assert!(!file.starts_with('.') && !file.ends_with(['.', ' ']));
        prop_assert!(file.len() < 255, "{}", file.len());
    }

    #[test]
    fn the_same_journals_give_the_same_files(journals in journals()) {
        let reversed: Vec<_> = journals.iter().rev().cloned().collect();
        prop_assert_eq!(files(&fold(HERON, &journals), &names()), files(&fold(HERON, &reversed), &names()));
    }
}
