//! Erasures: what is signed is erased, and nothing that only looks like it.

use reverie_protocol::bytes::B64;
use reverie_protocol::erasure::{Erasure, ErasureError, SignedErasure};
use reverie_protocol::signed::Kind;

use crate::circle::Circle;

#[test]
fn an_erasure_is_read_after_its_signature_and_with_nothing_unknown_in_it() {
    let circle = Circle::open();
    let (heron, key) = (&circle.heron, circle.heron.card.verify().unwrap().verifying_key);
    let signed =
        |bytes: &[u8], kind| SignedErasure { erasure: B64(bytes.to_vec()), signature: heron.sign_bytes(kind, bytes) };
    let erasure = Erasure::of_account(heron.account);
    let bytes = erasure.to_bytes();
    assert_eq!(String::from_utf8(bytes.clone()).unwrap(), format!(r#"{{"v":1,"account":"{}"}}"#, heron.account));
    assert_eq!(signed(&bytes, Kind::Erasure).verify(&key), Ok(erasure));
    assert_eq!(
        signed(&bytes, Kind::Manifest).verify(&key),
        Err(ErasureError::BadSignature),
        "signed as something else"
    );
    let other = circle.quill.card.verify().unwrap().verifying_key;
    assert_eq!(signed(&bytes, Kind::Erasure).verify(&other), Err(ErasureError::BadSignature));
    let mut flipped = signed(&bytes, Kind::Erasure);
    flipped.erasure.0[5] ^= 1;
    assert_eq!(flipped.verify(&key), Err(ErasureError::BadSignature));
    for (text, error) in [
        (r#"{"v":2,"everything":true}"#.to_owned(), ErasureError::UpdateNeeded),
        (format!(r#"{{"v":1,"account":"{}","and":"more"}}"#, heron.account), ErasureError::Malformed),
        ("[]".to_owned(), ErasureError::Malformed),
    ] {
        assert_eq!(signed(text.as_bytes(), Kind::Erasure).verify(&key), Err(error), "{text}");
    }
}
