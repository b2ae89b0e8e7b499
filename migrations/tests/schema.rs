//! The schema on a real SQLite and a real PostgreSQL database.

use reverie_migrations::Migrator;
use reverie_test_database::TestDatabase;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::Database;

const TABLES: [&str; 10] = [
    "account",
    "session",
    "login_attempt",
    "invitation",
    "journal",
    "member",
    "record",
    "attachment",
    "audit",
    "audit_head",
];

#[tokio::test]
async fn every_migration_can_be_undone_and_made_again() {
    let postgresql = TestDatabase::empty();
    for url in ["sqlite::memory:", &postgresql.url()] {
        let db = Database::connect(url).await.unwrap();
        for _ in 0..2 {
            Migrator::up(&db, None).await.unwrap();
            for table in TABLES {
                assert!(SchemaManager::new(&db).has_table(table).await.unwrap(), "{table} is missing");
            }
            Migrator::down(&db, None).await.unwrap();
            for table in TABLES {
                assert!(!SchemaManager::new(&db).has_table(table).await.unwrap(), "{table} is still there");
            }
        }
    }
}
