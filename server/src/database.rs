//! The SQLite database: one connection that writes, four that read.
//!
//! Every write is an IMMEDIATE transaction on the one writing connection, so writers queue here and never meet
//! SQLITE_BUSY (stack.md 2.1). `synchronous=FULL`: what was committed is on disk.

use std::path::Path;
use std::time::Duration;

use reverie_migrations::Migrator;
use sea_orm::{
    ConnectOptions, Database as Connector, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait as _;

const READERS: u32 = 4;

/// The open database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Database {
    /// Opens the database, making it if it is not there, and runs the migrations that it has not seen.
    pub(crate) async fn open(path: &Path) -> Result<Self, DbErr> {
        let write = connect(path, 1, &[]).await?;
        Migrator::up(&write, None).await?;
        let read = connect(path, READERS, &[("query_only", "ON")]).await?;
        Ok(Self { read, write })
    }

    /// Returns the connections that read.
    pub(crate) const fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a write, when the writes before it are done.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.write.begin_with_options(immediate).await
    }

    /// Closes all connections; the write-ahead log is folded into the database.
    pub(crate) async fn close(self) -> Result<(), DbErr> {
        self.read.close().await?;
        self.write.close().await
    }
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
