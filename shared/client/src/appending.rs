//! Appending: intents become signed records when they are sent, on the head that the journal has then.
//!
//! The invariant: nothing is built on less than this account has seen, and nothing is signed again as it stood. After a
//! conflict the journal is pulled first: a record that is in the log already was sent by an earlier try.

use std::io::Read;

use bytes::Bytes;
use futures_util::StreamExt as _;
use reverie_crypto::{Binding, EpochKey, seal_body};
use reverie_protocol::api::{Append, Head, StoredAttachment};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, AttachmentRef, BodyRef, Header, SignedRecord};
use reverie_protocol::ids::{AttachmentId, JournalId, RecordId};
use reverie_protocol::problem::ProblemCode;

use crate::error::ClientError;
use crate::files::{UPLOAD_CHUNK, own_file};
use crate::http::HttpError;
use crate::log::JournalLog;
use crate::outbox::{Intent, Outgoing};
use crate::unlocked::Unlocked;

/// How often an append is built anew because the journal moved on, before the person is told.
pub(crate) const TRIES: u32 = 8;

impl Unlocked {
    /// Appends the intents to their journal as one batch, all or nothing, building it anew when the journal moved on.
    pub(crate) async fn append(&mut self, journal: JournalId, intents: &[Intent]) -> Result<(), ClientError> {
        let token = self.token()?;
        if let Some(divergence) = self.state.diverged.get(&journal) {
            return Err(ClientError::HistoryDiverged(divergence.clone()));
        }
        // Never build on less than this account has seen.
        if self.logs.get(&journal).and_then(JournalLog::head) != self.state.floors.get(&journal).copied() {
            self.pull(journal).await?;
        }
        // Erasing one's words waits for nobody; sealing new ones waits until it is clear to whom.
        if intents.iter().any(|intent| matches!(intent, Intent::Write { .. })) {
            self.upkeep(journal).await?;
            self.may_seal(journal, None)?;
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
        // One that was damaged in the outbox never became a record: there is nothing to withdraw.
        let written = |id| log.is_some_and(|log| log.find(id).is_some()) || self.will_write(intent.journal(), id);
        let there = |id: &RecordId| written(*id) && !log.is_some_and(|log| log.is_withdrawn(*id));
        let left = withdraws.iter().copied().filter(there);
        let withdraws: Vec<_> = left.collect();
        let (journal, record, replaced_by) = (*journal, *record, replaced_by.clone());
        (!withdraws.is_empty()).then_some(Intent::Withdraw { journal, record, withdraws, replaced_by })
    }

    /// Tells whether the outbox will write this record.
    fn will_write(&self, journal: JournalId, record: RecordId) -> bool {
        let mut intents = self.outbox.iter().flat_map(|item| &item.intents);
        intents.any(|intent| {
            matches!(intent, Intent::Write { .. }) && intent.journal() == journal && intent.record() == record
        })
    }

    async fn try_append(&mut self, token: &str, journal: JournalId, intents: &[Intent]) -> Result<(), ClientError> {
        let mut head = self.logs.get(&journal).and_then(JournalLog::head);
        let mut records = Vec::with_capacity(intents.len());
        for intent in intents {
            let record = self.build(token, journal, head, intent).await?;
            head = Some(Head { seq: head.map_or(0, |head| head.seq + 1), hash: record.chain_hash() });
            records.push(record);
        }
        self.submit(token, journal, records).await
    }

    /// Sends signed records, and takes them into the log once the server has them.
    pub(crate) async fn submit(
        &mut self,
        token: &str,
        journal: JournalId,
        records: Vec<SignedRecord>,
    ) -> Result<(), ClientError> {
        let append = Append { records };
        let appended = self.env.api.append(token, journal, &append).await?;
        if append.records.last().map(SignedRecord::chain_hash) != Some(appended.head.hash) {
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
        self.sign(&header, body)
    }

    /// Uploads a sealed file; if the epoch moved since, seals it anew first.
    async fn upload(&self, token: &str, key: &EpochKey, outgoing: &Outgoing) -> Result<AttachmentRef, ClientError> {
        let named =
            if outgoing.epoch == key.epoch() { outgoing.named } else { self.reseal_waiting(key, outgoing).await? };
        let name = own_file(named.id, key.epoch());
        let mut stored = self.put_own_file(token, key.journal(), named.id, &name).await;
        if stored.as_ref().is_err_and(|error| error.is(ProblemCode::AttachmentReused)) {
            // An earlier try left the same file there, sealed to an epoch that is over. If a record names it already, it
            // cannot be deleted, and the caller finds that record in the log.
            if self.env.api.delete_attachment(token, key.journal(), named.id).await.is_ok() {
                stored = self.put_own_file(token, key.journal(), named.id, &name).await;
            }
        }
        let stored = stored?;
        if (stored.sha256, stored.size) != (named.sha256, named.size) {
            return Err(ClientError::Untrustworthy("the server stored another file than was sent".into()));
        }
        Ok(named)
    }

    pub(crate) async fn put_own_file(
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
}

fn no_key(journal: JournalId) -> ClientError {
    ClientError::Untrustworthy(format!("this account was not given the key of journal {journal}"))
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
