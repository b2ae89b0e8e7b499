//! Opening: from a verified log to what was in it, for `reverie_journal::fold`.

use std::collections::{BTreeMap, BTreeSet};

use reverie_crypto::{Binding, EpochKey, OpenBodyError, OpenedGrant, open_body, open_grant};
use reverie_journal::{Compartment, Content, Document, Members, Opened, OpenedJournal, PatientView, Reason, fold};
use reverie_protocol::header::{Action, AttachmentRef};
use reverie_protocol::ids::{AccountId, AttachmentId, DocumentId, JournalId, RecordId};
use reverie_protocol::keyring::Keyring;

use crate::log::{JournalLog, Logged};
use crate::outbox::Intent;
use crate::unlocked::Unlocked;

/// The keys that this account was given in a journal.
pub(crate) struct JournalKeys {
    pub(crate) compartment: Compartment,
    pub(crate) epochs: BTreeMap<u32, EpochKey>,
}

/// Returns the compartment's name in a keyring.
pub(crate) const fn compartment_name(compartment: Compartment) -> &'static str {
    match compartment {
        Compartment::Private => "private",
        Compartment::Shared => "shared",
        Compartment::ProcessNotes => "process_notes",
    }
}

fn compartment(name: &str) -> Option<Compartment> {
    [Compartment::Private, Compartment::Shared, Compartment::ProcessNotes]
        .into_iter()
        .find(|compartment| compartment_name(*compartment) == name)
}

impl Unlocked {
    /// Returns the keys of a journal, from the keyrings in its own log; none if this account was given none.
    pub(crate) fn keys(&self, journal: JournalId) -> Option<JournalKeys> {
        let log = self.logs.get(&journal)?;
        let mut keys = JournalKeys { compartment: Compartment::Private, epochs: BTreeMap::new() };
        for granted in log.records.iter().flat_map(|logged| self.grants(journal, log, logged)) {
            keys.compartment = compartment(&granted.compartment)?;
            keys.epochs.insert(granted.key.epoch(), granted.key);
        }
        (!keys.epochs.is_empty()).then_some(keys)
    }

    /// Returns what a keyring grants this account. Grants that do not keep their commitment are left out.
    fn grants(&self, journal: JournalId, log: &JournalLog, logged: &Logged) -> Vec<OpenedGrant> {
        let (true, Ok(body)) = (logged.header.action.changes_members(), logged.body()) else { return Vec::new() };
        let Ok(keyring) = serde_json::from_slice::<Keyring>(body) else { return Vec::new() };
        let me = self.account();
        let commitments = log.state.as_ref().map(|state| state.commitments.as_slice()).unwrap_or_default();
        let mine = keyring.grants.iter().filter(|grant| grant.account == me);
        let opened = mine.filter_map(|grant| {
            let commitment = commitments.get(usize::try_from(grant.epoch).ok()?)?;
            open_grant(grant, &self.copy.bundle.keys, journal, me, commitment).ok()
        });
        opened.collect()
    }

    /// Opens a journal: every record becomes a document, or a reason why it cannot be shown.
    pub(crate) fn open_journal(&self, journal: JournalId) -> Option<OpenedJournal> {
        let log = self.logs.get(&journal)?;
        let keys = self.keys(journal)?;
        // What the outbox will withdraw is withdrawn already, as far as this device is concerned: plans made from the
        // view must not count on it.
        let leaving = self.leaving(journal);
        let open = |logged| open(log, logged, &leaving, &keys.epochs);
        // Whoever was admitted from now on was not given the keys of before: nothing of that is missing.
        let from = self.reads_from(journal);
        let given =
            log.records.iter().filter(|logged| logged.header.epoch >= from || logged.header.action.changes_members());
        let mut records: Vec<_> = given.filter_map(open).collect();
        records.extend(self.waiting(journal, log, &leaving));
        Some(OpenedJournal {
            id: journal,
            compartment: keys.compartment,
            owner: log.records.first()?.header.author,
            records,
        })
    }

    /// Returns the first epoch whose key this account was given, as the owner's signed list says.
    pub(crate) fn reads_from(&self, journal: JournalId) -> u32 {
        let state = self.logs.get(&journal).and_then(|log| log.state.as_ref());
        let own = state.and_then(|state| state.members.iter().find(|member| member.account == self.account()));
        own.map_or(0, |member| member.since_epoch)
    }

    /// Returns what the outbox will write to the journal, as if it were written: the device shows what it holds.
    fn waiting(&self, journal: JournalId, log: &JournalLog, leaving: &BTreeSet<RecordId>) -> Vec<Opened> {
        let next = log.head().map_or(0, |head| head.seq + 1);
        let writes = self.outbox.iter().flat_map(|item| &item.intents).filter_map(|intent| match intent {
            Intent::Write { journal: to, record, document, .. } if *to == journal => Some((*record, document)),
            _ => None,
        });
        let unsent = writes.filter(|(record, _)| log.find(*record).is_none());
        let opened = unsent.zip(next..).map(|((record, document), seq)| Opened {
            seq,
            record,
            author: self.account(),
            content: if leaving.contains(&record) {
                Content::Withdrawn { by: self.account() }
            } else {
                Content::parse(document.as_bytes())
            },
        });
        opened.collect()
    }

    /// Returns the documents of all journals with where they are: what the server has, and what waits to be written. What the
    /// outbox will withdraw is still there.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (JournalId, Document)> {
        let there = self.logs.iter().flat_map(|(journal, log)| {
            let epochs = self.keys(*journal).map(|keys| keys.epochs).unwrap_or_default();
            let opened = log.records.iter().filter_map(move |logged| open(log, logged, &BTreeSet::new(), &epochs));
            opened.map(|opened| (*journal, opened.content))
        });
        let waiting = self.outbox.iter().flat_map(|item| &item.intents).filter_map(|intent| match intent {
            Intent::Write { journal, document, .. } => Some((*journal, Content::parse(document.as_bytes()))),
            Intent::Open { .. } | Intent::Withdraw { .. } => None,
        });
        there.chain(waiting).filter_map(|(journal, content)| match content {
            Content::Document(document) => Some((journal, document)),
            _ => None,
        })
    }

    /// Returns the records that the outbox will withdraw from the journal.
    fn leaving(&self, journal: JournalId) -> BTreeSet<RecordId> {
        let intents = self.outbox.iter().flat_map(|item| &item.intents);
        let withdrawn = intents.filter_map(|intent| match intent {
            Intent::Withdraw { journal: from, withdraws, .. } if *from == journal => Some(withdraws),
            _ => None,
        });
        withdrawn.flatten().copied().collect()
    }

    /// Returns everything that this account can see of a patient, from what the device holds.
    pub fn view(&self, patient: AccountId) -> PatientView {
        let of_patient = self.logs.keys().filter(|journal| self.owner(**journal) == Some(patient));
        let opened: Vec<_> = of_patient.filter_map(|journal| self.open_journal(*journal)).collect();
        let mut view =
            PatientView { waiting: self.waiting_records(), leaving: self.taken_back(), ..fold(patient, &opened) };
        for shared in &mut view.shared {
            let state = self.logs.get(&shared.journal).and_then(|log| log.state.as_ref());
            shared.closed = state.is_some_and(|state| state.closed);
            shared.reads_from = self.later_readers(shared.journal);
            shared.hidden_since = self.state.hidden.get(&shared.journal).map(|hidden| hidden.since);
        }
        view
    }

    /// Returns who was let into a journal with nothing of the past, and the first record that they can open.
    fn later_readers(&self, journal: JournalId) -> BTreeMap<AccountId, u64> {
        let Some(log) = self.logs.get(&journal) else { return BTreeMap::new() };
        let state = log.state.iter().flat_map(|state| &state.members);
        let later: BTreeSet<_> = state.filter(|member| member.since_epoch > 0).map(|member| member.account).collect();
        let Some(history) = log.history().filter(|_| !later.is_empty()) else { return BTreeMap::new() };
        // Whoever was here before, and came back, has read what was here then.
        let once = |account: &AccountId| history.stays.iter().filter(|stay| stay.account == *account).count() == 1;
        let stays = history.stays.iter().filter(|stay| later.contains(&stay.account) && once(&stay.account));
        stays.map(|stay| (stay.account, stay.reads_from_record)).collect()
    }

    /// Returns what the outbox will withdraw from shared journals, and stands there until then.
    fn taken_back(&self) -> BTreeSet<DocumentId> {
        let mut taken_back = BTreeSet::new();
        for (journal, log) in &self.logs {
            let leaving = self.leaving(*journal);
            if leaving.is_empty() {
                continue;
            }
            let Some(keys) = self.keys(*journal).filter(|keys| keys.compartment == Compartment::Shared) else {
                continue;
            };
            for logged in leaving.iter().filter_map(|record| log.find(*record)) {
                if let Some(Opened { content: Content::Document(document), .. }) =
                    open(log, logged, &BTreeSet::new(), &keys.epochs)
                {
                    taken_back.insert(document.id());
                }
            }
        }
        taken_back
    }

    /// Returns the records that the outbox will write, and the server does not have.
    fn waiting_records(&self) -> BTreeSet<RecordId> {
        let intents = self.outbox.iter().flat_map(|item| &item.intents);
        let writes = intents.filter(|intent| matches!(intent, Intent::Write { .. }));
        let there = |intent: &Intent| self.logs.get(&intent.journal()).and_then(|log| log.find(intent.record()));
        writes.filter(|intent| there(intent).is_none()).map(Intent::record).collect()
    }

    /// Returns the patients who share a journal with this account, and what they share.
    pub fn patients(&self) -> Vec<(AccountId, PatientView)> {
        let mut owners: Vec<_> = self.logs.keys().filter_map(|journal| self.owner(*journal)).collect();
        owners.retain(|owner| *owner != self.account());
        owners.sort();
        owners.dedup();
        owners.into_iter().map(|owner| (owner, self.view(owner))).filter(|(_, view)| !view.shared.is_empty()).collect()
    }

    /// Returns where an attachment is named: its reference, and the epoch that it is sealed to.
    pub(crate) fn find_attachment(&self, journal: JournalId, id: AttachmentId) -> Option<(AttachmentRef, u32)> {
        let log = self.logs.get(&journal)?;
        log.records.iter().find_map(|logged| {
            let named = logged.header.attachments.iter().find(|attachment| attachment.id == id)?;
            Some((*named, logged.header.epoch))
        })
    }
}

fn open(
    log: &JournalLog,
    logged: &Logged,
    leaving: &BTreeSet<RecordId>,
    epochs: &BTreeMap<u32, EpochKey>,
) -> Option<Opened> {
    let header = &logged.header;
    let withdrawn = log.is_withdrawn(header.record) || leaving.contains(&header.record);
    let content = match header.action {
        Action::Withdraw | Action::Close => return None,
        Action::Write if withdrawn => Content::Withdrawn { by: header.author },
        Action::Write => open_document(logged, epochs).unwrap_or_else(Content::Unreadable),
        Action::Open | Action::Admit | Action::Remove | Action::Rotate | Action::Rekey => {
            let members = header.members.iter().flatten().map(|member| (member.account, member.role));
            Content::Members(Members(members.collect()))
        }
    };
    Some(Opened { seq: header.seq, record: header.record, author: header.author, content })
}

fn open_document(logged: &Logged, epochs: &BTreeMap<u32, EpochKey>) -> Result<Content, Reason> {
    let header = &logged.header;
    let body = logged.body()?;
    let key = epochs.get(&header.epoch).ok_or(Reason::DoesNotOpen)?;
    let binding = Binding { journal: header.journal, record: header.record, author: header.author };
    let document = open_body(key, &binding, body).map_err(|error| match error {
        OpenBodyError::DoesNotOpen => Reason::DoesNotOpen,
        OpenBodyError::BindingMismatch => Reason::BindingMismatch,
        OpenBodyError::Malformed => Reason::Malformed,
    })?;
    Ok(Content::parse(&document))
}
