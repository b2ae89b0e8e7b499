//! Sync: fetching what is new of each journal, checking every record before it is taken in, and keeping it sealed.
//!
//! The invariant: a log only ever grows by records that passed `check`, and never below a place that this account has
//! seen. Whatever contradicts that is named and kept as evidence; nothing is written to such a journal again.

use std::collections::{BTreeMap, BTreeSet};

use reverie_journal::FileName;
use reverie_protocol::api::Journals;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::{AccountId, AttachmentId, DocumentId, JournalId};
use reverie_protocol::limits;

use crate::error::ClientError;
use crate::log::{Divergence, JournalLog, Logged, Refusal};
use crate::trust::Opening;
use crate::unlocked::Unlocked;

/// How many missing bodies are asked for again in one sync.
const BODIES_PER_SYNC: usize = 20;

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
    /// Somebody changed keys, and the keys before them vouch for the new ones.
    NewKeys {
        /// Who.
        account: AccountId,
        /// What to call them.
        handle: String,
    },
    /// The keys that the server shows for somebody are not to be trusted, or could not be fetched.
    Keys {
        /// Why.
        error: ClientError,
    },
    /// The account of somebody who reads a journal of this account was ended for good. They are taken out before anything
    /// more is written to it.
    Ended {
        /// Who.
        account: AccountId,
        /// What to call them.
        handle: String,
    },
    /// Somebody whose account was ended for good was taken out of a journal that this account owns.
    OffBoarded {
        /// Which journal.
        journal: JournalId,
        /// Who.
        account: AccountId,
        /// What to call them.
        handle: String,
    },
    /// The server lists a journal of somebody whom this account is not paired with. It is left alone.
    Stranger {
        /// Which.
        journal: JournalId,
    },
    /// The server no longer shows a journal that this device has.
    Hidden {
        /// Which.
        journal: JournalId,
        /// What to call its owner, if that is somebody else.
        handle: Option<String>,
    },
    /// A file was damaged on this device before it was sent, and is given up.
    FileLost {
        /// What it was called.
        name: FileName,
        /// The entry that it belonged to; none if it belonged to something that is nothing without it, and was not sent.
        entry: Option<DocumentId>,
    },
    /// An answer of this account is about something that the patient has taken back since: nobody is shown it.
    Unseen {
        /// The journal.
        journal: JournalId,
        /// What to call her.
        handle: String,
    },
    /// The owner of a journal erased it with her account, so this device has forgotten it.
    Erased {
        /// Which.
        journal: JournalId,
        /// What to call her.
        handle: String,
        /// Deeds that waited on this device and reach nobody any more.
        undelivered: usize,
    },
}

impl Unlocked {
    /// Fetches what is new in every journal of the account.
    ///
    /// A journal that fails does not stop the others: it is in the notices.
    ///
    /// # Errors
    /// [`ClientError`] if the server cannot be asked at all.
    pub async fn sync(&mut self) -> Result<Vec<Notice>, ClientError> {
        let mut told = self.listed().await?;
        if self.state.joining {
            // The account is there: the server has just said so.
            self.joined().await?;
            told = self.listed().await?;
        }
        let Journals { journals: listed, open_invitations } = told;
        let mut notices = Vec::new();
        // Whoever has accepted an invitation since is known before their journal is looked at.
        if let Err(error) = self.meet_guests(&open_invitations).await {
            notices.push(Notice::Pairing { error });
        }
        let mut shown = BTreeSet::new();
        let said: BTreeMap<_, _> = listed.iter().map(|entry| (entry.journal, entry.members.clone())).collect();
        let members: Vec<_> = said.values().flatten().copied().collect();
        self.said = Some(said);
        notices.extend(self.follow_members(&members).await?);
        for entry in listed {
            shown.insert(entry.journal);
            // Nothing new in one round trip: the head that the server tells is the head that we have. A history that
            // contradicted itself once is told of each time, whatever the server says now.
            let seen = self.logs.get(&entry.journal).and_then(JournalLog::head);
            let floor = self.state.floors.get(&entry.journal).copied();
            let nothing_new = seen == Some(entry.head) && floor == seen;
            let pulled = if nothing_new && !self.state.diverged.contains_key(&entry.journal) {
                Ok(true)
            } else {
                self.pull(entry.journal).await
            };
            let synced = match pulled {
                Ok(true) => self.repair(entry.journal, &entry.missing).await.map(|()| true),
                pulled => pulled,
            };
            match synced {
                Ok(true) => notices.extend(self.keyring_lacks(entry.journal)),
                Ok(false) => notices.push(Notice::Stranger { journal: entry.journal }),
                Err(error) if error.is_offline() => return Err(error),
                Err(error) => notices.push(Notice::Failed { journal: entry.journal, error }),
            }
        }
        let known: BTreeSet<_> = self.logs.keys().chain(self.state.floors.keys()).copied().collect();
        self.show_again(|journal| shown.contains(journal)).await?;
        for journal in known.difference(&shown) {
            notices.extend(self.hide(*journal).await?);
        }
        self.remember_guard().await?;
        self.empty_old_trash().await?;
        self.forget_lost_files().await?;
        self.bring_home().await?;
        notices.extend(self.newly_ended().await?);
        notices.append(&mut self.done);
        Ok(notices)
    }

    /// Returns what the server says of the account's journals.
    ///
    /// # Errors
    /// [`ClientError::LoggedOut`], or the server's.
    pub(crate) async fn listed(&mut self) -> Result<Journals, ClientError> {
        let token = self.token()?;
        let listed = self.env.api.list_journals(&token).await.map_err(ClientError::from);
        self.logged_out_on_refusal(listed)
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
        let fetched = self.fetch(&token, journal, &mut log).await;
        let opening = if log.records.is_empty() { Ok(Opening::Trusted) } else { self.judge_owner(&log).await };
        if !matches!(opening, Ok(Opening::Trusted)) {
            let kept = replay(journal, &log.records[..log.kept]);
            if !kept.records.is_empty() {
                self.logs.insert(journal, kept);
            }
            return opening.map(|_| false);
        }
        let judged = self.judge(journal, &log, fetched);
        if let Err(Stop::Diverged(..)) = judged {
            // What contradicts is evidence and nothing more: the log stays as it was kept.
            log = replay(journal, &log.records[..log.kept]);
        }
        let kept = self.keep(journal, &mut log).await;
        if !log.records.is_empty() {
            self.logs.insert(journal, log);
        }
        match judged {
            Err(Stop::Diverged(divergence, shown)) => Err(self.diverge(divergence, shown).await?),
            Err(Stop::Error(error)) => Err(error),
            Ok(()) => kept.map(|()| true),
        }
    }

    /// Compares what was fetched with the newest place of the journal that this account has seen on any device.
    fn judge(&self, journal: JournalId, log: &JournalLog, fetched: Result<(), Stop>) -> Result<(), Stop> {
        let Some(floor) = self.state.floors.get(&journal) else { return fetched };
        let shown = log.hash_at(floor.seq);
        // A log that was cut short by an error may still be on its way to the floor.
        let on_its_way = shown.is_none() && matches!(fetched, Err(Stop::Error(_)));
        if on_its_way || shown == Some(floor.hash) || matches!(fetched, Err(Stop::Diverged(..))) {
            return fetched;
        }
        let divergence = Divergence { journal, seq: floor.seq, seen: floor.hash, shown };
        let at_floor = usize::try_from(floor.seq).ok().and_then(|index| log.records.get(index));
        Err(Stop::Diverged(divergence, at_floor.map(|logged| logged.signed.clone()).into_iter().collect()))
    }

    /// Tells if the server did not hand out a journal's keys as they were signed: then what is missing is no secret of the
    /// owner's.
    fn keyring_lacks(&self, journal: JournalId) -> Option<Notice> {
        let mut records = self.logs.get(&journal)?.records.iter();
        let lacks = records.any(|logged| logged.header.action.changes_members() && logged.body().is_err());
        lacks.then(|| {
            let what = format!(
                "the server did not hand out the keys of journal {journal} as its owner signed them, so not all of it can \
                 be opened"
            );
            Notice::Failed { journal, error: ClientError::Untrustworthy(what) }
        })
    }

    /// Asks again for bodies that the server withheld or swapped: one lie must not hide a record for ever. Files that the
    /// server lost and that this device has are sent again.
    async fn repair(&mut self, journal: JournalId, missing: &[AttachmentId]) -> Result<(), ClientError> {
        for id in missing {
            let token = self.token()?;
            self.upload_again(&token, journal, *id).await?;
        }
        let Some(mut log) = self.logs.remove(&journal) else { return Ok(()) };
        let repaired = self.fetch_bodies(journal, &mut log).await;
        if matches!(repaired, Ok(true)) {
            log.kept = 0;
        }
        let kept = self.keep(journal, &mut log).await;
        self.logs.insert(journal, log);
        repaired.and(kept)
    }

    async fn fetch_bodies(&self, journal: JournalId, log: &mut JournalLog) -> Result<bool, ClientError> {
        let token = self.token()?;
        let mut repaired = false;
        for seq in log.lacking().into_iter().take(BODIES_PER_SYNC) {
            let page = self.env.api.list_records(&token, journal, seq.checked_sub(1), 1).await?;
            let index = usize::try_from(seq).unwrap_or(usize::MAX);
            let (Some(shown), Some(logged)) = (page.records.into_iter().next(), log.records.get_mut(index)) else {
                continue;
            };
            if shown.header == logged.signed.header && shown.body.is_some() {
                let before = std::mem::replace(&mut logged.signed.body, shown.body);
                if logged.body().is_ok() {
                    repaired = true;
                } else {
                    logged.signed.body = before;
                }
            }
        }
        Ok(repaired)
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

/// Returns the log of records that were checked before.
pub(crate) fn replay(journal: JournalId, records: &[Logged]) -> JournalLog {
    let mut log = JournalLog::default();
    for logged in records {
        if log.append(journal, logged.signed.clone()).is_err() {
            break;
        }
    }
    log.kept = log.records.len();
    log
}
