//! Links: what one entry has to do with another, said by the patient or by her clinician and never by software.

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::FieldError;

/// What an entry has to do with another (domain.md 1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It says more about the other.
    Elaborates,
    /// It sounds like the other.
    Echoes,
    /// It says something else than the other.
    Contradicts,
    /// It answers the other.
    Answers,
    /// It came of the other, an intention.
    CameFromIntention,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Elaborates, Self::Echoes, Self::Contradicts, Self::Answers, Self::CameFromIntention];

    /// Returns the name on the command line: `came-from-intention`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Elaborates => "elaborates",
            Self::Echoes => "echoes",
            Self::Contradicts => "contradicts",
            Self::Answers => "answers",
            Self::CameFromIntention => "came-from-intention",
        }
    }

    /// Returns what follows the entry that the link comes from: `echoes`.
    pub const fn forward(self) -> &'static str {
        match self {
            Self::Elaborates => "elaborates",
            Self::Echoes => "echoes",
            Self::Contradicts => "contradicts",
            Self::Answers => "answers",
            Self::CameFromIntention => "came from",
        }
    }

    /// Returns what follows the entry that the link goes to: `echoed by`.
    pub const fn backward(self) -> &'static str {
        match self {
            Self::Elaborates => "elaborated by",
            Self::Echoes => "echoed by",
            Self::Contradicts => "contradicted by",
            Self::Answers => "answered by",
            Self::CameFromIntention => "led to",
        }
    }
}

/// Whether one entry is linked to another. Of each author, pair and relation the latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The entry that the link comes from.
    pub from: DocumentId,
    /// The entry that it goes to.
    pub to: DocumentId,
    /// What the first has to do with the second.
    pub relation: Relation,
    /// They are linked; if not, the link was taken back.
    pub linked: bool,
}

impl Link {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.from == self.to {
            return Err(FieldError::Rule { field: "to", rule: "an entry is linked to another one, not to itself" });
        }
        Ok(())
    }
}
