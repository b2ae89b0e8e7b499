//! Bodies: bound to their record, readable by stock age, refused when altered.

use proptest::prelude::*;
use reverie_crypto::body::SealBodyError;
use reverie_crypto::{Binding, EpochKey, OpenBodyError, open_body, seal_body};
use reverie_protocol::bytes::B64;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::RecordId;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::fixtures::{field, flipped, imogen, journal, other_journal, quill, rng, seal_as_member, shell, vector};

const DOCUMENT: &[u8] = br#"{"type":"entry","words":"A heron stood in the water."}"#;

fn key() -> EpochKey {
    EpochKey::make(journal(), 0, &mut rng(1))
}

fn binding() -> Binding {
    Binding { journal: journal(), record: RecordId::from_random_bytes([9; 16]), author: imogen() }
}

#[test]
fn a_body_opens_only_for_the_record_that_it_was_made_for() {
    let sealed = seal_body(&key(), &binding(), DOCUMENT).unwrap();
    assert_eq!(open_body(&key(), &binding(), &sealed).unwrap().as_slice(), DOCUMENT);
    for elsewhere in [
        Binding { journal: other_journal(), ..binding() },
        Binding { record: RecordId::from_random_bytes([10; 16]), ..binding() },
        Binding { author: quill(), ..binding() },
    ] {
        assert_eq!(open_body(&key(), &elsewhere, &sealed), Err(OpenBodyError::BindingMismatch));
    }
}

#[test]
fn a_member_of_another_epoch_cannot_open_a_body() {
    let sealed = seal_body(&key(), &binding(), DOCUMENT).unwrap();
    let later = EpochKey::make(journal(), 1, &mut rng(2));
    assert_eq!(open_body(&later, &binding(), &sealed), Err(OpenBodyError::DoesNotOpen));
}

#[test]
fn bodies_that_are_not_bound_documents_are_malformed() {
    let valid = json!({ "binding": binding(), "document": {} });
    let extra = json!({ "binding": binding(), "document": {}, "more": 1 });
    let unbound = json!({ "document": {} });
    for inside in [b"".to_vec(), b"plain words".to_vec(), extra.to_string().into(), unbound.to_string().into()] {
        let sealed = seal_as_member(&key(), &inside);
        assert_eq!(open_body(&key(), &binding(), &sealed), Err(OpenBodyError::Malformed));
    }
    let sealed = seal_as_member(&key(), valid.to_string().as_bytes());
    assert_eq!(open_body(&key(), &binding(), &sealed).unwrap().as_slice(), b"{}");
}

#[test]
fn a_body_sealed_to_a_post_quantum_recipient_beside_the_epoch_is_refused() {
    let sealed = seal_body(&key(), &binding(), DOCUMENT).unwrap();
    let header_end = sealed.windows(5).position(|window| window == b"\n--- ").unwrap();
    let mut mixed = sealed[..header_end].to_vec();
    mixed.extend_from_slice(b"\n-> mlkem768x25519 AAAA\nAAAA");
    mixed.extend_from_slice(&sealed[header_end..]);
    assert_eq!(open_body(&key(), &binding(), &mixed), Err(OpenBodyError::DoesNotOpen));
}

#[test]
fn what_is_not_json_or_too_large_is_not_sealed() {
    assert_eq!(seal_body(&key(), &binding(), b"words"), Err(SealBodyError::NotJson));
    assert_eq!(seal_body(&key(), &binding(), b"{} {}"), Err(SealBodyError::NotJson));
    let large = json!({ "words": "a".repeat(1024 * 1024) }).to_string();
    assert_eq!(seal_body(&key(), &binding(), large.as_bytes()), Err(SealBodyError::TooLarge));
}

#[test]
fn stock_age_opens_a_body_to_readable_json_of_a_padded_length() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("epoch.key"), key().to_identity_file().expose_secret()).unwrap();
    std::fs::write(folder.path().join("body.age"), seal_body(&key(), &binding(), DOCUMENT).unwrap()).unwrap();
    let opened = shell(folder.path(), "age -d -i epoch.key body.age");
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    assert_eq!(opened.stdout.len(), 1024);
    let json: serde_json::Value = serde_json::from_slice(&opened.stdout).unwrap();
    assert_eq!(json["document"]["words"], "A heron stood in the water.");
    assert_eq!(json["binding"]["author"], json!(imogen()));
}

#[test]
fn the_permanent_vector_opens() {
    let vector = vector("journal.json");
    let file: String = field(&vector, "identity_file");
    let key = EpochKey::parse(field(&vector, "journal"), field(&vector, "epoch"), &file).unwrap();
    let binding = Binding {
        journal: field(&vector, "journal"),
        record: field(&vector, "record"),
        author: field(&vector, "author"),
    };
    let record: SignedRecord = field(&vector, "signed_record");
    let B64(body) = record.body.unwrap();
    assert_eq!(open_body(&key, &binding, &body).unwrap().as_slice(), field::<String>(&vector, "document").as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn documents_come_back_byte_for_byte(words in "(?s).{0,3000}", space in "[ \n]{0,3}") {
        let document = format!("{{{space}\"words\":{space}{}}}", json!(words));
        let sealed = seal_body(&key(), &binding(), document.as_bytes()).unwrap();
        let opened = open_body(&key(), &binding(), &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), document.as_bytes());
    }

    #[test]
    fn a_body_with_any_bit_flipped_does_not_open(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let sealed = seal_body(&key(), &binding(), DOCUMENT).unwrap();
        prop_assert_eq!(open_body(&key(), &binding(), &flipped(&sealed, at, bit)), Err(OpenBodyError::DoesNotOpen));
    }

    #[test]
    fn a_body_cut_short_does_not_open(at in any::<prop::sample::Index>()) {
        let sealed = seal_body(&key(), &binding(), DOCUMENT).unwrap();
        let cut = &sealed[..at.index(sealed.len())];
        prop_assert_eq!(open_body(&key(), &binding(), cut), Err(OpenBodyError::DoesNotOpen));
    }

    #[test]
    fn whatever_a_member_seals_is_opened_or_refused(inside in prop::collection::vec(any::<u8>(), 0..300)) {
        let sealed = seal_as_member(&key(), &inside);
        prop_assert!(open_body(&key(), &binding(), &sealed).is_err());
        prop_assert!(open_body(&key(), &binding(), &inside).is_err());
    }
}
