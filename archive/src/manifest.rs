//! The manifest: what belongs to a backup, with hashes.

use chrono::{DateTime, Utc};
use reverie_protocol::hash::Hash;
use serde::{Deserialize, Serialize};

use crate::part::Part;

/// The manifest's path in the archive.
pub const MANIFEST: &str = "manifest.json";

/// The version of this format.
pub(crate) const VERSION: u32 = 1;

/// What belongs to a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format: 1.
    pub v: u32,
    /// The moment that the backup shows.
    pub made_at: DateTime<Utc>,
    /// SHA-256 of the server's OPAQUE set-up key, which need not be in the archive: tells whether a key kept elsewhere
    /// is the right one. The key is random, so its hash says nothing of it.
    pub opaque_key_sha256: Hash,
    /// The files, by path. What is in the archive and not in this list does not belong to the backup.
    pub files: Vec<ListedFile>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedFile {
    /// Which.
    pub path: Part,
    /// SHA-256 of its bytes.
    pub sha256: Hash,
    /// Its size in bytes.
    pub size: u64,
}

impl Manifest {
    /// Tells whether the OPAQUE set-up key is in the backup.
    pub fn holds_key(&self) -> bool {
        self.files.iter().any(|file| file.path == Part::OpaqueKey)
    }
}
