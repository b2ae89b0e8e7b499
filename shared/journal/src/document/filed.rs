//! Filing: a clinician's statement of having copied entries into the chart. Both see it.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::FieldError;

/// Entries were copied into the chart. Its `at` is when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// Which entries; at least one, each once.
    pub entries: Vec<DocumentId>,
}

impl Filed {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.entries.is_empty() {
            return Err(FieldError::Empty { field: "entries" });
        }
        if self.entries.iter().collect::<BTreeSet<_>>().len() < self.entries.len() {
            return Err(FieldError::Rule { field: "entries", rule: "an entry is named once" });
        }
        Ok(())
    }
}
