//! The device's cache of each journal: its records, sealed, so that reading needs no network.
//!
//! The invariant: the cache never holds a body, or a file, that was withdrawn, nor one that its author did not sign. It can always be
//! fetched again, so damage to it loses nothing: what is damaged is thrown away.

use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::JournalId;

use crate::device::{find_sealed, put_sealed};
use crate::error::ClientError;
use crate::log::{JournalLog, Logged};
use crate::sync::replay;
use crate::unlocked::Unlocked;

pub(crate) const LOG: &str = "log/";

impl Unlocked {
    /// Keeps the records that the cache does not have yet, and moves the floor.
    pub(crate) async fn keep(&mut self, journal: JournalId, log: &mut JournalLog) -> Result<(), ClientError> {
        let fresh = log.records.get(log.kept..).unwrap_or_default();
        let Some(head) = log.head().filter(|_| !fresh.is_empty()) else { return Ok(()) };
        // A withdrawn body must not stay in the cache either: the log is written anew without it.
        let anew = log.kept == 0 || fresh.iter().any(|logged| !logged.header.withdraws.is_empty());
        let from = if anew { 0 } else { log.kept };
        // Files first: cut off after that, the withdrawal is fetched once more.
        for record in fresh.iter().flat_map(|logged| &logged.header.withdraws) {
            let files = log.find(*record).map(|logged| logged.header.attachments.as_slice()).unwrap_or_default();
            self.forget_files(files, None).await?;
        }
        let name = format!("{LOG}{journal}/{from:012}");
        let signed: Vec<SignedRecord> = log.records[from..].iter().map(to_keep).collect();
        put_sealed(&*self.env.store, &self.copy.device_key, &name, &signed).await?;
        log.kept = log.records.len();
        if anew {
            self.forget_cached(journal, Some(&name)).await?;
        }
        let floor = self.state.floors.get(&journal);
        if floor.is_none_or(|floor| floor.seq < head.seq && log.hash_at(floor.seq) == Some(floor.hash)) {
            self.state.floors.insert(journal, head);
            self.save_state().await?;
        }
        Ok(())
    }

    /// Loads the cached logs, checking every record again. What is damaged is forgotten and fetched again.
    pub(crate) async fn load_logs(&mut self) -> Result<(), ClientError> {
        for name in self.env.store.list(LOG).await? {
            let journal = name.strip_prefix(LOG).and_then(|rest| rest.split('/').next());
            let Some(journal) = journal.and_then(|id| id.parse().ok()) else { continue };
            match self.load_part(journal, &name).await {
                Err(ClientError::Damaged(_)) => self.forget_from(journal, &name).await?,
                loaded => loaded?,
            }
        }
        Ok(())
    }

    /// Tells whether records that this account has seen are not on this device, or not any more. The server has them.
    pub fn lacks_records(&self) -> bool {
        let seen = self.state.floors.iter().filter(|(journal, _)| !self.state.diverged.contains_key(journal));
        let head = |journal| self.logs.get(journal).and_then(JournalLog::head);
        seen.into_iter().any(|(journal, floor)| head(journal).is_none_or(|head| head.seq < floor.seq))
    }

    /// Forgets a damaged part and those after it, which follow from it. What came before stays readable.
    async fn forget_from(&mut self, journal: JournalId, damaged: &str) -> Result<(), ClientError> {
        if let Some(log) = self.logs.remove(&journal).filter(|log| log.kept > 0) {
            self.logs.insert(journal, replay(journal, &log.records[..log.kept]));
        }
        for name in self.env.store.list(&format!("{LOG}{journal}/")).await? {
            if name.as_str() >= damaged {
                self.env.store.delete(&name).await?;
            }
        }
        Ok(())
    }

    async fn load_part(&mut self, journal: JournalId, name: &str) -> Result<(), ClientError> {
        let damaged = || ClientError::Damaged(name.to_owned());
        let key = &self.copy.device_key;
        // A part may be gone because an earlier part of its journal was damaged.
        let Some(records): Option<Vec<SignedRecord>> = find_sealed(&*self.env.store, key, name).await? else {
            return Ok(());
        };
        let log = self.logs.entry(journal).or_default();
        let before = log.records.len();
        for signed in records {
            // A cut between writing a log anew and deleting its old parts leaves records twice.
            if log.state.as_ref().is_some_and(|state| signed.parse().is_ok_and(|header| header.seq <= state.seq)) {
                continue;
            }
            log.append(journal, signed).map_err(|_| damaged())?;
        }
        log.kept = log.records.len();
        if log.kept == before {
            self.env.store.delete(name).await?;
        }
        Ok(())
    }

    /// Deletes what is cached of a journal, but for one part.
    pub(crate) async fn forget_cached(&self, journal: JournalId, but: Option<&str>) -> Result<(), ClientError> {
        for name in self.env.store.list(&format!("{LOG}{journal}/")).await? {
            if Some(name.as_str()) != but {
                self.env.store.delete(&name).await?;
            }
        }
        Ok(())
    }
}

/// Returns the record without a body that is not the one that was signed: the next sync asks for it again.
fn to_keep(logged: &Logged) -> SignedRecord {
    let body = logged.signed.body.clone().filter(|_| logged.body().is_ok());
    SignedRecord { body, ..logged.signed.clone() }
}
