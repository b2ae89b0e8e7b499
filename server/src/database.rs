//! The database: SQLite in the data folder, or PostgreSQL by configuration alone. Handlers see no difference.
//!
//! Writes that [`Database::begin`] begins take turns, on PostgreSQL with those of other processes too; so what such a
//! write has looked at stays as it is until it commits. Appends go past them, batch by batch, and are ordered by their
//! journals' rows (`writer/batch.rs`). What was committed is on disk.

mod address;
mod open_error;
mod postgresql;
mod sqlite;

use std::path::Path;

use reverie_migrations::Migrator;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait as _;

pub use address::{AddressError, DatabaseAddress};
pub use open_error::OpenError;
pub(crate) use postgresql::Listener;

/// The open database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// The same as `write` on SQLite, which has one writer.
    append: DatabaseConnection,
}

impl Database {
    /// Opens the database and brings it up to date; makes it if it is not there.
    pub(crate) async fn create(address: &DatabaseAddress, file: &Path) -> Result<Self, OpenError> {
        match address.postgresql() {
            None => sqlite::open(file).await.map_err(OpenError::embedded),
            Some(options) => postgresql::open(options).await,
        }
    }

    /// Opens the database and brings it up to date; nothing if [`Self::create`] never made it.
    pub(crate) async fn open(address: &DatabaseAddress, file: &Path) -> Result<Option<Self>, OpenError> {
        let is_there = match address.postgresql() {
            None => file.try_exists().map_err(|error| OpenError::Embedded(DbErr::Custom(error.to_string())))?,
            Some(options) => postgresql::is_made(options).await?,
        };
        if is_there { Self::create(address, file).await.map(Some) } else { Ok(None) }
    }

    /// Returns the connections that read.
    pub(crate) const fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a write, when the writes before it are done.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let tx = begin(&self.write).await?;
        if self.is_postgresql() {
            postgresql::take_turn(&tx).await?;
        }
        Ok(tx)
    }

    /// Begins a batch of appends. Whoever changes a journal locks its row first, in the order of ids.
    pub(crate) async fn begin_appends(&self) -> Result<DatabaseTransaction, DbErr> {
        begin(&self.append).await
    }

    /// Tells whether this is PostgreSQL.
    pub(crate) fn is_postgresql(&self) -> bool {
        self.write.get_database_backend() == DbBackend::Postgres
    }

    /// Listens to what PostgreSQL tells on a channel.
    pub(crate) async fn listen(&self, channel: &str) -> Result<Listener, DbErr> {
        Listener::open(&self.write, channel).await
    }

    /// Closes all connections; SQLite's write-ahead log is folded into the database.
    pub(crate) async fn close(self) -> Result<(), DbErr> {
        self.read.close().await?;
        self.append.close().await?;
        self.write.close().await
    }
}

/// Tells whether a transaction failed because of another one, and would succeed if it were made again.
pub(crate) fn is_conflict(error: &DbErr) -> bool {
    postgresql::code(error).is_some_and(|code| postgresql::CONFLICTS.contains(&code.as_str()))
}

/// Returns what the database itself said, if it said anything.
fn said(error: &DbErr) -> Option<&dyn DatabaseError> {
    let (DbErr::Conn(error) | DbErr::Exec(error) | DbErr::Query(error)) = error else { return None };
    let RuntimeErr::SqlxError(error) = error else { return None };
    error.as_database_error()
}

/// Tells whether the database could not be asked: it is down, or has no connection free.
pub(crate) fn is_away(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
}

/// Tells whether there was no room left to write: nothing was, and there may be room again.
pub(crate) fn is_full(error: &DbErr) -> bool {
    sqlite::is_full(error) || postgresql::code(error).is_some_and(|code| code == postgresql::DISK_FULL)
}

/// Begins a transaction that will write: SQLite has to know that from the beginning (stack.md 2.1).
async fn begin(connections: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    connections.begin_with_options(immediate).await
}

async fn migrate(write: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(write, None).await
}
