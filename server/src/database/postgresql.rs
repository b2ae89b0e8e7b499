//! PostgreSQL: eight connections that read, one that writes in turn, one that appends.
//!
//! Processes that share a database take turns by an advisory lock, as connections of one process take turns on SQLite;
//! the lock ends with its transaction. `synchronous_commit` is on whatever the host's default: a commit is on disk.

use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, PgConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database as Connector, DatabaseConnection, DatabaseTransaction, DbErr,
    RuntimeErr,
};

use super::address::place;
use super::{Database, OpenError, migrate, said};

/// The oldest version that is used; the tests run on it.
pub(super) const OLDEST: u32 = 15;

const READERS: u32 = 8;
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// SQLSTATEs of transactions that failed because of others: serialization, deadlock, and a row that another made first.
pub(super) const CONFLICTS: [&str; 3] = ["40001", "40P01", "23505"];

/// The SQLSTATE of a server without room on its disk.
pub(super) const DISK_FULL: &str = "53100";

/// The advisory lock of writes and migrations: "reverie" in ASCII.
const TURN: &str = "32199706527557989";

/// Opens the database and runs the migrations that it has not seen.
pub(super) async fn open(options: &PgConnectOptions) -> Result<Database, OpenError> {
    let place = place(options);
    connection(options).await?.close().await.map_err(|error| OpenError::connecting(place.clone(), error))?;
    let opened = async {
        let write = connect(options, 1, "off").await?;
        migrate_in_turn(&write).await?;
        let append = connect(options, 1, "off").await?;
        Ok(Database { read: connect(options, READERS, "on").await?, write, append })
    };
    opened.await.map_err(|error| OpenError::migrating(place, error))
}

/// Tells whether somebody has made a server's tables.
pub(super) async fn is_made(options: &PgConnectOptions) -> Result<bool, OpenError> {
    let mut connection = connection(options).await?;
    let made =
        sqlx::query_scalar("SELECT to_regclass('seaql_migrations') IS NOT NULL").fetch_one(&mut connection).await;
    let closed = connection.close().await;
    made.and_then(|made| closed.map(|()| made)).map_err(|error| OpenError::connecting(place(options), error))
}

/// Waits for the turn of a transaction that writes, and keeps it until the transaction ends.
pub(super) async fn take_turn(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({TURN})")).await.map(drop)
}

/// A connection of its own that hears what is told on a channel.
#[derive(Debug)]
pub(crate) struct Listener(PgListener);

impl Listener {
    /// Connects as `like` does, and listens.
    pub(super) async fn open(like: &DatabaseConnection, channel: &str) -> Result<Self, DbErr> {
        let options = like.get_postgres_connection_pool().connect_options();
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ANSWER_WITHIN)
            .connect_lazy_with((*options).clone());
        let mut listener = PgListener::connect_with(&pool).await.map_err(broken)?;
        listener.listen(channel).await.map_err(broken)?;
        Ok(Self(listener))
    }

    /// Waits for what is told next; nothing if the connection broke and was made anew, so that something may be lost.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, DbErr> {
        let notification = self.0.try_recv().await.map_err(broken)?;
        Ok(notification.map(|notification| notification.payload().to_owned()))
    }
}

fn broken(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

/// Returns the SQLSTATE of an error, if PostgreSQL gave one.
pub(super) fn code(error: &DbErr) -> Option<String> {
    said(error)?.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().map(|said| said.code().to_owned())
}

/// Connects once, so that what is wrong is told at once: a pool would go on trying.
async fn connection(options: &PgConnectOptions) -> Result<PgConnection, OpenError> {
    let place = || place(options);
    let connecting = tokio::time::timeout(ANSWER_WITHIN, PgConnection::connect_with(options)).await;
    let connected = connecting.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    let connection = connected.map_err(|error| OpenError::connecting(place(), error))?;
    match connection.server_version_num().map(|number| number / 10_000) {
        Some(version) if version < OLDEST => Err(OpenError::TooOld { place: place(), version }),
        _ => Ok(connection),
    }
}

/// Two servers that start at the same time on a new database must not both make the tables.
async fn migrate_in_turn(write: &DatabaseConnection) -> Result<(), DbErr> {
    // There is one connection, so lock, migrations and unlocking meet on it.
    write.execute_unprepared(&format!("SELECT pg_advisory_lock({TURN})")).await?;
    migrate(write).await?;
    write.execute_unprepared(&format!("SELECT pg_advisory_unlock({TURN})")).await.map(drop)
}

async fn connect(
    options: &PgConnectOptions,
    connections: u32,
    read_only: &'static str,
) -> Result<DatabaseConnection, DbErr> {
    let options = options.clone().application_name("reverie-server").disable_statement_logging().options([
        ("synchronous_commit", "on"),
        ("default_transaction_isolation", "read committed"),
        ("default_transaction_read_only", read_only),
        // A process that froze in the middle of a write must not hold up the others for ever.
        ("idle_in_transaction_session_timeout", "60s"),
    ]);
    let mut pool = ConnectOptions::new("postgres://reverie");
    pool.min_connections(1)
        .max_connections(connections)
        .acquire_timeout(ANSWER_WITHIN)
        .sqlx_logging(false)
        // A connection that PostgreSQL closed when it was restarted is noticed before it is used.
        .test_before_acquire(true)
        .map_sqlx_postgres_opts(move |_| options.clone());
    Connector::connect(pool).await
}

#[cfg(test)]
mod tests {
    use reverie_test_database::TestDatabase;
    use tempfile::TempDir;

    use crate::database::{Database, DatabaseAddress};

    #[tokio::test]
    async fn a_write_waits_until_the_write_of_another_process_is_done() {
        let (on, nowhere) = (TestDatabase::empty(), TempDir::new().unwrap());
        let address = DatabaseAddress::parse(&on.url()).unwrap();
        let open = async || Database::create(&address, nowhere.path()).await.unwrap();
        let (one, other) = (open().await, open().await);
        let first = one.begin().await.unwrap();
        let second = tokio::spawn(async move { other.begin().await.unwrap().commit().await });
        while on.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == "0" {
            assert!(!second.is_finished(), "it did not wait");
            tokio::task::yield_now().await;
        }
        first.commit().await.unwrap();
        second.await.unwrap().unwrap();
    }
}
