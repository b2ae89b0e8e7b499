//! What `client` hands over: journals verified and opened, each record with what was in it.
//!
//! The invariant: everything here is already verified (chain, signature, binding). A record that was withdrawn comes as
//! [`Content::Withdrawn`], even where a server still serves its body; a body that could not be opened comes as
//! [`Content::Unreadable`] and the rest goes on.

use std::fmt;

use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use serde::{Deserialize, Serialize};

use crate::document::{Document, ParseError, RawDocument};

/// Which of the three kinds of journal; sealed in the opening keyring, never in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compartment {
    /// The patient's own.
    Private,
    /// The patient's, read by one care circle.
    Shared,
    /// A clinician's own, about a patient.
    ProcessNotes,
}

/// A journal after verifying and opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedJournal {
    /// Which.
    pub id: JournalId,
    /// Of which kind.
    pub compartment: Compartment,
    /// Who owns it, as its first record says.
    pub owner: AccountId,
    /// Its records, in any order; `seq` orders them.
    pub records: Vec<Opened>,
}

/// A record after verifying and opening. `close` and `withdraw` records have nothing to say of their own and are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its place in the journal.
    pub seq: u64,
    /// Its id.
    pub record: RecordId,
    /// Who signed it.
    pub author: AccountId,
    /// What was in it.
    pub content: Content,
}

/// What was in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A document that this program knows.
    Document(Document),
    /// A document of a later version of Reverie.
    Newer(RawDocument),
    /// The full member list, from a record that opened the journal or changed its members.
    Members(Members),
    /// Nothing any more.
    Withdrawn {
        /// Who took it back.
        by: AccountId,
    },
    /// Something that cannot be shown.
    Unreadable(Reason),
}

/// The members of a journal, as its owner's signed records list them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Members(pub Vec<(AccountId, MemberRole)>);

/// Why a record's document cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The body does not open with the epoch's key.
    DoesNotOpen,
    /// The body was sealed for another record, journal or author.
    BindingMismatch,
    /// The body is not the one that the header was signed for.
    BodyMismatch,
    /// The server did not hand the body out, and the record was not withdrawn.
    BodyWithheld,
    /// The body opened, and what is inside is no document.
    Malformed,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DoesNotOpen => "it does not open with your keys",
            Self::BindingMismatch => "it was sealed for another place in the journal",
            Self::BodyMismatch => "it is not what its author signed",
            Self::BodyWithheld => "the server did not hand it out",
            Self::Malformed => "it opened, but what is inside is no document",
        })
    }
}

impl Content {
    /// Returns what the JSON of a document is: a document, one from a newer version, or unreadable.
    pub fn parse(json: &[u8]) -> Self {
        match Document::parse(json) {
            Ok(document) => Self::Document(document),
            Err(ParseError::Newer(raw)) => Self::Newer(raw),
            Err(ParseError::Malformed(_) | ParseError::Field(_)) => Self::Unreadable(Reason::Malformed),
        }
    }
}
