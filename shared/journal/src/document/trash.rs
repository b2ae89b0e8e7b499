//! The trash: a private entry that its patient threw away, for thirty days, and may take out again. For her own eyes.

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::FieldError;

/// Whether an entry is in the trash. The latest by `seq` counts, and its `at` is since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trash {
    /// The entry.
    pub entry: DocumentId,
    /// It is; if not, it was taken out again.
    pub trashed: bool,
}

impl Trash {
    /// Nothing about it can be wrong.
    #[expect(clippy::unnecessary_wraps, reason = "every type of document is checked alike")]
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        Ok(())
    }
}
