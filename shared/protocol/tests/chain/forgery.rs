//! Whoever holds the log, but no member's key: forging, flipping, dropping, reordering, replaying, splicing.

use proptest::prelude::*;
use reverie_protocol::bytes::B64;
use reverie_protocol::check::CheckError;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header, HeaderError, MemberRole};
use reverie_protocol::ids::{JournalId, RecordId};
use reverie_protocol::signed::{Kind, Signature, VerifyingKey};

use crate::circle::Circle;

const BAD_SIGNATURE: Result<Header, CheckError> = Err(CheckError::Header(HeaderError::BadSignature));

#[test]
fn a_record_signed_by_somebody_else_is_refused() {
    let mut circle = Circle::open();
    let header = circle.next(&circle.quill.clone(), Action::Write);
    let forged = circle.stranger.sign(&header);
    assert_eq!(circle.take(&forged), BAD_SIGNATURE);
    let by_another_member = circle.haddon.sign(&header);
    assert_eq!(circle.take(&by_another_member), BAD_SIGNATURE);
}

#[test]
fn a_member_cannot_sign_in_the_owners_name() {
    let mut circle = Circle::open();
    let header = circle.next(&circle.heron.clone(), Action::Rotate);
    let forged = circle.quill.sign(&header);
    assert_eq!(circle.take(&forged), BAD_SIGNATURE);
}

#[test]
fn a_statement_of_another_kind_never_passes_for_a_record() {
    let mut circle = Circle::open();
    let header = circle.next(&circle.quill.clone(), Action::Write);
    let mut record = circle.quill.sign(&header);
    for kind in [Kind::Card, Kind::Succession, Kind::Manifest] {
        record.signature = circle.quill.sign_bytes(kind, &record.header.0);
        assert_eq!(circle.take(&record), BAD_SIGNATURE);
    }
}

#[test]
fn a_signature_of_the_wrong_length_is_refused() {
    let mut circle = Circle::open();
    let header = circle.next(&circle.quill.clone(), Action::Write);
    let mut record = circle.quill.sign(&header);
    record.signature.0.pop();
    assert_eq!(circle.take(&record), BAD_SIGNATURE);
    record.signature = B64::default();
    assert_eq!(circle.take(&record), BAD_SIGNATURE);
}

#[test]
fn a_key_of_small_order_signs_for_nobody() {
    // The neutral element as key and as R, and s = 0: plain RFC 8032 verification accepts this for every message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&neutral);
    VerifyingKey(neutral).verify(Kind::Record, b"anything", &Signature(signature)).unwrap_err();
}

#[test]
fn a_second_signature_cannot_be_made_from_the_first() {
    // s + L verifies where s is not required to be below the group order L (RFC 8032, section 5.1.7).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut circle = Circle::open();
    let header = circle.next(&circle.quill.clone(), Action::Write);
    let mut record = circle.quill.sign(&header);
    let mut carry = 0;
    for (byte, order) in record.signature.0[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(circle.take(&record), BAD_SIGNATURE);
}

#[test]
fn a_dropped_record_shows() {
    let mut circle = Circle::open();
    let mut elsewhere = circle.clone();
    let quill = circle.quill.clone();
    elsewhere.write(&quill);
    let second = elsewhere.next(&quill, Action::Write);
    assert_eq!(circle.append(&quill, &second), Err(CheckError::NotNext));
}

#[test]
fn reordered_records_show() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let mut elsewhere = circle.clone();
    let first = elsewhere.next(&quill, Action::Write);
    elsewhere.append(&quill, &first).unwrap();
    let second = elsewhere.next(&quill, Action::Write);
    assert_eq!(circle.append(&quill, &second), Err(CheckError::NotNext));
    circle.append(&quill, &first).unwrap();
    circle.append(&quill, &second).unwrap();
}

#[test]
fn a_record_from_a_fork_does_not_fit() {
    let mut circle = Circle::open();
    let mut fork = circle.clone();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    circle.write(&quill);
    fork.write(&heron);
    let next_of_fork = fork.next(&quill, Action::Write);
    assert_eq!(circle.append(&quill, &next_of_fork), Err(CheckError::NotNext));
}

#[test]
fn a_record_without_the_hash_before_it_is_refused() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    for prev in [None, Some(Hash::of("something else"))] {
        let header = Header { prev, ..circle.next(&quill, Action::Write) };
        assert_eq!(circle.append(&quill, &header), Err(CheckError::NotNext));
    }
}

#[test]
fn a_replayed_record_is_refused() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let header = circle.next(&quill, Action::Write);
    let record = quill.sign(&header);
    circle.take(&record).unwrap();
    assert_eq!(circle.take(&record), Err(CheckError::NotNext));
}

#[test]
fn a_record_id_is_used_once() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let record = circle.write(&quill);
    let header = Header { record, ..circle.next(&heron, Action::Write) };
    assert_eq!(circle.append(&heron, &header), Err(CheckError::RecordReused));
}

#[test]
fn a_withdrawn_record_does_not_come_back_under_its_id() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let record = circle.write(&quill);
    circle.withdraw(&quill, &[record]).unwrap();
    let header = Header { record, ..circle.next(&quill, Action::Write) };
    assert_eq!(circle.append(&quill, &header), Err(CheckError::RecordReused));
}

#[test]
fn a_record_of_another_journal_is_refused() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let journal = JournalId::from_random_bytes([7; 16]);
    let header = Header { journal, ..circle.next(&quill, Action::Write) };
    assert_eq!(circle.append(&quill, &header), Err(CheckError::WrongJournal));
}

#[test]
fn a_chain_at_its_very_end_is_not_wrapped_around() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let header = Header { seq: 0, ..circle.next(&quill, Action::Write) };
    circle.state.as_mut().unwrap().seq = u64::MAX;
    assert_eq!(circle.append(&quill, &header), Err(CheckError::NotNext));
}

#[test]
fn a_header_from_a_newer_version_asks_for_an_update() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let header = Header { v: 2, ..circle.next(&quill, Action::Write) };
    assert_eq!(circle.append(&quill, &header), Err(CheckError::Header(HeaderError::UpdateNeeded)));
}

#[test]
fn a_header_with_an_unknown_field_is_refused_although_it_is_signed() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let header = serde_json::to_string(&circle.next(&quill, Action::Write)).unwrap();
    let header = header.replacen('{', r#"{"ghosts":["cedar-07"],"#, 1);
    let record = quill.sign_text(header.into_bytes());
    assert!(matches!(circle.take(&record), Err(CheckError::Header(HeaderError::Malformed(_)))));
}

#[test]
fn a_header_that_names_a_field_twice_is_refused() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let header = serde_json::to_string(&circle.next(&quill, Action::Write)).unwrap();
    let header = header.replacen('{', &format!(r#"{{"author":"{}","#, heron.account), 1);
    let record = quill.sign_text(header.into_bytes());
    assert!(matches!(circle.take(&record), Err(CheckError::Header(HeaderError::Malformed(_)))));
}

#[test]
fn an_opening_signed_by_another_than_its_owner_is_refused() {
    let mut circle = Circle::unopened();
    let header = circle.opening();
    let forged = circle.stranger.sign(&header);
    assert_eq!(circle.take(&forged), BAD_SIGNATURE);
}

#[test]
fn a_journal_starts_with_open_and_with_nothing_else() {
    let mut opened = Circle::open();
    let quill = opened.quill.clone();
    let write = opened.next(&quill, Action::Write);
    let mut circle = Circle::unopened();
    assert_eq!(circle.append(&quill, &write), Err(CheckError::Rule("a journal starts with open")));
    let rotate = Header { seq: 0, prev: None, ..opened.next(&quill, Action::Rotate) };
    assert_eq!(circle.append(&quill, &rotate), Err(CheckError::Rule("a journal starts with open")));
}

#[test]
fn a_journal_is_not_opened_twice() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let header = circle.next(&heron, Action::Open);
    assert_eq!(circle.append(&heron, &header), Err(CheckError::Rule("open stands only at the start")));
}

#[test]
fn an_opening_stands_at_zero_and_follows_nothing() {
    let mut circle = Circle::unopened();
    let heron = circle.heron.clone();
    let later = Header { seq: 1, ..circle.opening() };
    assert_eq!(circle.append(&heron, &later), Err(CheckError::NotNext));
    let after = Header { prev: Some(Hash::of("a history that nobody has")), ..circle.opening() };
    assert_eq!(circle.append(&heron, &after), Err(CheckError::NotNext));
}

#[test]
fn only_its_owner_opens_a_journal() {
    let mut circle = Circle::unopened();
    let quill = circle.quill.clone();
    let header = Header { author: quill.account, ..circle.opening() };
    assert_eq!(circle.append(&quill, &header), Err(CheckError::Rule("whoever opens a journal owns it")));
    let stranger = circle.stranger.clone();
    let header = Header { author: stranger.account, ..circle.opening() };
    assert_eq!(circle.append(&stranger, &header), Err(CheckError::NotAllowed));
}

#[test]
fn the_owner_of_an_opening_cannot_be_named_against_their_will() {
    // A stranger lists heron-41 as owner, with heron's real card, and signs in heron's name.
    let mut circle = Circle::unopened();
    let header = circle.opening();
    let own = Header { record: RecordId::from_random_bytes([9; 16]), ..header };
    let forged = circle.quill.sign(&own);
    assert_eq!(circle.take(&forged), BAD_SIGNATURE);
    // And a card that the stranger made in heron's name is one that pairing never confirmed: the chain alone cannot
    // know, so the fingerprint in the state is the stranger's, not heron's.
    let fake = crate::circle::Person::new("heron-41 as the server would like it");
    let mut members = own.members.clone().unwrap();
    members[0] = fake.as_member(MemberRole::Owner, 0);
    let header = Header { author: fake.account, members: Some(members), ..own };
    circle.append(&fake, &header).unwrap();
    assert_ne!(circle.state().members[0].card.fingerprint(), circle.heron.card.fingerprint());
}

proptest! {
    #[test]
    fn one_flipped_byte_of_header_or_signature_is_refused(place in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut circle = Circle::open();
        let quill = circle.quill.clone();
        let header = circle.next(&quill, Action::Write);
        let mut record = quill.sign(&header);
        let place = place.index(record.header.0.len() + record.signature.0.len());
        match place.checked_sub(record.header.0.len()) {
            None => record.header.0[place] ^= flip,
            Some(place) => record.signature.0[place] ^= flip,
        }
        prop_assert!(circle.take(&record).is_err());
    }

    #[test]
    fn one_flipped_byte_of_an_opening_is_refused(place in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut circle = Circle::unopened();
        let header = circle.opening();
        let mut record = circle.heron.sign(&header);
        let place = place.index(record.header.0.len());
        record.header.0[place] ^= flip;
        prop_assert!(circle.take(&record).is_err());
    }
}
