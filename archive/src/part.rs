//! What may be in a backup. The paths are made from these parts and from nothing else, so none leads out of a folder.

use std::fmt;
use std::str::FromStr;

use reverie_protocol::ids::{AttachmentId, JournalId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DATABASE: &str = "database/reverie.sqlite";
const OPAQUE_KEY: &str = "keys/opaque-setup";
const ATTACHMENTS: &str = "attachments/";

/// One file of a data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The database.
    Database,
    /// The OPAQUE set-up key.
    OpaqueKey,
    /// A sealed attachment.
    Attachment(JournalId, AttachmentId),
}

/// The path is not one that a backup has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not the path of a file of a backup")]
pub struct ParsePartError;

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database => f.write_str(DATABASE),
            Self::OpaqueKey => f.write_str(OPAQUE_KEY),
            Self::Attachment(journal, attachment) => write!(f, "{ATTACHMENTS}{journal}/{attachment}"),
        }
    }
}

impl FromStr for Part {
    type Err = ParsePartError;

    fn from_str(path: &str) -> Result<Self, ParsePartError> {
        let attachment = || {
            let (journal, attachment) = path.strip_prefix(ATTACHMENTS)?.split_once('/')?;
            Some(Self::Attachment(journal.parse().ok()?, attachment.parse().ok()?))
        };
        let part = match path {
            DATABASE => Some(Self::Database),
            OPAQUE_KEY => Some(Self::OpaqueKey),
            _ => attachment(),
        };
        // Ids have several spellings; a path has one.
        part.filter(|part| part.to_string() == path).ok_or(ParsePartError)
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        path.parse().map_err(serde::de::Error::custom)
    }
}
