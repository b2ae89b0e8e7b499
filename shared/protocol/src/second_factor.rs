//! The second factor: what a session still lacks, and what a person shows.
//!
//! A code of an authenticator (TOTP, RFC 6238: SHA-1, six digits, thirty seconds), a passkey's answer or, if those are
//! lost, one of the backup codes, of which the server knows hashes alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::AccountRole;
use crate::bytes::B64;
use crate::hash::Hash;
use crate::ids::FactorId;
use crate::passkey::ShownPasskey;

/// What a session has to do before it may do anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorDue {
    /// The account has a second factor: show it.
    Prove,
    /// The account has none and must have one: enrol it.
    Enrol,
}

impl SecondFactorDue {
    /// Returns what is due in a session of an account of this role, which has a second factor or not, and has shown it in
    /// this session or not.
    pub const fn of(role: AccountRole, has_one: bool, shown: bool) -> Option<Self> {
        match (has_one, shown) {
            (true, true) => None,
            (true, false) => Some(Self::Prove),
            (false, _) if role.must_have_second_factor() => Some(Self::Enrol),
            (false, _) => None,
        }
    }
}

/// Of which kind a second factor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorKind {
    /// An authenticator app or device that shows codes (TOTP).
    Authenticator,
    /// A passkey (WebAuthn): on a phone, a computer, a security key or in a password manager.
    Passkey,
}

/// A second factor that was enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct SecondFactor {
    /// Names it.
    pub factor: FactorId,
    /// Of which kind it is.
    pub kind: SecondFactorKind,
    /// Day of enrolling (UTC, YYYY-MM-DD).
    pub since_day: String,
}

/// The account's second factors, and what the session that asks still lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct SecondFactors {
    /// What this session has to do before it may do anything else; absent if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<SecondFactorDue>,
    /// The second factors, oldest first.
    pub factors: Vec<SecondFactor>,
    /// How many backup codes are left.
    pub backup_codes: u32,
    /// Whether this server takes passkeys: it was told the address at which browsers reach it.
    pub passkeys: bool,
}

/// An authenticator that is to be enrolled. It counts once a code of it was sent back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct NewAuthenticator {
    /// Names it.
    pub factor: FactorId,
    /// The secret, 160 bits in base32 (RFC 4648): what the authenticator is given. Shown once.
    pub secret: String,
}

impl fmt::Debug for NewAuthenticator {
    /// Says which it is, and never the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewAuthenticator({})", self.factor)
    }
}

/// The first code of an authenticator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct ConfirmAuthenticator {
    /// The six digits that it shows.
    pub code: String,
}

/// A second factor that is shown: one of these.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct ShownSecondFactor {
    /// The six digits that an authenticator shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The token of a backup code: HKDF(backup code, "reverie/v1/backup-code"), 32 bytes. Used up by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<B64>,
    /// What a passkey answered to the challenge of `ask_passkey`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<ShownPasskey>,
}

impl fmt::Debug for ShownSecondFactor {
    /// Says of which kind it is, and nothing that counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match (&self.code, &self.backup, &self.passkey) {
            (Some(_), ..) => "code",
            (_, Some(_), _) => "backup",
            (.., Some(_)) => "passkey",
            _ => "nothing",
        };
        write!(f, "ShownSecondFactor({kind})")
    }
}

/// New backup codes, in place of all before them. The server learns hashes alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct NewBackupCodes {
    /// SHA-256 of the token of each; 1 to 20.
    pub token_sha256: Vec<Hash>,
}
