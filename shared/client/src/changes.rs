//! Following what happens to the account's journals, as it happens.
//!
//! The stream says which journals have moved and nothing else; what is new is fetched and checked like in any sync. It
//! borrows nothing from the account, so that a device may be locked, or used by another program, while it waits.

use std::collections::VecDeque;

use futures_util::StreamExt as _;
use reverie_journal::Seen;
use reverie_protocol::changes::{Changes, JournalChange};
use reverie_protocol::events::{Event, EventReader};
use reverie_protocol::ids::JournalId;

use crate::api::ApiError;
use crate::error::ClientError;
use crate::http::ByteStream;
use crate::log::JournalLog;
use crate::unlocked::Unlocked;

/// Bytes of one event. One that tells of ten thousand journals fits.
pub(crate) const EVENT_BYTES: usize = 4 * 1024 * 1024;

/// Something that the server told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// With which to come back when the stream has ended: then only what changed since is told.
    pub id: String,
    /// Which journals have moved, and where to.
    pub changes: Changes,
}

/// The stream of changes of one account.
pub struct ChangeStream {
    body: ByteStream,
    reader: EventReader,
    ready: VecDeque<Event>,
}

impl ChangeStream {
    pub(crate) fn new(body: ByteStream) -> Self {
        Self { body, reader: EventReader::new(EVENT_BYTES), ready: VecDeque::new() }
    }

    /// Waits for what happens next; nothing if the server has ended the stream.
    ///
    /// # Errors
    /// [`ApiError`] if the server went away, or speaks another protocol.
    pub async fn next(&mut self) -> Result<Option<Told>, ApiError> {
        let strange = |what: &str| ApiError::Strange { status: 200, what: what.to_owned() };
        loop {
            if let Some(Event { id, data }) = self.ready.pop_front() {
                let changes = serde_json::from_str(&data).map_err(|_| strange("it told of changes in other words"))?;
                return Ok(Some(Told { id, changes }));
            }
            let Some(piece) = self.body.next().await else { return Ok(None) };
            let piece = piece.map_err(ApiError::Offline)?;
            self.ready.extend(self.reader.read(&piece).map_err(|error| strange(&error.to_string()))?);
        }
    }
}

impl Unlocked {
    /// Returns what there is to be seen on this device, to tell later what came since.
    pub fn seen(&self) -> Seen {
        let own = self.view(self.account());
        let patients = self.patients();
        Seen::of(self.account(), patients.iter().map(|(_, view)| view).chain([&own]))
    }

    /// Follows what happens to the account's journals, from the event `after` on.
    ///
    /// Without `after`, or if anything has changed since, the first thing told is where all journals are.
    ///
    /// # Errors
    /// [`ClientError::LoggedOut`], or the server's.
    pub async fn changes(&mut self, after: Option<&str>) -> Result<ChangeStream, ClientError> {
        let token = self.token()?;
        let opened = self.env.api.changes(&token, after).await.map_err(ClientError::from);
        self.logged_out_on_refusal(opened)
    }

    /// Tells whether a stream told of something that this device does not have: then it is time to sync.
    pub fn lacks(&self, changes: &Changes) -> bool {
        let moved = |told: &JournalChange| self.logs.get(&told.journal).and_then(JournalLog::head) != told.head;
        let all_told = |journal: &JournalId| changes.journals.iter().any(|told| told.journal == *journal);
        changes.journals.iter().any(moved) || (changes.whole && !self.logs.keys().all(all_told))
    }
}
