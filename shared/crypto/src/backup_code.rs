//! Backup codes: what stands in for a second factor that is lost. Made on the client; the server keeps a hash of what each
//! gives, so that nobody who reads its database can use one.

use bech32::Hrp;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::code_text::{self, NotACode};
use crate::derive::derive;

const PREFIX: Hrp = Hrp::parse_unchecked("backup");
const TOKEN_LABEL: &str = "reverie/v1/backup-code";

/// A backup code: 128 random bits, good once. As text Bech32m (BIP 350) in groups of four.
pub struct BackupCode(Zeroizing<[u8; 16]>);

/// Why the text is not a backup code. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseBackupCodeError {
    /// Characters are missing.
    #[error("the backup code is too short; it has 39 characters and starts with back-up1")]
    TooShort,
    /// There are too many characters.
    #[error("the backup code is too long; it has 39 characters and starts with back-up1")]
    TooLong,
    /// The checksum does not agree.
    #[error("the backup code is mistyped somewhere; compare it with the paper, group by group")]
    Mistyped,
}

impl BackupCode {
    /// Makes a new code.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Reads a code as people type it: any case, spaces and dashes anywhere.
    ///
    /// # Errors
    /// [`ParseBackupCodeError`].
    pub fn parse(text: &str) -> Result<Self, ParseBackupCodeError> {
        code_text::decode(PREFIX, text).map(Self).map_err(|error| match error {
            NotACode::TooShort => ParseBackupCodeError::TooShort,
            NotACode::TooLong => ParseBackupCodeError::TooLong,
            NotACode::Mistyped => ParseBackupCodeError::Mistyped,
        })
    }

    /// Returns the text to show: `back-up1…`, in groups of four.
    pub fn to_text(&self) -> Zeroizing<String> {
        code_text::encode(PREFIX, &self.0)
    }

    /// `HKDF(none, code, "reverie/v1/backup-code")`, 32 bytes: what the server is shown. It keeps its SHA-256.
    pub fn token(&self) -> Zeroizing<[u8; 32]> {
        derive(None, self.0.as_slice(), TOKEN_LABEL)
    }
}
