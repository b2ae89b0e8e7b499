//! Backing up: the database as it was at one moment, and every attachment that it names, in one archive.
//!
//! The server may run meanwhile. The invariant: the database in the archive names no file that is not in the archive,
//! unless the server itself has lost it, which is a finding. Attachments never change, they only come and go; so they are
//! copied first, the database last, and what came in between is copied until nothing is missing.
//!
//! What a backup holds and why the OPAQUE set-up key stays out of it: `docs/decisions/0010`.

mod seal;
mod shelf;
mod snapshot;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use reverie_archive::{ArchiveWriter, Manifest, Part};
use reverie_protocol::hash::Hash;
use sea_orm::DbErr;

pub use self::seal::{Seal, SealError};
pub use self::shelf::{Shelf, ShelfError};
use self::snapshot::{Live, Named};
use crate::check_data::Finding;
use crate::clock::Clock;
use crate::data::DataFolder;

/// What was backed up.
#[derive(Debug)]
pub struct Backup {
    /// What belongs to it.
    pub manifest: Manifest,
    /// What is not as it should be on the server, and so not in the backup either.
    pub findings: Vec<Finding>,
}

/// Why nothing was backed up.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no server in the folder.
    #[error("there is no Reverie server in {}; is `--data` right?", .0.display())]
    NotInitialised(PathBuf),
    /// The database cannot be read or copied.
    #[error("the database cannot be copied; `reverie-server check` says whether it is whole")]
    Database(#[from] DbErr),
    /// A file of the data folder cannot be read.
    #[error("the data cannot be read; run this as the user who runs the server")]
    Read(#[source] io::Error),
    /// The backup cannot be written.
    #[error("the backup could not be written, and what there was of it is gone; is there room?")]
    Write(#[source] io::Error),
}

/// Writes a backup of a data folder.
///
/// `scratch` is a folder with room for a copy of the database. `progress` is told how many of about how many bytes were
/// written. This blocks its thread while it reads and writes files.
///
/// # Errors
/// [`BackupError`]; what was written until then is no backup.
pub async fn back_up<W: Write>(
    data: &DataFolder,
    scratch: &Path,
    with_key: bool,
    clock: &Clock,
    to: W,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(W, Backup), BackupError> {
    if !data.database().is_file() || !data.opaque_setup().is_file() {
        return Err(BackupError::NotInitialised(data.0.clone()));
    }
    let key = std::fs::read(data.opaque_setup()).map_err(BackupError::Read)?;
    let live = Live::open(&data.database()).await?;
    let mut named = live.named().await?;
    let total = live.bytes().await? + named.iter().map(|file| file.size).sum::<u64>();
    // Everything that was acknowledged until now will be in it.
    let made_at = DateTime::from_timestamp(clock.now(), 0).unwrap_or_default();
    let to = Counting { to, written: 0, total, progress };
    let mut archive = ArchiveWriter::new(to, made_at);
    if with_key {
        archive.add(Part::OpaqueKey, key.len() as u64, key.as_slice()).map_err(BackupError::Write)?;
    }
    let mut damaged = BTreeSet::new();
    copy(&mut archive, data, &named, &mut damaged)?;
    let mut missing_before = None;
    let (snapshot, missing) = loop {
        let snapshot = live.snapshot(scratch).await?;
        named = snapshot.named().await?;
        // Missing in two snapshots is not withdrawn meanwhile: it is lost.
        let missing = copy(&mut archive, data, &named, &mut damaged)?;
        if missing.is_empty() || missing_before.as_ref() == Some(&missing) {
            break (snapshot, missing);
        }
        missing_before = Some(missing);
    };
    let belong: BTreeSet<Part> = named.iter().map(|file| file.part).collect();
    archive.keep_only(|part| matches!(part, Part::OpaqueKey) || belong.contains(part));
    let mut findings: Vec<_> = missing.iter().map(|part| finding(part, "it is missing")).collect();
    findings.extend(damaged.intersection(&belong).map(|part| finding(part, "it is damaged")));
    findings.extend(snapshot.damage().await?);
    let (size, database) = open(&snapshot.close().await?).map_err(BackupError::Read)?;
    archive.add(Part::Database, size, database).map_err(BackupError::Write)?;
    let (to, manifest) = archive.finish(Hash::of(&key)).map_err(BackupError::Write)?;
    Ok((to.to, Backup { manifest, findings }))
}

/// Adds the files that are not in the archive yet, and returns those that are not there.
fn copy(
    archive: &mut ArchiveWriter<impl Write>,
    data: &DataFolder,
    named: &[Named],
    damaged: &mut BTreeSet<Part>,
) -> Result<Vec<Part>, BackupError> {
    let mut missing = Vec::new();
    for file in named {
        if archive.holds(&file.part) {
            continue;
        }
        let (size, bytes) = match open(&data.0.join(file.part.to_string())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                missing.push(file.part);
                continue;
            }
            opened => opened.map_err(BackupError::Read)?,
        };
        let sha256 = archive.add(file.part, size, bytes).map_err(BackupError::Write)?;
        if (sha256, size) != (file.sha256, file.size) {
            damaged.insert(file.part);
        }
    }
    Ok(missing)
}

fn open(path: &Path) -> io::Result<(u64, File)> {
    let file = File::open(path)?;
    Ok((file.metadata()?.len(), file))
}

fn finding(part: &Part, what: &str) -> Finding {
    Finding { place: part.to_string(), what: what.into() }
}

/// Tells how much was written.
struct Counting<'a, W> {
    to: W,
    written: u64,
    total: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl<W: Write> Write for Counting<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.written += written as u64;
        (self.progress)(self.written, self.total);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
