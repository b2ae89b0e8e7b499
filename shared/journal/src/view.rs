//! What a person may see of a patient's journals, after the fold.
//!
//! The invariant: a [`SharedView`] holds nothing from any other journal, so whatever is computed from it alone (the brief,
//! the queue) cannot tell one private entry from none. What stands only in the private journal is in [`PrivateView`].

use std::collections::{BTreeMap, BTreeSet};

use reverie_protocol::ids::{AccountId, DocumentId, JournalId, RecordId};
use serde::Serialize;

use crate::content::{Compartment, Members, Reason};
use crate::document::{
    Attachment, CheckIn, Consent, ConsentText, Course, Coverage, Cycle, Details, Disposition, Document, DoseCard,
    Entry, Hold, InstrumentPack, Kind, Layer, Link, Mark, MeasureResponse, Pause, PersonLabel, Placement, PromptAnswer,
    PromptSet, RawDocument, Reply, SafetyPlan, Session, SharedDuringGuard, SpokenAnswer, Talk, Theme, ThemeAnswer,
    ThemeProposal,
};
use crate::earlier::GivenBackView;
use crate::measure::{Instruments, Score};
use crate::rules::Misplaced;
use crate::timestamp::Timestamp;

/// Everything that one account can see of one patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PatientView {
    /// The patient.
    pub patient: AccountId,
    /// The private journal; absent for everybody but the patient.
    pub private: Option<PrivateView>,
    /// One for each care circle, by journal id.
    pub shared: Vec<SharedView>,
    /// The clinician's own notes; never in a brief or an export.
    pub notes: Option<NotesView>,
    /// What was not folded, and why.
    pub reported: Vec<Reported>,
    /// Records that are on this device alone, not on the server yet. A fold knows of none; the client says which.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub waiting: BTreeSet<RecordId>,
    /// What was taken back on this device and stands on the server as it was shared. A fold knows of none; the client says which.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub leaving: BTreeSet<DocumentId>,
}

/// The private journal, without what is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrivateView {
    /// Where copies of withdrawn entries are sealed to.
    pub journal: JournalId,
    /// Private entries, in the order of the log.
    pub entries: Vec<EntryView>,
    /// What she threw away, in the order of the log.
    pub trash: Vec<Trashed>,
    /// Private measures, in the order of the log.
    pub measures: Vec<MeasureView>,
    /// Whom she can call: the latest plan.
    pub safety_plan: Option<Document<SafetyPlan>>,
    /// Dosing sessions that she noted for herself, by start.
    pub sessions: Vec<Document<Session>>,
    /// Her latest answer about each entry that was held, by entry.
    pub holds: Vec<Document<Hold>>,
    /// What she shared while decisions wait, in the order of the log.
    pub shared_during_guard: Vec<Document<SharedDuringGuard>>,
    /// What she answered to prompts, in the order of the log.
    pub prompt_answers: Vec<Document<PromptAnswer>>,
    /// What she said of words that were noted as hers, in the order of the log.
    pub spoken_answers: Vec<Document<SpokenAnswer>>,
    /// Private check-ins, in the order of the log.
    pub check_ins: Vec<CheckInView>,
    /// Themes that have a name here, with the private entries in them, by name.
    pub themes: Vec<ThemeView>,
    /// Links of which an end is private, or that she keeps to herself, in the order of the log.
    pub links: Vec<LinkView>,
    /// What is neither shown nor counted.
    #[serde(skip)]
    pub dormant: Dormant,
    /// What is private beside shared entries: layers, marks, themes, people. Only the patient sees it.
    pub additions: Vec<Addition>,
    /// Private copies of what is shared: what a share that was cut short has still to withdraw.
    pub duplicates: Vec<Duplicate>,
    /// What cannot be shown.
    pub unshown: Vec<Unshown>,
}

/// One shared journal: what its care circle reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedView {
    /// The patient.
    pub patient: AccountId,
    /// The journal.
    pub journal: JournalId,
    /// Who reads it now.
    pub members: Members,
    /// Entries, in the order of the log.
    pub entries: Vec<EntryView>,
    /// Themes with an entry here, by name.
    pub themes: Vec<ThemeView>,
    /// What clinicians proposed about entries that are here, in the order of the log.
    pub proposals: Vec<ProposalView>,
    /// Links between entries that are both here, in the order of the log.
    pub links: Vec<LinkView>,
    /// What is neither shown nor counted.
    #[serde(skip)]
    pub dormant: Dormant,
    /// Courses as they stand now, by start.
    pub courses: Vec<Document<Course>>,
    /// Cycles as they stand now, by when they were opened.
    pub cycles: Vec<Document<Cycle>>,
    /// Sessions as they stand now, by start.
    pub sessions: Vec<Document<Session>>,
    /// Dose cards as they stand now, by day.
    pub dose_cards: Vec<Document<DoseCard>>,
    /// Shared measures, in the order of the log.
    pub measures: Vec<MeasureView>,
    /// Shared check-ins, in the order of the log.
    pub check_ins: Vec<CheckInView>,
    /// Instruments that the practice offers beside those that ship, in the order of the log.
    pub packs: Vec<Document<InstrumentPack>>,
    /// What clinicians gave back from an earlier account, in the order of the log.
    pub given_back: Vec<GivenBackView>,
    /// The clinic's own texts of what consent is asked to, in the order of the log.
    pub consent_texts: Vec<Document<ConsentText>>,
    /// What the patient said to them and to those that ship, in the order of the log.
    pub consents: Vec<ConsentView>,
    /// Whether the patient paused sharing: what she said last.
    pub pause: Option<Document<Pause>>,
    /// Prompts that the practice offers, in the order of the log.
    pub prompt_sets: Vec<Document<PromptSet>>,
    /// Who looks at flagged answers: the latest statement.
    pub coverage: Option<Document<Coverage>>,
    /// What was taken back, by author. When is not known: a withdrawal carries no time, and nobody's clock is trusted.
    pub tombstones: Vec<Tombstone>,
    /// When the patient made the last record, by her clock.
    pub last_record_at: Option<Timestamp>,
    /// What cannot be shown.
    pub unshown: Vec<Unshown>,
    /// Whether it was ended: nothing is written to it any more. A fold knows nothing of it; the client says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Since when the server no longer shows it, by this device's clock. A fold knows nothing of it; the client says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_since: Option<Timestamp>,
    /// Who was let in with nothing of the past, and the first record that they can open. A fold knows nothing of it; the client
    /// says so.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reads_from: BTreeMap<AccountId, u64>,
}

/// A journal of process notes, as a place alone: what is in it is read by [`process_notes`](crate::process_notes) and
/// nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotesView {
    /// The journal.
    pub journal: JournalId,
    /// What cannot be shown.
    pub unshown: Vec<Unshown>,
}

/// An entry with everything that belongs to it in the same journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryView {
    /// The first words.
    pub entry: Document<Entry>,
    /// The journal that holds it.
    pub journal: JournalId,
    /// Of which kind that journal is.
    pub compartment: Compartment,
    /// Its place in the log.
    pub seq: u64,
    /// The record that holds it.
    pub record: RecordId,
    /// All of the patient's records that belong to it, this one, repeats and earlier marks included: what a withdrawal names.
    pub records: Vec<RecordId>,
    /// What the patient added, in the order of the log.
    pub layers: Vec<LayerView>,
    /// What the patient wants done with it: the latest mark.
    pub mark: Option<MarkView>,
    /// Themes that it is in, by name.
    pub themes: Vec<EntryTheme>,
    /// Who is in it, in the patient's own words, by label.
    pub people: Vec<Document<PersonLabel>>,
    /// What clinicians answered, in the order of the log.
    pub replies: Vec<ReplyView>,
    /// Who opened it and when, in the order of the log.
    pub opened: Vec<OpenedBy>,
    /// Who read it for a session and when, in the order of the log.
    pub reviewed: Vec<OpenedBy>,
    /// Who talked about it in a session and when, in the order of the log.
    pub discussed: Vec<OpenedBy>,
    /// Who left it for the next session and when, in the order of the log.
    pub carried_over: Vec<OpenedBy>,
    /// Who copied it into the chart and when, in the order of the log.
    pub filed: Vec<OpenedBy>,
    /// How far it went.
    pub state: ShareState,
}

/// How much of an entry is on this device alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsent {
    /// The server has all of it.
    Nothing,
    /// The server has it, and not what was added, marked or answered last.
    Part,
    /// The server does not have it.
    All,
    /// It was taken back, and the server does not know that yet: it stands there as it was shared.
    Withdrawal,
}

impl PatientView {
    /// Tells how much of an entry is on this device alone.
    pub fn unsent(&self, entry: &EntryView) -> Unsent {
        if !entry.state.is_shared() && self.leaving.contains(&entry.entry.id()) {
            return Unsent::Withdrawal;
        }
        if self.waiting.contains(&entry.record) {
            return Unsent::All;
        }
        // What was added in private beside a shared entry stands in another journal.
        let additions = self.private.iter().flat_map(|private| &private.additions);
        let beside = additions.filter(|addition| addition.entry == entry.entry.id());
        let mut records = entry.records.iter().chain(beside.flat_map(|addition| &addition.records));
        if records.any(|record| self.waiting.contains(record)) { Unsent::Part } else { Unsent::Nothing }
    }

    /// Returns the entries of which something is on this device alone.
    pub fn unsent_entries(&self) -> impl Iterator<Item = (&EntryView, Unsent)> {
        let entries = self.entries().map(|entry| (entry, self.unsent(entry)));
        entries.filter(|(_, unsent)| *unsent != Unsent::Nothing)
    }
}

/// A theme that an entry is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryTheme {
    /// The theme, as it is called now.
    pub theme: Document<Theme>,
    /// That the entry is in it.
    pub placement: Document<Placement>,
}

/// A theme and the entries of one journal that are in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThemeView {
    /// The theme, as it is called now.
    pub theme: Document<Theme>,
    /// The entries, in the order of the log.
    pub entries: Vec<DocumentId>,
    /// All records that named it here.
    pub records: Vec<RecordId>,
}

/// A theme that a clinician proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposalView {
    /// Its place in the log.
    pub seq: u64,
    /// Who proposes.
    pub by: AccountId,
    /// The proposal.
    pub proposal: Document<ThemeProposal>,
    /// Those of its entries that are here; at least one.
    pub entries: Vec<DocumentId>,
    /// What the patient said last.
    pub answer: Option<Document<ThemeAnswer>>,
}

/// A link between two entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkView {
    /// Its place in the log.
    pub seq: u64,
    /// Who linked them.
    pub by: AccountId,
    /// The link.
    pub link: Document<Link>,
    /// All records that say so or take it back.
    pub records: Vec<RecordId>,
}

/// What a journal holds and nobody is shown: themes that were dropped or that no entry is in, links that were taken back or
/// that lead nowhere. Kept, so that taking an entry back takes all of it back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dormant {
    /// Themes.
    pub themes: Vec<ThemeView>,
    /// Links.
    pub links: Vec<LinkView>,
}

/// A private entry in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trashed {
    /// Since when.
    pub at: Timestamp,
    /// The entry.
    pub view: EntryView,
}

/// A measure that was taken, and what its answers come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureView {
    /// What was answered.
    pub response: Document<MeasureResponse>,
    /// The journal that holds it.
    pub journal: JournalId,
    /// Of which kind that journal is.
    pub compartment: Compartment,
    /// Its place in the log.
    pub seq: u64,
    /// All of the patient's records that hold it, repeats included: what a withdrawal names.
    pub records: Vec<RecordId>,
    /// What the answers come to.
    pub scoring: Scoring,
    /// What clinicians did about its flags, in the order of the log.
    pub dispositions: Vec<DispositionView>,
    /// Who opened it and when, in the order of the log.
    pub opened: Vec<OpenedBy>,
    /// Who read it for a session and when, in the order of the log.
    pub reviewed: Vec<OpenedBy>,
    /// How far it went.
    pub state: ShareState,
}

/// A check-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckInView {
    /// What it says.
    pub check_in: Document<CheckIn>,
    /// The journal that holds it.
    pub journal: JournalId,
    /// Its place in the log.
    pub seq: u64,
    /// All of the patient's records that hold it, repeats included: what a withdrawal names.
    pub records: Vec<RecordId>,
    /// Who opened it and when, in the order of the log.
    pub opened: Vec<OpenedBy>,
    /// How far it went.
    pub state: ShareState,
}

/// What answers come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// A score.
    Scored(Box<Score>),
    /// The definition of this instrument and version is not here.
    NoDefinition,
    /// The answers do not fit the definition, for this reason.
    Misfit(String),
}

/// What a patient said to a consent text, and the record that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentView {
    /// Its place in the log.
    pub seq: u64,
    /// The record, which is signed with her key.
    pub record: RecordId,
    /// What she said.
    pub consent: Document<Consent>,
}

/// A disposition, its author and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DispositionView {
    /// Its place in the log.
    pub seq: u64,
    /// Who did something.
    pub author: AccountId,
    /// The disposition.
    pub disposition: Document<Disposition>,
}

/// A layer and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerView {
    /// Its place in the log.
    pub seq: u64,
    /// The layer.
    pub layer: Document<Layer>,
}

/// A mark and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarkView {
    /// Its place in the log.
    pub seq: u64,
    /// The mark.
    pub mark: Document<Mark>,
}

/// A reply, its author and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplyView {
    /// Its place in the log.
    pub seq: u64,
    /// Who answers.
    pub author: AccountId,
    /// The reply.
    pub reply: Document<Reply>,
}

/// One `opened` receipt for an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenedBy {
    /// Its place in the log: what stands before it was there to be read.
    pub seq: u64,
    /// Who opened it.
    pub by: AccountId,
    /// When, by that person's clock.
    pub at: Timestamp,
}

/// How far an entry went. A withdrawn one is in no view: it leaves a [`Tombstone`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareState {
    /// In the private journal alone.
    Private,
    /// In the private journal alone, until she answers whether to share it.
    Held,
    /// Shared, and nobody opened it yet.
    SharedUnopened,
    /// Shared, and opened.
    SharedOpened,
    /// Shared, and copied into the chart.
    Filed,
}

impl ShareState {
    /// Tells whether anybody else can read it.
    pub const fn is_shared(self) -> bool {
        match self {
            Self::Private | Self::Held => false,
            Self::SharedUnopened | Self::SharedOpened | Self::Filed => true,
        }
    }
}

/// What is private beside a shared entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addition {
    /// The shared entry.
    pub entry: DocumentId,
    /// What the patient added for herself.
    pub layers: Vec<LayerView>,
    /// What the patient marked for herself: the latest mark.
    pub mark: Option<MarkView>,
    /// Themes that she put it in for herself, by name.
    pub themes: Vec<EntryTheme>,
    /// Whom she noted for herself, by label.
    pub people: Vec<Document<PersonLabel>>,
    /// All records that belong to it.
    pub records: Vec<RecordId>,
}

/// A private record whose document is shared as well.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Duplicate {
    /// The shared entry that it belongs to.
    pub entry: DocumentId,
    /// The type of its own document.
    pub document_type: &'static str,
    /// The id of its own document.
    pub document: DocumentId,
    /// The private record.
    pub record: RecordId,
}

/// How many records one author took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tombstone {
    /// Who.
    pub by: AccountId,
    /// How many records: an entry, each of its layers and each of its marks are one each.
    pub count: u64,
}

/// A record that is there and cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unshown {
    /// The record.
    pub record: RecordId,
    /// Who wrote it.
    pub author: AccountId,
    /// Why not.
    pub why: UnshownWhy,
}

/// Why a record cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnshownWhy {
    /// It is from a newer version.
    Newer(RawDocument),
    /// It cannot be read.
    Unreadable(Reason),
}

/// A journal or record that was not folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reported {
    /// The journal.
    pub journal: JournalId,
    /// What is wrong.
    pub what: ReportedWhat,
}

/// Why something was not folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedWhat {
    /// The journal's owner is not whom its kind asks for.
    Owner(AccountId),
    /// A second private journal, or a second journal of notes; only the one with the lowest id is folded.
    SecondJournal,
    /// A document that does not belong where it stands.
    Document {
        /// The record.
        record: RecordId,
        /// Who wrote it.
        author: AccountId,
        /// Its type.
        document_type: &'static str,
        /// What the table says.
        why: Misplaced,
    },
    /// Two different documents under one id; the first counts.
    Conflict {
        /// The record of the second.
        record: RecordId,
        /// Who wrote it.
        author: AccountId,
    },
}

impl PatientView {
    /// Tells whether this is the patient's own view of an entry about which her practice tells her what was read.
    pub fn tells_when_read(&self, entry: &EntryView) -> bool {
        let mut courses =
            self.shared.iter().filter(|shared| shared.journal == entry.journal).filter_map(SharedView::course);
        self.private.is_some() && courses.any(|course| course.body().tell_when_read)
    }
}

impl SharedView {
    /// Returns who reads the journal beside the patient, in the order of the member list.
    pub fn readers(&self) -> impl Iterator<Item = AccountId> {
        self.members.0.iter().map(|(account, _)| *account).filter(|account| *account != self.patient)
    }

    /// Returns who reads the journal and cannot open an entry of it or what was added to it, since they were let in later and
    /// from then on.
    pub fn closed_to(&self, entry: &EntryView) -> impl Iterator<Item = AccountId> {
        let newest = entry.layers.iter().map(|layer| layer.seq).chain([entry.seq]).max().unwrap_or(entry.seq);
        self.readers().filter(move |reader| self.reads_from.get(reader).is_some_and(|from| newest < *from))
    }

    /// Tells whether this is an entry, a measure or a check-in of the journal.
    pub fn holds(&self, document: DocumentId) -> bool {
        self.entries.iter().any(|view| view.entry.id() == document)
            || self.measures.iter().any(|view| view.response.id() == document)
            || self.check_ins.iter().any(|view| view.check_in.id() == document)
    }

    /// Tells whether there is nothing in it to read.
    pub fn holds_nothing(&self) -> bool {
        self.entries.is_empty() && self.measures.is_empty() && self.check_ins.is_empty() && self.given_back.is_empty()
    }

    /// Tells whether something of a course is in it.
    pub fn holds_course(&self) -> bool {
        !(self.courses.is_empty() && self.cycles.is_empty() && self.sessions.is_empty() && self.dose_cards.is_empty())
    }

    /// Returns the instruments that can be taken here: those that ship, and those that the practice offers.
    pub fn instruments(&self) -> Instruments {
        Instruments::with(self.packs.iter().map(|pack| pack.body().pack.clone()))
    }
}

impl MeasureView {
    /// Returns the score, if there is one.
    pub const fn score(&self) -> Option<&Score> {
        match &self.scoring {
            Scoring::Scored(score) => Some(score),
            Scoring::NoDefinition | Scoring::Misfit(_) => None,
        }
    }

    /// Tells whether this reader has read it for a session.
    pub fn is_reviewed_by(&self, reader: AccountId) -> bool {
        self.reviewed.iter().any(|reviewed| reviewed.by == reader && reviewed.seq > self.seq)
    }

    /// Tells whether this reader has not opened it.
    pub fn is_unread_by(&self, reader: AccountId) -> bool {
        !self.opened.iter().any(|opened| opened.by == reader && opened.seq > self.seq)
    }
}

impl CheckInView {
    /// Tells whether this reader has not opened it.
    pub fn is_unread_by(&self, reader: AccountId) -> bool {
        !self.opened.iter().any(|opened| opened.by == reader && opened.seq > self.seq)
    }
}

impl EntryView {
    /// Tells whether something in it (first words, a layer, a mark) is newer than what this reader opened last.
    pub fn is_unread_by(&self, reader: AccountId) -> bool {
        let layers = self.layers.iter().map(|layer| layer.seq);
        let newest = layers.chain(self.mark.iter().map(|mark| mark.seq)).fold(self.seq, u64::max);
        !self.opened.iter().any(|opened| opened.by == reader && opened.seq > newest)
    }

    /// Tells whether this reader has read all of it (first words, layers, mark) for a session.
    pub fn is_reviewed_by(&self, reader: AccountId) -> bool {
        let layers = self.layers.iter().map(|layer| layer.seq);
        let newest = layers.chain(self.mark.iter().map(|mark| mark.seq)).fold(self.seq, u64::max);
        self.reviewed.iter().any(|reviewed| reviewed.by == reader && reviewed.seq > newest)
    }

    /// Tells whether this reader opened the first words.
    pub fn was_opened_by(&self, reader: AccountId) -> bool {
        self.opened.iter().any(|opened| opened.by == reader && opened.seq > self.seq)
    }

    /// Returns what the patient wants done with it; nothing said is [`Talk::None`].
    pub fn talk(&self) -> Talk {
        self.mark.as_ref().map_or(Talk::None, |mark| mark.mark.body().talk)
    }

    /// Returns what kind of thing it is: what the latest layer says of it, else what the first words came as.
    pub fn kind(&self) -> Kind {
        let said = self.layers.iter().rev().find_map(|layer| layer.layer.body().kind);
        said.unwrap_or(self.entry.body().kind)
    }

    /// Returns what the fields of its kinds say, one line each: `vividness: 3`. Those of its layers come after.
    pub fn details(&self) -> Vec<String> {
        let layers = self.layers.iter().map(|layer| &layer.layer.body().details);
        let all = std::iter::once(&self.entry.body().details).chain(layers);
        all.flat_map(Details::lines).collect()
    }

    /// Tells whether the patient asked not to raise it.
    pub fn is_tender(&self) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.mark.body().tender)
    }

    /// Tells whether it was left for the next session, and not talked about since.
    pub fn is_carried_over(&self) -> bool {
        let last = |done: &[OpenedBy]| done.iter().map(|one| one.seq).max();
        last(&self.carried_over)
            .is_some_and(|carried| last(&self.discussed).is_none_or(|discussed| discussed < carried))
    }

    /// Tells whether it was talked about since the patient marked it last.
    pub fn is_discussed(&self) -> bool {
        let marked = self.mark.as_ref().map_or(self.seq, |mark| mark.seq.max(self.seq));
        !self.is_carried_over() && self.discussed.iter().any(|one| one.seq > marked)
    }

    /// Returns its attachments, those of its layers included, in the order in which they came.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        let layers = self.layers.iter().flat_map(|layer| &layer.layer.body().attachments);
        self.entry.body().attachments.iter().chain(layers)
    }

    /// Returns clinicians' questions that the patient has not added anything after.
    pub fn open_questions(&self) -> impl Iterator<Item = &ReplyView> {
        let answered = self.layers.iter().map(|layer| layer.seq).max().unwrap_or_default();
        self.replies.iter().filter(move |reply| reply.reply.body().question && reply.seq > answered)
    }

    /// Returns one line that stands for it: its title, or how its first words begin. Empty if there are none.
    pub fn headline(&self) -> String {
        let entry = self.entry.body();
        if let Some(title) = &entry.title {
            return title.as_str().to_owned();
        }
        let line = entry.words.as_str().lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        match line.char_indices().nth(HEADLINE_CHARS) {
            Some((end, _)) => {
                let cut = &line[..end];
                // Whole words, unless there is but one.
                let words = cut.rsplit_once(char::is_whitespace).map_or(cut, |(words, _)| words);
                format!("{}…", words.trim_end_matches(|end: char| end.is_whitespace() || ",;:.".contains(end)))
            }
            None => line.to_owned(),
        }
    }
}

/// How much of the first words stands for an entry without a title.
const HEADLINE_CHARS: usize = 40;

impl SharedView {
    /// Returns the id under which a session is recorded already: one of the same type that starts at the same time. What
    /// is recorded under it again takes its place.
    pub fn recorded_as(&self, session: &Session) -> Option<DocumentId> {
        let same = |known: &Session| known.session_type == session.session_type && known.starts_at == session.starts_at;
        self.sessions.iter().find(|known| same(known.body())).map(Document::id)
    }
}
