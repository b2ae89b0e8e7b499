//! The brief, as a clinician reads it before the session.

use proptest::prelude::*;

use super::*;
use crate::content::{Compartment, OpenedJournal};
use crate::document::{Body, InstrumentPack, Outcome, Receipt, ReceiptKind};
use crate::fold::fold;
use crate::measure::Points;
use crate::sample::*;

/// Returns the receipt of what was new in a brief, if anything was.
fn receipt_of(brief: &Brief, n: u8) -> Option<Document> {
    let opened = Receipt { receipt: ReceiptKind::Opened, entries: brief.unread().collect() };
    Document::new(id(n), morning(), opened).ok()
}

fn brief_of(journals: &[OpenedJournal], since: Option<Timestamp>) -> Brief {
    brief(&fold(HERON, journals).shared[0], QUILL, since, morning())
}

fn shown(brief: &Brief) -> Vec<(DocumentId, Novelty, bool)> {
    let entries = brief.entries.iter().flat_map(|group| &group.entries);
    entries.map(|entry| (entry.entry, entry.novelty, entry.unread)).collect()
}

#[test]
fn the_header_counts_before_anything_is_read() {
    let header = brief_of(&story(), None).header;
    assert_eq!((header.new, header.changed, header.unread), (6, 0, 5));
    assert_eq!((header.cycle.n, header.cycle.days_since_dose), (1, Some(13)));
    assert_eq!(header.last_record_at, Some(at(27, 8, 10)));
}

#[test]
fn an_entry_that_was_read_and_added_to_is_changed_until_it_is_read_again() {
    let journal = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(QUILL, receipt(2, at(2, 9, 0), &[1]))
        .write(HERON, layer(3, 1, at(2, 10, 0), "it was green"));
    let since = Some(at(20, 9, 0));
    let first = brief_of(std::slice::from_ref(&journal), since);
    assert_eq!(shown(&first), [(id(1), Novelty::Changed, true)]);
    let receipt = receipt_of(&first, 4).unwrap();
    assert_eq!(shown(&brief_of(&[journal.write(QUILL, receipt)], since)), []);
}

#[test]
fn an_old_entry_that_was_never_opened_is_shown_whatever_its_date() {
    let journal = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "shared late"))
        .write(HERON, entry(2, at(40, 9, 0), Kind::Image, "a clock that is ahead"));
    let seen = shown(&brief_of(&[journal], Some(at(20, 9, 0))));
    assert_eq!(seen, [(id(1), Novelty::New, true), (id(2), Novelty::New, true)]);
}

#[test]
fn a_second_clinician_of_the_circle_has_unread_entries_of_her_own() {
    let view = fold(HERON, &story());
    let quill = brief(&view.shared[0], QUILL, None, morning()).header;
    let haddon = brief(&view.shared[0], HADDON, None, morning()).header;
    assert_eq!((quill.unread, haddon.unread), (5, 6));
}

#[test]
fn entries_stand_in_the_order_of_the_kinds_and_then_of_time() {
    let journal = shared()
        .write(HERON, entry(1, at(9, 9, 0), Kind::Dream, "second"))
        .write(HERON, entry(2, at(8, 9, 0), Kind::Dream, "first"))
        .write(HERON, entry(3, at(9, 9, 0), Kind::Fragment, "kinds come first"));
    let order: Vec<_> = shown(&brief_of(&[journal], None)).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(order, [id(3), id(2), id(1)]);
}

#[test]
fn the_patients_list_goes_by_rank_and_what_is_tender_is_on_it() {
    let journal = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "no rank"))
        .write(HERON, entry(2, at(2, 9, 0), Kind::Image, "second"))
        .write(HERON, entry(3, at(3, 9, 0), Kind::Image, "first"))
        .write(HERON, mark(4, 1, at(4, 9, 0), Talk::WantToTalk, None))
        .write(HERON, mark(5, 2, at(4, 9, 0), Talk::WantToTalk, Some(2)))
        .write(HERON, mark(6, 3, at(4, 9, 0), Talk::WantToTalk, Some(1)));
    let list = brief_of(&[journal], None).patients_list;
    assert_eq!(list.want_to_talk.iter().map(|item| item.entry).collect::<Vec<_>>(), [id(3), id(2), id(1)]);
    assert_eq!(brief_of(&story(), None).patients_list.tender[0].entry, id(0x25));
}

#[test]
fn a_question_is_open_until_the_patient_adds_to_the_entry() {
    let asked = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(QUILL, reply(2, 1, at(2, 9, 0), "Who has the key?", true))
        .write(QUILL, reply(3, 1, at(2, 9, 5), "Thank you.", false));
    assert_eq!(brief_of(std::slice::from_ref(&asked), None).unanswered.len(), 1);
    let answered = asked.write(HERON, layer(4, 1, at(3, 9, 0), "My mother."));
    assert!(brief_of(&[answered], None).unanswered.is_empty());
}

#[test]
fn the_receipt_names_what_was_new_and_nothing_twice() {
    let mut journals = story();
    let receipt = receipt_of(&brief_of(&journals, None), 0x7a).unwrap();
    let Body::Receipt(opened) = receipt.body() else { panic!("expected a receipt") };
    assert_eq!(opened.entries.len(), 5);
    journals[1] = journals[1].clone().write(QUILL, receipt);
    assert_eq!(receipt_of(&brief_of(&journals, None), 0x7b), None);
}

#[test]
fn since_the_last_session_that_took_place() {
    let journal = shared()
        .write(QUILL, completed(1, SessionType::Integration, at(5, 15, 0)))
        .write(QUILL, completed(2, SessionType::Psychotherapy, at(12, 15, 0)))
        .write(QUILL, completed(3, SessionType::Dosing, at(19, 15, 0)))
        .write(QUILL, scheduled(4, SessionType::Integration, at(19, 15, 0), at(26, 15, 0)));
    let view = fold(HERON, &[journal]);
    assert_eq!(default_since(&view.shared[0], morning()), Some(at(12, 15, 50)));
    assert_eq!(default_since(&view.shared[0], at(6, 0, 0)), Some(at(5, 15, 50)));
    assert_eq!(default_since(&fold(HERON, &[shared()]).shared[0], morning()), None);
}

#[test]
fn every_section_without_data_says_so() {
    let empty = brief_of(&[shared()], None);
    assert_eq!((empty.measures.len(), empty.safety.flags.len()), (0, 0));
    assert_eq!(empty.intentions.note, Some("No intentions shared yet."));
    assert_eq!(empty.withdrawn.records, 0);
}

#[test]
fn two_patients_who_differ_only_in_what_is_private_have_the_same_brief() {
    let with = story();
    let without = vec![private(), with[1].clone()];
    let bytes = |journals: &[OpenedJournal]| serde_json::to_string(&brief_of(journals, None)).unwrap();
    assert_eq!(bytes(&with), bytes(&without));
}

/// Heron answers PHQ-9 three times; the second asks for care.
fn measured() -> OpenedJournal {
    shared()
        .write(HERON, response(1, at(1, 9, 0), "PHQ-9", &[2, 2, 2, 2, 2, 2, 2, 2, 0]))
        .write(HERON, response(2, at(20, 9, 0), "PHQ-9", &[1, 1, 1, 1, 1, 1, 1, 1, 1]))
        .write(HERON, response(3, at(26, 9, 0), "PHQ-9", &[1, 1, 1, 1, 1, 1, 1]))
        .write(HERON, response(4, at(26, 10, 0), "PHQ-9", &[2, 1, 1, 1, 1, 1, 1, 1, 0]))
}

#[test]
fn measures_show_raw_scores_and_how_far_they_moved() {
    let brief = brief_of(&[measured()], None);
    let rows = &brief.measures[0].rows;
    let number = |points: Option<Points>| points.map(|points| points.to_string()).unwrap_or_default();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| [row.total.as_ref().map(|total| total.value), row.from_first, row.from_last].map(number))
        .collect();
    assert_eq!(seen, [["16", "", ""], ["9", "-7", "-7"], ["", "", ""], ["9", "-7", "0"]]);
    assert_eq!(rows[2].completeness, "7 of 9 answered");
    let overlaps: Vec<_> = rows.iter().map(|row| row.overlaps_after_days).collect();
    assert_eq!(overlaps, [None, None, Some(6), Some(0)]);
}

#[test]
fn a_flag_stays_until_a_disposition_that_reached_the_patient() {
    let flags = |journal: &OpenedJournal, since| brief_of(std::slice::from_ref(journal), since).safety.flags;
    let asked = measured();
    assert!(flags(&asked, None)[0].open);
    let read = asked.write(QUILL, receipt(5, at(27, 9, 0), &[1, 2, 3, 4]));
    assert!(flags(&read, Some(at(28, 0, 0)))[0].open, "reading it does not close it");
    let tried = read.write(QUILL, disposition(6, 2, at(27, 10, 0), Outcome::NotReached));
    let flag = flags(&tried, Some(at(28, 0, 0))).remove(0);
    assert!(flag.open && flag.disposition.is_some());
    let reached = tried.write(QUILL, disposition(7, 2, at(27, 11, 0), Outcome::Called));
    assert!(!flags(&reached, None)[0].open);
    assert_eq!(flags(&reached, Some(at(28, 0, 0))), []);
    let later = reached.write(QUILL, disposition(8, 2, at(29, 11, 0), Outcome::NotReached));
    assert!(!flags(&later, Some(at(28, 0, 0)))[0].open, "what was closed stays closed");
}

#[test]
fn a_patient_cannot_close_her_own_flag() {
    let forged = measured().write(HERON, disposition(6, 2, at(27, 10, 0), Outcome::Seen));
    assert!(brief_of(&[forged], None).safety.flags[0].open);
}

#[test]
fn risk_taking_is_shown_while_it_is_new_and_needs_no_disposition() {
    let mut answers = [0; 20];
    answers[15] = 2;
    let journal = shared().write(HERON, response(1, at(1, 9, 0), "PCL-5", &answers));
    let flags = |journal: &OpenedJournal| brief_of(std::slice::from_ref(journal), Some(at(20, 0, 0))).safety.flags;
    assert!(!flags(&journal)[0].open);
    assert_eq!(flags(&journal.write(QUILL, receipt(5, at(27, 9, 0), &[1]))), []);
}

#[test]
fn an_answer_to_a_pack_of_the_practice_is_scored_by_the_pack_in_the_journal() {
    let answered = shared().write(HERON, response(1, at(1, 9, 0), "CORE-10", &[0; 10]));
    let before = brief_of(std::slice::from_ref(&answered), None);
    assert_eq!(before.measures[0].rows[0].completeness, "not scored: its definition is not here");
    let packed = answered.write(QUILL, document(2, at(1, 8, 0), InstrumentPack { pack: core_10() }));
    let row = brief_of(&[packed], None).measures[0].rows[0].clone();
    assert_eq!(row.total.unwrap().value, Points::whole(8));
}

#[test]
fn a_private_measure_is_in_no_brief() {
    let journals = [private().write(HERON, response(1, at(1, 9, 0), "PHQ-9", &[3; 9])), shared()];
    assert_eq!(brief_of(&journals, None), brief_of(&[private(), shared()], None));
    assert_eq!(fold(HERON, &journals).measures().count(), 1);
}

proptest! {
    #[test]
    fn the_same_journals_give_the_same_bytes_in_any_order(journals in journals(), since in proptest::option::of(1..31_i64)) {
        let since = since.map(|day| at(day, 0, 0));
        let circles: Vec<_> = journals.iter().filter(|j| j.compartment == Compartment::Shared).cloned().collect();
        let bytes = |journals: &[OpenedJournal]| {
            let view = fold(HERON, journals);
            let briefs: Vec<_> = view.shared.iter().map(|shared| brief(shared, QUILL, since, morning())).collect();
            serde_json::to_vec(&briefs).unwrap()
        };
        let reversed: Vec<_> = journals.iter().rev().cloned().collect();
        prop_assert_eq!(bytes(&journals), bytes(&reversed));
        prop_assert_eq!(bytes(&journals), bytes(&circles));
    }

    #[test]
    fn a_brief_and_its_receipt_leave_nothing_unread(journals in journals()) {
        for journal in journals.into_iter().filter(|journal| journal.compartment == Compartment::Shared) {
            let read = brief(&fold(HERON, std::slice::from_ref(&journal)).shared[0], QUILL, None, morning());
            let Some(receipt) = receipt_of(&read, 0xee) else { continue };
            let after = fold(HERON, &[journal.write(QUILL, receipt)]);
            prop_assert!(after.shared[0].entries.iter().all(|view| !view.is_unread_by(QUILL)));
            prop_assert!(after.shared[0].measures.iter().all(|view| !view.is_unread_by(QUILL)));
        }
    }
}

#[test]
fn what_was_talked_about_is_done_and_what_was_left_is_carried_over() {
    let stated = |kind, n: u8, of: u8, at| document(n, at, Receipt { receipt: kind, entries: vec![id(of)] });
    let journal = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(HERON, mark(2, 1, at(1, 9, 5), Talk::WantToTalk, Some(1)))
        .write(HERON, entry(3, at(1, 10, 0), Kind::Image, "a key"))
        .write(HERON, mark(4, 3, at(1, 10, 5), Talk::WantToTalk, Some(2)))
        .write(QUILL, stated(ReceiptKind::Discussed, 5, 1, at(3, 16, 0)))
        .write(QUILL, stated(ReceiptKind::CarriedOver, 6, 3, at(3, 16, 0)));
    let ids = |items: &[ListItem]| items.iter().map(|item| item.entry).collect::<Vec<_>>();
    let brief = brief_of(std::slice::from_ref(&journal), Some(at(3, 16, 0)));
    assert_eq!(ids(&brief.patients_list.want_to_talk), [id(3)]);
    assert_eq!(ids(&brief.carried_over), [id(3)]);
    // Marked again, it is wanted again; talked about, it is no longer carried over.
    let later = journal
        .write(HERON, mark(7, 1, at(4, 9, 0), Talk::WantToTalk, None))
        .write(QUILL, stated(ReceiptKind::Discussed, 8, 3, at(5, 16, 0)));
    let brief = brief_of(&[later], Some(at(5, 16, 0)));
    assert_eq!(ids(&brief.patients_list.want_to_talk), [id(1)]);
    assert_eq!(ids(&brief.carried_over), [id(1)], "wanted before the session, and not talked about in it");
}

/// A dose on the 5th and one on the 20th, each in a cycle of its own.
fn two_cycles() -> OpenedJournal {
    shared()
        .write(QUILL, completed(0x61, SessionType::Dosing, at(5, 10, 0)))
        .write(QUILL, completed(0x62, SessionType::Dosing, at(20, 10, 0)))
        .write(HERON, entry(1, at(6, 9, 0), Kind::Image, "a door"))
        .write(HERON, entry(2, at(21, 9, 0), Kind::Image, "the door again"))
        .write(HERON, entry(3, at(22, 9, 0), Kind::Image, "a lake"))
        .write(HERON, entry(4, at(7, 9, 0), Kind::Image, "a stair"))
}

#[test]
fn themes_are_counted_per_cycle_and_are_new_returning_or_quiet() {
    let journal = two_cycles()
        .write(HERON, theme(0x91, at(22, 9, 0), "doors"))
        .write(HERON, placement(0x81, 1, 0x91, at(22, 9, 0)))
        .write(HERON, placement(0x82, 2, 0x91, at(22, 9, 0)))
        .write(HERON, theme(0x92, at(22, 9, 0), "water"))
        .write(HERON, placement(0x83, 3, 0x92, at(22, 9, 0)))
        .write(HERON, theme(0x93, at(22, 9, 0), "stairs"))
        .write(HERON, placement(0x84, 4, 0x93, at(22, 9, 0)));
    let themes = brief_of(&[journal], None).themes.themes;
    let told: Vec<_> = themes
        .iter()
        .map(|theme| {
            let cycles: Vec<_> = theme.cycles.iter().map(|count| (count.cycle, count.entries)).collect();
            (theme.name.as_str(), theme.state, cycles)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("water", ThemeState::New, vec![(2, 1)]),
            ("doors", ThemeState::Returning, vec![(1, 1), (2, 1)]),
            ("stairs", ThemeState::Quiet, vec![(1, 1)]),
        ]
    );
}

#[test]
fn a_proposal_is_pending_until_it_is_answered_and_then_told_once() {
    use crate::document::{ThemeAnswer, ThemeProposal};
    let proposal = ThemeProposal { name: theme_name("doors"), entries: vec![id(1), id(2)] };
    let proposed = two_cycles().write(QUILL, document(0x71, at(23, 9, 0), proposal));
    let answer = |journal: &OpenedJournal, since| {
        let brief = brief_of(std::slice::from_ref(journal), since);
        brief.themes.proposals.into_iter().map(|proposal| proposal.answer).collect::<Vec<_>>()
    };
    assert_eq!(answer(&proposed, Some(at(25, 9, 0))), [ProposalAnswer::Pending], "however old it is");
    let declined =
        proposed.clone().write(HERON, document(0x72, at(24, 9, 0), ThemeAnswer { proposal: id(0x71), theme: None }));
    assert_eq!(answer(&declined, Some(at(23, 12, 0))), [ProposalAnswer::Declined]);
    assert_eq!(answer(&declined, Some(at(25, 9, 0))), []);
    let taken = proposed
        .write(HERON, theme(0x91, at(24, 9, 0), "doors that wait"))
        .write(HERON, placement(0x81, 1, 0x91, at(24, 9, 0)))
        .write(HERON, document(0x72, at(24, 9, 0), ThemeAnswer { proposal: id(0x71), theme: Some(id(0x91)) }));
    assert_eq!(answer(&taken, None), [ProposalAnswer::Accepted(Some(theme_name("doors that wait")))]);
}

#[test]
fn what_emerged_from_an_intention_says_who_linked_it() {
    use crate::document::Relation;
    use crate::rules::Side;
    let journal = two_cycles()
        .write(HERON, entry(5, at(4, 9, 0), Kind::Intention, "To look."))
        .write(HERON, layer(6, 5, at(24, 9, 0), "Something else came of it."))
        .write(QUILL, link(0x72, 1, Relation::Echoes, 5, at(24, 9, 0)))
        .write(HERON, link(0x71, 2, Relation::CameFromIntention, 5, at(24, 9, 0)))
        .write(HERON, link(0x73, 5, Relation::Answers, 9, at(24, 9, 0)));
    let intentions = brief_of(std::slice::from_ref(&journal), None).intentions;
    let intention = &intentions.intentions[0];
    let emerged: Vec<_> = intention.emerged.iter().map(|one| (one.entry, one.relation, one.linked_by)).collect();
    assert_eq!(
        emerged,
        [(id(2), Relation::CameFromIntention, Side::Patient), (id(1), Relation::Echoes, Side::Clinician)],
        "what is linked to nothing is not told"
    );
    assert_eq!(intention.revisits.len(), 1);
    assert_eq!((intention.note, intentions.note), (None, None));
    let unlinked = two_cycles().write(HERON, entry(5, at(4, 9, 0), Kind::Intention, "To look."));
    assert_eq!(brief_of(&[unlinked], None).intentions.intentions[0].note, Some("No links yet."));
}

#[test]
fn a_check_in_is_shown_while_it_is_new_or_unread_and_raises_no_flag() {
    use crate::document::CheckIn;
    use crate::text::FewWords;
    let physical = Some(FewWords::new("Dizzy on the stairs.").unwrap());
    let journal =
        shared().write(HERON, document(1, at(1, 9, 0), CheckIn { mood: Some(0), physical, ..CheckIn::default() }));
    let later = Some(at(20, 9, 0));
    let first = brief_of(std::slice::from_ref(&journal), later);
    assert!(first.check_ins[0].unread && first.safety.flags.is_empty());
    let text = crate::render::brief_markdown(&first, &names());
    assert!(text.contains("Dizzy on the stairs.") && text.contains("not read on the day"), "{text}");
    let receipt = receipt_of(&first, 4).unwrap();
    let read = journal.write(QUILL, receipt);
    assert_eq!(brief_of(std::slice::from_ref(&read), later).check_ins, []);
    assert_eq!(brief_of(&[read], None).check_ins.len(), 1);
}
