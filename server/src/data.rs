//! The data folder: what lies where, and who may look.
//!
//! The OPAQUE set-up key lies in a folder of its own, apart from the database, so that the two can be kept and backed
//! up apart: neither alone lets anybody try passwords.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The data folder.
#[derive(Debug, Clone)]
pub struct DataFolder(pub PathBuf);

impl DataFolder {
    /// Returns the path of the database file.
    pub fn database(&self) -> PathBuf {
        self.0.join("database").join("reverie.sqlite")
    }

    /// Returns the path of the OPAQUE set-up key.
    pub fn opaque_setup(&self) -> PathBuf {
        self.0.join("keys").join("opaque-setup")
    }

    /// Returns the folder of the sealed attachments.
    pub fn attachments(&self) -> PathBuf {
        self.0.join("attachments")
    }

    /// Takes the folder for one server, until the returned file is dropped; nothing if another server has it.
    ///
    /// The system lets go of the lock when the process ends, however it ends.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(self.0.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Makes the folder and its parts, for the owner's eyes only (0700); leaves alone what is there.
    pub(crate) fn create(&self) -> io::Result<()> {
        for folder in ["database", "keys", "attachments"] {
            DirBuilder::new().recursive(true).mode(0o700).create(self.0.join(folder))?;
        }
        Ok(())
    }
}

/// Writes a file for the owner's eyes only (0600) that must not be there yet, and waits until it is on disk.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
