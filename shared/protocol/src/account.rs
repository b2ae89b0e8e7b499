//! What kinds of accounts a practice has.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an account is in its practice. The practice's administrator vouches for this and for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    /// Keeps a journal.
    Patient,
    /// Reads what patients share.
    Clinician,
    /// Invites and off-boards; holds no key of anybody.
    Administrator,
}

impl AccountRole {
    /// Returns the name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Clinician => "clinician",
            Self::Administrator => "administrator",
        }
    }

    /// Tells whether accounts of this role do nothing without a second factor.
    pub const fn must_have_second_factor(self) -> bool {
        matches!(self, Self::Clinician | Self::Administrator)
    }
}

impl fmt::Display for AccountRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether an account may log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// It may.
    Active,
    /// An administrator stopped it for now; its data is kept, and it stays a member of its journals.
    Suspended,
    /// An administrator ended it for good: it never logs in again, and owners remove it from their journals.
    OffBoarded,
}
