//! Sync: fetching what is new of each journal, checking every record before it is taken in, and keeping it sealed.
//!
//! The invariant: a log only ever grows by records that passed `check`, and never below a place that this account has
//! seen. Whatever contradicts that is named and kept as evidence; nothing is written to such a journal again.

use std::collections::BTreeSet;

use reverie_protocol::api::Head;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::limits;
use serde::{Deserialize, Serialize};

use crate::device::{find_sealed, put_sealed};
use crate::error::ClientError;
use crate::log::{Divergence, JournalLog, Refusal};
use crate::unlocked::Unlocked;

const LOG: &str = "log/";

/// Something that a person should be told after a sync.
#[derive(Debug)]
pub enum Notice {
    /// A journal could not be brought up to date.
    Failed {
        /// Which.
        journal: JournalId,
        /// Why.
        error: ClientError,
    },
    /// Who accepted this account's invitations could not be asked, or is not who was invited.
    Pairing {
        /// Why.
        error: ClientError,
    },
    /// The server lists a journal of somebody whom this account is not paired with. It is left alone.
    Stranger {
        /// Which.
        journal: JournalId,
    },
    /// The server no longer shows a journal that this device has.
    Gone {
        /// Which.
        journal: JournalId,
    },
}

/// The two histories, as they were signed: what somebody else can check.
#[derive(Serialize, Deserialize)]
struct Evidence {
    divergence: Divergence,
    seen: Option<SignedRecord>,
    shown: Vec<SignedRecord>,
}

impl Unlocked {
    /// Fetches what is new in every journal of the account.
    ///
    /// A journal that fails does not stop the others: it is in the notices.
    ///
    /// # Errors
    /// [`ClientError`] if the server cannot be asked at all.
    pub async fn sync(&mut self) -> Result<Vec<Notice>, ClientError> {
        let token = self.token()?;
        let listed = self.env.api.list_journals(&token).await.map_err(ClientError::from);
        let listed = self.logged_out_on_refusal(listed)?.journals;
        let mut notices = Vec::new();
        // Whoever has accepted an invitation since is known before their journal is looked at.
        if let Err(error) = self.collect_guests().await {
            notices.push(Notice::Pairing { error });
        }
        let mut shown = BTreeSet::new();
        for entry in listed {
            shown.insert(entry.journal);
            // Nothing new in one round trip: the head that the server tells is the head that we have. A history that
            // contradicted itself once is told of each time, whatever the server says now.
            let seen = self.logs.get(&entry.journal).and_then(JournalLog::head);
            if seen == Some(entry.head) && !self.state.diverged.contains_key(&entry.journal) {
                continue;
            }
            match self.pull(entry.journal).await {
                Ok(true) => {}
                Ok(false) => notices.push(Notice::Stranger { journal: entry.journal }),
                Err(error) if error.is_offline() => return Err(error),
                Err(error) => notices.push(Notice::Failed { journal: entry.journal, error }),
            }
        }
        let known: BTreeSet<_> = self.logs.keys().chain(self.state.floors.keys()).copied().collect();
        notices.extend(known.difference(&shown).map(|journal| Notice::Gone { journal: *journal }));
        Ok(notices)
    }

    /// Fetches what is new in one journal. Tells whether the journal is one to take in at all: it is not if its owner
    /// is nobody that this account is paired with.
    ///
    /// # Errors
    /// [`ClientError::HistoryDiverged`], [`ClientError::Untrustworthy`] for records that do not pass, or the server's.
    pub(crate) async fn pull(&mut self, journal: JournalId) -> Result<bool, ClientError> {
        if let Some(divergence) = self.state.diverged.get(&journal) {
            return Err(ClientError::HistoryDiverged(divergence.clone()));
        }
        let token = self.token()?;
        let mut log = self.logs.remove(&journal).unwrap_or_default();
        let before = log.records.len();
        let fetched = self.fetch(&token, journal, &mut log).await;
        let trusted = log.records.is_empty() || self.trusts_opening(&log);
        if !trusted {
            return Ok(false);
        }
        let kept = self.keep(journal, &log, before).await;
        let floor = self.state.floors.get(&journal).copied();
        let fetched = fetched.and_then(|()| floor.map_or(Ok(()), |floor| reaches(journal, &log, floor)));
        if !log.records.is_empty() {
            self.logs.insert(journal, log);
        }
        match fetched {
            Err(Stop::Diverged(divergence, shown)) => Err(self.diverge(divergence, shown).await?),
            Err(Stop::Error(error)) => Err(error),
            Ok(()) => kept.map(|()| true),
        }
    }

    async fn fetch(&self, token: &str, journal: JournalId, log: &mut JournalLog) -> Result<(), Stop> {
        loop {
            let after = log.head().map(|head| head.seq);
            let page = self.env.api.list_records(token, journal, after, limits::RECORDS_PER_PAGE).await;
            let page = page.map_err(ClientError::from).map_err(Stop::Error)?;
            if let (Some(ours), true) = (log.head(), page.records.is_empty()) {
                // Nothing newer may come, so the server's head must be ours.
                if page.head != Some(ours) {
                    let shown = page.head.filter(|head| head.seq == ours.seq).map(|head| head.hash);
                    let divergence = Divergence { journal, seq: ours.seq, seen: ours.hash, shown };
                    return Err(Stop::Diverged(divergence, Vec::new()));
                }
            }
            let more = page.more && !page.records.is_empty();
            for signed in page.records {
                let next = log.head().map_or(0, |head| head.seq + 1);
                match log.append(journal, signed.clone()) {
                    Ok(_) => {}
                    Err(Refusal::Diverged(divergence)) => return Err(Stop::Diverged(divergence, vec![signed])),
                    Err(refusal) => {
                        let what = format!(
                            "the server sent something that cannot be record {next} of journal {journal}: {refusal}. \
                             It was not taken in; everything before it is untouched"
                        );
                        return Err(Stop::Error(ClientError::Untrustworthy(what)));
                    }
                }
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Tells whether the journal was opened by this account, or by somebody whom it is paired with, under the card
    /// that was paired.
    fn trusts_opening(&self, log: &JournalLog) -> bool {
        let Some(opening) = log.records.first().map(|logged| &logged.header) else { return false };
        let members = opening.members.as_deref().unwrap_or_default();
        let Some(owner) = members.iter().find(|member| member.account == opening.author) else { return false };
        if owner.account == self.account() {
            return owner.card.fingerprint() == self.copy.bundle.card.fingerprint();
        }
        let paired = self.contact(owner.account);
        paired.is_some_and(|contact| contact.card.fingerprint() == owner.card.fingerprint())
    }

    /// Seals the records from `before` on into the device's cache, and moves the floor.
    pub(crate) async fn keep(
        &mut self,
        journal: JournalId,
        log: &JournalLog,
        before: usize,
    ) -> Result<(), ClientError> {
        let fresh = log.records.get(before..).unwrap_or_default();
        let Some(head) = log.head().filter(|_| !fresh.is_empty()) else { return Ok(()) };
        let withdrawn = fresh.iter().any(|logged| !logged.header.withdraws.is_empty());
        // A withdrawn body must not stay in the cache either: the log is written anew without it.
        let from = if withdrawn { 0 } else { before };
        let signed: Vec<&SignedRecord> = log.records[from..].iter().map(|logged| &logged.signed).collect();
        let name = format!("{LOG}{journal}/{from:012}");
        put_sealed(&*self.env.store, &self.copy.device_key, &name, &signed).await?;
        if withdrawn {
            for old in self.env.store.list(&format!("{LOG}{journal}/")).await? {
                if old != name {
                    self.env.store.delete(&old).await?;
                }
            }
        }
        if self.state.floors.get(&journal).is_none_or(|floor| floor.seq <= head.seq) {
            self.state.floors.insert(journal, head);
        }
        self.save_state().await
    }

    /// Loads the cached logs, checking every record again.
    pub(crate) async fn load_logs(&mut self) -> Result<(), ClientError> {
        for name in self.env.store.list(LOG).await? {
            let damaged = || ClientError::Damaged(name.clone());
            let journal = name.strip_prefix(LOG).and_then(|rest| rest.split('/').next()).ok_or_else(damaged)?;
            let journal: JournalId = journal.parse().map_err(|_| damaged())?;
            let key = &self.copy.device_key;
            let records: Vec<SignedRecord> = find_sealed(&*self.env.store, key, &name).await?.ok_or_else(damaged)?;
            let log = self.logs.entry(journal).or_default();
            for signed in records {
                // A cut between writing a log anew and deleting its old parts leaves records twice.
                if log.state.as_ref().is_some_and(|state| signed.parse().is_ok_and(|header| header.seq <= state.seq)) {
                    continue;
                }
                log.append(journal, signed).map_err(|_| damaged())?;
            }
        }
        Ok(())
    }

    async fn diverge(&mut self, divergence: Divergence, shown: Vec<SignedRecord>) -> Result<ClientError, ClientError> {
        let journal = divergence.journal;
        let log = self.logs.get(&journal);
        let seen = log.and_then(|log| log.records.get(usize::try_from(divergence.seq).ok()?));
        let seen = seen.map(|logged| logged.signed.clone());
        let evidence = Evidence { divergence: divergence.clone(), seen, shown };
        let name = format!("evidence/{journal}-{}", divergence.seq);
        put_sealed(&*self.env.store, &self.copy.device_key, &name, &evidence).await?;
        self.state.diverged.insert(journal, divergence.clone());
        self.save_state().await?;
        Ok(ClientError::HistoryDiverged(divergence))
    }

    /// Returns the owner of a journal, as its first record says.
    pub(crate) fn owner(&self, journal: JournalId) -> Option<AccountId> {
        self.logs.get(&journal)?.records.first().map(|logged| logged.header.author)
    }
}

/// Why fetching stopped.
enum Stop {
    Diverged(Divergence, Vec<SignedRecord>),
    Error(ClientError),
}

/// Checks that a log reaches, and runs through, a place that was seen before.
fn reaches(journal: JournalId, log: &JournalLog, floor: Head) -> Result<(), Stop> {
    let shown = log.hash_at(floor.seq);
    if shown == Some(floor.hash) {
        return Ok(());
    }
    Err(Stop::Diverged(Divergence { journal, seq: floor.seq, seen: floor.hash, shown }, Vec::new()))
}
