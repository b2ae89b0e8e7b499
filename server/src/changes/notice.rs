//! News between processes: `NOTIFY` with the transaction that appends, heard by one connection of each process.
//!
//! A notice holds ids and heads alone. Who the members are is not in it: whoever hears that they changed asks.

use std::sync::Arc;

use reverie_protocol::api::Head;
use reverie_protocol::ids::JournalId;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, Statement,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Change, News};
use crate::database::{Database, Listener as Notices};
use crate::entity::{json_of, member};

const CHANNEL: &str = "reverie_changes";
/// Changes of one notice: PostgreSQL takes up to 8000 bytes, a change has less than 190.
const CHANGES: usize = 40;

#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    journal: JournalId,
    head: Head,
    members_changed: bool,
}

/// Has PostgreSQL tell the changes when the transaction commits; SQLite has nobody to tell.
pub(super) async fn notify(tx: &DatabaseTransaction, changes: &[Change]) -> Result<(), DbErr> {
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for changes in changes.chunks(CHANGES) {
        let notice = |change: &Change| Notice {
            journal: change.journal,
            head: change.head,
            members_changed: change.members.is_some(),
        };
        let notices = json_of(&changes.iter().map(notice).collect::<Vec<_>>());
        let values = [CHANNEL.into(), notices.into()];
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_notify($1, $2)", values)).await?;
    }
    Ok(())
}

/// A connection that listens.
pub(super) struct Listener(Notices);

impl Listener {
    pub(super) async fn open(db: &Database) -> Result<Self, DbErr> {
        db.listen(CHANNEL).await.map(Self)
    }

    /// Waits for the next news.
    pub(super) async fn next(&mut self, db: &Database) -> Result<Vec<News>, DbErr> {
        // A connection that broke was made anew, and what was told meanwhile is lost.
        let Some(text) = self.0.next().await? else { return Ok(vec![News::Missed]) };
        let Ok(notices) = serde_json::from_str::<Vec<Notice>>(&text) else { return Ok(vec![News::Missed]) };
        let mut news = Vec::with_capacity(notices.len());
        for Notice { journal, head, members_changed } in notices {
            let members = if members_changed { Some(members(db, journal).await?) } else { None };
            news.push(News::Changed(Change { journal, head, members }));
        }
        Ok(news)
    }
}

async fn members(db: &Database, journal: JournalId) -> Result<Arc<[reverie_protocol::ids::AccountId]>, DbErr> {
    let accounts: Vec<Uuid> = member::Entity::find()
        .select_only()
        .column(member::Column::Account)
        .filter(member::Column::Journal.eq(journal.uuid()))
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(accounts.into_iter().map(Into::into).collect())
}
