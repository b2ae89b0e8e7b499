//! Keeping the evidence when a server shows a history that contradicts what this device has seen.
//!
//! The invariant: evidence is on this device before anything else is done about it, and holds signed headers alone, so that
//! it can be given to anybody.

use reverie_protocol::evidence::Evidence;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::JournalId;

use crate::device::{find_sealed, put_sealed};
use crate::error::ClientError;
use crate::log::{Divergence, Logged};
use crate::unlocked::Unlocked;

const EVIDENCE: &str = "evidence/";

impl Unlocked {
    /// Keeps what contradicts a journal's log, and stops writing to it.
    pub(crate) async fn diverge(
        &mut self,
        divergence: Divergence,
        shown: Vec<SignedRecord>,
    ) -> Result<ClientError, ClientError> {
        let journal = divergence.journal;
        let records = self.logs.get(&journal).map(|log| log.records.as_slice()).unwrap_or_default();
        let seen: Vec<SignedRecord> = records.iter().map(without_body).collect();
        let shown = shown.into_iter().map(|record| SignedRecord { body: None, ..record });
        let mut evidence = Evidence { v: 1, journal, seen, shown: shown.collect() };
        let name = format!("{EVIDENCE}{journal}-{}", divergence.seq);
        put_sealed(&*self.env.store, &self.copy.device_key, &name, &evidence).await?;
        self.state.diverged.insert(journal, divergence.clone());
        self.save_state().await?;
        // A server that lies to one question may answer another: the whole of the other history proves more.
        if let Ok(token) = self.token()
            && let Ok((log, _)) = self.fetch_anew(&token, journal).await
        {
            let whole = Evidence { shown: log.records.iter().map(without_body).collect(), ..evidence.clone() };
            if whole.check().is_ok() {
                evidence = whole;
                put_sealed(&*self.env.store, &self.copy.device_key, &name, &evidence).await?;
            }
        }
        Ok(ClientError::HistoryDiverged(divergence))
    }

    /// Returns the evidence that this device keeps, each with what to call its file.
    ///
    /// # Errors
    /// [`ClientError::Damaged`], or the storage's.
    pub async fn evidence(&self) -> Result<Vec<(String, Evidence)>, ClientError> {
        let mut kept = Vec::new();
        for name in self.env.store.list(EVIDENCE).await? {
            if let Some(evidence) = find_sealed(&*self.env.store, &self.copy.device_key, &name).await? {
                kept.push((format!("{}.evidence", name.trim_start_matches(EVIDENCE)), evidence));
            }
        }
        Ok(kept)
    }

    /// Returns the four words for a journal at a record, or at its newest one, from what this device has verified; with
    /// where that is.
    pub fn words_at(&self, journal: JournalId, record: Option<u64>) -> Option<(u64, [&'static str; 4])> {
        let log = self.logs.get(&journal)?;
        let seq = record.or_else(|| log.head().map(|head| head.seq))?;
        let hash = log.hash_at(seq)?;
        Some((seq, reverie_crypto::words::head_words(seq, &hash)))
    }
}

fn without_body(logged: &Logged) -> SignedRecord {
    SignedRecord { body: None, ..logged.signed.clone() }
}
