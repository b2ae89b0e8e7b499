//! News of journals, from the appends that made them to the streams that tell them.
//!
//! On SQLite the writer tells this process; on PostgreSQL the transaction tells every process by `NOTIFY`, this one too, and
//! one connection listens. Whatever may have been missed (a stream that was slow, a connection that broke) is told as
//! such, and each stream looks at the database anew: so nobody waits for a record that is there.

mod known;
mod notice;
mod streams;

use std::sync::Arc;
use std::time::Duration;

use reverie_protocol::api::Head;
use reverie_protocol::ids::{AccountId, JournalId};
use sea_orm::{DatabaseTransaction, DbErr};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

pub(crate) use known::Known;
pub(crate) use streams::{Place, Streams};

use crate::database::Database;

/// News that a slow stream may be behind before it has to look anew.
const BEHIND: usize = 1024;
/// How long to wait before PostgreSQL is asked again to be listened to.
const PAUSE: Duration = Duration::from_secs(1);

/// What happened to a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) journal: JournalId,
    pub(crate) head: Head,
    /// Who its members are now, if that changed.
    pub(crate) members: Option<Arc<[AccountId]>>,
}

/// What streams are told.
#[derive(Debug, Clone)]
pub(crate) enum News {
    Changed(Change),
    /// Something may have been missed.
    Missed,
}

/// Where news is told and heard.
#[derive(Debug, Clone)]
pub(crate) struct Changes(broadcast::Sender<News>);

impl Changes {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BEHIND))
    }

    /// Hears what is told from now on.
    pub(crate) fn hear(&self) -> broadcast::Receiver<News> {
        self.0.subscribe()
    }

    /// Has the transaction tell every process when it commits, where the database does that.
    pub(crate) async fn tell_with(tx: &DatabaseTransaction, changes: &[Change]) -> Result<(), DbErr> {
        notice::notify(tx, changes).await
    }

    /// Tells what was committed, where the database does not.
    pub(crate) fn tell(&self, db: &Database, changes: Vec<Change>) {
        if !db.is_postgresql() {
            changes.into_iter().for_each(|change| self.send(News::Changed(change)));
        }
    }

    /// Listens to PostgreSQL until `stop`; returns at once on SQLite.
    pub(crate) async fn listen(self, db: Database, stop: CancellationToken) {
        while db.is_postgresql() && !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                Err(error) = self.hear_postgresql(&db) => {
                    tracing::warn!(%error, "News of journals cannot be heard; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn hear_postgresql(&self, db: &Database) -> Result<std::convert::Infallible, DbErr> {
        let mut listener = notice::Listener::open(db).await?;
        // Whatever was told before somebody listened was missed.
        self.send(News::Missed);
        loop {
            listener.next(db).await?.into_iter().for_each(|news| self.send(news));
        }
    }

    fn send(&self, news: News) {
        // Nobody may be listening.
        let _ = self.0.send(news);
    }
}
