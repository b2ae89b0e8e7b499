//! Themes: what keeps coming back, named by the patient. A clinician proposes; nothing is found by software.
//!
//! A theme is a name, and placements say which entries are in it. They are documents of their own, so that a placement
//! goes where its entry goes, and a name is where an entry of it is and nowhere else.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::{FieldError, ThemeName};

/// A theme. A later document with the same id renames or drops it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// What the patient calls it.
    pub name: ThemeName,
    /// It is not looked at any more. The entries stay as they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dropped: bool,
}

/// Whether an entry is in a theme. Of each entry and theme the latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// The entry.
    pub entry: DocumentId,
    /// The theme.
    pub theme: DocumentId,
    /// It is in it; if not, it was taken out.
    pub placed: bool,
}

/// A theme that a clinician proposes; it is none until the patient says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeProposal {
    /// The name that is proposed.
    pub name: ThemeName,
    /// The entries that would be in it; at least one, each once.
    pub entries: Vec<DocumentId>,
}

/// What the patient said to a proposal. The latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeAnswer {
    /// The proposal.
    pub proposal: DocumentId,
    /// The theme that it became, under whatever name; absent if it was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<DocumentId>,
}

impl Theme {
    /// Returns a theme of this name.
    pub const fn new(name: ThemeName) -> Self {
        Self { name, dropped: false }
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        self.name.check()
    }
}

impl Placement {
    /// Nothing about it can be wrong.
    #[expect(clippy::unnecessary_wraps, reason = "every type of document is checked alike")]
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        Ok(())
    }
}

impl ThemeProposal {
    /// The most entries that one proposal names.
    pub const MAX_ENTRIES: usize = 100;

    pub(super) fn check(&self) -> Result<(), FieldError> {
        self.name.check()?;
        let once = self.entries.iter().collect::<BTreeSet<_>>().len() == self.entries.len();
        if self.entries.is_empty() || self.entries.len() > Self::MAX_ENTRIES || !once {
            return Err(FieldError::Rule { field: "entries", rule: "1 to 100 entries, each named once" });
        }
        Ok(())
    }
}

impl ThemeAnswer {
    /// Nothing about it can be wrong.
    #[expect(clippy::unnecessary_wraps, reason = "every type of document is checked alike")]
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        Ok(())
    }
}

impl ThemeName {
    fn check(&self) -> Result<(), FieldError> {
        if self.as_str().trim().is_empty() {
            return Err(FieldError::Empty { field: "name" });
        }
        Ok(())
    }
}
