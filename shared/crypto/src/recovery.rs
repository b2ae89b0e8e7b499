//! Recovery codes: 256 random bits on paper, as 24 words (BIP-39, English), which log in and open the key bundle.

use bip39::{Language, Mnemonic};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::derive::derive;

const LOGIN_LABEL: &str = "reverie/v1/recovery/login";
/// How many words a code has.
pub const WORDS: usize = 24;

/// A recovery code.
pub struct RecoveryCode(pub(crate) Zeroizing<[u8; 32]>);

/// Why the words are not a recovery code. Positions count from 1; no word is repeated in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseRecoveryCodeError {
    /// There are not 24 words.
    #[error("a recovery code has 24 words, and these are {0}")]
    WordCount(usize),
    /// A word is not in the list.
    #[error("word {0} is not one of the recovery words; compare it with your printed kit")]
    UnknownWord(usize),
    /// All words are in the list, but one is not the right one, or two changed places.
    #[error("these words do not belong together; one is wrong, or two changed places: compare with your printed kit")]
    Checksum,
}

impl RecoveryCode {
    /// Makes a new code.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Returns the code's 24 words.
    pub fn words(&self) -> [&'static str; WORDS] {
        let mnemonic = Mnemonic::from_entropy_in(Language::English, self.0.as_slice())
            .expect("32 bytes are a valid BIP-39 entropy");
        let mut words = mnemonic.words();
        std::array::from_fn(|_| words.next().expect("32 bytes make 24 words"))
    }

    /// Reads 24 words as people type them: any case, any space, commas, or the numbers of the printed kit between them.
    ///
    /// # Errors
    /// [`ParseRecoveryCodeError`], with the position of the first word that is not in the list.
    pub fn parse(text: &str) -> Result<Self, ParseRecoveryCodeError> {
        let lower = Zeroizing::new(text.to_lowercase());
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        if words.len() != WORDS {
            return Err(ParseRecoveryCodeError::WordCount(words.len()));
        }
        let spaced = Zeroizing::new(words.join(" "));
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &spaced).map_err(|error| match error {
            bip39::Error::UnknownWord(index) => ParseRecoveryCodeError::UnknownWord(index + 1),
            _ => ParseRecoveryCodeError::Checksum,
        })?;
        let (entropy, _) = mnemonic.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.copy_from_slice(&entropy[..32]);
        Ok(Self(bytes))
    }

    /// `HKDF(none, code, "reverie/v1/recovery/login")`, 32 bytes: logs in where the password is lost. The server keeps
    /// its SHA-256.
    pub fn login_token(&self) -> Zeroizing<[u8; 32]> {
        derive(None, self.0.as_slice(), LOGIN_LABEL)
    }
}
