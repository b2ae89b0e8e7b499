//! The fold: opened journals in, what may be seen out. A pure function; permuting the journals changes no byte.
//!
//! Within a journal `seq` orders (ties by record id); across journals only document ids join. Of duplicates the shared one
//! wins. References to what is not there are kept in the log and neither shown nor counted. Themes and links are folded in
//! `meaning.rs`.

mod meaning;

use std::collections::{BTreeMap, BTreeSet};

use reverie_protocol::ids::{AccountId, DocumentId, RecordId};

use self::meaning::Named;
use crate::content::{Compartment, Content, Members, Opened, OpenedJournal};
use crate::document::{
    Body, CheckIn, ConsentText, Course, Coverage, Cycle, Disposition, Document, DoseCard, Entry, Filed, Hold,
    InstrumentPack, Layer, Link, Mark, MeasureResponse, Pause, PersonLabel, Placement, PromptAnswer, PromptSet,
    ReceiptKind, Reply, SafetyPlan, Session, SharedDuringGuard, SpokenAnswer, Theme, ThemeAnswer, ThemeProposal, Trash,
    Typed,
};
use crate::earlier::GivenBackView;
use crate::measure::{Answers, Instruments, score};
use crate::rules::{Side, allows};
use crate::timestamp::Timestamp;
use crate::view::{
    Addition, CheckInView, ConsentView, DispositionView, Dormant, Duplicate, EntryTheme, EntryView, LayerView,
    MarkView, MeasureView, NotesView, OpenedBy, PatientView, PrivateView, ReplyView, Reported, ReportedWhat, Scoring,
    ShareState, SharedView, Tombstone, Trashed, Unshown, UnshownWhy,
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
    let mut view = PatientView {
        patient,
        private: private.into_iter().next().map(|private| private_view(private, &shared)),
        shared: shared.into_iter().map(|sorted| shared_view(patient, sorted)).collect(),
        notes: notes.into_iter().next().map(|notes| NotesView { journal: notes.journal.id, unshown: notes.unshown }),
        reported,
        waiting: BTreeSet::new(),
        leaving: BTreeSet::new(),
    };
    view.hold_captures();
    view
}

/// A document and the record that holds it.
struct Held<B> {
    seq: u64,
    record: RecordId,
    author: AccountId,
    document: Document<B>,
}

/// Documents by the entry that they belong to, each list in the order of the log.
type ByEntry<B> = BTreeMap<DocumentId, Vec<Held<B>>>;

/// Documents of which the last under each id counts.
type Latest<B> = BTreeMap<DocumentId, Document<B>>;

/// A journal's documents by type.
struct Sorted<'a> {
    journal: &'a OpenedJournal,
    entries: ByEntry<Entry>,
    layers: ByEntry<Layer>,
    marks: ByEntry<Mark>,
    /// By their own id.
    themes: ByEntry<Theme>,
    placements: ByEntry<Placement>,
    people: ByEntry<PersonLabel>,
    proposals: Vec<Held<ThemeProposal>>,
    theme_answers: ByEntry<ThemeAnswer>,
    links: Vec<Held<Link>>,
    holds: ByEntry<Hold>,
    trash: ByEntry<Trash>,
    filed: BTreeMap<DocumentId, Vec<OpenedBy>>,
    shared_during_guard: Vec<Document<SharedDuringGuard>>,
    replies: ByEntry<Reply>,
    opened: BTreeMap<DocumentId, Vec<OpenedBy>>,
    reviewed: BTreeMap<DocumentId, Vec<OpenedBy>>,
    discussed: BTreeMap<DocumentId, Vec<OpenedBy>>,
    carried_over: BTreeMap<DocumentId, Vec<OpenedBy>>,
    given_back: Vec<GivenBackView>,
    consent_texts: Vec<Document<ConsentText>>,
    consents: Vec<ConsentView>,
    pause: Option<Document<Pause>>,
    courses: Latest<Course>,
    cycles: Latest<Cycle>,
    sessions: Latest<Session>,
    dose_cards: Latest<DoseCard>,
    responses: ByEntry<MeasureResponse>,
    dispositions: ByEntry<Disposition>,
    packs: Vec<Document<InstrumentPack>>,
    prompt_sets: Vec<Document<PromptSet>>,
    prompt_answers: Vec<Document<PromptAnswer>>,
    spoken_answers: Vec<Document<SpokenAnswer>>,
    /// By their own id.
    check_ins: ByEntry<CheckIn>,
    coverage: Option<Document<Coverage>>,
    safety_plan: Option<Document<SafetyPlan>>,
    members: Members,
    withdrawn: BTreeMap<AccountId, u64>,
    last_record_at: Option<Timestamp>,
    unshown: Vec<Unshown>,
}

impl<'a> Sorted<'a> {
    fn new(patient: AccountId, journal: &'a OpenedJournal, reported: &mut Vec<Reported>) -> Self {
        let mut sorted = Self {
            journal,
            entries: BTreeMap::new(),
            layers: BTreeMap::new(),
            marks: BTreeMap::new(),
            themes: BTreeMap::new(),
            placements: BTreeMap::new(),
            people: BTreeMap::new(),
            proposals: Vec::new(),
            theme_answers: BTreeMap::new(),
            links: Vec::new(),
            holds: BTreeMap::new(),
            trash: BTreeMap::new(),
            filed: BTreeMap::new(),
            shared_during_guard: Vec::new(),
            replies: BTreeMap::new(),
            opened: BTreeMap::new(),
            reviewed: BTreeMap::new(),
            discussed: BTreeMap::new(),
            carried_over: BTreeMap::new(),
            consent_texts: Vec::new(),
            consents: Vec::new(),
            given_back: Vec::new(),
            pause: None,
            courses: BTreeMap::new(),
            cycles: BTreeMap::new(),
            sessions: BTreeMap::new(),
            dose_cards: BTreeMap::new(),
            responses: BTreeMap::new(),
            dispositions: BTreeMap::new(),
            packs: Vec::new(),
            prompt_sets: Vec::new(),
            prompt_answers: Vec::new(),
            spoken_answers: Vec::new(),
            check_ins: BTreeMap::new(),
            coverage: None,
            safety_plan: None,
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
                    let kept = *first.entry(document.id()).or_insert(document);
                    let superseded = document.body().supersedes() && same_type(kept, document);
                    if kept != document && !superseded {
                        report(ReportedWhat::Conflict { record, author });
                    }
                    if author == patient {
                        sorted.last_record_at = Some(document.at());
                    }
                    sorted.push(opened, document);
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

    fn push(&mut self, opened: &Opened, document: &Document) {
        let id = document.id();
        match document.body() {
            Body::Entry(body) => self.entries.entry(id).or_default().push(Held::new(opened, document, body)),
            Body::Layer(body) => self.layers.entry(body.entry).or_default().push(Held::new(opened, document, body)),
            Body::Mark(body) => self.marks.entry(body.entry).or_default().push(Held::new(opened, document, body)),
            Body::Theme(body) => self.themes.entry(id).or_default().push(Held::new(opened, document, body)),
            Body::Placement(body) => {
                self.placements.entry(body.entry).or_default().push(Held::new(opened, document, body));
            }
            Body::PersonLabel(body) => {
                self.people.entry(body.entry).or_default().push(Held::new(opened, document, body));
            }
            Body::ThemeProposal(body) => self.proposals.push(Held::new(opened, document, body)),
            Body::ThemeAnswer(body) => {
                self.theme_answers.entry(body.proposal).or_default().push(Held::new(opened, document, body));
            }
            Body::Link(body) => self.links.push(Held::new(opened, document, body)),
            Body::Hold(body) => self.holds.entry(body.entry).or_default().push(Held::new(opened, document, body)),
            Body::Trash(body) => self.trash.entry(body.entry).or_default().push(Held::new(opened, document, body)),
            Body::Filed(Filed { entries }) => {
                let by = OpenedBy { seq: opened.seq, by: opened.author, at: document.at() };
                for entry in entries {
                    self.filed.entry(*entry).or_default().push(by.clone());
                }
            }
            Body::SharedDuringGuard(body) => {
                self.shared_during_guard.push(document.clone().map(|_| body.clone()));
            }
            Body::Reply(body) => self.replies.entry(body.about).or_default().push(Held::new(opened, document, body)),
            Body::Receipt(body) => {
                let by = OpenedBy { seq: opened.seq, by: opened.author, at: document.at() };
                for entry in &body.entries {
                    let is = |done: &mut BTreeMap<DocumentId, Vec<OpenedBy>>| {
                        done.entry(*entry).or_default().push(by.clone());
                    };
                    match body.receipt {
                        ReceiptKind::Opened => is(&mut self.opened),
                        // Whoever read it for the session has opened it.
                        ReceiptKind::Reviewed => {
                            is(&mut self.opened);
                            is(&mut self.reviewed);
                        }
                        ReceiptKind::Discussed => is(&mut self.discussed),
                        ReceiptKind::CarriedOver => is(&mut self.carried_over),
                    }
                }
            }
            // What is superseded: the last one under its id stays.
            Body::Course(body) => drop(self.courses.insert(id, document.clone().map(|_| body.clone()))),
            Body::Cycle(body) => drop(self.cycles.insert(id, document.clone().map(|_| body.clone()))),
            Body::Session(body) => drop(self.sessions.insert(id, document.clone().map(|_| body.clone()))),
            Body::DoseCard(body) => drop(self.dose_cards.insert(id, document.clone().map(|_| (**body).clone()))),
            Body::MeasureResponse(body) => {
                self.responses.entry(id).or_default().push(Held::new(opened, document, body))
            }
            Body::Disposition(body) => {
                self.dispositions.entry(body.response).or_default().push(Held::new(opened, document, body));
            }
            // Of texts the last one is asked about, of answers the last one counts.
            Body::GivenBack(body) => self.given_back.push(GivenBackView {
                seq: opened.seq,
                by: opened.author,
                copy: document.clone().map(|_| (**body).clone()),
            }),
            Body::ConsentText(body) => self.consent_texts.push(document.clone().map(|_| body.clone())),
            Body::Consent(body) => self.consents.push(ConsentView {
                seq: opened.seq,
                record: opened.record,
                consent: document.clone().map(|_| body.clone()),
            }),
            Body::Pause(body) => self.pause = Some(document.clone().map(|_| body.clone())),
            // Read by `notes.rs` alone; no view of a patient holds one.
            Body::ProcessNote(_) => {}
            Body::PromptSet(body) => self.prompt_sets.push(document.clone().map(|_| body.clone())),
            Body::PromptAnswer(body) => self.prompt_answers.push(document.clone().map(|_| body.clone())),
            Body::SpokenAnswer(body) => self.spoken_answers.push(document.clone().map(|_| body.clone())),
            Body::CheckIn(body) => self.check_ins.entry(id).or_default().push(Held::new(opened, document, body)),
            Body::InstrumentPack(body) => self.packs.push(document.clone().map(|_| body.clone())),
            // Of statements and plans the last one counts.
            Body::Coverage(body) => self.coverage = Some(document.clone().map(|_| body.clone())),
            Body::SafetyPlan(body) => self.safety_plan = Some(document.clone().map(|_| body.clone())),
        }
    }

    /// Returns the entries in the order of the log, with the themes that have these names.
    fn entries(&self, named: &Named) -> Vec<EntryView> {
        let mut entries: Vec<_> = self.entries.values().filter_map(|versions| self.entry(versions, named)).collect();
        entries.sort_by_key(|view| (view.seq, view.record));
        entries
    }

    /// Returns the entry of which these are all the records: the first words, and what was written again under their id.
    fn entry(&self, versions: &[Held<Entry>], named: &Named) -> Option<EntryView> {
        let first = versions.first()?;
        let id = first.document.id();
        let Beside { layers, mark, themes, people, mut records } = self.beside(id, named);
        records.extend(versions.iter().map(|held| (held.seq, held.record)));
        records.sort_unstable();
        let (opened, mut state) = self.opened(id);
        let filed = self.filed.get(&id).cloned().unwrap_or_default();
        if state.is_shared() && !filed.is_empty() {
            state = ShareState::Filed;
        }
        let replies = firsts(of(&self.replies, id));
        Some(EntryView {
            entry: first.document.clone(),
            journal: self.journal.id,
            compartment: self.journal.compartment,
            seq: first.seq,
            record: first.record,
            records: records.into_iter().map(|(_, record)| record).collect(),
            layers,
            mark,
            themes,
            people,
            replies: replies
                .map(|held| ReplyView { seq: held.seq, author: held.author, reply: held.document.clone() })
                .collect(),
            opened,
            reviewed: self.reviewed.get(&id).cloned().unwrap_or_default(),
            discussed: self.discussed.get(&id).cloned().unwrap_or_default(),
            carried_over: self.carried_over.get(&id).cloned().unwrap_or_default(),
            filed,
            state,
        })
    }

    /// Returns who opened an entry or a measure, and how far it went.
    fn opened(&self, id: DocumentId) -> (Vec<OpenedBy>, ShareState) {
        let opened = self.opened.get(&id).cloned().unwrap_or_default();
        let state = match (self.journal.compartment, opened.is_empty()) {
            (Compartment::Shared, true) => ShareState::SharedUnopened,
            (Compartment::Shared, false) => ShareState::SharedOpened,
            (Compartment::Private | Compartment::ProcessNotes, _) => ShareState::Private,
        };
        (opened, state)
    }

    /// Returns the check-ins in the order of the log.
    fn check_in_views(&self) -> Vec<CheckInView> {
        let views = self.check_ins.values().filter_map(|versions| {
            let first = versions.first()?;
            let (opened, state) = self.opened(first.document.id());
            Some(CheckInView {
                check_in: first.document.clone(),
                journal: self.journal.id,
                seq: first.seq,
                records: versions.iter().map(|held| held.record).collect(),
                opened,
                state,
            })
        });
        let mut views: Vec<_> = views.collect();
        views.sort_by_key(|view| (view.seq, view.records.first().copied()));
        views
    }

    /// Returns the measures in the order of the log, scored by these instruments.
    fn measures(&self, instruments: &Instruments) -> Vec<MeasureView> {
        let mut measures: Vec<_> =
            self.responses.values().filter_map(|versions| self.measure(versions, instruments)).collect();
        measures.sort_by_key(|view| (view.seq, view.records.first().copied()));
        measures
    }

    fn measure(&self, versions: &[Held<MeasureResponse>], instruments: &Instruments) -> Option<MeasureView> {
        let first = versions.first()?;
        let id = first.document.id();
        let (opened, state) = self.opened(id);
        let dispositions = firsts(of(&self.dispositions, id)).map(|held| DispositionView {
            seq: held.seq,
            author: held.author,
            disposition: held.document.clone(),
        });
        Some(MeasureView {
            response: first.document.clone(),
            journal: self.journal.id,
            compartment: self.journal.compartment,
            seq: first.seq,
            records: versions.iter().map(|held| held.record).collect(),
            scoring: scoring(first.document.body(), instruments),
            dispositions: dispositions.collect(),
            opened,
            reviewed: self.reviewed.get(&id).cloned().unwrap_or_default(),
            state,
        })
    }

    fn instruments(&self) -> Instruments {
        Instruments::with(self.packs.iter().map(|pack| pack.body().pack.clone()))
    }

    /// Returns what belongs to an entry.
    fn beside(&self, entry: DocumentId, named: &Named) -> Beside {
        let (layers, marks) = (of(&self.layers, entry), of(&self.marks, entry));
        let records = [
            places(layers),
            places(marks),
            places(of(&self.placements, entry)),
            places(of(&self.people, entry)),
            places(of(&self.holds, entry)),
            places(of(&self.trash, entry)),
        ];
        let layers = firsts(layers).map(|held| LayerView { seq: held.seq, layer: held.document.clone() }).collect();
        let mark = marks.last().map(|held| MarkView { seq: held.seq, mark: held.document.clone() });
        let (themes, people) = (self.themes_of(entry, named), self.people_in(entry));
        Beside { layers, mark, themes, people, records: records.concat() }
    }
}

/// What belongs to an entry in one journal, beside its first words.
struct Beside {
    layers: Vec<LayerView>,
    mark: Option<MarkView>,
    themes: Vec<EntryTheme>,
    people: Vec<Document<PersonLabel>>,
    /// All of it, what was said before included.
    records: Vec<(u64, RecordId)>,
}

fn places<B>(held: &[Held<B>]) -> Vec<(u64, RecordId)> {
    held.iter().map(|held| (held.seq, held.record)).collect()
}

impl<B: Clone> Held<B> {
    fn new(opened: &Opened, document: &Document, body: &B) -> Self {
        let document = document.clone().map(|_| body.clone());
        Self { seq: opened.seq, record: opened.record, author: opened.author, document }
    }
}

fn scoring(response: &MeasureResponse, instruments: &Instruments) -> Scoring {
    let Some(instrument) = instruments.definition(&response.instrument, response.version) else {
        return Scoring::NoDefinition;
    };
    match Answers::by_item(instrument, response.answers.iter().map(|answer| (&answer.item, answer.value))) {
        Ok(answers) => Scoring::Scored(Box::new(score(instrument, &answers))),
        Err(error) => Scoring::Misfit(error.to_string()),
    }
}

fn of<B>(by_entry: &ByEntry<B>, entry: DocumentId) -> &[Held<B>] {
    by_entry.get(&entry).map_or(&[], Vec::as_slice)
}

/// Returns the first of each document id: what is written once stays, whatever is written again under its name.
fn firsts<B>(all: &[Held<B>]) -> impl Iterator<Item = &Held<B>> {
    let mut seen = BTreeSet::new();
    all.iter().filter(move |held| seen.insert(held.document.id()))
}

fn shared_view(patient: AccountId, sorted: Sorted<'_>) -> SharedView {
    let named = sorted.named();
    let (entries, measures) = (sorted.entries(&named), sorted.measures(&sorted.instruments()));
    let here = entries.iter().map(|view| view.entry.id()).collect();
    let (mut themes, mut dormant) = (sorted.theme_views(&named, &entries), Dormant::default());
    dormant.themes = themes.extract_if(.., |theme| theme.theme.body().dropped || theme.entries.is_empty()).collect();
    let (links, taken_back) = sorted.link_views(&here);
    dormant.links = taken_back;
    let proposals = sorted.proposal_views(&here);
    let check_ins = sorted.check_in_views();
    SharedView {
        patient,
        journal: sorted.journal.id,
        members: sorted.members,
        entries,
        themes,
        proposals,
        links,
        dormant,
        courses: by(sorted.courses, |course| course.started_on),
        cycles: by(sorted.cycles, |cycle| cycle.opened_on),
        sessions: by(sorted.sessions, |session| session.starts_at),
        dose_cards: by(sorted.dose_cards, |card| card.on),
        measures,
        check_ins,
        packs: sorted.packs,
        prompt_sets: sorted.prompt_sets,
        consent_texts: sorted.consent_texts,
        consents: sorted.consents,
        given_back: sorted.given_back,
        pause: sorted.pause,
        coverage: sorted.coverage,
        tombstones: sorted.withdrawn.into_iter().map(|(by, count)| Tombstone { by, count }).collect(),
        last_record_at: sorted.last_record_at,
        unshown: sorted.unshown,
        closed: false,
        hidden_since: None,
        reads_from: BTreeMap::new(),
    }
}

/// Returns the latest answer for each entry, by entry.
fn last_holds(holds: &ByEntry<Hold>) -> Vec<Document<Hold>> {
    holds.values().filter_map(|of_entry| of_entry.last()).map(|held| held.document.clone()).collect()
}

fn same_type(one: &Document, other: &Document) -> bool {
    one.body().type_name() == other.body().type_name()
}

/// Returns documents by what they say of their time, then by id.
fn by<B, K: Ord>(latest: Latest<B>, key: impl Fn(&B) -> K) -> Vec<Document<B>> {
    let mut documents: Vec<_> = latest.into_values().collect();
    documents.sort_by_key(|document| (key(document.body()), document.id()));
    documents
}

/// Folds the private journal: what is shared as well is taken out of it first.
fn private_view(mut sorted: Sorted<'_>, shared: &[Sorted<'_>]) -> PrivateView {
    let shared_entries: BTreeSet<_> = shared.iter().flat_map(|circle| circle.entries.keys().copied()).collect();
    let mut duplicates = Vec::new();
    for entry in &shared_entries {
        let layers = shared.iter().flat_map(|circle| of(&circle.layers, *entry));
        let layers = layers.map(|held| held.document.id()).collect();
        let marks = shared.iter().flat_map(|circle| of(&circle.marks, *entry));
        let marks = marks.map(|held| held.document.id()).collect();
        take(&mut sorted.entries, *entry, &BTreeSet::from([*entry]), &mut duplicates);
        take(&mut sorted.layers, *entry, &layers, &mut duplicates);
        take(&mut sorted.marks, *entry, &marks, &mut duplicates);
        let placements = shared.iter().flat_map(|circle| of(&circle.placements, *entry));
        let placements = placements.map(|held| held.document.id()).collect();
        take(&mut sorted.placements, *entry, &placements, &mut duplicates);
        let people = shared.iter().flat_map(|circle| of(&circle.people, *entry));
        let people = people.map(|held| held.document.id()).collect();
        take(&mut sorted.people, *entry, &people, &mut duplicates);
    }
    let linked = shared.iter().flat_map(|circle| &circle.links).map(|held| held.document.id()).collect();
    sorted.take_links(&linked, &mut duplicates);
    for response in shared.iter().flat_map(|circle| circle.responses.keys()) {
        take(&mut sorted.responses, *response, &BTreeSet::from([*response]), &mut duplicates);
    }
    for check_in in shared.iter().flat_map(|circle| circle.check_ins.keys()) {
        take(&mut sorted.check_ins, *check_in, &BTreeSet::from([*check_in]), &mut duplicates);
    }
    duplicates.sort();

    // A practice's packs are in the journals that it reads; what is private may be an answer to one of them.
    let packs = shared.iter().flat_map(|circle| &circle.packs).map(|pack| pack.body().pack.clone());
    let measures = sorted.measures(&Instruments::with(packs));
    let check_ins = sorted.check_in_views();
    // What a theme is called in a circle it is called everywhere.
    let named = shared.iter().fold(sorted.named(), |named, circle| named.and(circle.named()));
    let additions = shared_entries.iter().filter_map(|entry| {
        let Beside { layers, mark, themes, people, mut records } = sorted.beside(*entry, &named);
        records.sort_unstable();
        let records: Vec<_> = records.into_iter().map(|(_, record)| record).collect();
        (!records.is_empty()).then_some(Addition { entry: *entry, layers, mark, themes, people, records })
    });
    let additions = additions.collect();
    // What came back after it was thrown away, since another device had shared it, is not in the trash.
    let trashed = |view: &EntryView| {
        let last = of(&sorted.trash, view.entry.id()).last().filter(|held| held.seq > view.seq);
        last.filter(|held| held.document.body().trashed).map(|held| held.document.at())
    };
    let (thrown_away, entries) = sorted.entries(&named).into_iter().partition(|view| trashed(view).is_some());
    let (trash, entries): (Vec<EntryView>, Vec<EntryView>) = (thrown_away, entries);
    let mut here = shared_entries;
    here.extend(entries.iter().map(|view| view.entry.id()));
    let (mut themes, mut dormant) = (sorted.theme_views(&named, &entries), Dormant::default());
    dormant.themes = themes.extract_if(.., |theme| theme.theme.body().dropped).collect();
    let (links, taken_back) = sorted.link_views(&here);
    dormant.links = taken_back;
    let trash = trash.into_iter().filter_map(|view| Some(Trashed { at: trashed(&view)?, view })).collect();
    PrivateView {
        journal: sorted.journal.id,
        entries,
        trash,
        measures,
        safety_plan: sorted.safety_plan,
        sessions: by(sorted.sessions, |session| session.starts_at),
        holds: last_holds(&sorted.holds),
        shared_during_guard: sorted.shared_during_guard,
        prompt_answers: sorted.prompt_answers,
        spoken_answers: sorted.spoken_answers,
        check_ins,
        themes,
        links,
        dormant,
        additions,
        duplicates,
        unshown: sorted.unshown,
    }
}

/// Moves what is shared as well from the private documents of an entry to the duplicates.
fn take<B: Typed>(
    private: &mut ByEntry<B>,
    entry: DocumentId,
    there: &BTreeSet<DocumentId>,
    duplicates: &mut Vec<Duplicate>,
) {
    let Some(held) = private.get_mut(&entry) else { return };
    for Held { record, document, .. } in held.extract_if(.., |held| there.contains(&held.document.id())) {
        let document_type = document.body().type_name();
        duplicates.push(Duplicate { entry, document_type, document: document.id(), record });
    }
}

#[cfg(test)]
mod tests;
