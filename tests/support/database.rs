//! A look into a server's database with nothing of ours in between: tables, columns, bytes.

use std::path::Path;

use reverie_protocol::ids::JournalId;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use crate::postgresql;

/// One cell: where it is, and what is in it.
pub struct Cell {
    /// `table.column`.
    pub place: String,
    /// The bytes; text as UTF-8, numbers as text.
    pub bytes: Vec<u8>,
}

/// A server's database, as whoever runs the server has it.
pub struct Look(DatabaseConnection);

impl Look {
    /// Opens the database of a data folder; the server may be running.
    pub async fn into(data: &Path) -> Self {
        Self(connect(data).await)
    }

    /// Changes the database behind the server's back.
    pub async fn tamper(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.expect("the statement fits the database");
    }

    /// Returns every cell of every table.
    pub async fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        let (tables, columns) = match self.0.get_database_backend() {
            DbBackend::Postgres => (
                "SELECT tablename AS cell FROM pg_tables WHERE schemaname = 'public'",
                "SELECT column_name AS cell FROM information_schema.columns WHERE table_name = 'TABLE'",
            ),
            _ => (
                "SELECT name AS cell FROM sqlite_master WHERE type = 'table'",
                "SELECT name AS cell FROM pragma_table_info('TABLE')",
            ),
        };
        for table in self.column(tables).await {
            let table = String::from_utf8(table).expect("tables have plain names");
            for column in self.column(&columns.replace("TABLE", &table)).await {
                let column = String::from_utf8(column).expect("columns have plain names");
                let place = format!("{table}.{column}");
                let all = self.column(&format!("SELECT \"{column}\" AS cell FROM \"{table}\"")).await;
                cells.extend(all.into_iter().map(|bytes| Cell { place: place.clone(), bytes }));
            }
        }
        cells
    }

    /// Returns a journal's id as it is written in this database's queries.
    pub fn id(&self, id: JournalId) -> String {
        match self.0.get_database_backend() {
            DbBackend::Postgres => format!("'{id}'::uuid"),
            _ => format!("x'{}'", hex::encode(id.as_bytes())),
        }
    }

    /// Runs a query that returns one column called `cell`, and returns what is not null of it as bytes.
    pub async fn column(&self, sql: &str) -> Vec<Vec<u8>> {
        let bytes = match self.0.get_database_backend() {
            DbBackend::Postgres => {
                "CASE WHEN pg_typeof(cell) = 'bytea'::regtype THEN decode(substr(cell::text, 3), 'hex') \
                 ELSE convert_to(cell::text, 'UTF8') END"
            }
            _ => "CAST(cell AS BLOB)",
        };
        let sql = format!("SELECT {bytes} AS cell FROM ({sql}) AS cells WHERE cell IS NOT NULL");
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        let rows = self.0.query_all_raw(statement).await.expect("the query fits the database");
        rows.iter().map(|row| row.try_get("", "cell").expect("a cell is bytes")).collect()
    }
}

/// Changes a server's database behind its back, as whoever runs the server can.
pub async fn tamper(data: &Path, sql: &str) {
    let db = connect(data).await;
    db.execute_unprepared(sql).await.expect("the statement fits the database");
    db.close().await.expect("nobody else uses this connection");
}

async fn connect(data: &Path) -> DatabaseConnection {
    let file = || format!("sqlite://{}", reverie_server::DataFolder(data.to_owned()).database().display());
    let mut options = ConnectOptions::new(postgresql::url(data).unwrap_or_else(file));
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("the server made the database")
}
