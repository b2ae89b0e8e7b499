//! Post-quantum hybrid recipients: C2SP `mlkem768x25519` (<https://c2sp.org/age>), to which all keys are sealed.
//!
//! HPKE (RFC 9180) with X-Wing, HKDF-SHA256 and ChaCha20Poly1305 wraps the file key. To be replaced by the age crate's
//! own when it is released: same strings, same stanza. A file with any other kind of recipient is refused.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use rand_core::CryptoRng;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::{age_file, bech32_text};

const TAG: &str = "mlkem768x25519";
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
const LABEL: &str = "postquantum";
const RECIPIENT_PREFIX: &str = "age1pq";
const IDENTITY_PREFIX: &str = "age-secret-key-pq-";
const AEAD_TAG_BYTES: usize = 16;
const X25519_BYTES: usize = 32;

/// The text is not a hybrid age recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a post-quantum age recipient (age1pq1…)")]
pub struct ParseRecipientError;

/// The text is not a hybrid age identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a post-quantum age identity (AGE-SECRET-KEY-PQ-1…)")]
pub struct ParseIdentityError;

/// A hybrid age recipient: an X-Wing public key (1216 bytes), as text `age1pq1…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HybridRecipient(<XWing as Kem>::PublicKey);

impl fmt::Display for HybridRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bech32_text::encode(RECIPIENT_PREFIX, &self.0.to_bytes()))
    }
}

impl Serialize for HybridRecipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HybridRecipient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for HybridRecipient {
    type Err = ParseRecipientError;

    fn from_str(text: &str) -> Result<Self, ParseRecipientError> {
        let bytes = bech32_text::decode(RECIPIENT_PREFIX, text).ok_or(ParseRecipientError)?;
        let key = <XWing as Kem>::PublicKey::from_bytes(&bytes).map_err(|_| ParseRecipientError)?;
        if is_low_order(&bytes) { Err(ParseRecipientError) } else { Ok(Self(key)) }
    }
}

impl age::Recipient for HybridRecipient {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (share, body) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.0,
            INFO,
            file_key.expose_secret(),
            b"",
        )
        .map_err(|error| EncryptError::Io(std::io::Error::other(error.to_string())))?;
        let stanza = Stanza { tag: TAG.into(), args: vec![STANDARD_NO_PAD.encode(share.to_bytes())], body };
        Ok((vec![stanza], HashSet::from([LABEL.into()])))
    }
}

/// A hybrid age identity: the 32-byte seed of an X-Wing key pair, as text `AGE-SECRET-KEY-PQ-1…`.
pub struct HybridIdentity(Zeroizing<[u8; 32]>);

impl HybridIdentity {
    /// Makes a new identity.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut_slice());
        Self(seed)
    }

    /// Returns the identity of this seed. Any 32 bytes that nobody can guess are one.
    pub fn from_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        Self(seed)
    }

    /// Returns the recipient that this identity opens for.
    pub fn to_recipient(&self) -> HybridRecipient {
        HybridRecipient(XWing::sk_to_pk(&self.private_key()))
    }

    /// Returns `AGE-SECRET-KEY-PQ-1…`, which stock age 1.3 and newer take as an identity.
    pub fn to_identity_string(&self) -> SecretString {
        SecretString::from(bech32_text::encode_upper(IDENTITY_PREFIX, self.0.as_slice()).as_str())
    }

    /// Returns the same identity again. Not `Clone`, so that secrets are never copied in passing.
    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    fn private_key(&self) -> <XWing as Kem>::PrivateKey {
        <XWing as Kem>::PrivateKey::from_bytes(self.0.as_slice()).expect("an X-Wing private key is any 32 bytes")
    }

    /// Returns the file key, nothing if the stanza is sealed to somebody else, or an error if it is no valid stanza.
    fn unwrap(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let [share] = stanza.args.as_slice() else { return Some(Err(DecryptError::InvalidHeader)) };
        // The length is checked before decrypting, so that nobody learns about the file key from how opening fails.
        if stanza.body.len() != FILE_KEY_BYTES + AEAD_TAG_BYTES {
            return Some(Err(DecryptError::InvalidHeader));
        }
        let Some(share) = decode_share(share) else { return Some(Err(DecryptError::InvalidHeader)) };
        let file_key = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.private_key(),
            &share,
            INFO,
            &stanza.body,
            b"",
        );
        let file_key = Zeroizing::new(file_key.ok()?);
        Some(Ok(FileKey::init_with_mut(|bytes| bytes.copy_from_slice(&file_key))))
    }
}

impl FromStr for HybridIdentity {
    type Err = ParseIdentityError;

    fn from_str(text: &str) -> Result<Self, ParseIdentityError> {
        let bytes = bech32_text::decode_upper(IDENTITY_PREFIX, text).ok_or(ParseIdentityError)?;
        let seed = bytes.as_slice().try_into().map_err(|_| ParseIdentityError)?;
        Ok(Self(Zeroizing::new(seed)))
    }
}

impl age::Identity for HybridIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag == TAG { self.unwrap(stanza) } else { None }
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        if !age_file::of_one_kind(stanzas, TAG) {
            return Some(Err(DecryptError::InvalidHeader));
        }
        stanzas.iter().find_map(|stanza| self.unwrap_stanza(stanza))
    }
}

fn decode_share(text: &str) -> Option<<XWing as Kem>::EncappedKey> {
    let bytes = STANDARD_NO_PAD.decode(text).ok()?;
    let share = <XWing as Kem>::EncappedKey::from_bytes(&bytes).ok()?;
    (!is_low_order(&bytes)).then_some(share)
}

/// Tells whether the X25519 part, which stands last in keys and shares, would make a shared secret of zeros.
///
/// hpke lets such points pass; C2SP wants them refused.
fn is_low_order(bytes: &[u8]) -> bool {
    let point = bytes.last_chunk::<X25519_BYTES>().expect("keys and shares were parsed, so they are longer");
    // Any scalar tells: clamped ones are multiples of the cofactor.
    x25519_dalek::x25519([1; 32], *point) == [0; 32]
}
