//! Entries and layers: what came up, and what was added to it later.
//!
//! First words are kept: an entry is never overwritten, a layer stands beside it.

use std::fmt;
use std::str::FromStr;

use reverie_protocol::ids::{AttachmentId, DocumentId};
use reverie_protocol::limits::ATTACHMENTS_PER_RECORD;
use serde::{Deserialize, Serialize};

use super::details::Details;
use crate::text::{FieldError, FileName, MediaType, Title, Words};

/// The sixteen kinds of entry (domain.md 1.5), in the order in which a brief shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A quick capture, not sorted yet. Where every capture starts.
    Fragment,
    /// Something seen (or heard, smelled, …), with eyes closed or open.
    Image,
    /// A strong feeling.
    Feeling,
    /// Something remembered or lived again.
    Memory,
    /// A figure, presence, place or object that stood for more.
    Symbol,
    /// A sensation of the body.
    Body,
    /// Self, life or a problem, seen differently.
    PerspectiveShift,
    /// A moment of knowing.
    Clarity,
    /// Two pulls at once; not wanting to look.
    Conflict,
    /// About someone, past or present, the therapist included.
    RelationalInsight,
    /// Any other new understanding.
    Insight,
    /// A hope or question before a dose.
    Intention,
    /// A dream of the night or the day.
    Dream,
    /// Nothing came, or no words. An entry like any other.
    Blank,
    /// Something tried in daily life.
    Practice,
    /// Free association.
    Free,
}

/// The text names no kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of entry; choose one of {}", Kind::ALL.map(Kind::name).join(", "))]
pub struct ParseKindError;

impl Kind {
    /// All kinds, in order.
    pub const ALL: [Self; 16] = [
        Self::Fragment,
        Self::Image,
        Self::Feeling,
        Self::Memory,
        Self::Symbol,
        Self::Body,
        Self::PerspectiveShift,
        Self::Clarity,
        Self::Conflict,
        Self::RelationalInsight,
        Self::Insight,
        Self::Intention,
        Self::Dream,
        Self::Blank,
        Self::Practice,
        Self::Free,
    ];

    /// Returns the name that stands in documents and on the command line: `perspective_shift`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fragment => "fragment",
            Self::Image => "image",
            Self::Feeling => "feeling",
            Self::Memory => "memory",
            Self::Symbol => "symbol",
            Self::Body => "body",
            Self::PerspectiveShift => "perspective_shift",
            Self::Clarity => "clarity",
            Self::Conflict => "conflict",
            Self::RelationalInsight => "relational_insight",
            Self::Insight => "insight",
            Self::Intention => "intention",
            Self::Dream => "dream",
            Self::Blank => "blank",
            Self::Practice => "practice",
            Self::Free => "free",
        }
    }

    /// Returns the name for people: `Perspective shift`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fragment => "Fragment",
            Self::Image => "Image",
            Self::Feeling => "Feeling",
            Self::Memory => "Memory",
            Self::Symbol => "Symbol",
            Self::Body => "Body",
            Self::PerspectiveShift => "Perspective shift",
            Self::Clarity => "Clarity",
            Self::Conflict => "Conflict",
            Self::RelationalInsight => "Relational insight",
            Self::Insight => "Insight",
            Self::Intention => "Intention",
            Self::Dream => "Dream",
            Self::Blank => "Blank",
            Self::Practice => "Practice",
            Self::Free => "Free association",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = ParseKindError;

    fn from_str(text: &str) -> Result<Self, ParseKindError> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(ParseKindError)
    }
}

/// A voice memo, drawing or photo that a document names; the file itself is sealed apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Which file.
    pub id: AttachmentId,
    /// What its author called it.
    pub name: FileName,
    /// What it is, by RFC 6838: `audio/ogg`.
    pub media_type: MediaType,
    /// Its size before sealing, in bytes.
    pub size: u64,
    /// How long it plays, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// Something that came up, in first words. Its `at` is when it was captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What kind of thing.
    pub kind: Kind,
    /// What else it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Kind>,
    /// A title, if the patient gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// The first words; may be empty.
    pub words: Words,
    /// Files that belong to the first words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The session that it came up in or after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<DocumentId>,
    /// What the fields of its kinds say.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
    /// Whether the device was locked when it was captured: then nothing proves who did it, and the patient kept it later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub captured_while_locked: bool,
}

impl Entry {
    /// Returns an entry of this kind with these first words and nothing else.
    pub fn new(kind: Kind, words: Words) -> Self {
        Self {
            kind,
            also: Vec::new(),
            title: None,
            words,
            attachments: Vec::new(),
            session: None,
            details: Details::default(),
            captured_while_locked: false,
        }
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        let repeats = |at: usize, kind: &Kind| *kind == self.kind || self.also[..at].contains(kind);
        if self.also.iter().enumerate().any(|(at, kind)| repeats(at, kind)) {
            return Err(FieldError::Rule { field: "also", rule: "a kind is named once" });
        }
        let kinds: Vec<_> = self.also.iter().copied().chain([self.kind]).collect();
        self.details.check(Some(&kinds))?;
        check_attachments(&self.attachments)
    }
}

/// Something added to an entry later, beside its first words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The entry that it is added to.
    pub entry: DocumentId,
    /// What is added.
    pub words: Words,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What kind of thing the entry turned out to be; the latest layer that says so counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What the fields of its kinds say now.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

impl Layer {
    /// Returns a layer of these words and nothing else.
    pub fn new(entry: DocumentId, words: Words) -> Self {
        Self { entry, words, attachments: Vec::new(), kind: None, details: Details::default() }
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        self.details.check(None)?;
        let says_nothing = self.kind.is_none() && self.details.is_empty();
        if self.words.is_blank() && self.attachments.is_empty() && says_nothing {
            return Err(FieldError::Empty { field: "words" });
        }
        check_attachments(&self.attachments)
    }
}

fn check_attachments(attachments: &[Attachment]) -> Result<(), FieldError> {
    if attachments.len() > ATTACHMENTS_PER_RECORD {
        return Err(FieldError::Rule { field: "attachments", rule: "at most 20 files belong to one document" });
    }
    let repeats = |(at, one): (usize, &Attachment)| attachments[..at].iter().any(|other| other.id == one.id);
    if attachments.iter().enumerate().any(repeats) {
        return Err(FieldError::Rule { field: "attachments", rule: "a file is named once" });
    }
    Ok(())
}

const _: () = assert!(ATTACHMENTS_PER_RECORD == 20, "the message above names the limit");
