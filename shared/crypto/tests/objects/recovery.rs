//! Recovery words as people type them.

use proptest::prelude::*;
use reverie_crypto::RecoveryCode;
use reverie_crypto::bundle::way_from_recovery_code;
use reverie_crypto::recovery::{KitText, ParseRecoveryCodeError, check_words};
use reverie_protocol::bytes::B64;

use crate::fixtures::{field, rng, vector};

fn code() -> RecoveryCode {
    RecoveryCode::make(&mut rng(1))
}

fn why(text: &str) -> Option<ParseRecoveryCodeError> {
    RecoveryCode::parse(text).err()
}

#[test]
fn words_are_accepted_as_people_type_them() {
    let words = code().words();
    let numbered: String = words.iter().enumerate().map(|(n, word)| format!("{}. {word}\n", n + 1)).collect();
    for text in [words.join(" "), words.join(", ").to_uppercase(), format!("\n  {}\t", words.join("  \n")), numbered] {
        let again = RecoveryCode::parse(&text).ok().unwrap();
        assert_eq!(again.words(), words);
    }
}

#[test]
fn a_wrong_word_is_named_by_its_place_and_not_repeated() {
    let mut words = code().words();
    words[4] = "heronry";
    words[9] = "estuarine";
    let error = why(&words.join(" ")).unwrap();
    assert_eq!(error, ParseRecoveryCodeError::UnknownWord { position: 5, like: Some("hero") });
    assert_eq!(error.to_string(), "word 5 is not one of the recovery words; did you mean `hero`?");
    words[4] = "estuarine";
    let error = why(&words.join(" ")).unwrap().to_string();
    assert_eq!(error, "word 5 is not one of the recovery words; compare it with your printed kit");
}

#[test]
fn the_word_that_was_meant_is_offered() {
    for (typed, meant) in [("abandoned", "abandon"), ("abnadon", "abandon"), ("aple", "able"), ("zooo", "zoo")] {
        let error = check_words(&["able", typed], 11).unwrap_err();
        assert_eq!(error, ParseRecoveryCodeError::UnknownWord { position: 12, like: Some(meant) });
        assert_eq!(error.to_string(), format!("word 12 is not one of the recovery words; did you mean `{meant}`?"));
    }
    assert_eq!(check_words(&code().words(), 1), Ok(()));
}

#[test]
fn a_scanned_kit_brings_its_handle_and_server() {
    let text = KitText::make("heron-41", "https://reverie.example:8787", &code());
    let kit = KitText::parse(&format!("\n{}\n", *text)).ok().unwrap();
    assert_eq!(kit.handle.as_deref(), Some("heron-41"));
    assert_eq!(kit.server.as_deref(), Some("https://reverie.example:8787"));
    assert_eq!(kit.code.words(), code().words());
    let typed = KitText::parse(&code().words().join(" ")).ok().unwrap();
    assert_eq!((typed.handle, typed.server, typed.code.words()), (None, None, code().words()));
    assert_eq!(KitText::parse("reverie-kit heron-41").err(), Some(ParseRecoveryCodeError::WordCount(3)));
}

#[test]
fn words_in_another_order_do_not_pass_the_checksum() {
    let mut words = code().words();
    words.swap(0, 1);
    assert_eq!(why(&words.join(" ")), Some(ParseRecoveryCodeError::Checksum));
}

#[test]
fn missing_words_are_counted() {
    assert_eq!(why(""), Some(ParseRecoveryCodeError::WordCount(0)));
    assert_eq!(why(&code().words()[..23].join(" ")), Some(ParseRecoveryCodeError::WordCount(23)));
    // Twelve words can be a valid BIP-39 phrase, but not of ours.
    let twelve = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    assert_eq!(why(twelve), Some(ParseRecoveryCodeError::WordCount(12)));
}

#[test]
fn the_vectors_of_bip_39_are_codes() {
    let zeros = format!("{}art", "abandon ".repeat(23));
    assert_eq!(RecoveryCode::parse(&zeros).ok().unwrap().words().join(" "), zeros);
    let ones = format!("{}vote", "zoo ".repeat(23));
    assert_eq!(RecoveryCode::parse(&ones).ok().unwrap().words().join(" "), ones);
}

#[test]
fn the_permanent_vector_keeps_its_token_and_way_in() {
    let vector = vector("recovery.json");
    let code = RecoveryCode::parse(&field::<String>(&vector, "words")).ok().unwrap();
    assert_eq!(B64(code.login_token().to_vec()), field(&vector, "login_token"));
    assert!(way_from_recovery_code(&code).to_recipient() == field(&vector, "way_in"));
}

proptest! {
    #[test]
    fn codes_come_back_from_their_words(seed in any::<u64>()) {
        let code = RecoveryCode::make(&mut rng(seed));
        let again = RecoveryCode::parse(&code.words().join(" ")).ok().unwrap();
        prop_assert_eq!(again.login_token(), code.login_token());
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "(?s).{0,300}", words in "([a-z]{3,8} ){24}") {
        prop_assert!(RecoveryCode::parse(&text).is_err());
        prop_assert!(RecoveryCode::parse(&words).is_err());
        let scanned = format!("reverie-kit {text}");
        prop_assert!(KitText::parse(&scanned).is_err());
    }
}
