//! Captures: what a locked device keeps comes back to its own key alone, and under its own id alone.

use std::io::Read as _;

use proptest::prelude::*;
use reverie_crypto::attachment::OpenAttachmentError;
use reverie_crypto::capture::{OpenCaptureError, SealCaptureError};
use reverie_crypto::{CaptureKey, CaptureRecipient};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::AttachmentRef;
use reverie_protocol::ids::{AttachmentId, DocumentId};
use reverie_protocol::limits;

use crate::fixtures::{field, flipped, rng, vector};

const WORDS: &[u8] = br#"{"type":"entry","words":"salt. warm stones."}"#;

fn id() -> DocumentId {
    DocumentId::from_random_bytes([3; 16])
}

fn other_id() -> DocumentId {
    DocumentId::from_random_bytes([4; 16])
}

fn key() -> CaptureKey {
    CaptureKey::make(&mut rng(1))
}

/// Seals as a locked device does: with what stands there in clear, and nothing else.
fn locked() -> CaptureRecipient {
    key().to_recipient().to_string().parse().expect("its text is one")
}

fn file() -> (Vec<u8>, AttachmentRef) {
    let mut sealer = locked().seal_file("waves.m4a", 5, 1_935_316_800).expect("a plain name");
    let mut sealed = sealer.push(b"waves").expect("as announced");
    let (end, info) = sealer.finish().expect("as announced");
    sealed.extend(end);
    (sealed, info.named(AttachmentId::from_random_bytes([5; 16])))
}

fn why(key: &CaptureKey, id: DocumentId, sealed: &[u8]) -> Option<OpenCaptureError> {
    key.open(id, sealed).err()
}

#[test]
fn a_capture_and_its_file_come_back_to_the_key_that_was_locked_away() {
    let (sealed_file, named) = file();
    let sealed = locked().seal(id(), &[named], WORDS).unwrap();
    let key = CaptureKey::parse(&key().to_text()).unwrap();
    let opened = key.open(id(), &sealed).ok().unwrap();
    assert_eq!((opened.document.as_slice(), opened.files.as_slice()), (WORDS, [named].as_slice()));
    let mut file = key.open_file(sealed_file.as_slice()).unwrap();
    assert_eq!((file.name(), file.size()), ("waves.m4a", 5));
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"waves");
}

#[test]
fn another_devices_key_opens_neither_capture_nor_file() {
    let other = CaptureKey::make(&mut rng(2));
    let sealed = locked().seal(id(), &[], WORDS).unwrap();
    assert_eq!(why(&other, id(), &sealed), Some(OpenCaptureError::DoesNotOpen));
    assert!(matches!(other.open_file(file().0.as_slice()), Err(OpenAttachmentError::DoesNotOpen)));
}

#[test]
fn a_capture_that_is_put_in_anothers_place_is_refused() {
    let sealed = locked().seal(id(), &[], WORDS).unwrap();
    assert_eq!(why(&key(), other_id(), &sealed), Some(OpenCaptureError::WrongId));
}

#[test]
fn what_is_no_capture_inside_is_refused_and_a_newer_one_asks_for_an_update() {
    let sealed_to = |inside: &str| {
        let recipient: reverie_crypto::HybridRecipient = locked().to_string().parse().unwrap();
        age::encrypt(&recipient, inside.as_bytes()).unwrap()
    };
    let capture = |v: u32, more: &str| {
        sealed_to(&format!(r#"{{"v":{v},"capture":"{}","files":[],"document":{{}}{more}}}"#, id()))
    };
    assert_eq!(why(&key(), id(), &capture(1, "")), None, "the test's own captures are good");
    assert_eq!(why(&key(), id(), &capture(2, "")), Some(OpenCaptureError::UpdateNeeded));
    for inside in [capture(1, r#","from":"nobody""#), sealed_to("words alone"), sealed_to("{}"), sealed_to("")] {
        assert_eq!(why(&key(), id(), &inside), Some(OpenCaptureError::Malformed));
    }
}

#[test]
fn words_that_no_record_would_take_are_refused_before_they_are_kept() {
    assert_eq!(locked().seal(id(), &[], b"not JSON").err(), Some(SealCaptureError::NotJson));
    let long = format!("\"{}\"", "a".repeat(limits::BODY_BYTES));
    assert_eq!(locked().seal(id(), &[], long.as_bytes()).err(), Some(SealCaptureError::TooLarge));
}

#[test]
fn short_captures_are_of_one_size() {
    let sizes = ["\"\"", "\"a\"", "\"a line that somebody typed at night\""];
    // Behind the header, which may hold noise of any length.
    let sizes = sizes.map(|words| {
        let sealed = locked().seal(id(), &[], words.as_bytes()).unwrap();
        sealed.len() - sealed.windows(4).position(|window| window == b"--- ").unwrap()
    });
    assert_eq!(sizes, [sizes[0]; 3]);
}

#[test]
fn the_permanent_vector_opens() {
    let vector = vector("capture.json");
    let key = CaptureKey::parse(&field::<String>(&vector, "identity")).unwrap();
    assert_eq!(key.to_recipient().to_string(), field::<String>(&vector, "recipient"));
    let opened = key.open(field(&vector, "capture"), &field::<B64>(&vector, "sealed").0).ok().unwrap();
    assert_eq!(opened.document.as_slice(), field::<String>(&vector, "document").as_bytes());
    let B64(file) = field(&vector, "file");
    assert_eq!(opened.files, [field(&vector, "named")]);
    assert_eq!(Hash::of(&file), opened.files[0].sha256);
    let mut bytes = Vec::new();
    key.open_file(file.as_slice()).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(B64(bytes), field(&vector, "bytes"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_words_come_back(words in ".{0,400}", n in 0_u8..20) {
        let document = serde_json::to_vec(&words).unwrap();
        let named = |n| AttachmentRef { id: AttachmentId::from_random_bytes([n; 16]), sha256: Hash::of([n]), size: 7 };
        let files: Vec<_> = (0..n).map(named).collect();
        let sealed = locked().seal(id(), &files, &document).unwrap();
        let opened = key().open(id(), &sealed).ok().unwrap();
        prop_assert_eq!(opened.document.as_slice(), document.as_slice());
        prop_assert_eq!(opened.files, files);
    }

    #[test]
    fn any_change_and_any_bytes_are_refused(at in any::<prop::sample::Index>(), bit in 0..8_u8, bytes: Vec<u8>) {
        let sealed = locked().seal(id(), &[], WORDS).unwrap();
        prop_assert!(key().open(id(), &flipped(&sealed, at, bit)).is_err());
        prop_assert!(key().open(id(), &sealed[..at.index(sealed.len())]).is_err());
        prop_assert!(key().open(id(), &bytes).is_err());
    }

    #[test]
    fn only_a_recipient_is_read_as_one(text in "(?s).{0,80}") {
        prop_assert!(text.parse::<CaptureRecipient>().is_err());
    }
}
