//! The schema on a real SQLite database.

use reverie_migrations::Migrator;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::Database;

const TABLES: [&str; 12] = [
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
    "ended_session",
    "handover",
];

#[tokio::test]
async fn every_migration_can_be_undone_and_made_again() {
    let db = Database::connect("sqlite::memory:").await.unwrap();
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
