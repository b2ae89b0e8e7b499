//! Receipts: a clinician's statement of what was done with entries.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::FieldError;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptKind {
    /// The entries were opened, in a brief or one by one.
    Opened,
    /// They were read for the session.
    Reviewed,
    /// They were talked about in the session. Both see it.
    Discussed,
    /// They are left for the next session. Both see it.
    CarriedOver,
}

/// A clinician's statement of what was done with entries, written once per brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// What was done.
    pub receipt: ReceiptKind,
    /// With which entries; at least one, each once.
    pub entries: Vec<DocumentId>,
}

impl Receipt {
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
