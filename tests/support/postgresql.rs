//! Which server has its database where: in its data folder or, if this run of the tests is on PostgreSQL, there.
//!
//! A data folder that is new gets a database of its own, a copy of one gets a copy.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use reverie_server::DatabaseAddress;
use reverie_test_database::{TestDatabase, on_postgresql};

type Databases = HashMap<PathBuf, Arc<TestDatabase>>;

fn databases() -> MutexGuard<'static, Databases> {
    static DATABASES: LazyLock<Mutex<Databases>> = LazyLock::new(Mutex::default);
    DATABASES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the database of a data folder, unless it is in the folder.
pub fn of(data: &Path) -> Option<Arc<TestDatabase>> {
    let mut databases = databases();
    if on_postgresql() {
        databases.entry(data.to_owned()).or_insert_with(|| Arc::new(TestDatabase::empty()));
    }
    databases.get(data).cloned()
}

/// Gives a data folder this database.
pub fn give(data: &Path, database: TestDatabase) {
    databases().insert(data.to_owned(), Arc::new(database));
}

/// Forgets the database of a data folder that is no more.
pub fn forget(data: &Path) {
    databases().remove(data);
}

/// Returns the address of the database of a data folder, unless it is in the folder.
pub fn url(data: &Path) -> Option<String> {
    of(data).map(|database| database.url())
}

/// Returns the address of the database of a data folder, as a server takes it.
pub fn address(data: &Path) -> DatabaseAddress {
    let url = url(data).map(|url| DatabaseAddress::parse(&url));
    url.transpose().expect("a test database has a plain address").unwrap_or_default()
}

/// Returns what PostgreSQL has on its disk of the database of a data folder, its write-ahead log included; nothing if
/// the database is in the folder.
pub fn files(data: &Path) -> Vec<u8> {
    let Some(database) = of(data) else { return Vec::new() };
    database.sql("CHECKPOINT");
    let oid = database.sql("SELECT oid FROM pg_database WHERE datname = current_database()");
    let folders = [database.server_files().join("base").join(oid), database.server_files().join("pg_wal")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("PostgreSQL has made it"));
    // A file may go at any time: the server is running, and other tests use it.
    entries.filter_map(|entry| fs::read(entry.ok()?.path()).ok()).flatten().collect()
}
