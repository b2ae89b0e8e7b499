//! What the stream of changes says: which of a person's journals have moved, and where to. No content, no author.

use serde::{Deserialize, Serialize};

use crate::api::Head;
use crate::ids::JournalId;

/// One event of the stream of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Changes {
    /// Whether these are all of the caller's journals: one that is not among them is not the caller's any more.
    pub whole: bool,
    /// Where they are now.
    pub journals: Vec<JournalChange>,
}

/// Where a journal is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct JournalChange {
    /// Which.
    pub journal: JournalId,
    /// The head of its chain; absent if the caller is no longer a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
}
