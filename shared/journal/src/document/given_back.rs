//! Giving back: a record that a clinician could read, copied for the same person's new account after the old one was lost.
//!
//! Whoever lost password and kit has a new account; her clinicians copy what they were given into a journal that she shares
//! with them. A copy is the clinician's word, so it brings the original along: what was signed then can be verified.

use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use serde::{Deserialize, Serialize};

use super::{Attachment, Document, ParseError};
use crate::text::FieldError;

/// A copy of one record of an earlier account's journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenBack {
    /// Whose journal it stood in: the earlier account.
    pub patient: AccountId,
    /// The journal.
    pub journal: JournalId,
    /// Its place there.
    pub seq: u64,
    /// The record.
    pub record: RecordId,
    /// Who had signed it.
    pub author: AccountId,
    /// The document in it, as JSON, verbatim.
    pub document: String,
    /// First the original: its signed header, its sealed body, the key that opens it and the author's card; then the sealed
    /// files that it named, as they were.
    pub attachments: Vec<Attachment>,
}

impl GivenBack {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.attachments.is_empty() {
            return Err(FieldError::Empty { field: "attachments" });
        }
        match Document::parse(self.document.as_bytes()) {
            Ok(_) | Err(ParseError::Newer(_)) => Ok(()),
            Err(ParseError::Malformed(_) | ParseError::Field(_)) => {
                Err(FieldError::Rule { field: "document", rule: "what is given back is a document" })
            }
        }
    }
}
