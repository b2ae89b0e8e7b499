//! Signed statements: what was signed, of which kind, verified before anything is parsed.
//!
//! A signature is Ed25519 (RFC 8032) over a pre-authentication encoding in the manner of DSSE, so that one kind of
//! statement never passes for another: `"reverie/v1 " len(kind) " " kind " " len(bytes) " " bytes`, lengths in decimal.
//! The signed bytes are carried verbatim; nobody re-serialises them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bytes::B64;
use crate::hash::Hash;

/// What kind of statement a signature or a code vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A record's header.
    Record,
    /// A key card, signed by itself.
    Card,
    /// A key card, signed by the card before it as well.
    Succession,
    /// The erasure of an account or of one of its journals.
    Erasure,
    /// The manifest of an exported folder.
    Manifest,
    /// An entry of the audit log (a digest, not a signature).
    AuditEntry,
    /// A link of the audit log's chain (a digest, not a signature).
    Audit,
    /// A pairing statement made by the inviter (an HMAC, not a signature).
    PairingInviter,
    /// A pairing statement made by the guest (an HMAC, not a signature).
    PairingGuest,
}

impl Kind {
    /// Returns the name that stands in the encoding. Never change one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Card => "card",
            Self::Succession => "succession",
            Self::Erasure => "erasure",
            Self::Manifest => "manifest",
            Self::AuditEntry => "audit-entry",
            Self::Audit => "audit",
            Self::PairingInviter => "pairing-inviter",
            Self::PairingGuest => "pairing-guest",
        }
    }
}

/// Returns `"reverie/v1 " len(kind) " " kind " " len(bytes) " " bytes`.
pub fn encode(kind: Kind, bytes: &[u8]) -> Vec<u8> {
    let name = kind.name();
    let mut encoded = format!("reverie/v1 {} {name} {} ", name.len(), bytes.len()).into_bytes();
    encoded.extend_from_slice(bytes);
    encoded
}

/// Returns the SHA-256 of the encoding: a record's chain hash, a card's fingerprint.
pub fn digest(kind: Kind, bytes: &[u8]) -> Hash {
    Hash::of(encode(kind, bytes))
}

/// The signature does not verify, or the key is not a usable Ed25519 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// An Ed25519 signature (64 bytes).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

/// An Ed25519 verifying key (32 bytes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifyingKey(pub [u8; 32]);

impl VerifyingKey {
    /// Verifies strictly: no small-order keys, no malleable signatures.
    pub fn verify(&self, kind: Kind, bytes: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0).map_err(|_| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(&encode(kind, bytes), &signature).map_err(|_| BadSignature)
    }
}

macro_rules! fixed_bytes {
    ($name:ident, $len:literal) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), B64(self.0[..4].to_vec()).encode())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                B64(self.0.to_vec()).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = B64::deserialize(deserializer)?.0;
                let len = bytes.len();
                let bytes = bytes.try_into().map_err(|_| {
                    serde::de::Error::custom(format!(concat!("expected ", $len, " bytes, found {}"), len))
                })?;
                Ok(Self(bytes))
            }
        }
    };
}

fixed_bytes!(Signature, 64);
fixed_bytes!(VerifyingKey, 32);
