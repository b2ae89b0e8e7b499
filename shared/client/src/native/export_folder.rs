//! An exported folder on disk: written for its owner alone, read back for verifying.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "this is where an export meets the disk")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::export::{ExportSink, ExportSource};

/// A folder that an export is written to, or verified from.
pub struct ExportFolder(PathBuf);

impl ExportFolder {
    /// Makes the folder for a new export.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if something other than an empty folder is there: an export never mixes with
    /// other files.
    pub fn create(path: &Path) -> io::Result<Self> {
        if fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) || path.is_file() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is there already; choose a new folder"));
        }
        make_private_folder(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Opens the folder of an export that was made before.
    pub fn open(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Removes an export that was not finished, so that the next one can go to the same place.
    ///
    /// # Errors
    /// As the file system says; then some of it is left.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_dir_all(self.0)
    }

    fn file(&self, path: &str) -> io::Result<PathBuf> {
        // Paths come from a manifest that may be somebody else's.
        let plain = path.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains('\\'));
        if plain { Ok(self.0.join(path)) } else { Err(io::Error::other("the path leaves the folder")) }
    }
}

impl ExportSink for ExportFolder {
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write + Send>> {
        let path = self.file(path)?;
        if let Some(parent) = path.parent() {
            make_private_folder(parent)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Box::new(options.open(path)?))
    }
}

impl ExportSource for ExportFolder {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + Send>>> {
        match File::open(self.file(path)?) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        list_into(&self.0, "", &mut found)?;
        found.sort();
        Ok(found)
    }
}

fn list_into(folder: &Path, prefix: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list_into(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
