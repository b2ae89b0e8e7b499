//! Holding: what a patient decided, or has yet to decide, about sharing something that was captured while decisions wait.
//! For her own eyes.

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::FieldError;

/// Whether an entry is held for a later answer. The latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The entry.
    pub entry: DocumentId,
    /// It waits for an answer; if not, it was decided that it stays as it is.
    pub held: bool,
}

/// An entry that was shared while decisions wait: the one exception, to be offered for withdrawal on the next morning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedDuringGuard {
    /// The entry.
    pub entry: DocumentId,
}

impl Hold {
    /// Nothing about it can be wrong.
    #[expect(clippy::unnecessary_wraps, reason = "every type of document is checked alike")]
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        Ok(())
    }
}

impl SharedDuringGuard {
    /// Nothing about it can be wrong.
    #[expect(clippy::unnecessary_wraps, reason = "every type of document is checked alike")]
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        Ok(())
    }
}
