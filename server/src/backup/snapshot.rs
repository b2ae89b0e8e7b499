//! The database of a server that may be running, and copies of it, each as it was at one moment.
//!
//! SQLite's write-ahead log lets another process read while the server writes; `VACUUM INTO` copies from one read
//! transaction. Nothing here changes the server's database, and no migration runs.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reverie_archive::Part;
use reverie_protocol::hash::Hash;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectOptions, ConnectionTrait as _, Database as Connector, DatabaseConnection, DbErr,
    EntityTrait as _, QueryFilter as _, QuerySelect as _, Statement,
};
use uuid::Uuid;

use crate::check_data::Finding;
use crate::entity::{attachment, count, hash, record};

/// An attachment whose file should be there.
pub(super) struct Named {
    pub(super) part: Part,
    pub(super) sha256: Hash,
    pub(super) size: u64,
}

/// The server's own database.
pub(super) struct Live(DatabaseConnection);

/// A copy of the database.
pub(super) struct Snapshot {
    db: DatabaseConnection,
    path: PathBuf,
}

impl Live {
    pub(super) async fn open(path: &Path) -> Result<Self, DbErr> {
        Ok(Self(connect(path, false).await?))
    }

    /// Returns about how many bytes a copy has.
    pub(super) async fn bytes(&self) -> Result<u64, DbErr> {
        let pages = number(&self.0, "PRAGMA page_count").await?;
        Ok(pages * number(&self.0, "PRAGMA page_size").await?)
    }

    /// Returns the attachments whose files should be there now.
    pub(super) async fn named(&self) -> Result<Vec<Named>, DbErr> {
        named(&self.0).await
    }

    /// Copies the database as it is now into a folder, in place of the copy before.
    pub(super) async fn snapshot(&self, folder: &Path) -> Result<Snapshot, DbErr> {
        let path = folder.join("snapshot.sqlite");
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unusable(&error)),
            _ => {}
        }
        let text = path.to_str().ok_or_else(|| DbErr::Custom("the scratch folder's path is not UTF-8".into()))?;
        let vacuum = Statement::from_sql_and_values(self.0.get_database_backend(), "VACUUM INTO ?", [text.into()]);
        self.0.execute_raw(vacuum).await?;
        Ok(Snapshot { db: connect(&path, true).await?, path })
    }
}

impl Snapshot {
    /// Returns the attachments whose files should be there, as of this copy.
    pub(super) async fn named(&self) -> Result<Vec<Named>, DbErr> {
        named(&self.db).await
    }

    /// Returns what SQLite itself finds wrong.
    pub(super) async fn damage(&self) -> Result<Option<Finding>, DbErr> {
        let check = Statement::from_string(self.db.get_database_backend(), "PRAGMA quick_check(1)");
        let row = self.db.query_one_raw(check).await?;
        let said: String = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        Ok((said != "ok").then(|| Finding { place: "database".into(), what: format!("it is damaged: {said}") }))
    }

    /// Returns where the copy is.
    pub(super) async fn close(self) -> Result<PathBuf, DbErr> {
        self.db.close().await?;
        Ok(self.path)
    }
}

async fn connect(path: &Path, immutable: bool) -> Result<DatabaseConnection, DbErr> {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:reverie");
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(move |sqlite| {
        let patient = sqlite.filename(&path).create_if_missing(false).busy_timeout(Duration::from_secs(30));
        patient.read_only(immutable).immutable(immutable)
    });
    Connector::connect(options).await
}

async fn number(db: &DatabaseConnection, pragma: &str) -> Result<u64, DbErr> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), pragma)).await?;
    count(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default())
}

/// Returns what was uploaded and not erased. Only columns that every version of the schema has are asked for.
async fn named(db: &DatabaseConnection) -> Result<Vec<Named>, DbErr> {
    let withdrawn = Query::select()
        .expr(Expr::value(1))
        .from(record::Entity)
        .and_where(
            Expr::col((record::Entity, record::Column::Journal))
                .equals((attachment::Entity, attachment::Column::Journal)),
        )
        .and_where(
            Expr::col((record::Entity, record::Column::Id)).equals((attachment::Entity, attachment::Column::Record)),
        )
        .and_where(record::Column::Withdrawn.eq(true))
        .take();
    let rows: Vec<(Uuid, Uuid, Vec<u8>, i64)> = attachment::Entity::find()
        .select_only()
        .columns([
            attachment::Column::Journal,
            attachment::Column::Id,
            attachment::Column::Sha256,
            attachment::Column::Size,
        ])
        .filter(Expr::exists(withdrawn).not())
        .into_tuple()
        .all(db)
        .await?;
    let named = rows.into_iter().map(|(journal, id, sha256, size)| {
        Ok(Named { part: Part::Attachment(journal.into(), id.into()), sha256: hash(&sha256)?, size: count(size)? })
    });
    named.collect()
}

fn unusable(error: &io::Error) -> DbErr {
    DbErr::Custom(format!("the scratch folder cannot be used: {error}"))
}
