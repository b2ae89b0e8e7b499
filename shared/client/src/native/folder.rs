//! A device's store as a folder: one file for each blob.
//!
//! The invariant: a blob's file is whole or not there, whatever kills the program or the machine. A blob is written
//! under a temporary name, synced, renamed, and the folder synced. One program at a time uses the folder. Folders made
//! here are 0700 and files 0600.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "this is where a native client has its files")]

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use tempfile::NamedTempFile;

use crate::store::{BlobWriter, Store, StoreError};

#[cfg(test)]
mod tests;

/// How temporary names begin. No blob's name does, since none begins with a dot.
const TEMPORARY: &str = ".reverie-new-";
/// The file that whoever uses the folder holds a lock on.
const LOCK: &str = ".reverie-lock";
/// Bytes of a name: what every file system takes.
const NAME_BYTES: usize = 200;
/// How long to wait for another program that uses the folder.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// A folder on disk, locked for this program until it and all its writers are dropped.
pub struct Folder {
    root: PathBuf,
    lock: Arc<File>,
}

impl Folder {
    /// Opens the folder, making it if there is none, and deletes what a killed program left half-written.
    ///
    /// # Errors
    /// [`StoreError`] if the folder cannot be made or written, or another program uses it for five seconds.
    pub fn new(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::with_patience(path, PATIENCE)
    }

    /// Opens the folder like [`Self::new`], waiting as long as `patience` for another program.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_patience(path: impl Into<PathBuf>, patience: Duration) -> Result<Self, StoreError> {
        let root = path.into();
        let here = failed("its folder");
        make_folder(&root).map_err(&here)?;
        // Absolute, so that a later change of the working folder moves nothing.
        let root = root.canonicalize().map_err(&here)?;
        let lock = Arc::new(lock(&root, patience)?);
        let folder = Self { root, lock };
        for leftover in folder.files("").map_err(&here)?.iter().filter(|name| is_temporary(name)) {
            fs::remove_file(folder.root.join(leftover)).map_err(&here)?;
        }
        Ok(folder)
    }

    /// Returns where a blob of this name is; no name leads out of the folder.
    fn path(&self, name: &str) -> Result<PathBuf, StoreError> {
        if name.len() <= NAME_BYTES && name.split('/').all(is_part) {
            return Ok(self.root.join(name));
        }
        // The name itself is not repeated: whoever passes a wrong one may have passed anything.
        let reason = "names are made of a-z, 0-9, dashes, dots and slashes".into();
        Err(StoreError { name: "a name that it does not take".into(), reason, full: false })
    }

    /// Returns the names of all files, temporary ones too, that begin with `prefix`, sorted.
    fn files(&self, prefix: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(self.root.join(&folder))? {
                let entry = entry?;
                let Ok(part) = entry.file_name().into_string() else { continue };
                let name = format!("{folder}{part}");
                let kind = entry.file_type()?;
                if kind.is_file() && name.starts_with(prefix) {
                    names.push(name);
                } else if kind.is_dir() && is_part(&part) {
                    let inside = name + "/";
                    if inside.starts_with(prefix) || prefix.starts_with(&inside) {
                        folders.push(inside);
                    }
                }
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn start(&self, name: &str) -> Result<NewBlob, StoreError> {
        let path = self.path(name)?;
        let folder = folder_of(&path);
        make_folder(folder).map_err(failed(name))?;
        let file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder).map_err(failed(name))?;
        Ok(NewBlob { name: name.into(), path, file, _lock: Arc::clone(&self.lock) })
    }
}

#[async_trait]
impl Store for Folder {
    async fn find(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((mut file, size)) = self.open(name).await? else { return Ok(None) };
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.read_to_end(&mut bytes).map_err(failed(name))?;
        Ok(Some(bytes))
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut blob = Box::new(self.start(name)?);
        blob.write_all(bytes).map_err(failed(name))?;
        blob.finish()
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        let path = self.path(name)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.and_then(|()| sync_folder(folder_of(&path))).map_err(failed(name)),
        }
    }

    async fn rename(&self, name: &str, to: &str) -> Result<(), StoreError> {
        let (from, to) = (self.path(name)?, self.path(to)?);
        make_folder(folder_of(&to)).map_err(failed(name))?;
        match fs::rename(&from, &to) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            renamed => renamed
                .and_then(|()| sync_folder(folder_of(&to)))
                .and_then(|()| sync_folder(folder_of(&from)))
                .map_err(failed(name)),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut names = self.files(prefix).map_err(failed("its folder"))?;
        names.retain(|name| self.path(name).is_ok());
        Ok(names)
    }

    async fn create(&self, name: &str) -> Result<Box<dyn BlobWriter>, StoreError> {
        Ok(Box::new(self.start(name)?))
    }

    async fn open(&self, name: &str) -> Result<Option<(Box<dyn Read + Send>, u64)>, StoreError> {
        let path = self.path(name)?;
        let opened = File::open(path).and_then(|file| file.metadata().map(|about| (file, about)));
        match opened {
            Ok((_, about)) if about.is_dir() => Ok(None),
            Ok((file, about)) => Ok(Some((Box::new(file), about.len()))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(failed(name)(error)),
        }
    }
}

/// A blob under a temporary name, which is deleted with it unless it is finished.
struct NewBlob {
    name: String,
    path: PathBuf,
    file: NamedTempFile,
    _lock: Arc<File>,
}

impl Write for NewBlob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl BlobWriter for NewBlob {
    fn finish(self: Box<Self>) -> Result<(), StoreError> {
        let Self { name, path, file, _lock } = *self;
        let finish = || {
            file.as_file().sync_all()?;
            file.persist(&path)?;
            sync_folder(folder_of(&path))
        };
        finish().map_err(failed(&name))
    }
}

/// Returns whether this may stand between two slashes of a name. Nothing hidden, no way up, nothing that Windows drops.
fn is_part(part: &str) -> bool {
    let allowed = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
    allowed && !part.is_empty() && !part.starts_with('.') && !part.ends_with('.')
}

fn is_temporary(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|part| part.starts_with(TEMPORARY))
}

fn lock(root: &Path, patience: Duration) -> Result<File, StoreError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(root.join(LOCK)).map_err(failed("its lock"))?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(failed("its lock")(error)),
            Err(TryLockError::WouldBlock) if waited >= patience => {
                let reason = "another program is using this profile; let it finish, then try again".into();
                return Err(StoreError { name: "its lock".into(), reason, full: false });
            }
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
        waited += PAUSE;
    }
}

/// Makes a folder and those above it, each durable.
fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = folder_of(path);
    make_folder(above)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        // Another program may have made it meanwhile.
        Err(error) if error.kind() != ErrorKind::AlreadyExists || !path.is_dir() => Err(error),
        _ => sync_folder(above),
    }
}

/// Returns the folder that a path is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes a rename or deletion in a folder durable. Windows has no such call, and needs none.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn failed(name: &str) -> impl Fn(io::Error) -> StoreError {
    move |error| StoreError::of(name, &error)
}
