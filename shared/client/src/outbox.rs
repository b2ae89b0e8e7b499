//! The outbox: what a person did, kept sealed on the device until the server has it.
//!
//! An item is one deed (writing, sharing, withdrawing): intents in order, each with the id of the record that it will
//! become. Nothing is signed before it is sent, so after a conflict a record is built anew on the new head; its id finds
//! it again in the log if only the answer was lost. An item leaves the outbox when the server has all of it.

use std::collections::BTreeSet;

use reverie_journal::{Body, Compartment, Content, Document};
use reverie_protocol::header::{AttachmentRef, MemberRole};
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::device::{find_sealed, put_sealed};
use crate::error::{ClientError, Removal};
use crate::sync::Notice;
use crate::unlocked::Unlocked;

pub(crate) const OUTBOX: &str = "outbox/";
/// Deeds that were damaged on the disk before they were sent, until the person was told.
const SET_ASIDE: &str = "set-aside/";
/// The same, after that. Nothing reads them; they are evidence.
pub(crate) const DAMAGED: &str = "damaged/";
/// The longest document, in bytes: sealed and padded it keeps below [`limits::BODY_BYTES`].
const MOST_DOCUMENT_BYTES: usize = limits::BODY_BYTES * 7 / 8;
/// Documents in one request, in bytes: sealed, signed and in base64 they keep below [`limits::REQUEST_BYTES`].
const BATCH_BYTES: usize = limits::REQUEST_BYTES / 4;

/// One record that is to be.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "intent", rename_all = "snake_case")]
pub(crate) enum Intent {
    /// Open a journal.
    Open { journal: JournalId, record: RecordId, compartment: Compartment, members: Vec<(AccountId, MemberRole)> },
    /// Write a document.
    Write { journal: JournalId, record: RecordId, document: String, attachments: Vec<Outgoing> },
    /// Withdraw one's own records, if what replaces them is still there.
    Withdraw { journal: JournalId, record: RecordId, withdraws: Vec<RecordId>, replaced_by: Option<Replacement> },
}

/// A sealed file that waits to be uploaded.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Outgoing {
    pub(crate) named: AttachmentRef,
    /// The epoch that it is sealed to.
    pub(crate) epoch: u32,
}

/// Where the words of withdrawn records are now. If another device withdrew them there meanwhile, nothing is withdrawn
/// here: the last copy stays.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Replacement {
    pub(crate) journal: JournalId,
    pub(crate) records: Vec<RecordId>,
}

/// One deed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) number: u64,
    pub(crate) intents: Vec<Intent>,
}

impl Item {
    fn is_for(&self, journal: JournalId) -> bool {
        self.intents.iter().any(|intent| intent.journal() == journal)
    }
}

/// What became of the outbox.
#[derive(Debug)]
pub struct Flushed {
    /// Deeds that the server has now.
    pub sent: usize,
    /// Deeds that are still on this device alone.
    pub waiting: usize,
    /// Why they are.
    pub stopped_by: Option<ClientError>,
    /// What this client did of its own accord, so that it could write.
    pub notices: Vec<Notice>,
}

impl Intent {
    pub(crate) const fn journal(&self) -> JournalId {
        match self {
            Self::Open { journal, .. } | Self::Write { journal, .. } | Self::Withdraw { journal, .. } => *journal,
        }
    }

    pub(crate) const fn record(&self) -> RecordId {
        match self {
            Self::Open { record, .. } | Self::Write { record, .. } | Self::Withdraw { record, .. } => *record,
        }
    }

    pub(crate) const fn replacement(&self) -> Option<&Replacement> {
        match self {
            Self::Withdraw { replaced_by, .. } => replaced_by.as_ref(),
            Self::Open { .. } | Self::Write { .. } => None,
        }
    }

    /// Returns about how large the record will be.
    fn bytes(&self) -> usize {
        match self {
            Self::Write { document, .. } => document.len(),
            Self::Open { .. } => 0,
            Self::Withdraw { withdraws, .. } => withdraws.len() * 40,
        }
    }
}

/// Returns how many intents go together: of one journal, and no more than one request takes.
fn batch(intents: &[Intent]) -> usize {
    let mut bytes = 0;
    let same = |intent: &&Intent| {
        bytes += intent.bytes();
        intent.journal() == intents[0].journal() && bytes <= BATCH_BYTES
    };
    // Nothing can be sealed to a journal before it is open, so opening goes alone.
    let most = if matches!(intents[0], Intent::Open { .. }) { 1 } else { limits::RECORDS_PER_APPEND };
    intents.iter().take(most).take_while(same).count().max(1)
}

fn item_name(number: u64) -> String {
    format!("{OUTBOX}{number:012}")
}

impl Unlocked {
    /// Returns how many deeds are on this device alone.
    pub const fn waiting_count(&self) -> usize {
        self.outbox.len()
    }

    /// Returns why they were not sent, if this account has tried since it was unlocked.
    pub fn waiting_because(&self) -> Option<&str> {
        self.stopped_by.as_deref().filter(|_| !self.outbox.is_empty())
    }

    /// Returns how many deeds were damaged on this device's disk before they were sent: nobody can read them any more. Those
    /// that the person was told of do not count.
    ///
    /// # Errors
    /// [`ClientError::Store`].
    pub async fn damaged_count(&self) -> Result<usize, ClientError> {
        Ok(self.env.store.list(SET_ASIDE).await?.len())
    }

    /// Notes that the person was told of deeds, and of files of deeds, that were damaged. What is left of them stays.
    ///
    /// # Errors
    /// [`ClientError::Store`].
    pub async fn told_of_damaged(&mut self) -> Result<(), ClientError> {
        for name in self.env.store.list(SET_ASIDE).await? {
            self.env.store.rename(&name, &name.replacen(SET_ASIDE, DAMAGED, 1)).await?;
        }
        self.told_of_lost_files().await
    }

    /// Loads the outbox. A damaged item is set aside as it is, so that it holds up neither this device nor what can be sent;
    /// one whose file is gone is set aside as nothing, so that its person is told of it too.
    pub(crate) async fn load_outbox(&mut self) -> Result<(), ClientError> {
        for name in self.env.store.list(OUTBOX).await? {
            match find_sealed(&*self.env.store, &self.copy.device_key, &name).await {
                Ok(item) => self.outbox.extend(item),
                Err(ClientError::Damaged(_)) => {
                    self.env.store.rename(&name, &name.replacen(OUTBOX, SET_ASIDE, 1)).await?;
                }
                Err(error) => return Err(error),
            }
        }
        let there: BTreeSet<_> = self.outbox.iter().map(|item| item.number).collect();
        for number in self.state.waiting.difference(&there) {
            let aside = [SET_ASIDE, DAMAGED].map(|folder| format!("{folder}{number:012}"));
            if self.env.store.open(&aside[0]).await?.is_none() && self.env.store.open(&aside[1]).await?.is_none() {
                self.env.store.put(&aside[0], b"").await?;
            }
        }
        if self.state.waiting != there {
            // A cut after an item was put, and before that was noted, leaves its number to the next one.
            self.state.next_item = self.state.next_item.max(there.last().map_or(0, |last| last + 1));
            self.state.waiting = there;
            self.save_state().await?;
        }
        Ok(())
    }

    /// Makes the id of a new record.
    pub(crate) fn record_id(&self) -> RecordId {
        self.env.random(RecordId::make)
    }

    /// Returns the intent to write a document.
    pub(crate) fn write_intent(&self, journal: JournalId, document: &Document, attachments: Vec<Outgoing>) -> Intent {
        Intent::Write { journal, record: self.record_id(), document: document.to_json(), attachments }
    }

    /// Puts a deed into the outbox; from here on it survives everything but the loss of the device.
    pub(crate) async fn put(&mut self, intents: Vec<Intent>) -> Result<(), ClientError> {
        if intents.iter().any(|intent| intent.bytes() > MOST_DOCUMENT_BYTES) {
            let message = "this is too long for one record; split it, or attach it as a file";
            return Err(ClientError::NotPossible(message.into()));
        }
        intents.iter().try_for_each(|intent| self.is_writable(intent.journal()))?;
        if self.state.unproved_kit.is_some() && intents.iter().any(|intent| matches!(intent, Intent::Write { .. })) {
            return Err(ClientError::KitUnproved);
        }
        let number = self.state.next_item;
        self.state.next_item += 1;
        let (item, name) = (Item { number, intents }, item_name(number));
        put_sealed(&*self.env.store, &self.copy.device_key, &name, &item).await?;
        self.state.waiting.insert(number);
        if let Err(error) = self.save_state().await {
            // Whoever is told that it was not kept does it again: it must not be there then.
            self.state.waiting.remove(&number);
            self.env.store.delete(&name).await?;
            return Err(error);
        }
        self.outbox.push(item);
        Ok(())
    }

    /// Sends what waits, in order. What is kept is kept, whatever stops the sending: whoever is told that a deed failed does
    /// it again, and then it is there twice. So a full disk of this device is in the result, too.
    ///
    /// A deed that the server refuses stays, and with it everything after it that touches the same journals; other
    /// journals go on. If the server cannot be reached, everything stays.
    ///
    /// # Errors
    /// None so far: what stops the sending is in the result.
    pub async fn flush(&mut self) -> Result<Flushed, ClientError> {
        let (mut sent, mut stopped_by) = (0, None);
        let mut blocked = BTreeSet::new();
        let keys_sent = self.send_card().await;
        let items = if keys_sent.is_ok() { self.outbox.clone() } else { Vec::new() };
        for item in items {
            if item.intents.iter().any(|intent| blocked.contains(&intent.journal())) {
                blocked.extend(item.intents.iter().map(Intent::journal));
                continue;
            }
            match self.send(item.clone()).await {
                Ok(()) => {
                    sent += 1;
                    self.look_for_unseen(&item);
                }
                Err(error) => {
                    let not_kept = matches!(error, ClientError::Store(_));
                    let error = self.hidden_if_not_found(&item, error);
                    let everything = not_kept || error.is_offline() || error.is_logged_out();
                    stopped_by.get_or_insert(error);
                    if everything {
                        break;
                    }
                    blocked.extend(item.intents.iter().map(Intent::journal));
                }
            }
        }
        if sent > 0 {
            // New devices start from the bundle's heads. If another device has changed the bundle, logging in takes over
            // what it says, and puts the heads right.
            if let Err(error @ ClientError::Store(_)) = self.save_bundle().await {
                stopped_by.get_or_insert(error);
            }
        }
        let placed = if stopped_by.is_none() { keys_sent.and(self.place_own_card().await) } else { keys_sent };
        if let Err(error) = placed {
            stopped_by.get_or_insert(error);
        }
        let notices = std::mem::take(&mut self.done);
        self.stopped_by = stopped_by.as_ref().map(ToString::to_string);
        Ok(Flushed { sent, waiting: self.outbox.len(), stopped_by, notices })
    }

    /// Sends one item, journal by journal, and forgets what the server has.
    async fn send(&mut self, mut item: Item) -> Result<(), ClientError> {
        while let Some(first) = item.intents.first() {
            let journal = first.journal();
            let together = batch(&item.intents);
            if self.mend_files(&mut item, together).await? {
                self.keep_item(&item).await?;
                continue;
            }
            let done: Vec<_> = item.intents[..together].to_vec();
            self.append(journal, &done).await?;
            item.intents.drain(..together);
            self.keep_item(&item).await?;
            for intent in done.iter().filter(|intent| !outgoing(intent).is_empty()) {
                self.keep_sent_files(intent).await?;
            }
        }
        Ok(())
    }

    /// Notices answers, sent just now, to what the patient has taken back meanwhile: nobody is shown them.
    fn look_for_unseen(&mut self, item: &Item) {
        for intent in &item.intents {
            let Intent::Write { journal, document, .. } = intent else { continue };
            let Content::Document(document) = Content::parse(document.as_bytes()) else { continue };
            let (Body::Reply(reply), Some(owner)) = (document.body(), self.owner(*journal)) else { continue };
            if !self.view(owner).shared.iter().any(|shared| shared.holds(reply.about)) {
                self.done.push(Notice::Unseen { journal: *journal, handle: self.names().of(owner) });
            }
        }
    }

    /// Says of a journal that is somebody else's and that the server denies what that means.
    fn hidden_if_not_found(&self, item: &Item, error: ClientError) -> ClientError {
        let hidden = item.intents.iter().find_map(|intent| self.hidden_from_this_account(intent.journal()));
        if error.is(ProblemCode::NotFound) { hidden.unwrap_or(error) } else { error }
    }

    /// Keeps what is left to do of an item, and forgets it if that is nothing.
    async fn keep_item(&mut self, item: &Item) -> Result<(), ClientError> {
        let name = item_name(item.number);
        if item.intents.is_empty() {
            // First that nothing is missed: cut off in between, it is found to be sent already.
            self.state.waiting.remove(&item.number);
            self.save_state().await?;
            self.env.store.delete(&name).await?;
            self.outbox.retain(|waiting| waiting.number != item.number);
            return Ok(());
        }
        put_sealed(&*self.env.store, &self.copy.device_key, &name, item).await?;
        if let Some(waiting) = self.outbox.iter_mut().find(|waiting| waiting.number == item.number) {
            waiting.clone_from(item);
        }
        Ok(())
    }

    /// Returns how many deeds wait for a journal.
    pub(crate) fn waiting_for(&self, journal: JournalId) -> usize {
        self.outbox.iter().filter(|item| item.is_for(journal)).count()
    }

    /// Drops what waits for a journal that is gone for good, and returns how many deeds those were.
    pub(crate) async fn drop_waiting(&mut self, journal: JournalId) -> Result<usize, ClientError> {
        let gone: Vec<_> = self.outbox.iter().filter(|item| item.is_for(journal)).map(|item| item.number).collect();
        if !gone.is_empty() {
            self.state.waiting.retain(|number| !gone.contains(number));
            self.save_state().await?;
        }
        for number in &gone {
            self.env.store.delete(&item_name(*number)).await?;
        }
        self.outbox.retain(|item| !gone.contains(&item.number));
        Ok(gone.len())
    }

    /// Turns "no valid session" into [`ClientError::LoggedOut`].
    pub(crate) fn logged_out_on_refusal<T>(&mut self, asked: Result<T, ClientError>) -> Result<T, ClientError> {
        match asked {
            Err(error) if error.is(ProblemCode::Unauthenticated) => {
                self.state.token = None;
                Err(ClientError::LoggedOut)
            }
            Err(ClientError::Api(ApiError::Refused(problem))) if Removal::of(problem.code).is_some() => {
                (self.state.token, self.state.session) = (None, None);
                self.state.removal = Removal::of(problem.code).unwrap_or_default();
                self.state.revoked = Some(problem.detail);
                Err(self.removed().unwrap_or(ClientError::LoggedOut))
            }
            Err(error) if error.is(ProblemCode::SecondFactorRequired) => Err(ClientError::SecondFactorDue),
            asked => asked,
        }
    }
}

pub(crate) fn outgoing(intent: &Intent) -> &[Outgoing] {
    match intent {
        Intent::Write { attachments, .. } => attachments,
        Intent::Open { .. } | Intent::Withdraw { .. } => &[],
    }
}
