//! Who could read what, since when: told from a journal's signed log alone, whatever any server says.
//!
//! The invariant: everything here follows from records that passed `check`, so it needs no network, and nobody but the
//! owner's key can have written it. Records are counted, not dated: there is no trusted time.

use reverie_journal::Compartment;
use reverie_protocol::api::Head;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header, MemberRole};
use reverie_protocol::ids::{AccountId, JournalId};
use serde::Serialize;

use crate::log::JournalLog;
use crate::unlocked::Unlocked;

/// A card that a member had, from a record on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KeysSince {
    /// The record that placed it.
    pub record: u64,
    /// The card's fingerprint.
    pub fingerprint: Hash,
}

/// One stay of an account in a journal's circle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stay {
    /// Who.
    pub account: AccountId,
    /// What it may do.
    pub role: MemberRole,
    /// The record that took it in.
    pub since_record: u64,
    /// Who signed that record.
    pub admitted_by: AccountId,
    /// The first record that it can open what was sealed with: 0 if it was given all of the past.
    pub reads_from_record: u64,
    /// The record that took it out; what is written after it, it cannot open.
    pub removed_at_record: Option<u64>,
    /// Its cards, the first one first.
    pub keys: Vec<KeysSince>,
    /// The epochs whose keys it was given: the first and the last.
    epochs: (u32, u32),
}

/// What a record changed in the circle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The journal was opened with these readers beside its owner.
    Opened {
        /// Who.
        with: Vec<AccountId>,
    },
    /// Somebody was taken in.
    Admitted {
        /// Who.
        account: AccountId,
        /// As what.
        role: MemberRole,
        /// Whether with all of the past, or from then on.
        all_of_the_past: bool,
    },
    /// Somebody was taken out.
    Removed {
        /// Who.
        account: AccountId,
    },
    /// Somebody's new card was placed.
    Rekeyed {
        /// Who.
        account: AccountId,
    },
    /// The journal got a new key.
    Rotated,
    /// The journal was closed.
    Closed,
}

/// A record that changed the circle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// Which record.
    pub record: u64,
    /// Who signed it.
    pub by: AccountId,
    /// What it changed.
    #[serde(flatten)]
    pub event: Event,
}

/// The records that were sealed with one key, and everybody who was given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first record.
    pub from_record: u64,
    /// The last record; the newest one if the period goes on.
    pub to_record: u64,
    /// Whether it goes on.
    pub current: bool,
    /// Who could open what was written in it, by account.
    pub readers: Vec<AccountId>,
}

/// A journal's circle, from its opening to now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalHistory {
    /// The journal.
    pub journal: JournalId,
    /// Of which kind, if this account was given a key of it.
    pub compartment: Option<Compartment>,
    /// Who owns it.
    pub owner: AccountId,
    /// Where its chain is.
    pub head: Head,
    /// Whether it was closed.
    pub closed: bool,
    /// Every stay, in the order in which they began.
    pub stays: Vec<Stay>,
    /// What changed, in the order of the log.
    pub events: Vec<Happened>,
    /// Who could open what.
    pub periods: Vec<Period>,
}

impl JournalHistory {
    /// Returns who reads the journal now.
    pub fn members(&self) -> impl Iterator<Item = &Stay> {
        self.stays.iter().filter(|stay| stay.removed_at_record.is_none())
    }
}

impl JournalLog {
    /// Returns what the log says of its circle; nothing if it is empty.
    pub fn history(&self) -> Option<JournalHistory> {
        let opening = &self.records.first()?.header;
        let (mut told, mut epoch_starts) = (Told::default(), vec![0]);
        for header in self.records.iter().map(|logged| &logged.header) {
            if header.epoch_commitment.is_some() && header.seq > 0 {
                epoch_starts.push(header.seq);
            }
            told.take(header);
        }
        let head = self.head()?;
        let period = |(epoch, from_record): (usize, &u64)| {
            let next = epoch_starts.get(epoch + 1);
            let given = |stay: &&Stay| (stay.epochs.0 as usize..=stay.epochs.1 as usize).contains(&epoch);
            let mut readers: Vec<_> = told.stays.iter().filter(given).map(|stay| stay.account).collect();
            readers.sort();
            readers.dedup();
            let to_record = next.map_or(head.seq, |next| next - 1);
            Period { from_record: *from_record, to_record, current: next.is_none(), readers }
        };
        Some(JournalHistory {
            journal: opening.journal,
            compartment: None,
            owner: opening.author,
            head,
            closed: self.state.as_ref().is_some_and(|state| state.closed),
            periods: epoch_starts.iter().enumerate().map(period).collect(),
            stays: told.stays,
            events: told.events,
        })
    }
}

/// What was told so far.
#[derive(Default)]
struct Told {
    stays: Vec<Stay>,
    events: Vec<Happened>,
    epoch: u32,
}

impl Told {
    fn take(&mut self, header: &Header) {
        let event = match header.action {
            Action::Write | Action::Withdraw => return,
            Action::Close => Some(Event::Closed),
            Action::Rotate => Some(Event::Rotated),
            Action::Open | Action::Admit | Action::Remove | Action::Rekey => self.change(header),
        };
        if header.action.changes_members() && header.epoch_commitment.is_some() {
            self.epoch = header.epoch;
            for stay in self.stays.iter_mut().filter(|stay| stay.removed_at_record.is_none()) {
                stay.epochs.1 = header.epoch;
            }
        }
        self.events.extend(event.map(|event| Happened { record: header.seq, by: header.author, event }));
    }

    /// Takes the difference between two member lists over, and names it.
    fn change(&mut self, header: &Header) -> Option<Event> {
        let members = header.members.as_deref().unwrap_or_default();
        let mut event = (header.action == Action::Open).then(|| {
            let others = members.iter().map(|member| member.account).filter(|account| *account != header.author);
            Event::Opened { with: others.collect() }
        });
        for stay in self.stays.iter_mut().filter(|stay| stay.removed_at_record.is_none()) {
            let account = stay.account;
            match members.iter().find(|member| member.account == account) {
                None => {
                    stay.removed_at_record = Some(header.seq);
                    event = Some(Event::Removed { account });
                }
                Some(member) if stay.keys.last().is_none_or(|keys| keys.fingerprint != member.card.fingerprint()) => {
                    stay.keys.push(KeysSince { record: header.seq, fingerprint: member.card.fingerprint() });
                    event = Some(Event::Rekeyed { account });
                }
                Some(_) => {}
            }
        }
        for member in members {
            let here = |stay: &Stay| stay.account == member.account && stay.removed_at_record.is_none();
            if self.stays.iter().any(here) {
                continue;
            }
            let all_of_the_past = member.since_epoch == 0;
            self.stays.push(Stay {
                account: member.account,
                role: member.role,
                since_record: header.seq,
                admitted_by: header.author,
                reads_from_record: if all_of_the_past { 0 } else { header.seq },
                removed_at_record: None,
                keys: vec![KeysSince { record: header.seq, fingerprint: member.card.fingerprint() }],
                epochs: (member.since_epoch, self.epoch.max(member.since_epoch)),
            });
            if header.action == Action::Admit {
                event = Some(Event::Admitted { account: member.account, role: member.role, all_of_the_past });
            }
        }
        event
    }
}

impl Unlocked {
    /// Returns the history of every journal on this device, by id. Needs no network.
    pub fn histories(&self) -> Vec<JournalHistory> {
        let told = self.logs.iter().filter_map(|(journal, log)| {
            let compartment = self.keys(*journal).map(|keys| keys.compartment);
            Some(JournalHistory { compartment, ..log.history()? })
        });
        told.collect()
    }
}
