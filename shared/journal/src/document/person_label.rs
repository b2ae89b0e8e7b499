//! People in an entry, in the patient's own words: "Mum", "the man at the lake". A label names nobody to anybody else, and
//! nothing about a person is kept but that.

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::{FieldError, Term};

/// Whether somebody is in an entry. Of each entry and label the latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonLabel {
    /// The entry.
    pub entry: DocumentId,
    /// The patient's own word for the person.
    pub label: Term,
    /// The person is in it; if not, the label was taken off.
    pub present: bool,
}

impl PersonLabel {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.label.as_str().trim().is_empty() {
            return Err(FieldError::Empty { field: "label" });
        }
        Ok(())
    }
}
