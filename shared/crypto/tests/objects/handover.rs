//! What an old device leaves for a new one.

use proptest::prelude::*;
use reverie_crypto::handover::{OpenHandoverError, ParseHandoverCodeError};
use reverie_crypto::{AccountSecret, HandoverCode};
use reverie_protocol::bytes::B64;
use reverie_protocol::limits::HANDOVER_BYTES;
use zeroize::Zeroizing;

use crate::fixtures::{field, flipped, rng, vector};

fn secret() -> AccountSecret {
    AccountSecret::from_bytes(Zeroizing::new([6; 16]))
}

fn why(text: &str) -> Option<ParseHandoverCodeError> {
    HandoverCode::parse(text).err()
}

#[test]
fn what_was_left_opens_with_its_code_and_no_other() {
    let code = HandoverCode::make(&mut rng(1));
    let sealed = code.seal("heron-41", &secret());
    assert!(sealed.len() <= HANDOVER_BYTES);
    let opened = HandoverCode::parse(&code.to_text()).ok().unwrap().open(&sealed).ok().unwrap();
    assert_eq!((opened.handle.as_str(), opened.account_secret.expose()), ("heron-41", secret().expose()));
    let other = HandoverCode::make(&mut rng(2));
    assert_eq!(other.open(&sealed).err(), Some(OpenHandoverError::DoesNotOpen));
}

#[test]
fn a_code_is_read_as_people_type_it_and_a_wrong_one_says_how() {
    let code = HandoverCode::make(&mut rng(1));
    let text = code.to_text();
    assert!(text.starts_with("devi-ce1"), "{}", *text);
    for typed in [text.to_uppercase(), text.replace('-', " "), format!(" {} ", text.replace('-', ""))] {
        assert_eq!(HandoverCode::parse(&typed).ok().unwrap().id(), code.id());
    }
    assert_eq!(why(&text[1..]), Some(ParseHandoverCodeError::TooShort));
    assert_eq!(why(&format!("{}q", *text)), Some(ParseHandoverCodeError::TooLong));
    let last = if text.ends_with('q') { 'p' } else { 'q' };
    assert_eq!(why(&format!("{}{last}", &text[..text.len() - 1])), Some(ParseHandoverCodeError::Mistyped));
}

#[test]
fn the_permanent_vector_keeps_its_id_token_and_secret() {
    let vector = vector("handover.json");
    let code = HandoverCode::parse(&field::<String>(&vector, "code")).ok().unwrap();
    assert_eq!(code.id(), field(&vector, "id"));
    assert_eq!(B64(code.take_token().to_vec()), field(&vector, "take_token"));
    let opened = code.open(&field::<B64>(&vector, "sealed").0).ok().unwrap();
    assert_eq!(opened.handle, field::<String>(&vector, "handle"));
    assert_eq!(B64(opened.account_secret.expose().to_vec()), field(&vector, "account_secret"));
}

proptest! {
    #[test]
    fn any_text_and_any_change_is_refused(text in "(?s).{0,80}", at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        prop_assert!(HandoverCode::parse(&text).is_err());
        let code = HandoverCode::make(&mut rng(3));
        prop_assert!(code.open(&flipped(&code.seal("heron-41", &secret()), at, bit)).is_err());
        prop_assert!(code.open(text.as_bytes()).is_err());
    }
}
