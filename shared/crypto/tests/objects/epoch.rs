//! Epoch keys and the commitments that hold members together.

use proptest::prelude::*;
use reverie_crypto::EpochKey;
use reverie_protocol::hash::Hash;
use secrecy::ExposeSecret as _;

use crate::fixtures::{epoch_identity, field, journal, other_journal, rng, vector};

#[test]
fn the_commitment_is_the_hash_of_label_journal_epoch_and_recipient() {
    let key = EpochKey::make(journal(), 3, &mut rng(1));
    let mut bytes = b"reverie/v1/epoch".to_vec();
    bytes.extend(journal().as_bytes());
    bytes.extend([0, 0, 0, 3]);
    bytes.extend(epoch_identity(&key).to_public().to_string().as_bytes());
    assert_eq!(key.commitment(), Hash::of(bytes));
}

#[test]
fn the_same_key_in_another_journal_or_epoch_has_another_commitment() {
    let make = |journal, epoch| EpochKey::make(journal, epoch, &mut rng(1)).commitment();
    let commitments = [make(journal(), 0), make(journal(), 1), make(other_journal(), 0)];
    assert_ne!(commitments[0], commitments[1]);
    assert_ne!(commitments[0], commitments[2]);
}

#[test]
fn the_permanent_vector_keeps_its_commitment() {
    let vector = vector("journal.json");
    let file: String = field(&vector, "identity_file");
    let key = EpochKey::parse(field(&vector, "journal"), field(&vector, "epoch"), &file).unwrap();
    assert_eq!(key.commitment(), field(&vector, "commitment"));
}

proptest! {
    #[test]
    fn a_key_comes_back_from_its_identity_file(seed in any::<u64>(), epoch in any::<u32>()) {
        let key = EpochKey::make(journal(), epoch, &mut rng(seed));
        let again = EpochKey::parse(journal(), epoch, key.to_identity_file().expose_secret()).unwrap();
        prop_assert_eq!(again.commitment(), key.commitment());
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "(?s).{0,200}") {
        prop_assert!(EpochKey::parse(journal(), 0, &text).is_err());
    }
}
