//! The list of what the server sees is complete: against a real schema, the page that is committed, and the specification.

use std::collections::{BTreeMap, BTreeSet};

use reverie_server::sees::{HEADERS_READ, HEADERS_SENT, TABLES, declares, page};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::Value;

use crate::world::World;

type Schema = BTreeMap<String, BTreeSet<String>>;

/// Returns the tables and columns that the migrations made, as the database tells them.
async fn schema(world: &World) -> Schema {
    let db = world.folder.connect().await;
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS name, column_name::text AS column FROM information_schema.columns \
             WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT tables.name AS name, columns.name AS column FROM sqlite_master AS tables, \
             pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let mut schema = Schema::new();
    for row in rows {
        let table: String = row.try_get("", "name").unwrap();
        schema.entry(table).or_default().insert(row.try_get("", "column").unwrap());
    }
    schema
}

fn declared() -> Schema {
    let columns = |table: &reverie_server::sees::Table| table.columns.iter().map(|it| it.name.to_owned()).collect();
    TABLES.iter().map(|table| (table.name.to_owned(), columns(table))).collect()
}

#[tokio::test]
async fn every_column_of_a_real_database_is_declared_and_no_other() {
    let world = World::new().await;
    assert_eq!(schema(&world).await, declared(), "say in server/src/sees/columns.rs what a new column holds");
}

#[test]
fn the_committed_page_is_what_the_list_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/what-the-server-sees.md");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page(), "run `reverie-server sees > docs/what-the-server-sees.md`");
}

#[test]
fn every_header_of_the_specification_is_declared() {
    let spec: Value = serde_json::from_str(&reverie_server::openapi()).unwrap();
    let mut seen = 0;
    for operation in spec["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values()) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "header" {
                seen += 1;
                let name = parameter["name"].as_str().unwrap().to_lowercase();
                assert!(declares(HEADERS_READ, &name), "{name}: say in server/src/sees/traffic.rs what it holds");
            }
        }
        let shared = spec["components"]["responses"].as_object().unwrap().values();
        for response in operation["responses"].as_object().unwrap().values().chain(shared) {
            for name in response["headers"].as_object().into_iter().flatten().map(|(name, _)| name.to_lowercase()) {
                seen += 1;
                assert!(declares(HEADERS_SENT, &name), "{name}: say in server/src/sees/traffic.rs what it holds");
            }
        }
    }
    assert!(seen > 3, "positive control: the specification has headers");
}
