//! Bytes inside JSON: standard padded base64 (RFC 4648 section 4).
//!
//! Not base64url: OpenAPI's `format: byte`, Swift's `Data` and Kotlin's `ByteArray` all mean the standard alphabet.
//! See `docs/decisions/0002-standard-base64.md`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes that travel as base64 text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct B64(pub Vec<u8>);

/// The text is not standard padded base64.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not standard, padded base64 (RFC 4648 section 4): {0}")]
pub struct ParseB64Error(String);

impl B64 {
    /// Returns the bytes as base64 text.
    pub fn encode(&self) -> String {
        STANDARD.encode(&self.0)
    }

    /// Returns the bytes of base64 text.
    pub fn decode(text: &str) -> Result<Self, ParseB64Error> {
        STANDARD.decode(text).map(Self).map_err(|error| ParseB64Error(error.to_string()))
    }
}

impl From<Vec<u8>> for B64 {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for B64 {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for B64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for B64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de> Deserialize<'de> for B64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::decode(&text).map_err(serde::de::Error::custom)
    }
}
