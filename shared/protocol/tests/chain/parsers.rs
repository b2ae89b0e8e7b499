//! Parsers of outside bytes: nothing that arrives makes one panic, and every text has one value and back.

use std::str::FromStr;

use proptest::prelude::*;
use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::check::check;
use reverie_protocol::erasure::{ErasureError, SignedErasure};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Header, HeaderError, SignedRecord};
use reverie_protocol::ids::RecordId;
use reverie_protocol::keyring::Keyring;
use reverie_protocol::limits::check_handle;
use reverie_protocol::problem::{Problem, ProblemCode};

use crate::circle::Circle;

/// Bytes of all sorts, and JSON that is nearly what is expected.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let header = serde_json::to_string(&Circle::unopened().opening()).unwrap();
    let near = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), ".{0,8}").prop_map(move |(a, b, text)| {
        let (from, to) = (a.index(header.len()), b.index(header.len()));
        let range = from.min(to)..from.max(to);
        let mut altered = header.clone();
        altered.replace_range(range, &text);
        altered.into_bytes()
    });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..512), ".{0,256}".prop_map(String::into_bytes), near]
}

proptest! {
    #[test]
    fn no_bytes_make_a_record_panic(header in bytes(), signature in prop::collection::vec(any::<u8>(), 0..80)) {
        let record = SignedRecord { header: B64(header), signature: B64(signature), body: None };
        let _ = record.claim();
        let _ = record.parse();
        prop_assert!(check(&mut None, &record).is_err());
        prop_assert!(check(&mut Circle::open().state, &record).is_err());
    }

    #[test]
    fn no_bytes_make_a_card_panic(card in bytes(), signature in prop::collection::vec(any::<u8>(), 0..80)) {
        let card = SignedCard { card: B64(card), signature: B64(signature), succession: None };
        prop_assert!(card.verify().is_err());
    }

    #[test]
    fn no_bytes_make_an_erasure_panic_and_none_is_read_unsigned(
        erasure in bytes(),
        signature in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let key = Circle::open().heron.card.verify().unwrap().verifying_key;
        let signed = SignedErasure { erasure: B64(erasure), signature: B64(signature) };
        prop_assert_eq!(signed.verify(&key), Err(ErasureError::BadSignature));
    }

    #[test]
    fn no_bytes_make_a_keyring_or_a_problem_panic(bytes in bytes()) {
        let _ = serde_json::from_slice::<Keyring>(&bytes);
        let _ = serde_json::from_slice::<Problem>(&bytes);
        let _ = serde_json::from_slice::<SignedRecord>(&bytes);
        let _ = serde_json::from_slice::<SignedCard>(&bytes);
    }

    #[test]
    fn no_text_makes_an_id_a_hash_or_a_handle_panic(text in ".{0,80}") {
        let _ = RecordId::from_str(&text);
        let _ = Hash::from_str(&text);
        let _ = B64::decode(&text);
        let _ = check_handle(&text);
    }

    #[test]
    fn bytes_come_back_from_their_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = B64(bytes);
        prop_assert_eq!(&B64::decode(&bytes.encode()).unwrap(), &bytes);
        let json = serde_json::to_string(&bytes).unwrap();
        prop_assert_eq!(serde_json::from_str::<B64>(&json).unwrap(), bytes);
    }

    #[test]
    fn bytes_have_one_text(text in "[A-Za-z0-9+/=]{0,24}") {
        if let Ok(bytes) = B64::decode(&text) {
            prop_assert_eq!(bytes.encode(), text);
        }
    }

    #[test]
    fn hashes_and_ids_have_one_text(bytes in any::<[u8; 32]>()) {
        let hash = Hash(bytes);
        prop_assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        let json = serde_json::to_string(&hash).unwrap();
        prop_assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
        let id = RecordId::from_random_bytes(*bytes.first_chunk().unwrap());
        prop_assert_eq!(id.to_string().parse::<RecordId>().unwrap(), id);
        prop_assert_eq!(RecordId::from_bytes(*id.as_bytes()), id);
    }
}

#[test]
fn base64url_and_unpadded_base64_are_refused() {
    for text in ["-_8=", "+/8", "+/8==", "+ /8=", "+/9="] {
        B64::decode(text).unwrap_err();
    }
    assert_eq!(B64::decode("+/8=").unwrap().0, [0xfb, 0xff]);
}

#[test]
fn a_hash_in_capitals_or_of_another_length_is_refused() {
    let text = Hash::of("").to_string();
    for wrong in [text.to_uppercase(), text[1..].into(), format!("{text}00"), format!("0x{}", &text[2..])] {
        wrong.parse::<Hash>().unwrap_err();
    }
}

#[test]
fn an_id_error_does_not_repeat_a_long_text() {
    let error = "x".repeat(10_000).parse::<RecordId>().unwrap_err();
    assert!(error.to_string().len() < 200);
}

#[test]
fn handles_are_plain() {
    for good in ["heron-41", "quill", "ab", "a1", &"a".repeat(40)] {
        check_handle(good).unwrap();
    }
    for bad in ["", "a", "41-heron", "-heron", "Heron", "heron 41", "heron_41", "héron", &"a".repeat(41)] {
        check_handle(bad).unwrap_err();
    }
}

#[test]
fn a_newer_header_is_told_from_a_broken_one() {
    let newer = SignedRecord { header: B64(br#"{"v":2}"#.to_vec()), signature: B64::default(), body: None };
    // Without an author there is nobody whose update would help; a newer header still names one.
    assert!(matches!(newer.claim(), Err(HeaderError::Malformed(_))));
    let author = Circle::unopened().heron.account;
    let newer = SignedRecord { header: B64(format!(r#"{{"v":2,"author":"{author}","new":1}}"#).into_bytes()), ..newer };
    assert_eq!(newer.claim(), Err(HeaderError::UpdateNeeded));
}

#[test]
fn a_header_survives_its_own_text() {
    let header = Circle::unopened().opening();
    let text = serde_json::to_vec(&header).unwrap();
    assert_eq!(serde_json::from_slice::<Header>(&text).unwrap(), header);
}

#[test]
fn problem_codes_are_unique_and_named_as_they_are_written() {
    let mut seen = std::collections::BTreeSet::new();
    for code in ProblemCode::ALL {
        assert!(seen.insert(code.code()), "{} is there twice", code.code());
        assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{}\"", code.code()));
        assert!((400..600).contains(&code.status()), "{} is no refusal", code.code());
    }
}

#[cfg(feature = "openapi")]
mod both_encodings {
    //! poem-openapi reads and writes these types by its own rules: they must be serde's.

    use poem_openapi::types::{ParseFromJSON, ToJSON};
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;

    fn agree<T: ToJSON + ParseFromJSON + Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
        let written = serde_json::to_value(value).unwrap();
        assert_eq!(value.to_json().unwrap(), written);
        assert_eq!(T::parse_from_json(Some(written)).map_err(|error| error.into_message()).unwrap(), *value);
    }

    proptest! {
        #[test]
        fn serde_and_poem_write_the_same(bytes in prop::collection::vec(any::<u8>(), 0..64), hash in any::<[u8; 32]>()) {
            agree(&B64(bytes));
            agree(&Hash(hash));
            agree(&RecordId::from_random_bytes(*hash.first_chunk().unwrap()));
        }
    }

    #[test]
    fn serde_and_poem_write_records_cards_and_problems_alike() {
        let circle = Circle::open();
        let mut header = Circle::unopened();
        agree(&circle.heron.sign(&header.opening()));
        agree(&circle.heron.card);
        agree(&circle.heron.with_new_keys(&circle.heron).card);
        for code in ProblemCode::ALL {
            agree(&Problem::new(*code, "what to do next"));
        }
    }
}
