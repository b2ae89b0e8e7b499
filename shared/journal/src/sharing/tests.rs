//! Plans, carried out on the journals themselves, to see what everybody sees afterwards.

use proptest::prelude::*;

use super::*;
use crate::content::{Compartment, Content, OpenedJournal};
use crate::document::{Kind, Relation, Talk, Trash};
use crate::fold::fold;
use crate::sample::*;

/// Writes what a plan seals, then withdraws what it withdraws: what `client` does, without the sealing.
fn carry_out(journals: &mut [OpenedJournal], into: Option<JournalId>, seal: &[Document], withdraw: &[Withdrawal]) {
    for journal in journals {
        if Some(journal.id) == into {
            *journal = seal.iter().fold(journal.clone(), |journal, document| journal.write(HERON, document.clone()));
        }
        for withdrawal in withdraw.iter().filter(|withdrawal| withdrawal.journal == journal.id) {
            for opened in journal.records.iter_mut().filter(|opened| withdrawal.records.contains(&opened.record)) {
                assert_eq!(opened.author, HERON, "only the patient's own records may be withdrawn");
                opened.content = Content::Withdrawn { by: HERON };
            }
        }
    }
}

fn share(journals: &mut [OpenedJournal], n: u8) -> SharePlan {
    let plan = share_plan(&fold(HERON, journals), id(n), journal_id(2)).unwrap();
    carry_out(journals, Some(plan.into), &plan.seal, &plan.withdraw);
    plan
}

fn withdraw(journals: &mut [OpenedJournal], n: u8) -> WithdrawPlan {
    let plan = withdraw_plan(&fold(HERON, journals), id(n)).unwrap();
    carry_out(journals, plan.back_to, &plan.seal, &plan.withdraw);
    plan
}

fn door() -> OpenedJournal {
    private()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(HERON, mark(3, 1, at(1, 9, 0), Talk::NotYet, None))
        .write(HERON, layer(2, 1, at(2, 9, 0), "it was green"))
        .write(HERON, mark(4, 1, at(3, 9, 0), Talk::WantToTalk, Some(1)))
}

#[test]
fn layers_and_the_latest_mark_travel_with_a_shared_entry() {
    let mut journals = [door(), shared()];
    let plan = share(&mut journals, 1);
    assert_eq!(plan.seal.iter().map(Document::id).collect::<Vec<_>>(), [id(1), id(2), id(4)]);
    let view = fold(HERON, &journals);
    assert!(view.private.unwrap().entries.is_empty());
    let seen = &view.shared[0].entries[0];
    assert_eq!((seen.layers.len(), seen.talk()), (1, Talk::WantToTalk));
}

#[test]
fn an_earlier_mark_does_not_come_to_light_by_sharing() {
    let mut journals = [door(), shared()];
    share(&mut journals, 1);
    let left = journals[0].records.iter().filter(|opened| matches!(opened.content, Content::Document(_))).count();
    assert_eq!(left, 0, "nothing of the entry stays behind in the private journal");
}

#[test]
fn a_share_that_was_cut_short_is_finished_by_sharing_again() {
    let mut journals = [door(), shared()];
    let plan = share_plan(&fold(HERON, &journals), id(1), journal_id(2)).unwrap();
    carry_out(&mut journals, Some(plan.into), &plan.seal, &[]);
    let again = share(&mut journals, 1);
    assert!(again.seal.is_empty());
    assert!(!again.withdraw.is_empty());
    let view = fold(HERON, &journals);
    assert_eq!(share_plan(&view, id(1), journal_id(2)), Err(SharePlanError::AlreadyShared));
}

#[test]
fn a_shared_entry_goes_back_to_the_private_journal_before_it_is_withdrawn() {
    let mut journals = [door(), shared()];
    share(&mut journals, 1);
    let plan = withdraw(&mut journals, 1);
    assert_eq!(plan.case, WithdrawCase::Unopened);
    assert_eq!(plan.back_to, Some(journal_id(1)));
    let view = fold(HERON, &journals);
    assert!(view.shared[0].entries.is_empty());
    let back = &view.private.as_ref().unwrap().entries[0];
    assert_eq!((back.layers.len(), back.talk()), (1, Talk::WantToTalk));
}

#[test]
fn the_dialog_says_who_opened_it_and_when() {
    let journals = [
        private(),
        shared()
            .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
            .write(QUILL, receipt(5, at(4, 9, 0), &[1]))
            .write(HADDON, receipt(6, at(5, 9, 0), &[1]))
            .write(QUILL, receipt(7, at(6, 9, 0), &[1])),
    ];
    let plan = withdraw_plan(&fold(HERON, &journals), id(1)).unwrap();
    assert_eq!(plan.case, WithdrawCase::Opened { first_at: at(4, 9, 0), by: vec![QUILL, HADDON] });
    let sentence = plan.case.sentence(&names());
    assert!(sentence.starts_with("First opened on 4 Apr 2031 by Dr. Ada Quill and Noor Haddon."), "{sentence}");
    assert_eq!(plan.withdraw[0].records, [record(journal_id(2), 1)], "the clinicians' receipts stay theirs");
}

#[test]
fn a_repeated_entry_does_not_come_back_after_its_withdrawal() {
    let door = entry(1, at(1, 9, 0), Kind::Image, "a door");
    let mut journals = [private(), shared().write(HERON, door.clone()).write(HERON, door)];
    withdraw(&mut journals, 1);
    assert!(fold(HERON, &journals).shared[0].entries.is_empty());
}

#[test]
fn a_private_mark_outlives_the_copy_that_comes_back() {
    let mut journals = [
        private().write(HERON, mark(4, 1, at(3, 9, 0), Talk::NotYet, None)),
        shared()
            .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
            .write(HERON, mark(3, 1, at(2, 9, 0), Talk::WantToTalk, None)),
    ];
    withdraw(&mut journals, 1);
    assert_eq!(fold(HERON, &journals).entry(id(1)).unwrap().talk(), Talk::NotYet);
}

#[test]
fn withdrawing_a_private_entry_erases_all_of_it() {
    let mut journals = [door(), shared()];
    let plan = withdraw(&mut journals, 1);
    assert_eq!((plan.case, plan.back_to), (WithdrawCase::Private, None));
    assert_eq!(plan.withdraw[0].records.len(), 4);
    assert_eq!(fold(HERON, &journals).entries().count(), 0);
}

#[test]
fn plans_for_what_is_not_there_say_so() {
    let view = fold(HERON, &[door(), shared()]);
    assert_eq!(share_plan(&view, id(9), journal_id(2)), Err(SharePlanError::NoSuchEntry));
    assert_eq!(share_plan(&view, id(1), journal_id(9)), Err(SharePlanError::NoSuchCircle));
    assert_eq!(withdraw_plan(&view, id(9)), Err(WithdrawPlanError::NoSuchEntry));
    let circle = shared().write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"));
    let clinicians = fold(HERON, &[circle]);
    assert_eq!(withdraw_plan(&clinicians, id(1)), Err(WithdrawPlanError::NoPrivateJournal));
}

#[test]
fn attachments_are_sealed_again_from_where_they_lie() {
    let view = fold(HERON, &story());
    let plan = withdraw_plan(&view, id(0x23)).unwrap();
    assert_eq!(plan.attachments, [Reseal { from: journal_id(2), attachment: memo(0xa1, 92).id }]);
}

proptest! {
    #[test]
    fn no_words_are_lost_by_withdrawing_what_is_shared(journals in journals()) {
        let mut journals = journals;
        if !journals.iter().any(|journal| journal.compartment == Compartment::Private) {
            let mut private = private();
            private.id = journal_id(99);
            journals.push(private);
        }
        let before = fold(HERON, &journals);
        let shared: Vec<_> = before.shared.iter().flat_map(|shared| &shared.entries).collect();
        let Some(entry) = shared.first() else { return Ok(()) };
        let id = entry.entry.id();
        let plan = withdraw_plan(&before, id).unwrap();
        carry_out(&mut journals, plan.back_to, &plan.seal, &plan.withdraw);
        let after = fold(HERON, &journals);
        prop_assert!(after.shared.iter().all(|shared| shared.entries.iter().all(|left| left.entry.id() != id)));
        // Where a private copy was left in the trash by another device, it is there.
        let trash = after.private.iter().flat_map(|private| &private.trash);
        let trashed = trash.map(|trashed| &trashed.view).find(|view| view.entry.id() == id);
        let back = after.entry(id).or(trashed).unwrap();
        prop_assert!(!back.state.is_shared());
        for layer in &entry.layers {
            prop_assert!(back.layers.iter().any(|kept| kept.layer.id() == layer.layer.id()));
        }
    }
}

#[test]
fn what_another_device_threw_away_is_not_in_the_trash_once_it_was_shared_and_taken_back() {
    let thrown = document(4, at(2, 9, 0), Trash { entry: id(1), trashed: true });
    let mut journals =
        [private().write(HERON, thrown), shared().write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))];
    withdraw(&mut journals, 1);
    let view = fold(HERON, &journals).private.unwrap();
    assert_eq!((view.entries.len(), view.trash.len()), (1, 0));
}

#[test]
fn a_private_measure_is_shared_and_taken_back_as_an_entry_is() {
    let taken = response(1, at(1, 9, 0), "PHQ-9", &[1; 9]);
    let view = fold(HERON, &[private().write(HERON, taken.clone()), shared()]);
    let plan = share_plan(&view, id(1), journal_id(2)).unwrap();
    assert_eq!(plan.seal, std::slice::from_ref(&taken));
    assert_eq!(plan.withdraw, [Withdrawal { journal: journal_id(1), records: vec![record(journal_id(1), 0)] }]);

    let shared = shared().write(HERON, taken.clone()).write(QUILL, receipt(2, at(2, 9, 0), &[1]));
    let view = fold(HERON, &[private(), shared]);
    let plan = withdraw_plan(&view, id(1)).unwrap();
    assert!(matches!(plan.case, WithdrawCase::Opened { .. }));
    assert_eq!((plan.seal, plan.back_to), (vec![taken], Some(journal_id(1))));
}

#[test]
fn a_share_of_a_measure_that_was_cut_short_is_finished_and_counts_once() {
    let taken = response(1, at(1, 9, 0), "PHQ-9", &[1; 9]);
    let view = fold(HERON, &[private().write(HERON, taken.clone()), shared().write(HERON, taken)]);
    assert_eq!(view.measures().count(), 1);
    let plan = share_plan(&view, id(1), journal_id(2)).unwrap();
    assert_eq!((plan.seal.len(), plan.withdraw.len()), (0, 1));
}

/// The door and the lake, both private, linked and in one theme; a third entry of the theme stays private.
fn themed() -> [OpenedJournal; 2] {
    let private = private()
        .write(HERON, theme(9, at(1, 8, 0), "water"))
        .write(HERON, entry(3, at(1, 9, 0), Kind::Symbol, "a key"))
        .write(HERON, placement(13, 3, 9, at(1, 9, 1)))
        .write(HERON, entry(1, at(2, 9, 0), Kind::Image, "a door"))
        .write(HERON, placement(11, 1, 9, at(2, 9, 1)))
        .write(HERON, person_label(31, 1, "Mum", at(2, 9, 2)))
        .write(HERON, link(23, 1, Relation::Answers, 3, at(2, 9, 3)))
        .write(HERON, entry(2, at(3, 9, 0), Kind::Image, "a lake"))
        .write(HERON, link(21, 2, Relation::Echoes, 1, at(3, 9, 1)));
    [private, shared()]
}

/// The same patient, who has no third entry.
fn without_the_key() -> [OpenedJournal; 2] {
    let [mut private, shared] = themed();
    let of_the_key = |opened: &crate::content::Opened| match &opened.content {
        Content::Document(document) => [id(3), id(13), id(23)].contains(&document.id()),
        _ => false,
    };
    private.records.retain(|opened| !of_the_key(opened));
    // She named the theme for the door.
    for opened in &mut private.records {
        match &opened.content {
            Content::Document(document) if document.id() == id(9) => {
                opened.content = Content::Document(theme(9, at(2, 9, 1), "water"));
            }
            _ => {}
        }
    }
    [private, shared]
}

/// The documents of the shared journal, as its readers have them.
fn shared_bytes(journals: &[OpenedJournal]) -> Vec<String> {
    let documents = journals[1].records.iter().filter_map(|opened| match &opened.content {
        Content::Document(document) => Some(document.to_json()),
        _ => None,
    });
    documents.collect()
}

#[test]
fn a_theme_travels_with_its_entry_and_tells_of_no_other() {
    let mut journals = themed();
    share(&mut journals, 1);
    let view = fold(HERON, &journals);
    let circle = &view.shared[0];
    assert_eq!(circle.themes[0].theme.body().name.as_str(), "water");
    assert_eq!(circle.entries[0].people[0].body().label.as_str(), "Mum");
    assert!(circle.links.is_empty(), "the other ends are private");
    assert_eq!(view.links_of(id(1)).len(), 2, "she sees her links all the same");
    assert_eq!(view.themes()[0].private, [id(3)]);

    let mut others = without_the_key();
    share(&mut others, 1);
    assert_eq!(shared_bytes(&journals), shared_bytes(&others), "not a byte tells of the private entry");
}

#[test]
fn a_link_travels_with_its_second_end_and_leaves_nothing_behind() {
    let mut journals = themed();
    share(&mut journals, 1);
    let plan = share(&mut journals, 2);
    assert!(plan.seal.iter().any(|document| document.id() == id(21)));
    let view = fold(HERON, &journals);
    assert_eq!(view.shared[0].links.iter().map(|link| link.link.id()).collect::<Vec<_>>(), [id(21)]);
    let private = view.private.as_ref().unwrap();
    assert_eq!(private.links.iter().map(|link| link.link.id()).collect::<Vec<_>>(), [id(23)]);
    assert!(private.duplicates.is_empty());
    let mut others = without_the_key();
    share(&mut others, 1);
    share(&mut others, 2);
    assert_eq!(shared_bytes(&journals), shared_bytes(&others));
}

#[test]
fn the_name_of_a_theme_goes_with_the_last_entry_that_is_withdrawn() {
    let mut journals = themed();
    share(&mut journals, 1);
    share(&mut journals, 2);
    withdraw(&mut journals, 1);
    assert_eq!(shared_bytes(&journals).len(), 1, "the lake alone is left: no name, no label, no link");
    let view = fold(HERON, &journals);
    assert_eq!(view.themes()[0].private, [id(3), id(1)]);
    assert_eq!(view.links_of(id(1)).len(), 2);
    assert_eq!(view.entry(id(1)).unwrap().people.len(), 1);
}

#[test]
fn erasing_an_entry_erases_its_placements_people_and_links() {
    let mut journals = themed();
    withdraw(&mut journals, 1);
    let view = fold(HERON, &journals);
    assert!(view.people().is_empty() && view.private.as_ref().unwrap().dormant.links.is_empty());
    assert_eq!(view.themes()[0].private, [id(3)]);
}

#[test]
fn what_a_clinician_linked_outlives_a_withdrawal_unseen() {
    let circle = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(HERON, entry(2, at(1, 9, 0), Kind::Image, "a lake"))
        .write(QUILL, link(22, 2, Relation::Echoes, 1, at(2, 10, 0)));
    let mut journals = [private(), circle];
    withdraw(&mut journals, 1);
    assert!(fold(HERON, &journals).shared[0].links.is_empty());
    share(&mut journals, 1);
    assert_eq!(fold(HERON, &journals).shared[0].links.len(), 1);
}

#[test]
fn a_check_in_is_shared_and_taken_back_as_a_measure_is() {
    use crate::document::CheckIn;
    let card = document(1, at(1, 9, 0), CheckIn { mood: Some(6), ..CheckIn::default() });
    let mut journals = [private().write(HERON, card), shared()];
    share(&mut journals, 1);
    let view = fold(HERON, &journals);
    assert_eq!((view.shared[0].check_ins.len(), view.check_ins().count()), (1, 1));
    let plan = withdraw(&mut journals, 1);
    assert_eq!(plan.case, WithdrawCase::Unopened);
    let view = fold(HERON, &journals);
    assert!(view.shared[0].check_ins.is_empty() && !view.check_in(id(1)).unwrap().state.is_shared());
}

/// Leaves of a private journal what is said of one entry, and the names of themes, each as if it had been given later.
fn about(journal: &OpenedJournal, entry: DocumentId) -> OpenedJournal {
    let mut alone = journal.clone();
    alone.records.retain_mut(|opened| {
        let Content::Document(document) = &mut opened.content else { return false };
        match document.body() {
            Body::Entry(_) => document.id() == entry,
            Body::Layer(of) => of.entry == entry,
            Body::Mark(of) => of.entry == entry,
            Body::Placement(of) => of.entry == entry,
            Body::PersonLabel(of) => of.entry == entry,
            Body::Theme(theme) => {
                *document = Document::new(document.id(), at(31, 23, 0), theme.clone()).unwrap();
                true
            }
            _ => false,
        }
    });
    alone
}

proptest! {
    #[test]
    fn what_is_sealed_for_a_circle_tells_of_nothing_that_stays_private(
        own in proptest::collection::vec(any_document(), 0..40),
    ) {
        let own = own.into_iter().fold(private(), |journal, document| journal.write(HERON, document));
        let view = fold(HERON, &[own.clone(), shared()]);
        let Some(entry) = view.private.iter().flat_map(|private| &private.entries).next() else { return Ok(()) };
        let id = entry.entry.id();
        let seal = |own: OpenedJournal| {
            let plan = share_plan(&fold(HERON, &[own, shared()]), id, journal_id(2)).unwrap();
            plan.seal.iter().map(Document::to_json).collect::<Vec<_>>()
        };
        prop_assert_eq!(seal(own.clone()), seal(about(&own, id)));
    }
}

#[test]
fn an_entry_of_two_circles_comes_back_once_with_all_that_was_said_of_it() {
    let second = OpenedJournal { id: journal_id(3), ..shared() };
    let [private, first] = themed();
    let mut journals = [private, first, second];
    for into in [2, 3] {
        let plan = share_plan(&fold(HERON, &journals), id(1), journal_id(into)).unwrap();
        carry_out(&mut journals, Some(plan.into), &plan.seal, &plan.withdraw);
    }
    let view = fold(HERON, &journals);
    let told = view.shared.iter().map(|circle| (circle.themes.len(), circle.entries[0].people.len()));
    assert_eq!(told.collect::<Vec<_>>(), [(1, 1), (1, 1)]);
    assert_eq!(view.themes()[0].shared, [id(1)], "one entry, however many circles read it");
    withdraw(&mut journals, 1);
    assert!(shared_bytes(&journals[..2]).is_empty() && shared_bytes(&journals[1..]).is_empty());
    let view = fold(HERON, &journals);
    let back = view.entry(id(1)).unwrap();
    assert_eq!((back.themes.len(), back.people.len(), view.links_of(id(1)).len()), (1, 1, 2));
}
