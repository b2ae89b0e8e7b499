//! Key cards: an account's public keys, signed by themselves, and by the card before when keys change.

use serde::{Deserialize, Serialize};

use crate::bytes::B64;
use crate::hash::Hash;
use crate::ids::AccountId;
use crate::signed::{self, BadSignature, Kind, Signature, VerifyingKey};

/// An account's public keys. Parsed from the bytes of a [`SignedCard`] after its signature was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyCard {
    /// Version of this format: 1.
    pub v: u32,
    /// Whose keys these are.
    pub account: AccountId,
    /// Counts the account's cards, from 0.
    pub n: u32,
    /// Fingerprint of the card before; absent in card 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Hash>,
    /// age recipient (`age1pq1…`, post-quantum hybrid) to which keyrings are sealed.
    pub recipient: String,
    /// Ed25519 key that verifies the account's records and cards.
    pub verifying_key: VerifyingKey,
}

/// A key card as it travels: the signed bytes, verbatim, and their signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct SignedCard {
    /// The key card: UTF-8 JSON `{v, account, n, prev?, recipient, verifying_key}`, carried verbatim.
    pub card: B64,
    /// Ed25519 signature of the card by its own key, over `"reverie/v1 4 card " len " " bytes`.
    pub signature: B64,
    /// The same bytes signed by the key of the card before, as `succession`; only in cards after the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succession: Option<B64>,
}

/// Why a card is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The card's version is newer than this program.
    #[error("this key card was made by a newer version of Reverie; update and try again")]
    UpdateNeeded,
    /// The bytes are not a card.
    #[error("this is not a key card: {0}")]
    Malformed(String),
    /// The card is not signed by the key that it names.
    #[error("the key card's signature does not verify")]
    BadSignature,
    /// The card does not follow the card that is known.
    #[error("this key card does not follow the one that is known")]
    NotASuccessor,
}

impl From<BadSignature> for CardError {
    fn from(_: BadSignature) -> Self {
        Self::BadSignature
    }
}

impl SignedCard {
    /// Returns the card's fingerprint: the [`signed::digest`] of its bytes as a card.
    pub fn fingerprint(&self) -> Hash {
        signed::digest(Kind::Card, &self.card.0)
    }

    /// Verifies the card's signature by its own key and returns the card.
    ///
    /// The key is inside the signed bytes, so this is the one statement that has to be parsed before it is verified.
    /// Whether the card belongs to whom it says is for pairing to tell.
    pub fn verify(&self) -> Result<KeyCard, CardError> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let version: Version =
            serde_json::from_slice(&self.card.0).map_err(|error| CardError::Malformed(error.to_string()))?;
        if version.v != 1 {
            return Err(CardError::UpdateNeeded);
        }
        let card: KeyCard =
            serde_json::from_slice(&self.card.0).map_err(|error| CardError::Malformed(error.to_string()))?;
        card.verifying_key.verify(Kind::Card, &self.card.0, &signature(&self.signature)?)?;
        if (card.n == 0) != card.prev.is_none() || (card.n == 0) != self.succession.is_none() {
            return Err(CardError::Malformed("only the first card has no card before it".into()));
        }
        Ok(card)
    }

    /// Verifies that this card follows `before`: same account, next number, and signed by the old key as well.
    pub fn verify_successor_of(&self, before: &Self) -> Result<KeyCard, CardError> {
        let old = before.verify()?;
        let new = self.verify()?;
        let succession = self.succession.as_ref().ok_or(CardError::NotASuccessor)?;
        let follows =
            new.account == old.account && Some(new.n) == old.n.checked_add(1) && new.prev == Some(before.fingerprint());
        if !follows {
            return Err(CardError::NotASuccessor);
        }
        old.verifying_key.verify(Kind::Succession, &self.card.0, &signature(succession)?)?;
        Ok(new)
    }
}

/// Returns those of `cards` that come after `known`, if `known` is one of them and each card follows the one before it.
///
/// `cards` is what somebody says about an account, the first card first. Whoever trusts `known` may trust what comes after
/// it: each next card is signed by the key before.
///
/// # Errors
/// [`CardError::NotASuccessor`] if `known` is not among them, or what is wrong with a card.
pub fn successors<'a>(known: &SignedCard, cards: &'a [SignedCard]) -> Result<&'a [SignedCard], CardError> {
    let place = cards.iter().position(|card| card.card == known.card).ok_or(CardError::NotASuccessor)?;
    for pair in cards[place..].windows(2) {
        pair[1].verify_successor_of(&pair[0])?;
    }
    Ok(&cards[place + 1..])
}

/// Returns the 64 bytes of a signature that travelled as base64.
pub(crate) fn signature(bytes: &B64) -> Result<Signature, BadSignature> {
    Ok(Signature(bytes.0.as_slice().try_into().map_err(|_| BadSignature)?))
}
