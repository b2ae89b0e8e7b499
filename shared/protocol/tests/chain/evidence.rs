//! Evidence of two histories: whoever has the file alone sees what it proves, and nobody makes it up.

use proptest::prelude::*;
use reverie_protocol::bytes::B64;
use reverie_protocol::evidence::{Evidence, EvidenceError};
use reverie_protocol::header::{Action, Header, SignedRecord};

use crate::circle::{Circle, Person, change_member};

/// A circle and its records so far.
#[derive(Clone)]
struct History {
    circle: Circle,
    records: Vec<SignedRecord>,
}

impl History {
    fn open() -> Self {
        let mut circle = Circle::unopened();
        let opening = circle.opening();
        let record = circle.heron.sign(&opening);
        circle.take(&record).unwrap();
        Self { circle, records: vec![record] }
    }

    fn append(&mut self, author: &Person, change: impl FnOnce(&mut Header), action: Action) -> &mut Self {
        let mut header = self.circle.next(author, action);
        change(&mut header);
        let record = author.sign(&header);
        self.circle.take(&record).unwrap();
        self.records.push(record);
        self
    }

    fn writes(&mut self, author: &Person) -> &mut Self {
        self.append(author, |_| {}, Action::Write)
    }
}

/// heron-41 and quill write; then the histories part, and quill writes in the one and heron-41 in the other.
fn parted() -> (History, History) {
    let mut one = History::open();
    let (heron, quill) = (one.circle.heron.clone(), one.circle.quill.clone());
    one.writes(&heron).writes(&quill);
    let mut other = one.clone();
    one.writes(&quill).writes(&heron);
    other.append(&heron, |_| {}, Action::Rotate).writes(&quill);
    (one, other)
}

fn evidence(seen: &[SignedRecord], shown: &[SignedRecord]) -> Evidence {
    let journal = seen[0].parse().unwrap().journal;
    let evidence = Evidence { v: 1, journal, seen: seen.to_vec(), shown: shown.to_vec() };
    Evidence::parse(&evidence.to_bytes()).unwrap()
}

#[test]
fn two_histories_are_told_with_the_place_both_hashes_and_the_keys_that_signed_them() {
    let (one, other) = parted();
    let (heron, quill) = (&one.circle.heron, &one.circle.quill);
    let found = evidence(&one.records, &other.records).check().unwrap();
    assert_eq!((found.seq, found.seen, found.shown), (3, one.records[3].chain_hash(), other.records[3].chain_hash()));
    assert_eq!((found.seen_by.account, found.seen_by.card), (quill.account, quill.card.fingerprint()));
    assert_eq!((found.shown_by.account, found.shown_by.card), (heron.account, heron.card.fingerprint()));
    assert_eq!(found.owner.account, heron.account);
}

#[test]
fn one_record_that_names_another_past_is_enough() {
    let (one, other) = parted();
    let found = evidence(&one.records, &other.records[4..]).check().unwrap();
    assert_eq!((found.seq, found.shown), (3, other.records[3].chain_hash()));
    assert_eq!(found.shown_by.account, one.circle.quill.account);
}

#[test]
fn a_history_and_its_own_beginning_contradict_nothing() {
    let (one, _) = parted();
    for (seen, shown) in [(&one.records[..], &one.records[..2]), (&one.records[..2], &one.records[..])] {
        assert_eq!(evidence(seen, shown).check(), Err(EvidenceError::NoContradiction));
    }
    assert_eq!(evidence(&one.records, &[]).check(), Err(EvidenceError::NoContradiction));
    assert_eq!(evidence(&one.records, &one.records[4..]).check(), Err(EvidenceError::NoContradiction));
}

#[test]
fn a_second_history_under_keys_of_ones_own_proves_nothing() {
    let (one, _) = parted();
    let mut forger = Circle::unopened();
    let liar = Person::new("liar");
    let mut opening = forger.opening();
    // The same accounts, so it looks right, and the liar's own keys.
    let owner = opening.author;
    let forged_card = liar.with_new_keys(&liar);
    change_member(&mut opening, owner, |member| member.card = forged_card.card.clone());
    let record = forged_card.sign(&opening);
    let refused = evidence(&one.records, std::slice::from_ref(&record)).check().unwrap_err();
    assert!(matches!(refused, EvidenceError::Forged { history: "shown", seq: 0, .. }), "{refused}");
    forger.heron = liar;
    let opening = forger.opening();
    let record = forger.heron.sign(&opening);
    assert_eq!(evidence(&one.records, &[record]).check(), Err(EvidenceError::OtherKeys));
}

#[test]
fn a_record_that_nobody_of_the_journal_signed_proves_nothing() {
    let (one, other) = parted();
    let mut loose = other.records[4].clone();
    loose.signature = one.circle.stranger.sign_text(loose.header.0.clone()).signature;
    let refused = evidence(&one.records, &[loose]).check().unwrap_err();
    assert!(matches!(refused, EvidenceError::Forged { history: "shown", seq: 4, .. }), "{refused}");
    let mut elsewhere = evidence(&one.records, &other.records);
    elsewhere.journal = reverie_protocol::ids::JournalId::from_random_bytes([9; 16]);
    assert!(matches!(elsewhere.check(), Err(EvidenceError::Forged { history: "seen", seq: 0, .. })));
}

#[test]
fn a_record_signed_with_a_key_from_before_a_change_is_still_the_members() {
    let mut one = History::open();
    let (heron, quill) = (one.circle.heron.clone(), one.circle.quill.clone());
    let mut other = one.clone();
    let next = quill.with_new_keys(&quill);
    let card = next.card.clone();
    one.append(&heron, |header| change_member(header, quill.account, |member| member.card = card), Action::Rekey);
    other.writes(&quill).writes(&quill);
    let found = evidence(&one.records, &other.records[2..]).check().unwrap();
    assert_eq!(found.shown_by.card, quill.card.fingerprint());
    assert_eq!(found.seq, 1);
}

#[test]
fn what_is_no_evidence_is_told_apart_from_what_is_newer() {
    assert_eq!(Evidence::parse(b"{}"), Err(EvidenceError::Malformed));
    assert_eq!(Evidence::parse(b"{\"v\":2,\"more\":true}"), Err(EvidenceError::UpdateNeeded));
    let (one, other) = parted();
    let text = String::from_utf8(evidence(&one.records, &other.records).to_bytes()).unwrap();
    let more = text.replacen("{\"v\":1", "{\"v\":1,\"more\":1", 1);
    assert_eq!(Evidence::parse(more.as_bytes()), Err(EvidenceError::Malformed));
}

proptest! {
    /// Whatever one byte of either history is changed to, no contradiction comes of it that was not there.
    #[test]
    fn no_changed_byte_makes_a_contradiction(at in any::<prop::sample::Index>(), bit in 0_u8..8, record in 0_usize..5) {
        let (one, _) = parted();
        let mut altered = one.records.clone();
        let header = &mut altered[record].header.0;
        let at = at.index(header.len());
        header[at] ^= 1 << bit;
        prop_assert!(evidence(&one.records, &altered).check().is_err());
        prop_assert!(evidence(&one.records, &altered[record..=record]).check().is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(evidence) = Evidence::parse(&bytes) {
            let _ = evidence.check();
        }
    }

    #[test]
    fn any_records_prove_nothing(header in "\\PC{0,200}", signature in any::<[u8; 64]>()) {
        let record = SignedRecord { header: B64(header.into_bytes()), signature: B64(signature.to_vec()), body: None };
        let journal = reverie_protocol::ids::JournalId::from_random_bytes([1; 16]);
        let made_up = Evidence { v: 1, journal, seen: vec![record.clone()], shown: vec![record] };
        prop_assert!(made_up.check().is_err());
    }
}
