//! Spoken lines: what the patient says of words that a clinician noted as hers on a dose card. For her own eyes, whatever she
//! says; what she takes is an entry like any other, which she may share (decisions/0065).

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use super::dose_card::SpokenLine;
use crate::text::FieldError;

/// What a patient said of a line. Of each card and line the latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpokenAnswer {
    /// The dose card.
    pub card: DocumentId,
    /// The line, as it stood there: lines have no ids, and a card may be recorded again.
    pub line: SpokenLine,
    /// What she said.
    pub answer: SpokenAs,
    /// The entry that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<DocumentId>,
}

/// What can be said of a spoken line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpokenAs {
    /// These are her words.
    Adopted,
    /// She said it otherwise.
    Corrected,
    /// These are not her words, or she does not want them.
    Refused,
}

impl SpokenAnswer {
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        match (self.answer, self.entry.is_some()) {
            (SpokenAs::Refused, true) => {
                Err(FieldError::Rule { field: "entry", rule: "what was refused has no entry" })
            }
            (SpokenAs::Adopted | SpokenAs::Corrected, false) => {
                Err(FieldError::Rule { field: "entry", rule: "what was taken is an entry" })
            }
            _ => Ok(()),
        }
    }
}
