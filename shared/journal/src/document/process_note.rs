//! Process notes: what a clinician thinks about a session, apart from the record. They stand in a journal of the clinician's
//! own, which nobody else opens; no brief, export or view of a patient holds them.

use reverie_protocol::ids::AccountId;
use serde::{Deserialize, Serialize};

use crate::text::{FieldError, Words};

/// A process note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessNote {
    /// About whom.
    pub about: AccountId,
    /// What the clinician thinks; never empty.
    pub words: Words,
}

impl ProcessNote {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.words.is_blank() { Err(FieldError::Empty { field: "words" }) } else { Ok(()) }
    }
}
