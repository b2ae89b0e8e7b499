//! SQLite: one connection that writes, four that read.
//!
//! Every write is an IMMEDIATE transaction on the one writing connection, so writers queue here and never meet
//! SQLITE_BUSY (stack.md 2.1). `synchronous=FULL`: what was committed is on disk. A connection that is given back amid a
//! transaction is closed: where the disk is full SQLite rolls back by itself, sqlx's own rollback fails and leaves its
//! count of open transactions one too high, and what comes next would be committed into a savepoint that nobody releases.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{ConnectOptions, Database as Connector, DatabaseConnection, DbErr};

use super::{Database, migrate, said};

const READERS: u32 = 4;

/// Opens the database, making it if it is not there, and runs the migrations that it has not seen.
pub(super) async fn open(file: &Path) -> Result<Database, DbErr> {
    let write = connect(file, 1, &[], true).await?;
    migrate(&write).await?;
    let read = connect(file, READERS, &[("query_only", "ON")], false).await?;
    Ok(Database { read, append: write.clone(), write })
}

/// What SQLite says where the disk is full: SQLITE_FULL, and SQLITE_IOERR_SHMSIZE of the index beside its log.
const FULL: [&str; 2] = ["13", "4874"];

/// Tells whether there was no room left to write.
pub(super) fn is_full(error: &DbErr) -> bool {
    let said = said(error).and_then(|said| said.try_downcast_ref::<sqlx::sqlite::SqliteError>());
    said.and_then(DatabaseError::code).is_some_and(|code| FULL.contains(&&*code))
}

async fn connect(
    path: &Path,
    connections: u32,
    more: &'static [(&str, &str)],
    writes: bool,
) -> Result<DatabaseConnection, DbErr> {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:reverie");
    options
        .min_connections(1)
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .filename(&path)
                .create_if_missing(true)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("cache_size", "-8192")
                .pragma("temp_store", "MEMORY")
                .pragma("wal_autocheckpoint", "4000")
                // What is withdrawn is overwritten, not only unlinked.
                .pragma("secure_delete", "ON");
            more.iter().fold(sqlite, |sqlite, (key, value)| sqlite.pragma(*key, *value))
        });
    if writes {
        options.map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    // A rollback may still wait for its turn; an answer comes after it.
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            })
        });
    }
    Connector::connect(options).await
}
