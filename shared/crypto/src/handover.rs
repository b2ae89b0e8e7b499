//! Handing the account secret from an old device to a new one: sealed under a one-time code that goes from screen to
//! screen, through people's hands.
//!
//! The server keeps the sealed secret for ten minutes and one taking, and never sees the code. Whoever photographs the
//! code gets nothing once it was taken; and the account secret alone opens nothing: the password is asked as well.

use bech32::Hrp;
use rand_core::CryptoRng;
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::HandoverId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::account::AccountSecret;
use crate::age_file::{self, DoesNotOpen};
use crate::code_text::{self, NotACode};
use crate::derive::derive;
use crate::hybrid::HybridIdentity;
use crate::{padding, versioned};

const PREFIX: Hrp = Hrp::parse_unchecked("device");
const ID_LABEL: &str = "reverie/v1/handover/id";
const TAKE_LABEL: &str = "reverie/v1/handover/take";
const SEAL_LABEL: &str = "reverie/v1/handover/seal";

/// The secret of one handover: 128 random bits. As text Bech32m (BIP 350) in groups of four.
pub struct HandoverCode(Zeroizing<[u8; 16]>);

/// What a new device gets from an old one. With the password it logs in.
pub struct HandedOver {
    /// The account's handle.
    pub handle: String,
    /// What a password needs beside it.
    pub account_secret: AccountSecret,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HandedOverJson {
    v: u32,
    handle: String,
    account_secret: Zeroizing<String>,
}

/// Why the text is not a device code. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseHandoverCodeError {
    /// Characters are missing.
    #[error("the device code is too short; it has 39 characters and starts with devi-ce1")]
    TooShort,
    /// There are too many characters.
    #[error("the device code is too long; it has 39 characters and starts with devi-ce1")]
    TooLong,
    /// The checksum does not agree.
    #[error("the device code is mistyped somewhere; compare it with the other screen, group by group")]
    Mistyped,
}

/// What was left does not open with this code, or is no handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenHandoverError {
    /// It is sealed under another code, or altered.
    #[error("what the server gave does not open with this device code; do not use it, and make a new code")]
    DoesNotOpen,
    /// It was made by a newer version of this program.
    #[error("the other device has a newer version of Reverie; update this one and try again")]
    UpdateNeeded,
    /// It opens, but it is no handover.
    #[error("what the other device left opens, but it cannot be read; make a new code")]
    Malformed,
}

impl HandoverCode {
    /// Makes a new code.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Reads a code as people type or scan it: any case, spaces and dashes anywhere.
    ///
    /// # Errors
    /// [`ParseHandoverCodeError`].
    pub fn parse(text: &str) -> Result<Self, ParseHandoverCodeError> {
        code_text::decode(PREFIX, text).map(Self).map_err(|error| match error {
            NotACode::TooShort => ParseHandoverCodeError::TooShort,
            NotACode::TooLong => ParseHandoverCodeError::TooLong,
            NotACode::Mistyped => ParseHandoverCodeError::Mistyped,
        })
    }

    /// Returns the text to show: `devi-ce1…`, in groups of four.
    pub fn to_text(&self) -> Zeroizing<String> {
        code_text::encode(PREFIX, &self.0)
    }

    /// `HKDF(none, code, "reverie/v1/handover/id")`, 16 bytes: names the handover to the server.
    pub fn id(&self) -> HandoverId {
        HandoverId::from_random_bytes(*derive(None, self.0.as_slice(), ID_LABEL))
    }

    /// `HKDF(none, code, "reverie/v1/handover/take")`, 32 bytes: the right to take it. The server keeps its SHA-256.
    pub fn take_token(&self) -> Zeroizing<[u8; 32]> {
        derive(None, self.0.as_slice(), TAKE_LABEL)
    }

    /// `age(identity of seed HKDF(none, code, "reverie/v1/handover/seal"), {v, handle, account_secret} ‖ newlines)`.
    pub fn seal(&self, handle: &str, account_secret: &AccountSecret) -> Vec<u8> {
        let account_secret = B64(account_secret.expose().to_vec());
        let json = HandedOverJson { v: 1, handle: handle.to_owned(), account_secret: account_secret.encode().into() };
        let json = serde_json::to_vec(&json).expect("it has only text keys, so it is JSON");
        let mut plaintext = Zeroizing::new(json);
        padding::pad_with_newlines(&mut plaintext);
        age_file::seal(&[&self.identity().to_recipient()], &plaintext)
    }

    /// Opens what [`Self::seal`] made under the same code.
    ///
    /// # Errors
    /// [`OpenHandoverError`].
    pub fn open(&self, sealed: &[u8]) -> Result<HandedOver, OpenHandoverError> {
        let plaintext =
            age_file::open(&self.identity(), sealed).map_err(|DoesNotOpen| OpenHandoverError::DoesNotOpen)?;
        if versioned::version(&plaintext).ok_or(OpenHandoverError::Malformed)? != 1 {
            return Err(OpenHandoverError::UpdateNeeded);
        }
        let json: HandedOverJson = serde_json::from_slice(&plaintext).map_err(|_| OpenHandoverError::Malformed)?;
        let secret = Zeroizing::new(B64::decode(&json.account_secret).map_err(|_| OpenHandoverError::Malformed)?.0);
        let secret = secret.as_slice().try_into().map_err(|_| OpenHandoverError::Malformed)?;
        Ok(HandedOver { handle: json.handle, account_secret: AccountSecret::from_bytes(Zeroizing::new(secret)) })
    }

    fn identity(&self) -> HybridIdentity {
        HybridIdentity::from_seed(derive(None, self.0.as_slice(), SEAL_LABEL))
    }
}
