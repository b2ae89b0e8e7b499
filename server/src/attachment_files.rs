//! Sealed attachments as plain files: `attachments/<journal>/<attachment>`.
//!
//! A file is received under a temporary name, hashed while it arrives, synced, and only then renamed; so what stands
//! under its own name is whole. Memory does not grow with a file's size.

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rand_core::CryptoRng;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AttachmentId, JournalId};
use sha2::{Digest as _, Sha256};
use tokio::fs::{self, File};
use tokio::io::{AsyncWriteExt as _, BufWriter};

/// Bytes that are written to or read from a file at once.
pub(crate) const CHUNK: usize = 512 * 1024;

/// The folder of the attachments.
#[derive(Debug)]
pub(crate) struct AttachmentFiles {
    root: PathBuf,
    unfinished: PathBuf,
}

impl AttachmentFiles {
    /// Opens the folder and removes what a crash left unfinished.
    pub(crate) async fn open(root: PathBuf) -> io::Result<Self> {
        let unfinished = root.join("unfinished");
        if fs::try_exists(&unfinished).await? {
            fs::remove_dir_all(&unfinished).await?;
        }
        fs::create_dir_all(&unfinished).await?;
        Ok(Self { root, unfinished })
    }

    /// Returns where an attachment stands.
    pub(crate) fn path(&self, journal: JournalId, attachment: AttachmentId) -> PathBuf {
        path(&self.root, journal, attachment)
    }

    /// Returns the journals that have a folder of files.
    pub(crate) fn journals(&self) -> io::Result<Vec<JournalId>> {
        names(&self.root, true)
    }

    /// Returns the attachments of a journal that have a file.
    pub(crate) fn of_journal(&self, journal: JournalId) -> io::Result<Vec<AttachmentId>> {
        names(&self.root.join(journal.to_string()), false)
    }

    /// Begins to receive a file.
    pub(crate) async fn receive(&self, rng: &mut impl CryptoRng) -> io::Result<Receiving> {
        let mut name = [0; 16];
        rng.fill_bytes(&mut name);
        let path = Unfinished(self.unfinished.join(hex::encode(name)));
        let file = File::create_new(&path.0).await?;
        Ok(Receiving { file: BufWriter::with_capacity(CHUNK, file), path, sha256: Sha256::new(), size: 0 })
    }

    /// Puts a received file in its place; it is on disk afterwards.
    pub(crate) async fn publish(
        &self,
        received: Received,
        journal: JournalId,
        attachment: AttachmentId,
    ) -> io::Result<()> {
        let folder = self.root.join(journal.to_string());
        if !fs::try_exists(&folder).await? {
            fs::create_dir_all(&folder).await?;
            sync_folder(&self.root).await?;
        }
        fs::rename(&received.path.0, self.path(journal, attachment)).await?;
        sync_folder(&folder).await
    }

    /// Opens an attachment for reading.
    pub(crate) async fn open_file(&self, journal: JournalId, attachment: AttachmentId) -> io::Result<File> {
        File::open(self.path(journal, attachment)).await
    }

    /// Removes an attachment. A file that resists is logged, and tried again when the server starts.
    pub(crate) async fn remove(&self, journal: JournalId, attachment: AttachmentId) {
        match fs::remove_file(self.path(journal, attachment)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::error!(%journal, %attachment, %error, "An erased attachment could not be removed");
            }
            _ => {}
        }
    }
}

/// Returns where an attachment stands under `root`.
pub(crate) fn path(root: &Path, journal: JournalId, attachment: AttachmentId) -> PathBuf {
    root.join(journal.to_string()).join(attachment.to_string())
}

/// Returns the names in a folder that are ids: of folders or of files.
fn names<T: FromStr>(folder: &Path, folders: bool) -> io::Result<Vec<T>> {
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() == folders {
            ids.extend(entry.file_name().to_str().and_then(|name| name.parse().ok()));
        }
    }
    Ok(ids)
}

async fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder).await?.sync_all().await
}

/// A temporary file, removed when it is dropped before it was renamed: when the client went away, or sent too much.
#[derive(Debug)]
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a rename there is nothing to remove; what a crash leaves is removed at the next start.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A file on its way in.
#[derive(Debug)]
pub(crate) struct Receiving {
    file: BufWriter<File>,
    path: Unfinished,
    sha256: Sha256,
    size: u64,
}

impl Receiving {
    /// Takes the next bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sha256.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// Ends the file and waits until it is on disk.
    pub(crate) async fn finish(mut self) -> io::Result<Received> {
        self.file.flush().await?;
        self.file.get_ref().sync_all().await?;
        Ok(Received { path: self.path, sha256: Hash(self.sha256.finalize().into()), size: self.size })
    }
}

/// A file that arrived, still under its temporary name.
#[derive(Debug)]
pub(crate) struct Received {
    path: Unfinished,
    pub(crate) sha256: Hash,
    pub(crate) size: u64,
}
