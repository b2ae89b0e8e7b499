//! The fold, as a patient, a clinician and somebody who would cheat would notice it.

use proptest::prelude::*;
use reverie_protocol::ids::DocumentId;

use super::*;
use crate::content::Reason;
use crate::document::{Kind, SessionType, Talk};
use crate::rules::Misplaced;
use crate::sample::*;

fn ids(entries: &[EntryView]) -> Vec<DocumentId> {
    entries.iter().map(|view| view.entry.id()).collect()
}

#[test]
fn what_is_from_a_newer_version_is_kept_as_it_came_shown_as_such_and_goes_with_nothing() {
    let raw = |kind: &str, v: u8| {
        let of = id(1).uuid();
        format!(
            r#"{{"type":"{kind}","v":{v},"id":"77777777-7777-7777-7777-777777777777","at":"2031-04-18T14:05:00-04:00","entry":"{of}","depth":[3,{{"of":"water"}}]}}"#
        )
    };
    let (hologram, layer) = (raw("hologram", 1), raw("layer", 2));
    let newer = |json: &str| Content::parse(json.as_bytes());
    let private = private().write(HERON, entry(1, at(1, 9, 0), Kind::Image, "A door.")).with(HERON, newer(&layer));
    let shared = shared().write(HERON, entry(2, at(1, 9, 0), Kind::Image, "A key.")).with(HERON, newer(&hologram));
    let newest = private.records.last().unwrap().record;
    let view = fold(HERON, &[private, shared]);
    let kept = |unshown: &[Unshown]| match &unshown[0].why {
        UnshownWhy::Newer(raw) => raw.json.clone(),
        UnshownWhy::Unreadable(reason) => panic!("{reason}"),
    };
    assert_eq!(kept(&view.private.as_ref().unwrap().unshown), layer);
    assert_eq!(kept(&view.shared[0].unshown), hologram);
    // Neither sharing nor throwing away touches it, since nobody here knows what it is.
    let plan = crate::share_plan(&view, id(1), view.shared[0].journal).unwrap();
    assert!(plan.withdraw.iter().all(|withdrawal| !withdrawal.records.contains(&newest)));
    assert!(crate::withdraw_plan(&view, id(1)).unwrap().withdraw.iter().all(|one| !one.records.contains(&newest)));
    // It is exported whole, and said to be there.
    let files = crate::export::files(&view, &names());
    let text =
        |path: &str| String::from_utf8(files.iter().find(|file| file.path == path).unwrap().bytes.clone()).unwrap();
    assert!(text("journal.md").contains("from a newer version of Reverie; update to read it"));
    assert!(text("journal.json").contains("hologram") && text("journal.json").contains("depth"));
    assert_eq!(crate::brief(&view.shared[0], QUILL, None, at(2, 9, 0)).header.newer, 1);
}

#[test]
fn first_words_stay_and_layers_stand_beside_them() {
    let shared = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(HERON, layer(2, 1, at(2, 9, 0), "it was green"))
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a window"));
    let view = fold(HERON, &[shared]);
    let seen = &view.shared[0].entries[0];
    assert_eq!(seen.entry.body().words.as_str(), "a door");
    assert_eq!(seen.layers[0].layer.body().words.as_str(), "it was green");
    assert!(matches!(view.reported[0].what, ReportedWhat::Conflict { .. }));
    assert_eq!(seen.records.len(), 3, "a withdrawal must reach the second version too");
}

#[test]
fn the_latest_mark_counts_by_place_in_the_log_not_by_clock() {
    let shared = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(HERON, mark(2, 1, at(9, 9, 0), Talk::WantToTalk, Some(1)))
        .write(HERON, mark(3, 1, at(3, 9, 0), Talk::NotYet, None));
    assert_eq!(fold(HERON, &[shared]).shared[0].entries[0].talk(), Talk::NotYet);
}

#[test]
fn a_later_session_document_supersedes_the_one_before() {
    let shared = shared()
        .write(QUILL, scheduled(1, SessionType::Integration, at(1, 9, 0), at(8, 15, 0)))
        .write(QUILL, scheduled(1, SessionType::Integration, at(2, 9, 0), at(9, 15, 0)));
    let view = fold(HERON, &[shared]);
    let starts: Vec<_> = view.shared[0].sessions.iter().map(|session| session.body().starts_at).collect();
    assert_eq!(starts, [at(9, 15, 0)]);
    assert!(view.reported.is_empty());
}

#[test]
fn a_clinician_cannot_write_in_the_patients_name_nor_the_patient_in_the_clinicians() {
    let shared = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(QUILL, entry(2, at(1, 9, 0), Kind::Image, "forged"))
        .write(QUILL, mark(3, 1, at(1, 9, 0), Talk::WantToTalk, None))
        .write(HERON, receipt(4, at(1, 9, 0), &[1]))
        .write(HERON, reply(5, 1, at(1, 9, 0), "forged", false));
    let view = fold(HERON, &[shared]);
    let seen = &view.shared[0].entries;
    assert_eq!(ids(seen), [id(1)]);
    assert_eq!(seen[0].talk(), Talk::None);
    assert!(seen[0].opened.is_empty() && seen[0].replies.is_empty());
    assert_eq!(view.reported.len(), 4);
}

#[test]
fn a_receipt_in_the_private_journal_is_reported() {
    let view = fold(HERON, &[private().write(HERON, receipt(4, at(1, 9, 0), &[1]))]);
    let what = &view.reported[0].what;
    assert!(matches!(what, ReportedWhat::Document { why: Misplaced::Compartment, document_type: "receipt", .. }));
}

#[test]
fn a_journal_that_somebody_else_owns_is_reported_and_not_folded() {
    let mut forged = shared().write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"));
    forged.owner = QUILL;
    let view = fold(HERON, &[forged]);
    assert!(view.shared.is_empty());
    assert_eq!(view.reported[0].what, ReportedWhat::Owner(QUILL));
}

#[test]
fn of_duplicates_the_shared_one_wins() {
    let door = entry(1, at(1, 9, 0), Kind::Image, "a door");
    let green = layer(2, 1, at(2, 9, 0), "it was green");
    let own = layer(3, 1, at(3, 9, 0), "for me alone");
    let private = private().write(HERON, door.clone()).write(HERON, green.clone()).write(HERON, own);
    let view = fold(HERON, &[private, shared().write(HERON, door).write(HERON, green)]);
    let private = view.private.as_ref().unwrap();
    assert!(private.entries.is_empty());
    assert_eq!(view.entries().count(), 1);
    assert_eq!(private.duplicates.len(), 2);
    assert_eq!(private.additions[0].layers[0].layer.id(), id(3), "only she sees what stands beside it");
    assert_eq!(view.shared[0].entries[0].layers.len(), 1);
}

#[test]
fn a_reference_to_nothing_is_neither_shown_nor_counted() {
    let shared = shared()
        .write(HERON, layer(2, 9, at(2, 9, 0), "to nothing"))
        .write(HERON, mark(3, 9, at(2, 9, 0), Talk::WantToTalk, None))
        .write(QUILL, reply(4, 9, at(2, 9, 0), "about nothing", true))
        .write(QUILL, receipt(5, at(2, 9, 0), &[9]));
    let view = fold(HERON, &[shared]);
    assert!(view.shared[0].entries.is_empty() && view.reported.is_empty());
}

#[test]
fn a_withdrawn_record_leaves_a_number_and_nothing_else() {
    let shared = shared().withdrawn(HERON).withdrawn(HERON).write(QUILL, receipt(5, at(2, 9, 0), &[1]));
    let view = fold(HERON, &[shared]);
    assert!(view.shared[0].entries.is_empty());
    assert_eq!(view.shared[0].tombstones, [Tombstone { by: HERON, count: 2 }]);
}

#[test]
fn what_cannot_be_shown_is_said_and_the_rest_goes_on() {
    let shared = shared()
        .with(HERON, Content::Unreadable(Reason::BindingMismatch))
        .with(HERON, Content::parse(br#"{"type":"hologram","v":1,"name":"the key"}"#))
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"));
    let view = fold(HERON, &[shared]);
    assert_eq!(view.shared[0].unshown.len(), 2);
    assert_eq!(ids(&view.shared[0].entries), [id(1)]);
}

#[test]
fn an_entry_is_opened_when_a_clinician_says_so() {
    let view = fold(HERON, &story());
    let states: Vec<_> = view.shared[0].entries.iter().map(|view| view.state).collect();
    assert_eq!(states.iter().filter(|state| **state == ShareState::SharedOpened).count(), 2);
    assert!(view.private.unwrap().entries.iter().all(|view| !view.state.is_shared()));
}

#[test]
fn an_entry_is_found_by_the_digits_that_the_list_shows() {
    let view = fold(HERON, &story());
    assert_eq!(view.find_entry("22222222"), Ok(id(0x22)));
    assert_eq!(view.find_entry("2222-2222-22"), Ok(id(0x22)));
    assert_eq!(view.find_entry("99999999"), Err(crate::FindError::NotFound));
    assert_eq!(view.find_entry("22"), Err(crate::FindError::TooShort));
}

proptest! {
    #[test]
    fn permuting_journals_and_records_changes_no_byte(
        journals in journals(),
        order in any::<proptest::sample::Index>(),
        turn in any::<proptest::sample::Index>(),
    ) {
        let bytes = |journals: &[OpenedJournal]| serde_json::to_vec(&fold(HERON, journals)).unwrap();
        let before = bytes(&journals);
        let mut permuted = journals;
        if !permuted.is_empty() {
            let by = order.index(permuted.len());
            permuted.rotate_left(by);
        }
        permuted.iter_mut().step_by(2).for_each(|journal| journal.records.reverse());
        for journal in permuted.iter_mut().filter(|journal| !journal.records.is_empty()) {
            let by = turn.index(journal.records.len());
            journal.records.rotate_left(by);
        }
        permuted.reverse();
        prop_assert_eq!(bytes(&permuted), before);
    }

    #[test]
    fn private_journals_change_no_byte_of_a_shared_view(journals in journals()) {
        let circles: Vec<_> = journals.iter().filter(|j| j.compartment == Compartment::Shared).cloned().collect();
        prop_assert_eq!(fold(HERON, &journals).shared, fold(HERON, &circles).shared);
    }

    #[test]
    fn no_entry_is_private_and_shared_at_once(journals in journals()) {
        let view = fold(HERON, &journals);
        let shared: BTreeSet<_> = view.shared.iter().flat_map(|shared| ids(&shared.entries)).collect();
        let private: Vec<_> = view.private.iter().flat_map(|private| ids(&private.entries)).collect();
        prop_assert!(private.iter().all(|id| !shared.contains(id)));
    }
}
