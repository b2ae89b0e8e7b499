//! `reverie watch`: says when something has come, as it comes.
//!
//! Between two events its folder is free for other commands, and this process holds neither the key nor anything readable,
//! only how much of what was seen. It borrows the key each time from whoever holds it, and ends when that was locked.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use clap::Args;
use reverie_client::{ChangeStream, ClientError, Told, Unlocked};
use reverie_journal::render::news_lines;
use reverie_journal::{NOT_MONITORED, News, Seen, Timestamp};
use serde::Serialize;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::holder::Lender;
use crate::key_talk::unlocking::{WATCH_LOCKED, WATCH_LOCKED_NEXT};
use crate::logged_in::{Start, fetch};
use crate::profile::Profile;
use crate::time::now;
use crate::ui::Ui;

/// How long to wait before an absent server is asked again: the first time, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];
/// How often to look for the device's folder while another program uses it; each look waits five seconds.
const LOOKS: usize = 24;

/// Say when something new has come, until you press Ctrl-C
///
/// Says from whom, what and how much, and nothing of what it says: it may stand on a screen. Other commands can be used
/// meanwhile. With --json every line is a JSON object, the first says that it watches. Nobody is alerted by it: a journal is not monitored because
/// somebody watches. It ends when the device is locked: by `reverie lock`, and if `reverie unlock` holds the key, also when that
/// locks itself; watching keeps nothing unlocked.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie watch
  reverie watch --json | while read -r line; do notify-send reverie \"Something new\"; done")]
pub(crate) struct WatchArgs {}

/// News, with the names that people know.
#[derive(Serialize)]
struct Named<'a> {
    at: Timestamp,
    handle: String,
    from: Option<String>,
    #[serde(flatten)]
    news: &'a News,
}

/// A device that waits.
struct Watch<'a> {
    ui: &'a Ui,
    profile: Profile,
    /// Who unlocks the device again after other commands had it.
    lender: &'a Lender,
    seen: Seen,
    /// The last event that was taken in.
    last: Option<String>,
}

pub(crate) async fn run(ui: &Ui, start: Start, WatchArgs {}: WatchArgs) -> Result<(), CommandError> {
    let (account, profile, password) = start.unlock_any_way().await?;
    let lender = match password.map(drop) {
        Some(()) => Lender::alone(&profile, &account.key_to_hold().await?)?,
        None => Lender::of(&profile),
    };
    let watch = Watch { ui, profile, lender: &lender, seen: account.seen(), last: None };
    let mut watching = pin!(watch.go_on(account));
    // Whatever it is at: what is kept on the device can be cut short at any time.
    poll_fn(|context| match lender.poll_locked(context) {
        Poll::Ready(()) => Poll::Ready(Err(locked())),
        Poll::Pending => watching.as_mut().poll(context),
    })
    .await
}

fn locked() -> CommandError {
    user_error(WATCH_LOCKED).hint(WATCH_LOCKED_NEXT).coded("locked")
}

impl Watch<'_> {
    async fn go_on(mut self, mut account: Unlocked) -> Result<(), CommandError> {
        let caught_up = fetch(self.ui, &mut account).await;
        self.seen = account.seen();
        let mut offline = false;
        if let Err(error) = caught_up {
            self.offline(error, &mut offline)?;
        }
        if self.ui.is_json() {
            self.ui.line(&json!({ "watching": true }).to_string())?;
        }
        self.ui.say("Watching. Ctrl-C ends it; other commands can be used meanwhile.");
        self.ui.say(NOT_MONITORED);
        let mut pause = PAUSES[0];
        loop {
            match account.changes(self.last.as_deref()).await {
                Ok(stream) => {
                    drop(account);
                    if std::mem::take(&mut offline) {
                        self.ui.say("The server can be reached again.");
                    }
                    pause = PAUSES[0];
                    if let Err(error) = self.follow(stream).await? {
                        self.offline(error, &mut offline)?;
                    }
                }
                Err(error) => {
                    drop(account);
                    self.offline(error, &mut offline)?;
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSES[1]);
            account = self.unlock().await?;
        }
    }

    /// Says what comes until the stream ends, or the server is away.
    async fn follow(&mut self, mut stream: ChangeStream) -> Result<Result<(), ClientError>, CommandError> {
        loop {
            match stream.next().await.map_err(ClientError::from) {
                Ok(Some(Told { id, changes })) => {
                    let mut account = self.unlock().await?;
                    if account.lacks(&changes) {
                        if let Err(error) = fetch(self.ui, &mut account).await {
                            return Ok(Err(error));
                        }
                        self.tell(&account)?;
                    }
                    self.last = Some(id);
                }
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Says what is new on the device.
    fn tell(&mut self, account: &Unlocked) -> Result<(), CommandError> {
        let (seen, names) = (account.seen(), account.names());
        let news = self.seen.news(&seen);
        self.seen = seen;
        if self.ui.is_json() {
            return news.iter().try_for_each(|news| {
                let (handle, from) = (names.of(news.patient), news.by.map(|by| names.of(by)));
                self.ui.line(&json!(Named { at: now(), handle, from, news }).to_string())
            });
        }
        let minute = now().minute_text();
        let time = minute.rsplit(' ').next().unwrap_or_default();
        news_lines(&news, &names).iter().try_for_each(|line| self.ui.line(&format!("{time}  {line}")))
    }

    /// Says once that the server is away. Anything else ends the watch.
    fn offline(&self, error: ClientError, said: &mut bool) -> Result<(), CommandError> {
        if !error.is_offline() {
            return Err(error.into());
        }
        if !std::mem::replace(said, true) {
            self.ui.warn("The server cannot be reached now. What comes meanwhile is told when it can be again.");
        }
        Ok(())
    }

    /// Unlocks the device again, when no other program uses it.
    async fn unlock(&self) -> Result<Unlocked, CommandError> {
        let mut looks = 0;
        loop {
            match self.profile.environment() {
                Ok(environment) => {
                    let key = self.lender.key(&self.profile).ok_or_else(locked)?;
                    return Ok(Unlocked::unlock_held(environment, &key).await?);
                }
                Err(_) if looks < LOOKS => looks += 1,
                Err(error) => return Err(error),
            }
        }
    }
}
