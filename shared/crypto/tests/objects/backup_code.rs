//! Backup codes: typed by tired people, and what the server is shown.

use proptest::prelude::*;
use reverie_crypto::BackupCode;
use reverie_crypto::backup_code::ParseBackupCodeError;
use reverie_protocol::bytes::B64;

use crate::fixtures::{field, rng, vector};

#[test]
fn a_code_is_read_however_it_is_typed() {
    let code = BackupCode::make(&mut rng(1));
    let text = code.to_text();
    assert!(text.starts_with("back-up1"), "{}", *text);
    assert_eq!(text.replace('-', "").len(), 39);
    for typed in [text.to_uppercase(), text.replace('-', " "), text.replace('-', "")] {
        assert_eq!(*BackupCode::parse(&typed).ok().unwrap().token(), *code.token());
    }
}

#[test]
fn a_mistyped_or_cut_off_code_is_named_as_such_and_another_kind_of_code_is_none() {
    let text = BackupCode::make(&mut rng(2)).to_text();
    let last = text.chars().last().unwrap();
    let other = if last == 'q' { 'p' } else { 'q' };
    let mistyped = format!("{}{other}", &text[..text.len() - 1]);
    assert_eq!(BackupCode::parse(&mistyped).err(), Some(ParseBackupCodeError::Mistyped));
    assert_eq!(BackupCode::parse(&text[..20]).err(), Some(ParseBackupCodeError::TooShort));
    assert_eq!(BackupCode::parse(&format!("{}q", *text)).err(), Some(ParseBackupCodeError::TooLong));
    let of_a_device = reverie_crypto::HandoverCode::make(&mut rng(2)).to_text();
    assert_eq!(BackupCode::parse(&of_a_device).err(), Some(ParseBackupCodeError::Mistyped));
}

#[test]
fn the_permanent_vector_keeps_its_token() {
    let vector = vector("backup_code.json");
    let code = BackupCode::parse(&field::<String>(&vector, "code")).ok().unwrap();
    assert_eq!(B64(code.token().to_vec()), field(&vector, "token"));
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_is_written_back(text in ".{0,60}") {
        if let Ok(code) = BackupCode::parse(&text) {
            prop_assert_eq!(*BackupCode::parse(&code.to_text()).ok().unwrap().token(), *code.token());
        }
    }
}
