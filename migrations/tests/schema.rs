//! The schema on a real SQLite and a real PostgreSQL database.

use reverie_migrations::Migrator;
use reverie_test_database::TestDatabase;
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

#[tokio::test]
async fn files_that_no_record_names_wait_from_the_end_of_the_day_on_which_they_came() {
    let db = Database::connect("sqlite::memory:").await.unwrap();
    Migrator::up(&db, Some(3)).await.unwrap();
    for (id, record) in [(1, "NULL"), (2, "x'03'")] {
        let insert = format!("INSERT INTO attachment VALUES (x'00', x'0{id}', x'00', x'00', 1, {record}, 22400)");
        db.execute_unprepared(&insert).await.unwrap();
    }
    Migrator::up(&db, None).await.unwrap();
    let select = Query::select().column("unnamed_since").from("attachment").order_by("id", Order::Asc).take();
    let rows = db.query_all(&select).await.unwrap();
    let since: Vec<Option<i64>> = rows.iter().map(|row| row.try_get("", "unnamed_since").unwrap()).collect();
    assert_eq!(since, [Some(22_401 * 86_400), None]);
}
