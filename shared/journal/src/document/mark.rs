//! Marks: what the patient wants done with an entry. The latest mark by `seq` counts.

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::FieldError;

/// Whether the patient wants to talk about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Talk {
    /// Nothing said.
    #[default]
    None,
    /// Wants to talk about it in the session.
    WantToTalk,
    /// Wants it known, and not talked about.
    KnowOnly,
    /// Not yet ready to talk about it.
    NotYet,
}

/// What the patient wants done with an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The entry.
    pub entry: DocumentId,
    /// Whether to talk about it.
    pub talk: Talk,
    /// Its place in the list of what to talk about, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// "Please don't raise this unless I do."
    pub tender: bool,
}

impl Mark {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        match self.rank {
            Some(0) => Err(FieldError::Rule { field: "rank", rule: "ranks count from 1" }),
            Some(_) if self.talk != Talk::WantToTalk => {
                Err(FieldError::Rule { field: "rank", rule: "only what you want to talk about has a rank" })
            }
            _ => Ok(()),
        }
    }
}
