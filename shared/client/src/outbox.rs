//! The outbox: what a person did, kept sealed on the device until the server has it.
//!
//! An item is one deed (writing, sharing, withdrawing): intents in order, each with the id of the record that it will
//! become. Nothing is signed before it is sent, so after a conflict a record is built anew on the new head; its id finds
//! it again in the log if only the answer was lost. An item leaves the outbox when the server has all of it.

use std::collections::BTreeSet;
use std::io::Read;

use bytes::Bytes;
use futures_util::StreamExt as _;
use reverie_crypto::{Binding, EpochKey, Reader, seal_body, seal_keyring};
use reverie_journal::{Compartment, Document};
use reverie_protocol::api::{Append, Head, StoredAttachment};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, AttachmentRef, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId, RecordId};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use serde::{Deserialize, Serialize};

use crate::device::{find_sealed, put_sealed};
use crate::error::ClientError;
use crate::files::{UPLOAD_CHUNK, waiting_file, waiting_files};
use crate::http::HttpError;
use crate::log::JournalLog;
use crate::opening::compartment_name;
use crate::unlocked::Unlocked;

const OUTBOX: &str = "outbox/";
/// How often an append is built anew because the journal moved on, before the person is told.
const TRIES: u32 = 8;
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

/// What became of the outbox.
#[derive(Debug)]
pub struct Flushed {
    /// Deeds that the server has now.
    pub sent: usize,
    /// Deeds that are still on this device alone.
    pub waiting: usize,
    /// Why they are.
    pub stopped_by: Option<ClientError>,
}

impl Intent {
    const fn journal(&self) -> JournalId {
        match self {
            Self::Open { journal, .. } | Self::Write { journal, .. } | Self::Withdraw { journal, .. } => *journal,
        }
    }

    pub(crate) const fn record(&self) -> RecordId {
        match self {
            Self::Open { record, .. } | Self::Write { record, .. } | Self::Withdraw { record, .. } => *record,
        }
    }

    const fn replacement(&self) -> Option<&Replacement> {
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

    pub(crate) async fn load_outbox(&mut self) -> Result<(), ClientError> {
        for name in self.env.store.list(OUTBOX).await? {
            let item = find_sealed(&*self.env.store, &self.copy.device_key, &name).await?;
            self.outbox.extend(item);
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
        let number = self.state.next_item;
        self.state.next_item += 1;
        self.save_state().await?;
        let item = Item { number, intents };
        put_sealed(&*self.env.store, &self.copy.device_key, &item_name(number), &item).await?;
        self.outbox.push(item);
        Ok(())
    }

    /// Sends what waits, in order.
    ///
    /// A deed that the server refuses stays, and with it everything after it that touches the same journals; other
    /// journals go on. If the server cannot be reached, everything stays.
    ///
    /// # Errors
    /// [`ClientError::Store`] if this device's storage fails; what stops the sending is in the result.
    pub async fn flush(&mut self) -> Result<Flushed, ClientError> {
        let (mut sent, mut stopped_by) = (0, None);
        let mut blocked = BTreeSet::new();
        for item in self.outbox.clone() {
            if item.intents.iter().any(|intent| blocked.contains(&intent.journal())) {
                blocked.extend(item.intents.iter().map(Intent::journal));
                continue;
            }
            match self.send(item.clone()).await {
                Ok(()) => sent += 1,
                Err(ClientError::Store(error)) => return Err(ClientError::Store(error)),
                Err(error) => {
                    let everything = error.is_offline() || matches!(error, ClientError::LoggedOut);
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
            if let Err(ClientError::Store(error)) = self.save_bundle().await {
                return Err(ClientError::Store(error));
            }
        }
        Ok(Flushed { sent, waiting: self.outbox.len(), stopped_by })
    }

    /// Sends one item, journal by journal, and forgets what the server has.
    async fn send(&mut self, mut item: Item) -> Result<(), ClientError> {
        while let Some(first) = item.intents.first() {
            let journal = first.journal();
            let together = batch(&item.intents);
            let done: Vec<_> = item.intents[..together].to_vec();
            self.append(journal, &done).await?;
            item.intents.drain(..together);
            let name = item_name(item.number);
            let place = self.outbox.iter().position(|waiting| waiting.number == item.number);
            if item.intents.is_empty() {
                self.env.store.delete(&name).await?;
                self.outbox.retain(|waiting| waiting.number != item.number);
            } else {
                put_sealed(&*self.env.store, &self.copy.device_key, &name, &item).await?;
                if let Some(place) = place {
                    self.outbox[place] = item.clone();
                }
            }
            for outgoing in done.iter().flat_map(outgoing) {
                for sealed in self.env.store.list(&waiting_files(outgoing.named.id)).await? {
                    self.env.store.delete(&sealed).await?;
                }
            }
        }
        Ok(())
    }

    /// Appends the intents to their journal as one batch, all or nothing, building it anew when the journal moved on.
    async fn append(&mut self, journal: JournalId, intents: &[Intent]) -> Result<(), ClientError> {
        let token = self.token()?;
        if let Some(divergence) = self.state.diverged.get(&journal) {
            return Err(ClientError::HistoryDiverged(divergence.clone()));
        }
        // Never build on less than this account has seen.
        if self.logs.get(&journal).and_then(JournalLog::head) != self.state.floors.get(&journal).copied() {
            self.pull(journal).await?;
        }
        for replacement in intents.iter().filter_map(Intent::replacement) {
            self.pull(replacement.journal).await?;
        }
        for _ in 0..TRIES {
            let needed: Vec<_> = intents.iter().filter_map(|intent| self.still_needed(intent)).collect();
            if needed.is_empty() {
                return Ok(());
            }
            let sent = self.try_append(&token, journal, &needed).await;
            let moved = [ProblemCode::StaleHead, ProblemCode::RecordReused, ProblemCode::AttachmentReused];
            match sent {
                Err(error) if moved.iter().any(|code| error.is(*code)) => {
                    self.pull(journal).await?;
                }
                sent => return self.logged_out_on_refusal(sent),
            }
        }
        Err(ClientError::KeepsMoving(TRIES))
    }

    /// Returns what is left to do of an intent, if anything: its record may be in the log, and another device may have
    /// withdrawn the same records, or what replaces them.
    fn still_needed(&self, intent: &Intent) -> Option<Intent> {
        let log = self.logs.get(&intent.journal());
        if log.is_some_and(|log| log.find(intent.record()).is_some()) {
            return None;
        }
        let Intent::Withdraw { journal, record, withdraws, replaced_by } = intent else { return Some(intent.clone()) };
        if let Some(replacement) = replaced_by {
            let there = self.logs.get(&replacement.journal);
            let whole = |log: &JournalLog| replacement.records.iter().all(|id| !log.is_withdrawn(*id));
            if !there.is_some_and(whole) {
                return None;
            }
        }
        let left = withdraws.iter().copied().filter(|id| !log.is_some_and(|log| log.is_withdrawn(*id)));
        let withdraws: Vec<_> = left.collect();
        let (journal, record, replaced_by) = (*journal, *record, replaced_by.clone());
        (!withdraws.is_empty()).then_some(Intent::Withdraw { journal, record, withdraws, replaced_by })
    }

    async fn try_append(&mut self, token: &str, journal: JournalId, intents: &[Intent]) -> Result<(), ClientError> {
        let mut head = self.logs.get(&journal).and_then(JournalLog::head);
        let mut records = Vec::with_capacity(intents.len());
        for intent in intents {
            let record = self.build(token, journal, head, intent).await?;
            head = Some(Head { seq: head.map_or(0, |head| head.seq + 1), hash: record.chain_hash() });
            records.push(record);
        }
        let append = Append { records };
        let appended = self.env.api.append(token, journal, &append).await?;
        if Some(appended.head) != head {
            return Err(ClientError::Untrustworthy("the server says it stored something else than was sent".into()));
        }
        let mut log = self.logs.remove(&journal).unwrap_or_default();
        let taken = append.records.into_iter().try_for_each(|record| log.append(journal, record).map(drop));
        let kept = self.keep(journal, &mut log).await;
        self.logs.insert(journal, log);
        taken
            .map_err(|refusal| ClientError::Untrustworthy(format!("the server took what it must refuse: {refusal}")))?;
        kept
    }

    /// Builds and signs the record that follows `head`.
    async fn build(
        &self,
        token: &str,
        journal: JournalId,
        head: Option<Head>,
        intent: &Intent,
    ) -> Result<SignedRecord, ClientError> {
        let state = self.logs.get(&journal).and_then(|log| log.state.as_ref());
        let mut header = Header {
            v: 1,
            journal,
            seq: head.map_or(0, |head| head.seq + 1),
            prev: head.map(|head| head.hash),
            author: self.account(),
            record: intent.record(),
            action: Action::Write,
            epoch: state.map_or(0, |state| state.epoch),
            epoch_commitment: None,
            body: None,
            attachments: Vec::new(),
            withdraws: Vec::new(),
            members: None,
        };
        let body = match intent {
            Intent::Withdraw { withdraws, .. } => {
                header.action = Action::Withdraw;
                header.withdraws = withdraws.clone();
                None
            }
            Intent::Write { document, attachments, .. } => {
                let keys = self.keys(journal).ok_or_else(|| no_key(journal))?;
                let key = keys.epochs.get(&header.epoch).ok_or_else(|| no_key(journal))?;
                for outgoing in attachments {
                    header.attachments.push(self.upload(token, key, outgoing).await?);
                }
                let binding = Binding { journal, record: header.record, author: header.author };
                let sealed = seal_body(key, &binding, document.as_bytes());
                Some(sealed.map_err(|error| ClientError::NotPossible(error.to_string()))?)
            }
            Intent::Open { compartment, members, .. } => {
                header.action = Action::Open;
                Some(self.opening(&mut header, *compartment, members)?)
            }
        };
        header.body = body.as_ref().map(|body| BodyRef { sha256: Hash::of(body), size: body.len() as u64 });
        Ok(self.copy.bundle.keys.sign_header(&header, body))
    }

    /// Fills in what opens a journal and returns its keyring. Keys are sealed to this account and to confirmed people.
    fn opening(
        &self,
        header: &mut Header,
        compartment: Compartment,
        others: &[(AccountId, MemberRole)],
    ) -> Result<Vec<u8>, ClientError> {
        let own = (self.account(), MemberRole::Owner, self.copy.bundle.card.clone());
        let mut members = vec![own];
        for (account, role) in others {
            let contact = self.contact(*account).filter(|contact| contact.confirmed);
            let contact = contact.ok_or_else(|| {
                let handle =
                    self.contact(*account).map_or_else(|| account.to_string(), |contact| contact.handle.clone());
                ClientError::NotConfirmed { handle }
            })?;
            members.push((*account, *role, contact.card.clone()));
        }
        let untrustworthy = |error: &dyn std::fmt::Display| ClientError::Untrustworthy(error.to_string());
        let mut readers = Vec::with_capacity(members.len());
        for (_, _, card) in &members {
            let card = card.verify().map_err(|error| untrustworthy(&error))?;
            readers.push(Reader::from_card(&card).map_err(|error| untrustworthy(&error))?);
        }
        let key = self.env.random(|rng| EpochKey::make(header.journal, 0, rng));
        let keyring = seal_keyring(&[&key], compartment_name(compartment), &readers);
        let keyring = keyring.map_err(|error| untrustworthy(&error))?;
        header.epoch_commitment = Some(key.commitment());
        let member = |(account, role, card)| Member { account, role, since_epoch: 0, card };
        header.members = Some(members.into_iter().map(member).collect());
        Ok(serde_json::to_vec(&keyring).expect("a keyring has only text keys, so it is JSON"))
    }

    /// Uploads a sealed file; if the epoch moved since, seals it anew first.
    async fn upload(&self, token: &str, key: &EpochKey, outgoing: &Outgoing) -> Result<AttachmentRef, ClientError> {
        let named =
            if outgoing.epoch == key.epoch() { outgoing.named } else { self.reseal_waiting(key, outgoing).await? };
        let name = waiting_file(named.id, key.epoch());
        let mut stored = self.put_waiting(token, key.journal(), named.id, &name).await;
        if stored.as_ref().is_err_and(|error| error.is(ProblemCode::AttachmentReused)) {
            // An earlier try left the same file there, sealed to an epoch that is over. If a record names it already, it
            // cannot be deleted, and the caller finds that record in the log.
            if self.env.api.delete_attachment(token, key.journal(), named.id).await.is_ok() {
                stored = self.put_waiting(token, key.journal(), named.id, &name).await;
            }
        }
        let stored = stored?;
        if (stored.sha256, stored.size) != (named.sha256, named.size) {
            return Err(ClientError::Untrustworthy("the server stored another file than was sent".into()));
        }
        Ok(named)
    }

    async fn put_waiting(
        &self,
        token: &str,
        journal: JournalId,
        id: AttachmentId,
        name: &str,
    ) -> Result<StoredAttachment, ClientError> {
        let damaged = || ClientError::Damaged(name.to_owned());
        let (reader, size) = self.env.store.open(name).await?.ok_or_else(damaged)?;
        let stream = futures_util::stream::iter(Chunks(reader)).boxed();
        Ok(self.env.api.put_attachment(token, journal, id, stream, size).await?)
    }

    /// Turns "no valid session" into [`ClientError::LoggedOut`].
    pub(crate) fn logged_out_on_refusal<T>(&mut self, asked: Result<T, ClientError>) -> Result<T, ClientError> {
        match asked {
            Err(error) if error.is(ProblemCode::Unauthenticated) => {
                self.state.token = None;
                Err(ClientError::LoggedOut)
            }
            asked => asked,
        }
    }
}

fn no_key(journal: JournalId) -> ClientError {
    ClientError::Untrustworthy(format!("this account was not given the key of journal {journal}"))
}

pub(crate) fn outgoing(intent: &Intent) -> &[Outgoing] {
    match intent {
        Intent::Write { attachments, .. } => attachments,
        Intent::Open { .. } | Intent::Withdraw { .. } => &[],
    }
}

/// Reads a file in chunks.
struct Chunks(Box<dyn Read + Send>);

impl Iterator for Chunks {
    type Item = Result<Bytes, HttpError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut chunk = vec![0; UPLOAD_CHUNK];
        match self.0.read(&mut chunk) {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some(Ok(chunk.into()))
            }
            Err(error) => Some(Err(HttpError(error.to_string()))),
        }
    }
}
