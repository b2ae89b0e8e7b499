//! Erasures: what the owner of an account signs so that the server erases it, and each of its journals.
//!
//! A session's token alone erases nothing: the server asks for the account's own signature. One statement for each
//! journal, so that the server can show its members, long after, who wanted it gone, and nobody learns of the others.

use serde::{Deserialize, Serialize};

use crate::bytes::B64;
use crate::ids::{AccountId, JournalId};
use crate::signed::{Kind, VerifyingKey};

/// What is to be erased. Parsed from the bytes of a [`SignedErasure`] after its signature was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// Version of this format: 1.
    pub v: u32,
    /// Whose.
    pub account: AccountId,
    /// A journal that the account owns; absent for the account itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalId>,
}

/// An erasure as it travels: the signed bytes, verbatim, and their signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields))]
pub struct SignedErasure {
    /// The erasure: UTF-8 JSON `{v, account, journal?}`, carried verbatim.
    pub erasure: B64,
    /// Ed25519 signature of the erasure by the key of the account's current card, over `"reverie/v1 7 erasure " len " "
    /// bytes`.
    pub signature: B64,
}

/// Why an erasure is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ErasureError {
    /// The account did not sign it.
    #[error("the erasure's signature does not verify")]
    BadSignature,
    /// The version is newer than this program.
    #[error("this erasure was made by a newer version of Reverie; update and try again")]
    UpdateNeeded,
    /// The bytes are no erasure.
    #[error("this is not an erasure")]
    Malformed,
}

impl Erasure {
    /// Returns the erasure of the account itself.
    pub const fn of_account(account: AccountId) -> Self {
        Self { v: 1, account, journal: None }
    }

    /// Returns the erasure of one of the account's journals.
    pub const fn of_journal(account: AccountId, journal: JournalId) -> Self {
        Self { v: 1, account, journal: Some(journal) }
    }

    /// Returns the bytes to sign, as [`Kind::Erasure`].
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an erasure has only text keys, so it is JSON")
    }
}

impl SignedErasure {
    /// Verifies the signature by a key, and returns what is to be erased.
    ///
    /// # Errors
    /// [`ErasureError`]. Nothing is parsed that does not verify.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Erasure, ErasureError> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let signature = self.signature.0.as_slice().try_into().map_err(|_| ErasureError::BadSignature)?;
        key.verify(Kind::Erasure, &self.erasure.0, &crate::signed::Signature(signature))
            .map_err(|_| ErasureError::BadSignature)?;
        let Version { v } = serde_json::from_slice(&self.erasure.0).map_err(|_| ErasureError::Malformed)?;
        if v != 1 {
            return Err(ErasureError::UpdateNeeded);
        }
        serde_json::from_slice(&self.erasure.0).map_err(|_| ErasureError::Malformed)
    }
}
