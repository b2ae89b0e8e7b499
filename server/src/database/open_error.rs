//! Why a database cannot be used, in words that say what to do about it.

use sea_orm::DbErr;
use sea_orm::sqlx::{Error as SqlxError, error::DatabaseError};

use super::postgresql::OLDEST;

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite's file in the data folder could not be opened, or is damaged.
    #[error("the database in the data folder cannot be opened")]
    Embedded(#[source] DbErr),
    /// Nobody answers at the address.
    #[error("PostgreSQL does not answer at {place}; is it running, and are host and port right?")]
    NoAnswer {
        /// The address, without the password.
        place: String,
        /// What the system says.
        source: Box<SqlxError>,
    },
    /// PostgreSQL does not let the user in.
    #[error(
        "PostgreSQL refuses the user of {0}; check user and password (PGPASSWORD or ~/.pgpass can hold the password)"
    )]
    Refused(String),
    /// PostgreSQL has no database of this name.
    #[error(
        "PostgreSQL has no such database as {0}; its administrator makes one with `createdb --owner USER DATABASE`"
    )]
    NoDatabase(String),
    /// TLS is demanded, and cannot be had.
    #[error(
        "{place} cannot be reached with TLS; add ?sslrootcert=FILE if an authority of your own signed its certificate, \
         or ?sslmode=disable if the way there is protected otherwise"
    )]
    NoTls {
        /// The address, without the password.
        place: String,
        /// What TLS says.
        source: Box<SqlxError>,
    },
    /// PostgreSQL serves as many connections as it is set to.
    #[error("PostgreSQL has no connection free at {0}; raise its max_connections, or stop what else uses it")]
    NoneFree(String),
    /// PostgreSQL is a version that Reverie was not tested on.
    #[error("PostgreSQL at {place} is version {version}; Reverie needs {} or newer", OLDEST)]
    TooOld {
        /// The address, without the password.
        place: String,
        /// Its major version.
        version: u32,
    },
    /// The user may not make the tables.
    #[error(
        "the user of {0} may not make tables there; PostgreSQL's administrator lets it own the database with \
         `ALTER DATABASE name OWNER TO user`"
    )]
    NotPermitted(String),
    /// A newer server has brought the database up to date.
    #[error("a newer reverie-server has used this database; run that version, or restore a backup from before")]
    Newer,
    /// Anything else that PostgreSQL says.
    #[error("the database at {place} cannot be opened or brought up to date")]
    Other {
        /// The address, without the password.
        place: String,
        /// What PostgreSQL says.
        source: Box<DbErr>,
    },
}

impl OpenError {
    /// Says why there is no connection.
    pub(super) fn connecting(place: String, error: SqlxError) -> Self {
        let source = Box::new(error);
        match &*source {
            SqlxError::Io(_) | SqlxError::PoolTimedOut => Self::NoAnswer { place, source },
            SqlxError::Tls(_) => Self::NoTls { place, source },
            SqlxError::Database(said) => match said.code().as_deref() {
                Some("3D000") => Self::NoDatabase(place),
                Some("53300") => Self::NoneFree(place),
                Some(code) if code.starts_with("28") => Self::Refused(place),
                _ => Self::Other { place, source: Box::new(DbErr::Custom(said_by(&**said))) },
            },
            other => Self::Other { place, source: Box::new(DbErr::Custom(other.to_string())) },
        }
    }

    /// Says why the database is not up to date.
    pub(super) fn migrating(place: String, error: DbErr) -> Self {
        match super::postgresql::code(&error).as_deref() {
            Some("42501") => Self::NotPermitted(place),
            _ if is_newer(&error) => Self::Newer,
            _ => Self::Other { place, source: Box::new(error) },
        }
    }

    /// Says why SQLite's file is of no use.
    pub(super) fn embedded(error: DbErr) -> Self {
        if is_newer(&error) { Self::Newer } else { Self::Embedded(error) }
    }
}

fn said_by(error: &dyn DatabaseError) -> String {
    error.message().to_owned()
}

/// Tells whether the database holds a migration that this program does not know.
fn is_newer(error: &DbErr) -> bool {
    matches!(error, DbErr::Custom(text) if text.contains("has been applied but its file is missing"))
}
