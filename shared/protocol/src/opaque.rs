//! What both sides of the login share: OPAQUE (RFC 9807) with ristretto255, triple Diffie-Hellman over SHA-512 and
//! Argon2id.
//!
//! The parameters of the slow hash are always given explicitly and kept per account, so that they can be raised.

use argon2::{Algorithm, Argon2, Params, Version};
use opaque_ke::rand::{CryptoRng, Error, RngCore};
use opaque_ke::{Ristretto255, TripleDh};
use serde::{Deserialize, Serialize};

/// The OPAQUE cipher suite of Reverie.
#[derive(Debug, Clone, Copy)]
pub struct Suite;

impl opaque_ke::CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2_opaque::Sha512>;
    type Ksf = Argon2<'static>;
}

/// Parameters of Argon2id (RFC 9106), version 0x13.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields))]
pub struct KsfParams {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// The slow-hash parameters are out of the range that a client accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server asks for password-hash parameters outside the accepted range")]
pub struct KsfOutOfRange;

impl KsfParams {
    /// 64 MiB and three passes: the least that a client accepts. Never raise it: accounts that did not log in since
    /// would be locked out.
    pub const LEAST: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// 64 MiB, three passes, four lanes: what new accounts get unless the server wants more.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

    /// Tells whether a guess at these costs less than at `wanted`, in memory or in passes.
    pub const fn is_weaker_than(self, wanted: Self) -> bool {
        self.memory_kib < wanted.memory_kib || self.passes < wanted.passes
    }

    /// Returns the hash with these parameters.
    ///
    /// # Errors
    /// [`KsfOutOfRange`] if they are weaker than [`Self::LEAST`] (a hostile server would like that) or so large that
    /// a phone could not compute them.
    pub fn argon2(self) -> Result<Argon2<'static>, KsfOutOfRange> {
        let least = Self::LEAST;
        let memory = (least.memory_kib..=1024 * 1024).contains(&self.memory_kib);
        let passes = (least.passes..=16).contains(&self.passes);
        if !memory || !passes || !(1..=16).contains(&self.lanes) {
            return Err(KsfOutOfRange);
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(|_| KsfOutOfRange)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// Lends a random number generator of `rand_core` 0.10 to opaque-ke 4.0.1, which is built on 0.6.
pub struct OpaqueRng<'a, R: rand_core::CryptoRng>(pub &'a mut R);

impl<R: rand_core::CryptoRng> RngCore for OpaqueRng<'_, R> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl<R: rand_core::CryptoRng> CryptoRng for OpaqueRng<'_, R> {}
