//! Invitation codes as people type them, and what they vouch for.

use proptest::prelude::*;
use reverie_crypto::InvitationCode;
use reverie_crypto::pairing::ParseInvitationCodeError;
use reverie_protocol::account::AccountRole::{Clinician, Patient};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;

use crate::fixtures::{field, rng, vector};

fn code() -> InvitationCode {
    InvitationCode::make(&mut rng(1))
}

fn why(text: &str) -> Option<ParseInvitationCodeError> {
    InvitationCode::parse(text).err()
}

fn cards() -> (Hash, Hash) {
    (Hash::of("Quill's card"), Hash::of("Imogen's card"))
}

#[test]
fn a_code_is_shown_in_ten_groups_of_four() {
    let text = code().to_text();
    let groups: Vec<&str> = text.split('-').collect();
    assert_eq!(groups.len(), 10);
    assert!(groups.iter().all(|group| group.len() == 4));
    assert!(text.starts_with("reve-rie1-"));
}

#[test]
fn a_code_is_accepted_as_people_type_it() {
    let text = code().to_text();
    let bare = text.replace('-', "");
    let link = format!("https://harborlane.example/join#{}", *text);
    for typed in
        [text.to_uppercase(), bare.clone(), bare.to_uppercase(), text.replace('-', " "), format!(" {bare}\n"), link]
    {
        assert_eq!(InvitationCode::parse(&typed).ok().unwrap().id(), code().id(), "{typed}");
    }
}

#[test]
fn a_code_with_characters_missing_or_too_many_says_so() {
    let text = code().to_text();
    assert_eq!(why(""), Some(ParseInvitationCodeError::TooShort));
    assert_eq!(why(&text[..text.len() - 1]), Some(ParseInvitationCodeError::TooShort));
    assert_eq!(why(&format!("{}q", *text)), Some(ParseInvitationCodeError::TooLong));
}

#[test]
fn a_valid_code_of_something_else_is_mistyped() {
    let hrp = bech32::Hrp::parse("reverix").unwrap();
    let other = bech32::encode_lower::<bech32::Bech32m>(hrp, &[1; 16]).unwrap();
    assert_eq!(why(&other), Some(ParseInvitationCodeError::Mistyped));
    let hrp = bech32::Hrp::parse("reverie").unwrap();
    let old_checksum = bech32::encode_lower::<bech32::Bech32>(hrp, &[1; 16]).unwrap();
    assert_eq!(why(&old_checksum), Some(ParseInvitationCodeError::Mistyped));
}

#[test]
fn what_each_side_vouches_for_verifies_for_the_other() {
    let (inviter, guest) = cards();
    let code = code();
    let mac = code.inviter_mac(Patient, inviter);
    assert!(code.verify_inviter_mac(Patient, inviter, &mac).is_ok());
    let mac = code.guest_mac(Patient, inviter, guest);
    assert!(code.verify_guest_mac(Patient, inviter, guest, &mac).is_ok());
}

#[test]
fn a_card_role_direction_or_invitation_that_was_exchanged_is_not_vouched_for() {
    let (inviter, guest) = cards();
    let swapped = Hash::of("the server's card");
    let code = code();
    let mac = code.inviter_mac(Patient, inviter);
    assert!(code.verify_inviter_mac(Patient, swapped, &mac).is_err());
    assert!(code.verify_inviter_mac(Clinician, inviter, &mac).is_err());
    assert!(code.verify_guest_mac(Patient, inviter, guest, &mac).is_err());
    assert!(InvitationCode::make(&mut rng(2)).verify_inviter_mac(Patient, inviter, &mac).is_err());

    let mac = code.guest_mac(Patient, inviter, guest);
    assert!(code.verify_guest_mac(Patient, inviter, swapped, &mac).is_err());
    assert!(code.verify_guest_mac(Patient, swapped, guest, &mac).is_err());
    assert!(code.verify_guest_mac(Clinician, inviter, guest, &mac).is_err());
    assert!(code.verify_inviter_mac(Patient, inviter, &mac).is_err());
    assert!(code.verify_guest_mac(Patient, inviter, guest, &mac[..31]).is_err());
    assert!(code.verify_guest_mac(Patient, inviter, guest, b"").is_err());
}

#[test]
fn the_permanent_vector_keeps_everything_that_is_derived() {
    let vector = vector("pairing.json");
    let text: String = field(&vector, "code");
    let code = InvitationCode::parse(&text).ok().unwrap();
    let (role, inviter, guest) = (field(&vector, "role"), field(&vector, "inviter"), field(&vector, "guest"));
    assert_eq!(*code.to_text(), text);
    assert_eq!(code.id(), field(&vector, "id"));
    assert_eq!(B64(code.redeem_token().to_vec()), field(&vector, "redeem_token"));
    assert_eq!(B64(code.inviter_mac(role, inviter).to_vec()), field(&vector, "inviter_mac"));
    assert_eq!(B64(code.guest_mac(role, inviter, guest).to_vec()), field(&vector, "guest_mac"));
}

proptest! {
    #[test]
    fn codes_come_back_from_their_text(seed in any::<u64>()) {
        let code = InvitationCode::make(&mut rng(seed));
        let again = InvitationCode::parse(&code.to_text()).ok().unwrap();
        prop_assert_eq!(again.redeem_token(), code.redeem_token());
    }

    #[test]
    fn a_code_with_one_or_two_wrong_characters_is_mistyped(
        seed in any::<u64>(), places in (0_usize..40, 0_usize..40), typed in ("[a-z0-9]", "[a-z0-9]")
    ) {
        let code = InvitationCode::make(&mut rng(seed)).to_text().replace('-', "");
        let mut wrong = code.clone();
        wrong.replace_range(places.0..=places.0, &typed.0);
        wrong.replace_range(places.1..=places.1, &typed.1);
        prop_assume!(wrong != code);
        prop_assert_eq!(why(&wrong), Some(ParseInvitationCodeError::Mistyped));
    }

    #[test]
    fn a_mac_with_any_bit_flipped_is_refused(at in 0_usize..32, bit in 0_u8..8) {
        let mut mac = code().inviter_mac(Patient, cards().0);
        mac[at] ^= 1 << bit;
        prop_assert!(code().verify_inviter_mac(Patient, cards().0, &mac).is_err());
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "(?s).{0,60}", rest in "(?s).{32}") {
        prop_assert!(InvitationCode::parse(&text).is_err());
        let like_a_code = format!("reverie1{rest}");
        prop_assert!(InvitationCode::parse(&like_a_code).is_err());
    }
}
