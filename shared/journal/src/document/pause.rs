//! Pausing: a patient stops sharing with a circle for a while, and begins again when she says so.

use serde::{Deserialize, Serialize};

use crate::text::FieldError;

/// Whether sharing into a journal is paused. The latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// It is paused; if not, it goes on.
    pub paused: bool,
}

impl Pause {
    /// Nothing about it can be wrong.
    #[expect(clippy::unnecessary_wraps, reason = "every type of document is checked alike")]
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        Ok(())
    }
}
