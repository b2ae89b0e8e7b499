//! Which passwords are refused: only the worst, since the account secret stands beside every password.

use zeroize::Zeroizing;

use super::normalize;

/// The least number of characters of a password.
pub const LEAST_CHARS: usize = 8;

/// Passwords of eight and more characters that everybody tries first.
const WORST: &[&str] = &[
    "00000000",
    "11111111",
    "12341234",
    "12345678",
    "123456789",
    "1234567890",
    "1q2w3e4r",
    "1qaz2wsx",
    "87654321",
    "abcd1234",
    "abcdefgh",
    "asdfasdf",
    "asdfghjkl",
    "baseball",
    "changeme",
    "computer",
    "dragon123",
    "football",
    "iloveyou",
    "iloveyou1",
    "integration",
    "internet",
    "ketamine",
    "letmein1",
    "liverpool",
    "michelle",
    "monkey123",
    "passw0rd",
    "password",
    "password1",
    "password12",
    "password123",
    "princess",
    "q1w2e3r4",
    "qwer1234",
    "qwerty12",
    "qwerty123",
    "qwertyui",
    "qwertyuiop",
    "reverie1",
    "sunshine",
    "superman",
    "trustno1",
    "welcome1",
    "whatever",
];

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorstPassword {
    /// It is too short.
    #[error("the password is too short; use at least 8 characters, for example three or four words")]
    TooShort,
    /// It is one of those that everybody tries first, or one character again and again.
    #[error("this password is among the first that anybody would try; use three or four words that are yours")]
    Common,
    /// It is the account's handle.
    #[error("the password is your handle, which others know; use three or four words that are yours")]
    Handle,
}

/// Refuses the worst passwords and nothing else.
///
/// # Errors
/// [`WorstPassword`], which says what to do instead.
pub fn refuse_worst(password: &str, handle: &str) -> Result<(), WorstPassword> {
    let plain = Zeroizing::new(normalize(password).to_lowercase());
    let mut chars = plain.chars();
    let first = chars.next();
    if plain.chars().count() < LEAST_CHARS {
        Err(WorstPassword::TooShort)
    } else if *plain == handle.to_lowercase() {
        Err(WorstPassword::Handle)
    } else if WORST.contains(&plain.as_str()) || chars.all(|c| Some(c) == first) {
        Err(WorstPassword::Common)
    } else {
        Ok(())
    }
}
