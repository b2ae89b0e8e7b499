//! The fold: opened journals in, what may be seen out. A pure function; permuting the journals changes no byte.
//!
//! Within a journal `seq` orders (ties by record id); across journals only document ids join. Of duplicates the shared one
//! wins. References to what is not there are kept in the log and neither shown nor counted.

use std::collections::{BTreeMap, BTreeSet};

use reverie_protocol::ids::{AccountId, DocumentId, RecordId};

use crate::content::{Compartment, Content, Members, Opened, OpenedJournal};
use crate::document::{Body, Document, Entry, Layer, Mark, Receipt, Reply, Session, Typed as _};
use crate::rules::{Side, allows};
use crate::timestamp::Timestamp;
use crate::view::{
    Addition, Duplicate, EntryView, LayerView, MarkView, NotesView, OpenedBy, PatientView, PrivateView, ReplyView,
    Reported, ReportedWhat, ShareState, SharedView, Tombstone, Unshown, UnshownWhy,
};

/// Folds the journals about one patient that one account can open. Each journal is given once.
pub fn fold(patient: AccountId, journals: &[OpenedJournal]) -> PatientView {
    let mut journals: Vec<_> = journals.iter().collect();
    journals.sort_by_key(|journal| journal.id);
    let mut reported = Vec::new();
    journals.retain(|journal| {
        let right = (journal.owner == patient) == (journal.compartment != Compartment::ProcessNotes);
        if !right {
            reported.push(Reported { journal: journal.id, what: ReportedWhat::Owner(journal.owner) });
        }
        right
    });
    let mut of = |compartment| -> Vec<Sorted<'_>> {
        let here = journals.iter().filter(|journal| journal.compartment == compartment);
        here.map(|journal| Sorted::new(patient, journal, &mut reported)).collect()
    };
    let (private, shared, notes) = (of(Compartment::Private), of(Compartment::Shared), of(Compartment::ProcessNotes));
    for second in private.iter().skip(1).chain(notes.iter().skip(1)) {
        reported.push(Reported { journal: second.journal.id, what: ReportedWhat::SecondJournal });
    }
    reported.sort();
    PatientView {
        patient,
        private: private.into_iter().next().map(|private| private_view(private, &shared)),
        shared: shared.into_iter().map(|sorted| shared_view(patient, sorted)).collect(),
        notes: notes.into_iter().next().map(|notes| NotesView { journal: notes.journal.id, unshown: notes.unshown }),
        reported,
    }
}

/// A document and the record that holds it.
struct Held<B> {
    seq: u64,
    record: RecordId,
    author: AccountId,
    document: Document<B>,
}

/// A journal's documents by type, each list in the order of the log.
struct Sorted<'a> {
    journal: &'a OpenedJournal,
    entries: Vec<Held<Entry>>,
    layers: Vec<Held<Layer>>,
    marks: Vec<Held<Mark>>,
    sessions: Vec<Held<Session>>,
    replies: Vec<Held<Reply>>,
    receipts: Vec<Held<Receipt>>,
    members: Members,
    withdrawn: BTreeMap<AccountId, u64>,
    last_record_at: Option<Timestamp>,
    unshown: Vec<Unshown>,
}

impl<'a> Sorted<'a> {
    fn new(patient: AccountId, journal: &'a OpenedJournal, reported: &mut Vec<Reported>) -> Self {
        let mut sorted = Self {
            journal,
            entries: Vec::new(),
            layers: Vec::new(),
            marks: Vec::new(),
            sessions: Vec::new(),
            replies: Vec::new(),
            receipts: Vec::new(),
            members: Members::default(),
            withdrawn: BTreeMap::new(),
            last_record_at: None,
            unshown: Vec::new(),
        };
        let mut records: Vec<_> = journal.records.iter().collect();
        records.sort_by_key(|opened| (opened.seq, opened.record));
        let mut first = BTreeMap::new();
        for opened in records {
            let mut report = |what| reported.push(Reported { journal: journal.id, what });
            let Opened { record, author, .. } = *opened;
            match &opened.content {
                Content::Document(document) => {
                    if let Err(why) = allows(document.body(), journal.compartment, Side::of(author, patient)) {
                        let document_type = document.body().type_name();
                        report(ReportedWhat::Document { record, author, document_type, why });
                        continue;
                    }
                    let session = matches!(document.body(), Body::Session(_));
                    if *first.entry(document.id()).or_insert(document) != document && !session {
                        report(ReportedWhat::Conflict { record, author });
                    }
                    if author == patient {
                        sorted.last_record_at = Some(document.at());
                    }
                    sorted.push(opened, document.clone());
                }
                Content::Newer(raw) => {
                    sorted.unshown.push(Unshown { record, author, why: UnshownWhy::Newer(raw.clone()) });
                }
                Content::Unreadable(reason) => {
                    sorted.unshown.push(Unshown { record, author, why: UnshownWhy::Unreadable(*reason) });
                }
                Content::Members(members) => sorted.members = members.clone(),
                Content::Withdrawn { by } => *sorted.withdrawn.entry(*by).or_default() += 1,
            }
        }
        sorted
    }

    fn push(&mut self, opened: &Opened, document: Document) {
        fn held<B>(opened: &Opened, document: &Document, body: B) -> Held<B> {
            let document = document.clone().map(|_| body);
            Held { seq: opened.seq, record: opened.record, author: opened.author, document }
        }
        match document.body().clone() {
            Body::Entry(body) => self.entries.push(held(opened, &document, body)),
            Body::Layer(body) => self.layers.push(held(opened, &document, body)),
            Body::Mark(body) => self.marks.push(held(opened, &document, body)),
            Body::Session(body) => self.sessions.push(held(opened, &document, body)),
            Body::Reply(body) => self.replies.push(held(opened, &document, body)),
            Body::Receipt(body) => self.receipts.push(held(opened, &document, body)),
        }
    }

    fn entries(&self) -> Vec<EntryView> {
        firsts(self.entries.iter()).into_iter().map(|entry| self.entry(entry)).collect()
    }

    fn entry(&self, first: &Held<Entry>) -> EntryView {
        let id = first.document.id();
        let (layers, mark, mut records) = self.beside(id);
        records.extend(self.entries.iter().filter(|held| held.document.id() == id).map(|held| (held.seq, held.record)));
        records.sort_unstable();
        let replies = firsts(self.replies.iter().filter(|held| held.document.body().about == id));
        let receipts = self.receipts.iter().filter(|held| held.document.body().entries.contains(&id));
        let opened: Vec<_> =
            receipts.map(|held| OpenedBy { seq: held.seq, by: held.author, at: held.document.at() }).collect();
        let state = match (self.journal.compartment, opened.is_empty()) {
            (Compartment::Shared, true) => ShareState::SharedUnopened,
            (Compartment::Shared, false) => ShareState::SharedOpened,
            (Compartment::Private | Compartment::ProcessNotes, _) => ShareState::Private,
        };
        EntryView {
            entry: first.document.clone(),
            journal: self.journal.id,
            compartment: self.journal.compartment,
            seq: first.seq,
            record: first.record,
            records: records.into_iter().map(|(_, record)| record).collect(),
            layers,
            mark,
            replies: replies
                .into_iter()
                .map(|held| ReplyView { seq: held.seq, author: held.author, reply: held.document.clone() })
                .collect(),
            opened,
            state,
        }
    }

    /// Returns the layers, the latest mark, and the records of all layers and marks of an entry.
    fn beside(&self, entry: DocumentId) -> (Vec<LayerView>, Option<MarkView>, Vec<(u64, RecordId)>) {
        let layers: Vec<_> = self.layers.iter().filter(|held| held.document.body().entry == entry).collect();
        let marks: Vec<_> = self.marks.iter().filter(|held| held.document.body().entry == entry).collect();
        let mut records: Vec<_> = layers.iter().map(|held| (held.seq, held.record)).collect();
        records.extend(marks.iter().map(|held| (held.seq, held.record)));
        let layers =
            firsts(layers).into_iter().map(|held| LayerView { seq: held.seq, layer: held.document.clone() }).collect();
        let mark = marks.last().map(|held| MarkView { seq: held.seq, mark: held.document.clone() });
        (layers, mark, records)
    }
}

/// Returns the first of each document id: what is written once stays, whatever is written again under its name.
fn firsts<'h, B: 'h>(all: impl IntoIterator<Item = &'h Held<B>>) -> Vec<&'h Held<B>> {
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|held| seen.insert(held.document.id())).collect()
}

fn shared_view(patient: AccountId, sorted: Sorted<'_>) -> SharedView {
    let entries = sorted.entries();
    let latest: BTreeMap<_, _> = sorted.sessions.into_iter().map(|held| (held.document.id(), held.document)).collect();
    let mut sessions: Vec<_> = latest.into_values().collect();
    sessions.sort_by_key(|session| (session.body().starts_at, session.id()));
    SharedView {
        patient,
        journal: sorted.journal.id,
        members: sorted.members,
        entries,
        sessions,
        tombstones: sorted.withdrawn.into_iter().map(|(by, count)| Tombstone { by, count }).collect(),
        last_record_at: sorted.last_record_at,
        unshown: sorted.unshown,
    }
}

/// Folds the private journal: what is shared as well is taken out of it first.
fn private_view(mut sorted: Sorted<'_>, shared: &[Sorted<'_>]) -> PrivateView {
    let shared_entries: BTreeSet<_> = shared.iter().flat_map(|s| &s.entries).map(|held| held.document.id()).collect();
    let mut shared_documents = shared_entries.clone();
    shared_documents.extend(shared.iter().flat_map(|s| &s.layers).map(|held| held.document.id()));
    shared_documents.extend(shared.iter().flat_map(|s| &s.marks).map(|held| held.document.id()));

    let mut duplicates = Vec::new();
    let mut keep = |entry: DocumentId, document: DocumentId, record: RecordId| {
        let shared = shared_entries.contains(&entry) && shared_documents.contains(&document);
        if shared {
            duplicates.push(Duplicate { entry, document, record });
        }
        !shared
    };
    sorted.entries.retain(|held| keep(held.document.id(), held.document.id(), held.record));
    sorted.layers.retain(|held| keep(held.document.body().entry, held.document.id(), held.record));
    sorted.marks.retain(|held| keep(held.document.body().entry, held.document.id(), held.record));
    duplicates.sort();

    let additions = shared_entries.iter().filter_map(|entry| {
        let (layers, mark, mut records) = sorted.beside(*entry);
        records.sort_unstable();
        let records: Vec<_> = records.into_iter().map(|(_, record)| record).collect();
        (!records.is_empty()).then_some(Addition { entry: *entry, layers, mark, records })
    });
    PrivateView {
        journal: sorted.journal.id,
        entries: sorted.entries(),
        additions: additions.collect(),
        duplicates,
        unshown: sorted.unshown,
    }
}

#[cfg(test)]
mod tests;
