//! Where a device keeps its things: named blobs, written whole or not at all. A folder on disk, or what a browser has.
//!
//! Whoever calls seals first: nothing readable is ever put here.

use std::io::{self, Read, Write};

use async_trait::async_trait;

/// The device could not keep or find something.
#[derive(Debug, thiserror::Error)]
#[error("this device's storage failed at `{name}`: {reason}")]
pub struct StoreError {
    /// The blob's name; names carry ids and counts alone.
    pub name: String,
    /// What the system says.
    pub reason: String,
    /// Whether the disk has no room.
    pub full: bool,
}

impl StoreError {
    /// Returns what the system says of a blob or file, and first what it means where people can do something about it.
    pub fn of(name: &str, error: &io::Error) -> Self {
        let full = is_full(error);
        let reason =
            if full { "this device's disk is full (No space left on device)".into() } else { error.to_string() };
        Self { name: name.into(), reason, full }
    }
}

pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// A blob under way. It appears under its name when it is finished, and not at all if it is dropped before.
pub trait BlobWriter: Write + Send {
    /// Makes the blob durable and visible under its name, in one step.
    fn finish(self: Box<Self>) -> Result<(), StoreError>;
}

/// Named blobs. Names are paths of lowercase letters, digits, dashes and dots, with `/` between.
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
pub trait Store: Send + Sync {
    /// Returns the blob of this name, if there is one.
    async fn find(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Puts a blob, replacing the one of the same name; durable and atomic.
    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// Deletes the blob of this name, if there is one.
    async fn delete(&self, name: &str) -> Result<(), StoreError>;

    /// Gives the blob of this name another one, replacing a blob of that name; durable and atomic. Nothing if there is none.
    async fn rename(&self, name: &str, to: &str) -> Result<(), StoreError>;

    /// Lists the names that begin with `prefix`, sorted.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError>;

    /// Starts a large blob.
    async fn create(&self, name: &str) -> Result<Box<dyn BlobWriter>, StoreError>;

    /// Opens a large blob for reading, with its size in bytes.
    async fn open(&self, name: &str) -> Result<Option<(Box<dyn Read + Send>, u64)>, StoreError>;
}
