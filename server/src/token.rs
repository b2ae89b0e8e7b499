//! Session tokens: shown once, stored as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::CryptoRng;
use reverie_protocol::hash::Hash;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// What every token begins with, so that a leaked one can be found by scanners. Never change it.
const PREFIX: &str = "rvs_";

/// A token in clear. No `Debug`, no `Clone`: it goes to its device and nowhere else.
pub(crate) struct PlainToken(Zeroizing<String>);

impl PlainToken {
    /// Makes a token of 256 random bits.
    pub(crate) fn make(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self(Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(*bytes))))
    }

    /// Returns the text that the device sends back.
    pub(crate) fn reveal(&self) -> String {
        self.0.to_string()
    }

    /// Returns what is stored: SHA-256 of the text (256 random bits need no slow hash).
    pub(crate) fn hash(&self) -> Hash {
        hash(&self.0)
    }
}

/// Returns the hash by which a token that somebody sent is looked up.
pub(crate) fn hash(token: &str) -> Hash {
    Hash::of(token)
}

/// Compares, in constant time, the SHA-256 of a 256-bit secret that somebody sent with the stored one.
pub(crate) fn opens(secret: &[u8], stored_sha256: &[u8]) -> bool {
    Hash::of(secret).0.ct_eq(stored_sha256).into()
}
