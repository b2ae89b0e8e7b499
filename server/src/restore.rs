//! Restoring: a data folder made from a backup, whole or not at all.
//!
//! The invariant: under the folder's final name there is nothing, or everything, compared byte for byte with the backup's
//! manifest and on disk. A folder that holds anything is never touched, least of all that of a running server.
//!
//! A restored server knows nothing of what happened after the backup, so it ends every session: one that was revoked since
//! would be good again otherwise.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rand_core::CryptoRng;
use reverie_archive::{Manifest, Part, ReadError, read};
use reverie_protocol::audit::AuditAct;
use reverie_protocol::hash::Hash;
use sea_orm::{DbErr, EntityTrait as _};

use crate::audit::{Act, Chain};
use crate::check_data::{CheckDataError, Finding, Report, check_data};
use crate::clock::Clock;
use crate::data::{DataFolder, write_secret};
use crate::database::{Database, DatabaseAddress, OpenError};
use crate::entity::{login_attempt, passkey_ceremony, session};
use crate::opaque::Opaque;

/// Where the OPAQUE set-up key of the restored server comes from.
#[derive(Debug, Clone)]
pub enum Key {
    /// Out of the backup.
    InBackup,
    /// Out of a copy that was kept apart.
    File(PathBuf),
    /// It is lost. Then sessions are kept: they are the only way in that is left.
    Lost,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the backup held.
    pub manifest: Manifest,
    /// What checking the restored data came to, if that was asked for.
    pub report: Option<Report>,
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// A server runs there.
    #[error("a server is running on {}. Stop it and move its folder away first, or restore to another folder with --data", .0.display())]
    Live(PathBuf),
    /// There is something there.
    #[error("{path} is not empty, and nothing is ever restored over anything. Move it away first: `mv {path} {path}.before`", path = .0.display())]
    Occupied(PathBuf),
    /// The folder has no name of its own.
    #[error("{} cannot be made by restoring; name a folder that is not there yet", .0.display())]
    NoName(PathBuf),
    /// Somebody else restores to the same place.
    #[error("another restore to {} is under way; let it finish", .0.display())]
    Restoring(PathBuf),
    /// The backup cannot be used.
    #[error(transparent)]
    Backup(#[from] ReadError),
    /// The key is needed.
    #[error(
        "the OPAQUE set-up key is not in this backup, and without it nobody can log in with a password. Give the copy \
         that was kept apart: --key FILE. If it is lost, --without-key restores the rest"
    )]
    KeyNeeded,
    /// The key belongs to another server.
    #[error("this is not the OPAQUE set-up key of the server that was backed up")]
    WrongKey,
    /// The key cannot be read.
    #[error("the OPAQUE set-up key cannot be read from {}", .0.display())]
    Key(PathBuf, #[source] io::Error),
    /// What was restored is not whole.
    #[error(
        "the backup is as it was made, and what it holds is not whole. Restore it without --verify to have it as it is"
    )]
    NotWhole(Vec<Finding>),
    /// The folder cannot be written.
    #[error("the folder cannot be written; may this user write there, and is there room?")]
    Io(#[from] io::Error),
    /// The restored database cannot be opened.
    #[error("the restored database cannot be used")]
    Database(#[from] DbErr),
    /// The restored database cannot be opened.
    #[error("the restored database cannot be opened")]
    Open(#[from] OpenError),
    /// The restored data cannot be checked.
    #[error("the restored data cannot be checked")]
    Check(#[from] CheckDataError),
}

/// Makes a data folder from a backup. This blocks its thread while it reads and writes files.
///
/// # Errors
/// [`RestoreError`]; then nothing is there that was not there before.
pub async fn restore(
    archive: impl Read,
    into: &Path,
    key: &Key,
    verify: bool,
    clock: &Clock,
    rng: &mut impl CryptoRng,
) -> Result<Restored, RestoreError> {
    // Without the slash that may stand at its end, a folder has a place beside it.
    let into: PathBuf = into.components().collect();
    refuse_what_is_there(&into)?;
    let staging = Staging::beside(&into)?;
    let manifest = unpack(archive, &staging, key)?;
    place_key(&staging, key, manifest.opaque_key_sha256, rng)?;
    let embedded = DatabaseAddress::default();
    let db = Database::create(&embedded, &staging.data.database()).await?;
    let begun_anew = begin_anew(&db, !matches!(key, Key::Lost), clock, rng).await;
    db.close().await?;
    begun_anew?;
    let report = if verify { Some(check_data(&staging.data.0, &embedded).await?) } else { None };
    if let Some(report) = report.as_ref().filter(|report| !report.findings.is_empty()) {
        return Err(RestoreError::NotWhole(report.findings.clone()));
    }
    staging.finish(&into)?;
    Ok(Restored { manifest, report })
}

fn refuse_what_is_there(into: &Path) -> Result<(), RestoreError> {
    let mut there = match fs::read_dir(into) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(RestoreError::Occupied(into.into())),
        there => there?,
    };
    if there.next().is_none() {
        return Ok(());
    }
    let data = DataFolder(into.to_owned());
    let live = into.join("lock").exists() && data.lock()?.is_none();
    Err(if live { RestoreError::Live(into.into()) } else { RestoreError::Occupied(into.into()) })
}

/// A folder beside the final one. It goes when it is dropped before it was finished.
struct Staging {
    data: DataFolder,
    finished: bool,
    _lock: File,
}

impl Staging {
    fn beside(into: &Path) -> Result<Self, RestoreError> {
        let name = into.file_name().ok_or_else(|| RestoreError::NoName(into.to_owned()))?;
        let mut name = name.to_owned();
        name.push(".restoring");
        let data = DataFolder(into.with_file_name(name));
        // A restore that was killed has left its folder, without a lock.
        if data.0.try_exists()? {
            data.lock()?.ok_or_else(|| RestoreError::Restoring(into.to_owned()))?;
            fs::remove_dir_all(&data.0)?;
        }
        data.create()?;
        let lock = data.lock()?.ok_or_else(|| RestoreError::Restoring(into.to_owned()))?;
        Ok(Self { data, finished: false, _lock: lock })
    }

    fn file(&self, part: Part) -> PathBuf {
        self.data.0.join(part.to_string())
    }

    /// Gives the folder its final name, once all of it is on disk.
    fn finish(mut self, into: &Path) -> Result<(), RestoreError> {
        sync_all(&self.data.0)?;
        fs::rename(&self.data.0, into).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty => RestoreError::Occupied(into.to_owned()),
            // A file system is mounted there, and a folder cannot take its place.
            io::ErrorKind::ResourceBusy => RestoreError::NoName(into.to_owned()),
            _ => RestoreError::Io(error),
        })?;
        self.finished = true;
        let above = into.parent().filter(|above| !above.as_os_str().is_empty());
        Ok(File::open(above.unwrap_or(Path::new(".")))?.sync_all()?)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed now is removed by the next restore to this place.
            let _ = fs::remove_dir_all(&self.data.0);
        }
    }
}

fn unpack(archive: impl Read, staging: &Staging, key: &Key) -> Result<Manifest, RestoreError> {
    let (mut first, mut key_needed) = (true, false);
    let contents = read(archive, &mut |part, from| {
        // The key comes first if it is there: its absence is told before hours of copying.
        if std::mem::take(&mut first) && part != Part::OpaqueKey && matches!(key, Key::InBackup) {
            key_needed = true;
            return Err(io::ErrorKind::NotFound.into());
        }
        let path = staging.file(part);
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        io::copy(from, &mut file).map(drop)
    });
    if key_needed {
        return Err(RestoreError::KeyNeeded);
    }
    let contents = contents?;
    for part in contents.unlisted {
        fs::remove_file(staging.file(part))?;
    }
    Ok(contents.manifest)
}

fn place_key(staging: &Staging, key: &Key, expected: Hash, rng: &mut impl CryptoRng) -> Result<(), RestoreError> {
    let place = staging.file(Part::OpaqueKey);
    if let Key::File(copy) = key {
        let bytes = fs::read(copy).map_err(|error| RestoreError::Key(copy.clone(), error))?;
        if place.try_exists()? {
            fs::remove_file(&place)?;
        }
        write_secret(&place, &bytes)?;
    }
    match fs::read(&place) {
        Ok(bytes) if Hash::of(&bytes) == expected => Ok(()),
        Ok(_) => Err(RestoreError::WrongKey),
        // For accounts that are yet to come.
        Err(_) if matches!(key, Key::Lost) => Ok(Opaque::create(&staging.data, rng)?),
        Err(error) => Err(error.into()),
    }
}

/// Enters into the audit log that this is a restored server, and ends the sessions.
async fn begin_anew(db: &Database, end_sessions: bool, clock: &Clock, rng: &mut impl CryptoRng) -> Result<(), DbErr> {
    let tx = db.begin().await?;
    let act = Act { day: clock.today(), actor: None, act: AuditAct::Restore, subject: None };
    Chain::hold(&tx).await?.enter(rng, &[act]).await?;
    if end_sessions {
        session::Entity::delete_many().exec(&tx).await?;
    }
    login_attempt::Entity::delete_many().exec(&tx).await?;
    passkey_ceremony::Entity::delete_many().exec(&tx).await?;
    tx.commit().await
}

/// Waits until all files and folders below are on disk.
fn sync_all(folder: &Path) -> io::Result<()> {
    let mut folders = BTreeSet::from([folder.to_owned()]);
    while let Some(folder) = folders.pop_first() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.insert(entry.path());
            } else {
                File::open(entry.path())?.sync_all()?;
            }
        }
        File::open(&folder)?.sync_all()?;
    }
    Ok(())
}
