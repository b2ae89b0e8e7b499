//! Keyrings: who gets which key, and how a wrong one is noticed.

use proptest::prelude::*;
use reverie_crypto::keyring::OpenGrantError;
use reverie_crypto::{
    AccountKeys, Binding, EpochKey, HybridIdentity, Reader, open_body, open_grant, seal_body, seal_grant, seal_keyring,
};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use reverie_protocol::keyring::Grant;

use crate::fixtures::{field, flipped, haddon, imogen, journal, other_journal, quill, rng, vector};

fn key(epoch: u32) -> EpochKey {
    EpochKey::make(journal(), epoch, &mut rng(u64::from(epoch) + 100))
}

fn keys(seed: u64) -> AccountKeys {
    AccountKeys::make(&mut rng(seed))
}

fn reader(account: AccountId, keys: &AccountKeys) -> Reader {
    Reader::from_card(&keys.card(account).verify().expect("our own card")).expect("a hybrid recipient")
}

fn why(
    grant: &Grant,
    keys: &AccountKeys,
    journal: JournalId,
    account: AccountId,
    commitment: &Hash,
) -> Option<OpenGrantError> {
    open_grant(grant, keys, journal, account, commitment).err()
}

#[test]
fn every_member_gets_every_epoch_and_reads_what_was_sealed_to_it() {
    let (imogen_keys, quill_keys) = (keys(1), keys(2));
    let readers = [reader(quill(), &quill_keys), reader(imogen(), &imogen_keys)];
    let keyring = seal_keyring(&[&key(1), &key(0)], "shared", &readers).unwrap();
    let order: Vec<_> = keyring.grants.iter().map(|grant| (grant.epoch, grant.account)).collect();
    assert_eq!(order, [(0, quill()), (0, imogen()), (1, quill()), (1, imogen())]);

    let binding = Binding { journal: journal(), record: RecordId::from_random_bytes([9; 16]), author: imogen() };
    let body = seal_body(&key(1), &binding, br#"{"words":"low water"}"#).unwrap();
    let opened = open_grant(&keyring.grants[2], &quill_keys, journal(), quill(), &key(1).commitment());
    let opened = opened.ok().unwrap();
    assert_eq!((opened.compartment.as_str(), opened.key.epoch(), opened.key.journal()), ("shared", 1, journal()));
    assert_eq!(open_body(&opened.key, &binding, &body).unwrap().as_slice(), br#"{"words":"low water"}"#);
}

#[test]
fn somebody_else_cannot_open_a_grant() {
    let grant = seal_grant(&key(0), "private", &reader(imogen(), &keys(1))).unwrap();
    let commitment = key(0).commitment();
    assert_eq!(why(&grant, &keys(3), journal(), haddon(), &commitment), Some(OpenGrantError::DoesNotOpen));
}

#[test]
fn a_grant_moved_to_another_place_is_refused() {
    let keys = keys(1);
    let grant = seal_grant(&key(0), "private", &reader(imogen(), &keys)).unwrap();
    let commitment = key(0).commitment();
    let mismatch = Some(OpenGrantError::BindingMismatch);
    assert_eq!(why(&grant, &keys, other_journal(), imogen(), &commitment), mismatch);
    assert_eq!(why(&grant, &keys, journal(), quill(), &commitment), mismatch);
    let moved = Grant { epoch: 1, ..grant.clone() };
    assert_eq!(why(&moved, &keys, journal(), imogen(), &commitment), mismatch);
    let moved = Grant { account: quill(), ..grant };
    assert_eq!(why(&moved, &keys, journal(), imogen(), &commitment), mismatch);
}

#[test]
fn a_member_who_is_handed_another_key_than_the_others_notices() {
    let keys = keys(1);
    let split = EpochKey::make(journal(), 0, &mut rng(55));
    let grant = seal_grant(&split, "shared", &reader(imogen(), &keys)).unwrap();
    let announced = key(0).commitment();
    assert_eq!(why(&grant, &keys, journal(), imogen(), &announced), Some(OpenGrantError::WrongCommitment));
}

#[test]
fn keys_before_a_key_change_still_open_their_grants() {
    let before = keys(1);
    let grant = seal_grant(&key(0), "private", &reader(imogen(), &before)).unwrap();
    let (after, card) = before.succeed(&before.card(imogen()), &mut rng(9)).unwrap();
    assert!(open_grant(&grant, &after, journal(), imogen(), &key(0).commitment()).is_ok());
    let (third, _) = after.succeed(&card, &mut rng(10)).unwrap();
    assert!(open_grant(&grant, &third, journal(), imogen(), &key(0).commitment()).is_ok());
}

#[test]
fn a_grant_opens_to_an_age_identity_file_of_constant_size() {
    let keys = keys(1);
    for (epoch, compartment) in [(0, "private"), (u32::MAX, "process_notes_of_the_longest_nam")] {
        let grant = seal_grant(&key(epoch), compartment, &reader(imogen(), &keys)).unwrap();
        let plaintext = age::decrypt(keys.identity(), &grant.sealed.0).unwrap();
        assert_eq!(plaintext.len(), 512);
        let identities = age::IdentityFile::from_buffer(plaintext.as_slice()).unwrap().into_identities().unwrap();
        let binding = Binding { journal: journal(), record: RecordId::from_random_bytes([9; 16]), author: imogen() };
        let sealed = seal_body(&key(epoch), &binding, b"{}").unwrap();
        let decryptor = age::Decryptor::new(sealed.as_slice()).unwrap();
        assert!(decryptor.decrypt(identities.iter().map(|identity| identity.as_ref() as _)).is_ok());
    }
}

#[test]
fn compartments_that_could_break_the_identity_file_are_refused() {
    for name in ["", "Private", "a\nAGE-SECRET-KEY-1", "a b", "a_name_that_is_one_letter_too_long"] {
        assert!(seal_grant(&key(0), name, &reader(imogen(), &keys(1))).is_err(), "{name:?}");
    }
}

#[test]
fn a_card_without_a_hybrid_recipient_gets_no_key() {
    let mut card = keys(1).card(imogen()).verify().unwrap();
    card.recipient = age::x25519::Identity::generate().to_public().to_string();
    assert!(Reader::from_card(&card).is_err());
}

#[test]
fn the_permanent_vector_opens() {
    let vector = vector("journal.json");
    let grant: Grant = field(&vector, "grant");
    let identity: HybridIdentity = field::<String>(&vector, "account_identity").parse().unwrap();
    let plaintext = age::decrypt(&identity, &grant.sealed.0).unwrap();
    let key =
        EpochKey::parse(field(&vector, "journal"), field(&vector, "epoch"), std::str::from_utf8(&plaintext).unwrap());
    assert_eq!(key.unwrap().commitment(), field(&vector, "commitment"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_grant_with_any_bit_flipped_does_not_open(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let keys = keys(1);
        let mut grant = seal_grant(&key(0), "private", &reader(imogen(), &keys)).unwrap();
        grant.sealed = B64(flipped(&grant.sealed.0, at, bit));
        let why = why(&grant, &keys, journal(), imogen(), &key(0).commitment());
        prop_assert_eq!(why, Some(OpenGrantError::DoesNotOpen));
    }

    #[test]
    fn whatever_an_owner_seals_is_opened_or_refused(inside in prop::collection::vec(any::<u8>(), 0..600)) {
        let keys = keys(1);
        let sealed = B64(age::encrypt(&keys.identity().to_recipient(), &inside).unwrap());
        let grant = Grant { epoch: 0, account: imogen(), sealed };
        let why = why(&grant, &keys, journal(), imogen(), &key(0).commitment());
        prop_assert_eq!(why, Some(OpenGrantError::Malformed));
    }
}
