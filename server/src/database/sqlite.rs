//! SQLite: one connection that writes, four that read.
//!
//! Every write is an IMMEDIATE transaction on the one writing connection, so writers queue here and never meet
//! SQLITE_BUSY (stack.md 2.1). `synchronous=FULL`: what was committed is on disk.

use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database as Connector, DatabaseConnection, DbErr};

use super::{Database, migrate};

const READERS: u32 = 4;

/// Opens the database, making it if it is not there, and runs the migrations that it has not seen.
pub(super) async fn open(file: &Path) -> Result<Database, DbErr> {
    let write = connect(file, 1, &[]).await?;
    migrate(&write).await?;
    let read = connect(file, READERS, &[("query_only", "ON")]).await?;
    Ok(Database { read, append: write.clone(), write })
}

async fn connect(path: &Path, connections: u32, more: &'static [(&str, &str)]) -> Result<DatabaseConnection, DbErr> {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:reverie");
    options
        .min_connections(connections)
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
                .pragma("cache_size", "-65536")
                .pragma("mmap_size", "268435456")
                .pragma("temp_store", "MEMORY")
                .pragma("wal_autocheckpoint", "4000")
                // What is withdrawn is overwritten, not only unlinked.
                .pragma("secure_delete", "ON");
            more.iter().fold(sqlite, |sqlite, (key, value)| sqlite.pragma(*key, *value))
        });
    Connector::connect(options).await
}
