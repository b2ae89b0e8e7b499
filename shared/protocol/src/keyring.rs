//! The keyring: an epoch's key, sealed once to each member. The body of every membership action.

use serde::{Deserialize, Serialize};

use crate::bytes::B64;
use crate::ids::AccountId;

/// One epoch's key for one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Which epoch.
    pub epoch: u32,
    /// For whom.
    pub account: AccountId,
    /// An age file to the member's hybrid recipient; inside, an age identity file with the epoch's key.
    pub sealed: B64,
}

/// The body of `open`, `admit`, `remove`, `rotate` and `rekey`: UTF-8 JSON, not encrypted as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyring {
    /// Version of this format: 1.
    pub v: u32,
    /// The grants, by epoch, then by account.
    pub grants: Vec<Grant>,
}
