//! Replies: a clinician's answer to an entry. The patient answers by adding a layer to the entry.

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::{FieldError, Words};

/// A clinician's answer to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The entry.
    pub about: DocumentId,
    /// What the clinician says; never empty.
    pub words: Words,
    /// Carries an open question to the patient.
    #[serde(default, skip_serializing_if = "is_false")]
    pub question: bool,
}

impl Reply {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.words.is_blank() { Err(FieldError::Empty { field: "words" }) } else { Ok(()) }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
