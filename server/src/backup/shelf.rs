//! The shelf: a folder of backups, named by their time.
//!
//! The invariant: what stands under a backup's name is whole, was read back, and is on disk; and an older one is removed
//! only after that. One program at a time puts backups there; what it left unfinished the next one removes.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use reverie_archive::{Manifest, ReadError, read};
use reverie_protocol::hash::Hash;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// How the name of a backup begins.
const PREFIX: &str = "reverie-";
/// How the name of what is not finished begins.
const UNFINISHED: &str = ".unfinished-";

/// Why a backup is not on the shelf.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// Another backup is on its way there.
    #[error("another backup is being written to {}; let it finish", .0.display())]
    InUse(PathBuf),
    /// The folder cannot be made, read or written.
    #[error("the folder for backups cannot be used; may this user write there, and is there room?")]
    Io(#[from] io::Error),
    /// It was written and does not read back as it was.
    #[error("the backup was written and does not read back as it was; the disk it is on cannot be trusted")]
    Unreadable(#[source] Option<ReadError>),
    /// There is one of this second.
    #[error("there is a backup of this very second; try again")]
    Taken,
}

/// A folder of backups, for this program alone until it is dropped.
pub struct Shelf {
    folder: PathBuf,
    /// Where the next backup is made.
    unfinished: TempDir,
    _lock: File,
}

impl Shelf {
    /// Opens the folder, making it if there is none, and removes what was left unfinished there.
    ///
    /// # Errors
    /// [`ShelfError::InUse`], or what the system says.
    pub fn open(folder: &Path) -> Result<Self, ShelfError> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let lock =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(folder.join(".lock"))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(ShelfError::InUse(folder.to_owned())),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Ok(()) => {}
        }
        for left in names(folder)?.iter().filter(|name| name.starts_with(UNFINISHED)) {
            fs::remove_dir_all(folder.join(left))?;
        }
        let unfinished = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(folder)?;
        Ok(Self { folder: folder.to_owned(), unfinished, _lock: lock })
    }

    /// Returns a folder for what is needed on the way.
    pub fn scratch(&self) -> &Path {
        self.unfinished.path()
    }

    /// Starts the file of the next backup.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(&self) -> Result<File, ShelfError> {
        Ok(OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(self.draft())?)
    }

    /// Reads back what was written, and gives it its name if it is right. `sealed` is the hash of what was written if it
    /// cannot be looked into.
    ///
    /// # Errors
    /// [`ShelfError::Unreadable`]; then nothing was kept.
    pub fn keep(&self, manifest: &Manifest, sealed: Option<Hash>) -> Result<PathBuf, ShelfError> {
        let draft = File::open(self.draft())?;
        draft.sync_all()?;
        let reads_back = match sealed {
            Some(written) => (hash_of(draft)? == written).then_some(()).ok_or(None),
            None => match read(io::BufReader::with_capacity(1 << 19, draft), &mut |_, _| Ok(())) {
                Ok(contents) => (contents.manifest == *manifest).then_some(()).ok_or(None),
                Err(error) => Err(Some(error)),
            },
        };
        reads_back.map_err(ShelfError::Unreadable)?;
        let end = if sealed.is_some() { ".tar.age" } else { ".tar" };
        let path = self.folder.join(format!("{PREFIX}{}{end}", manifest.made_at.format("%Y%m%dT%H%M%SZ")));
        if path.try_exists()? {
            return Err(ShelfError::Taken);
        }
        fs::rename(self.draft(), &path)?;
        File::open(&self.folder)?.sync_all()?;
        Ok(path)
    }

    /// Removes the oldest backups but this many, and returns how many went.
    ///
    /// # Errors
    /// What the system says.
    pub fn prune(&self, keep: NonZeroUsize) -> Result<usize, ShelfError> {
        let mut backups = names(&self.folder)?;
        backups.retain(|name| is_backup(name));
        backups.sort_unstable();
        let oldest = backups.len().saturating_sub(keep.get());
        for name in &backups[..oldest] {
            fs::remove_file(self.folder.join(name))?;
        }
        Ok(oldest)
    }

    fn draft(&self) -> PathBuf {
        self.unfinished.path().join("backup")
    }
}

/// Tells whether a file was named by [`Shelf::keep`]: nothing else is ever removed.
fn is_backup(name: &str) -> bool {
    let stamp = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(".tar.age").or(rest.strip_suffix(".tar")));
    let form = |stamp: &str| {
        let like = |(at, byte): (usize, u8)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        };
        stamp.len() == 16 && stamp.bytes().enumerate().all(like)
    };
    stamp.is_some_and(form)
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    Ok(entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

fn hash_of(mut file: File) -> io::Result<Hash> {
    let (mut sha256, mut chunk) = (Sha256::new(), vec![0; 1 << 19]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(Hash(sha256.finalize().into()));
        }
        sha256.update(&chunk[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_the_name_of_a_backup_is_one() {
        assert!(is_backup("reverie-20310501T130000Z.tar") && is_backup("reverie-20310501T130000Z.tar.age"));
        for other in [
            "reverie-20310501T130000Z.tar.age.old",
            "reverie-20310501T130000Z",
            "reverie-2031-05-01.tar",
            "reverie-before-the-move.tar",
            "backup-20310501T130000Z.tar",
            ".lock",
        ] {
            assert!(!is_backup(other), "{other}");
        }
    }
}
