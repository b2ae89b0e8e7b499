//! The stream of changes: which of the caller's journals have moved, as it happens.

use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use poem::web::Data;
use poem::web::sse::Event;
use poem_openapi::OpenApi;
use poem_openapi::param::Header;
use poem_openapi::payload::EventStream;
use reverie_protocol::changes::Changes;
use reverie_protocol::ids::AccountId;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, Interval};

use super::Part;
use super::journal_list;
use crate::app::App;
use crate::caller::{self, Caller, Session};
use crate::changes::{Known, News, Place};
use crate::entity::json_of;
use crate::refusal::ApiError;

pub(super) struct ChangesApi;

type Told = EventStream<BoxStream<'static, Changes>>;

#[OpenApi(prefix_path = "/v1/changes", tag = "Part::Journals")]
impl ChangesApi {
    /// Follow what happens to your journals
    ///
    /// For every account. Server-sent events, each with an id: which journals have moved, and where they are now. Without
    /// `Last-Event-ID` the first event says where all of them are (`whole`). With the id of the last event that you have
    /// taken in, the first event says the same if anything has changed since, and nothing comes if not. A comment comes
    /// every 20 seconds.
    ///
    /// Fetch what is new with `list_records`: the stream says only that it is there. It ends with your session, when the
    /// server stops, and when the account opens its ninth stream (then the oldest ends). Come back with the last id.
    #[oai(path = "/", method = "get", operation_id = "follow_changes")]
    async fn follow(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The id of the last event that was taken in.
        #[oai(name = "Last-Event-ID")]
        last_event: Header<Option<String>>,
    ) -> Result<Told, ApiError> {
        let following = Following::begin(Arc::clone(*app), caller.0).await?;
        let mut told = following.known.clone();
        let nothing_new = last_event.0.is_some_and(|last| last == told.id());
        let first = stream::iter((!nothing_new).then(|| told.whole()));
        let rest = stream::unfold(following, |mut following| async {
            let changes = following.next().await.ok()?;
            Some((changes, following))
        });
        let event = move |changes: Changes| {
            told.tell(&changes);
            Event::message(json_of(&changes)).id(told.id())
        };
        Ok(EventStream::new(first.chain(rest).boxed()).to_event(event).keep_alive(app.streams_alive_every))
    }
}

/// One stream, from the first event to the last.
struct Following {
    app: Arc<App>,
    session: Session,
    place: Place,
    news: broadcast::Receiver<News>,
    known: Known,
    look: Interval,
}

impl Following {
    async fn begin(app: Arc<App>, session: Session) -> Result<Self, ApiError> {
        let place = app.streams.take(session.account);
        // Heard first and looked up second: what happens in between is told twice, and taken once.
        let news = app.changes.hear();
        let known = known(&app, session.account).await?;
        let look = tokio::time::interval_at(Instant::now() + app.streams_alive_every, app.streams_alive_every);
        Ok(Self { app, session, place, news, known, look })
    }

    /// Waits for the next event.
    async fn next(&mut self) -> Result<Changes, Ended> {
        loop {
            let changes = tokio::select! {
                () = self.place.ended() => return Err(Ended),
                news = self.news.recv() => match self.judge(news).await? {
                    None => continue,
                    changes => changes,
                },
                _ = self.look.tick() => None,
            };
            // Whoever logged out or was suspended hears nothing more.
            if !caller::is_open(&self.app, &self.session).await.unwrap_or(false) {
                return Err(Ended);
            }
            if let Some(changes) = changes {
                return Ok(changes);
            }
        }
    }

    /// Returns what is to be told of news, if anything.
    async fn judge(&mut self, news: Result<News, RecvError>) -> Result<Option<Changes>, Ended> {
        match news {
            Ok(News::Changed(change)) => Ok(self.known.take(self.session.account, &change)),
            Ok(News::Missed) | Err(RecvError::Lagged(_)) => self.look_anew().await,
            Err(RecvError::Closed) => Err(Ended),
        }
    }

    /// Looks at the database, and returns everything if it is not what was told.
    async fn look_anew(&mut self) -> Result<Option<Changes>, Ended> {
        // Without an answer the stream ends: the client comes back with its last id when the database is back.
        let now = known(&self.app, self.session.account).await.map_err(|_| Ended)?;
        if now == self.known {
            return Ok(None);
        }
        self.known = now;
        Ok(Some(self.known.whole()))
    }
}

/// The stream is over.
struct Ended;

/// Returns where the journals of an account are.
async fn known(app: &App, account: AccountId) -> Result<Known, ApiError> {
    let journals = journal_list::of(app, account).await?;
    Ok(Known::new(journals.into_iter().map(|entry| (entry.journal, entry.head))))
}
