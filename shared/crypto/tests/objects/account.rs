//! Cards and signatures: who vouches for which keys.

use proptest::prelude::*;
use reverie_crypto::AccountKeys;
use reverie_protocol::bytes::B64;
use reverie_protocol::card::CardError;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, BodyRef, Header, SignedRecord};
use reverie_protocol::ids::RecordId;
use reverie_protocol::signed::{Kind, VerifyingKey};

use crate::fixtures::{field, flipped, imogen, journal, quill, rng, vector};

fn keys(seed: u64) -> AccountKeys {
    AccountKeys::make(&mut rng(seed))
}

fn header() -> Header {
    Header {
        v: 1,
        journal: journal(),
        seq: 4,
        prev: Some(Hash::of("before")),
        author: imogen(),
        record: RecordId::from_random_bytes([9; 16]),
        action: Action::Write,
        epoch: 0,
        epoch_commitment: None,
        body: Some(BodyRef { sha256: Hash::of("body"), size: 4 }),
        attachments: Vec::new(),
        withdraws: Vec::new(),
        members: None,
    }
}

#[test]
fn a_card_verifies_and_names_the_keys_of_its_account() {
    let keys = keys(1);
    let card = keys.card(imogen()).verify().unwrap();
    assert_eq!((card.account, card.n, card.prev), (imogen(), 0, None));
    assert_eq!(card.recipient, keys.identity().to_recipient().to_string());
    assert_eq!(card.verifying_key, keys.verifying_key());
}

#[test]
fn a_card_after_a_key_change_is_vouched_for_by_the_card_before() {
    let first = keys(1);
    let card = first.card(imogen());
    let (second, next) = first.succeed(&card, &mut rng(2)).unwrap();
    let verified = next.verify_successor_of(&card).unwrap();
    assert_eq!((verified.account, verified.n, verified.prev), (imogen(), 1, Some(card.fingerprint())));
    assert_eq!(verified.verifying_key, second.verifying_key());
    assert_eq!(second.identities().count(), 2);
}

#[test]
fn a_stranger_cannot_make_a_successor_of_a_card() {
    let card = keys(1).card(imogen());
    assert_eq!(keys(3).succeed(&card, &mut rng(2)).err(), Some(CardError::NotASuccessor));
    let (_, theirs) = keys(3).succeed(&keys(3).card(imogen()), &mut rng(2)).unwrap();
    assert!(theirs.verify_successor_of(&card).is_err());
}

#[test]
fn a_signature_of_one_kind_does_not_pass_for_another() {
    let keys = keys(1);
    let signature = keys.sign_statement(Kind::Manifest, b"the same bytes");
    let key = keys.verifying_key();
    assert!(key.verify(Kind::Manifest, b"the same bytes", &signature).is_ok());
    for kind in [Kind::Record, Kind::Card, Kind::Succession] {
        assert!(key.verify(kind, b"the same bytes", &signature).is_err());
    }
}

#[test]
fn a_signed_header_verifies_under_its_author_alone() {
    let record = keys(1).sign_header(&header(), Some(b"body".to_vec()));
    assert_eq!(record.verify(&keys(1).verifying_key()).unwrap(), header());
    assert!(record.verify(&keys(2).verifying_key()).is_err());
}

#[test]
fn after_a_key_change_both_keys_sign_and_no_other() {
    let first = keys(1);
    let (second, _) = first.succeed(&first.card(imogen()), &mut rng(2)).unwrap();
    for key in [first.verifying_key(), second.verifying_key()] {
        assert!(second.owns(&key));
        let record = second.sign_header_as(&key, &header(), None).unwrap();
        assert_eq!(record.verify(&key).unwrap(), header());
    }
    assert!(!second.owns(&keys(3).verifying_key()));
    assert!(second.sign_header_as(&keys(3).verifying_key(), &header(), None).is_none());
    assert!(first.sign_header_as(&second.verifying_key(), &header(), None).is_none());
}

#[test]
fn the_same_header_is_signed_to_the_same_bytes() {
    assert!(keys(1).sign_header(&header(), None) == keys(1).sign_header(&header(), None));
    assert!(keys(1).card(quill()) == keys(1).card(quill()));
}

#[test]
fn the_permanent_vector_verifies() {
    let vector = vector("journal.json");
    let record: SignedRecord = field(&vector, "signed_record");
    let key: VerifyingKey = field(&vector, "verifying_key");
    let header = record.verify(&key).unwrap();
    assert_eq!(record.chain_hash(), field(&vector, "chain_hash"));
    assert_eq!((header.seq, header.author), (12, field(&vector, "author")));
}

proptest! {
    #[test]
    fn a_header_or_signature_with_any_bit_flipped_does_not_verify(
        at in any::<prop::sample::Index>(), bit in 0_u8..8, in_signature: bool
    ) {
        let keys = keys(1);
        let mut record = keys.sign_header(&header(), None);
        let part = if in_signature { &mut record.signature } else { &mut record.header };
        *part = B64(flipped(&part.0, at, bit));
        prop_assert!(record.verify(&keys.verifying_key()).is_err());
    }
}
