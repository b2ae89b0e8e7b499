//! X25519 age identities, which open epochs and a device's own files with any age ever released.

use age::DecryptError;
use age_core::format::{FileKey, Stanza};
use rand_core::CryptoRng;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::{age_file, bech32_text};

const TAG: &str = "X25519";
const IDENTITY_PREFIX: &str = "age-secret-key-";

/// An X25519 age identity that refuses files with any other kind of recipient.
pub(crate) struct X25519Identity(age::x25519::Identity);

impl X25519Identity {
    /// Makes a new identity.
    pub(crate) fn make(rng: &mut impl CryptoRng) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(key.as_mut_slice());
        let text = bech32_text::encode_upper(IDENTITY_PREFIX, key.as_slice());
        Self::parse(&text).expect("an X25519 identity is any 32 bytes")
    }

    /// Parses `AGE-SECRET-KEY-1…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        bech32_text::decode_upper(IDENTITY_PREFIX, text)?;
        text.parse().ok().map(Self)
    }

    /// Returns `AGE-SECRET-KEY-1…`.
    pub(crate) fn to_identity_string(&self) -> SecretString {
        self.0.to_string()
    }

    /// Returns the recipient. Not to be published, see [`crate::epoch`].
    pub(crate) fn to_recipient(&self) -> age::x25519::Recipient {
        self.0.to_public()
    }
}

impl age::Identity for X25519Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.0.unwrap_stanza(stanza)
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        if !age_file::of_one_kind(stanzas, TAG) {
            return Some(Err(DecryptError::InvalidHeader));
        }
        self.0.unwrap_stanzas(stanzas)
    }
}
