//! Is what the server holds whole? The database judged by `check`, the files by their hashes.
//!
//! Findings name ids and counts, never content. What is reported cannot be repaired from here: restore a backup.

mod audit_chain;
mod journal_audit;

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use reverie_protocol::ids::{AttachmentId, JournalId};
use sea_orm::{DbErr, EntityTrait as _, QueryOrder as _};

use crate::attachment_files::path;
use crate::data::DataFolder;
use crate::database::{Database, DatabaseAddress, OpenError};
use crate::entity::journal;
use crate::upkeep::is_litter;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: a journal, the attachment store, or the audit log.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What was looked at and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Journals looked at.
    pub journals: u64,
    /// Records looked at.
    pub records: u64,
    /// Attachments looked at.
    pub attachments: u64,
    /// Entries of the audit log looked at.
    pub audit_entries: u64,
    /// What is wrong; empty if nothing is.
    pub findings: Vec<Finding>,
    /// What is known and no damage: what a crash left, and what a backup lacked that the server was restored from.
    pub remarks: Vec<Finding>,
}

/// Why the data could not be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum CheckDataError {
    /// There is no database in the folder.
    #[error("there is no Reverie server in {}; is `--data` right?", .0.display())]
    NotInitialised(PathBuf),
    /// A file cannot be read.
    #[error("a file cannot be read; run this as the user who runs the server")]
    Io(#[from] io::Error),
    /// The database cannot be read.
    #[error("the database cannot be read; if this user may read and write it, it is damaged: restore a backup")]
    Database(#[from] DbErr),
    /// PostgreSQL, or a version of the database, is not one to use.
    #[error(transparent)]
    Open(OpenError),
}

impl From<OpenError> for CheckDataError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Embedded(error) => Self::Database(error),
            other => Self::Open(other),
        }
    }
}

/// Checks every journal, every attachment and the audit log of a data folder and its database.
///
/// # Errors
/// [`CheckDataError`] if the folder holds no server or cannot be read. What is wrong with the data is in the report.
pub async fn check_data(data: &Path, database: &DatabaseAddress) -> Result<Report, CheckDataError> {
    let data = DataFolder(data.to_owned());
    let Some(db) = Database::open(database, &data.database()).await? else {
        return Err(CheckDataError::NotInitialised(data.0));
    };
    let outcome = check_all(&db, &data.attachments()).await;
    db.close().await?;
    outcome
}

async fn check_all(db: &Database, files: &Path) -> Result<Report, CheckDataError> {
    let mut report = Report::default();
    let mut expected = BTreeSet::new();
    for row in journal::Entity::find().order_by_asc(journal::Column::Id).all(db.read()).await? {
        let journal = JournalId::from(row.id);
        let kept = journal_audit::audit(db.read(), files, row, &mut report).await?;
        expected.extend(kept.into_iter().map(|attachment: AttachmentId| path(files, journal, attachment)));
        report.journals += 1;
    }
    orphans(files, &expected, &mut report)?;
    audit_chain::verify(db.read(), &mut report).await?;
    Ok(report)
}

/// Finds files that no attachment in the database has. What was being uploaded is not counted, and what a crash left of
/// an upload or a withdrawal is no damage.
fn orphans(files: &Path, expected: &BTreeSet<PathBuf>, report: &mut Report) -> io::Result<()> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(files)? {
        let folder = folder?.path();
        if folder.is_dir() && !folder.ends_with("unfinished") {
            for file in std::fs::read_dir(folder)? {
                found.push(file?.path());
            }
        }
    }
    found.sort();
    for file in found.iter().filter(|file| !expected.contains(*file)) {
        let inside = file.strip_prefix(files).unwrap_or(file);
        let (name, place) = (inside.display(), "attachments".into());
        if is_litter(inside) {
            let what = format!("the file {name} is left from a crash; the server removes it when it starts");
            report.remarks.push(Finding { place, what });
        } else {
            let what = format!("the file {name} belongs to no attachment");
            report.findings.push(Finding { place, what });
        }
    }
    Ok(())
}
