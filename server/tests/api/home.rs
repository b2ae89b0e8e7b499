//! Where a test's server keeps its things: a folder, and on PostgreSQL a database beside it.

use std::path::Path;
use std::sync::Arc;

use reverie_server::{Config, DataFolder, DatabaseAddress};
use reverie_test_database::{TestDatabase, on_postgresql};
use sea_orm::{Database, DatabaseConnection};
use tempfile::TempDir;

pub struct Home {
    folder: TempDir,
    postgresql: Option<Arc<TestDatabase>>,
}

impl Home {
    /// Returns an empty home, with its database where this run of the tests has it.
    pub fn new() -> Self {
        if on_postgresql() { Self::on_postgresql() } else { Self::with(None) }
    }

    /// Returns an empty home, with its database on PostgreSQL.
    pub fn on_postgresql() -> Self {
        Self::with(Some(Arc::new(TestDatabase::empty())))
    }

    /// Returns an empty home, with its database in the folder whatever this run is on: what is tested is the folder.
    pub fn embedded() -> Self {
        Self::with(None)
    }

    /// Returns a home with an empty folder and the same database.
    pub fn beside(&self) -> Self {
        Self::with(self.postgresql.clone())
    }

    fn with(postgresql: Option<Arc<TestDatabase>>) -> Self {
        Self { folder: TempDir::new().unwrap(), postgresql }
    }

    /// Returns the database, which is on PostgreSQL.
    pub fn postgresql(&self) -> &TestDatabase {
        self.postgresql.as_ref().unwrap()
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> DatabaseAddress {
        self.url().map(|url| DatabaseAddress::parse(&url).unwrap()).unwrap_or_default()
    }

    /// Returns the address of the database if it is not in the folder.
    pub fn url(&self) -> Option<String> {
        self.postgresql.as_ref().map(|database| database.url())
    }

    /// Connects to the database, with nothing of ours in between.
    pub async fn connect(&self) -> DatabaseConnection {
        let file = || format!("sqlite://{}", DataFolder(self.path().to_owned()).database().display());
        Database::connect(self.url().unwrap_or_else(file)).await.unwrap()
    }

    /// Returns how a server runs that lives here.
    pub fn config(&self) -> Config {
        Config { database: self.database(), ..Config::new(self.path()) }
    }
}
