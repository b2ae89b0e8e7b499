//! Fictional journals for tests: heron-41 writes, Dr. Ada Quill reads, Noor Haddon covers.

use std::sync::LazyLock;

use proptest::prelude::*;
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{AccountId, AttachmentId, DocumentId, JournalId, RecordId};

use crate::measure::{InstrumentId, ItemId, Pack};
use crate::*;

pub(crate) const HERON: AccountId = AccountId::from_bytes([0x41; 16]);
pub(crate) const QUILL: AccountId = AccountId::from_bytes([0x51; 16]);
pub(crate) const HADDON: AccountId = AccountId::from_bytes([0x52; 16]);

pub(crate) fn names() -> Names {
    [(HERON, "heron-41"), (QUILL, "Dr. Ada Quill"), (HADDON, "Noor Haddon")]
        .map(|(account, name)| (account, name.to_owned()))
        .into_iter()
        .collect()
}

pub(crate) const fn journal_id(n: u8) -> JournalId {
    JournalId::from_bytes([n; 16])
}

pub(crate) const fn id(n: u8) -> DocumentId {
    DocumentId::from_bytes([n; 16])
}

/// A time on this day of April 2031 (31 is 1 May).
pub(crate) fn at(day: i64, hour: i64, minute: i64) -> Timestamp {
    let first: Timestamp = "2031-04-01T00:00:00-04:00".parse().unwrap();
    first.plus_seconds(((day - 1) * 24 + hour) * 3600 + minute * 60).unwrap()
}

pub(crate) fn words(text: &str) -> Words {
    Words::new(text).unwrap()
}

pub(crate) fn document(n: u8, at: Timestamp, body: impl Into<Body>) -> Document {
    Document::new(id(n), at, body).unwrap()
}

pub(crate) fn entry(n: u8, at: Timestamp, kind: Kind, text: &str) -> Document {
    document(n, at, Entry::new(kind, words(text)))
}

pub(crate) fn layer(n: u8, of: u8, at: Timestamp, text: &str) -> Document {
    document(n, at, Layer::new(id(of), words(text)))
}

pub(crate) fn mark(n: u8, of: u8, at: Timestamp, talk: Talk, rank: Option<u32>) -> Document {
    document(n, at, Mark { entry: id(of), talk, rank, tender: false })
}

pub(crate) fn theme_name(text: &str) -> ThemeName {
    ThemeName::new(text).unwrap()
}

pub(crate) fn theme(n: u8, at: Timestamp, name: &str) -> Document {
    document(n, at, Theme::new(theme_name(name)))
}

pub(crate) fn placement(n: u8, entry: u8, theme: u8, at: Timestamp) -> Document {
    document(n, at, Placement { entry: id(entry), theme: id(theme), placed: true })
}

pub(crate) fn link(n: u8, from: u8, relation: Relation, to: u8, at: Timestamp) -> Document {
    document(n, at, Link { from: id(from), to: id(to), relation, linked: true })
}

pub(crate) fn person_label(n: u8, entry: u8, label: &str, at: Timestamp) -> Document {
    document(n, at, PersonLabel { entry: id(entry), label: Term::new(label).unwrap(), present: true })
}

pub(crate) fn reply(n: u8, about: u8, at: Timestamp, text: &str, question: bool) -> Document {
    document(n, at, Reply { about: id(about), words: words(text), question })
}

pub(crate) fn receipt(n: u8, at: Timestamp, entries: &[u8]) -> Document {
    document(n, at, Receipt { receipt: ReceiptKind::Opened, entries: entries.iter().copied().map(id).collect() })
}

pub(crate) fn response(n: u8, at: Timestamp, instrument: &str, values: &[u16]) -> Document {
    let item = |n: usize| ItemId::new(format!("q{}", n + 1)).unwrap();
    let answers = values.iter().enumerate().map(|(n, value)| Answer { item: item(n), value: *value }).collect();
    let instrument = InstrumentId::new(instrument).unwrap();
    document(n, at, MeasureResponse { instrument, version: 1, answers, safety: None })
}

pub(crate) fn disposition(n: u8, of: u8, at: Timestamp, outcome: Outcome) -> Document {
    document(n, at, Disposition { response: id(of), outcome, note: None })
}

pub(crate) fn coverage() -> Coverage {
    let (phone, hours) = (Phone::new("617-555-0123").unwrap(), Some(Hours::new("weekdays 9 to 17").unwrap()));
    Coverage { within_business_days: 1, phone, hours, away: None }
}

pub(crate) fn coverage_away(from: Timestamp, until: Option<Timestamp>) -> Coverage {
    let covering = person("Noor Haddon, LICSW", "617-555-0142");
    Coverage { away: Some(Away { from, until, covering: Some(covering) }), ..coverage() }
}

pub(crate) fn person(name: &str, phone: &str) -> Person {
    Person { name: PersonName::new(name).unwrap(), phone: Phone::new(phone).unwrap() }
}

/// A pack of the practice: CORE-10 without its wording.
pub(crate) fn core_10() -> Pack {
    static CORE_10: LazyLock<Pack> = LazyLock::new(|| Pack::load(include_str!("../packs/core-10.toml")).unwrap());
    CORE_10.clone()
}

pub(crate) fn completed(n: u8, session_type: SessionType, starts_at: Timestamp) -> Document {
    let session = Session::new(session_type, SessionState::Completed, starts_at);
    document(n, starts_at, Session { ended_at: Some(starts_at.plus_seconds(3000).unwrap()), ..session })
}

pub(crate) fn scheduled(n: u8, session_type: SessionType, made: Timestamp, starts_at: Timestamp) -> Document {
    document(n, made, Session::new(session_type, SessionState::Scheduled, starts_at))
}

/// The same session in this cycle.
pub(crate) fn in_cycle(session: Document, cycle: u8) -> Document {
    let Body::Session(body) = session.body().clone() else { panic!("only sessions belong to a cycle") };
    Document::new(session.id(), session.at(), Session { cycle: Some(id(cycle)), ..body }).unwrap()
}

pub(crate) fn course(started: Timestamp) -> Course {
    Course::starting(Day::of(started))
}

pub(crate) fn cycle(n: u8, opened: Timestamp, ended: Option<(Timestamp, Ended)>) -> Document {
    let ended = ended.map(|(on, how)| CycleEnd { on: Day::of(on), how });
    document(n, opened, Cycle { opened_on: Day::of(opened), ended })
}

/// 40 mg into the muscle, and 15 more twenty minutes later, by 67.8 kg.
pub(crate) fn dose_card(n: u8, session: u8, first: Timestamp) -> Document {
    let dose = |minutes: i64, mg: &str, kind| Dose {
        at: first.plus_seconds(minutes * 60).unwrap(),
        mg: mg.parse().unwrap(),
        kind,
        duration_min: None,
    };
    let mut card = DoseCard::new(id(session), Day::of(first), Route::Im);
    card.doses = vec![dose(0, "40", DoseKind::Initial), dose(20, "15", DoseKind::Booster)];
    card.weight_kg = Some("67.8".parse().unwrap());
    document(n, first, card)
}

pub(crate) fn memo(n: u8, seconds: u32) -> Attachment {
    Attachment {
        id: AttachmentId::from_bytes([n; 16]),
        name: FileName::new("memo.opus").unwrap(),
        media_type: MediaType::new("audio/ogg").unwrap(),
        size: u64::from(seconds) * 3000,
        seconds: Some(seconds),
    }
}

pub(crate) fn private() -> OpenedJournal {
    OpenedJournal { id: journal_id(1), compartment: Compartment::Private, owner: HERON, records: Vec::new() }
}

/// Heron's journal that Quill reads.
pub(crate) fn shared() -> OpenedJournal {
    let members = Members(vec![(HERON, MemberRole::Owner), (QUILL, MemberRole::Writer)]);
    let journal =
        OpenedJournal { id: journal_id(2), compartment: Compartment::Shared, owner: HERON, records: Vec::new() };
    journal.with(HERON, Content::Members(members))
}

/// The record that [`OpenedJournal::with`] makes at this place of a journal.
pub(crate) fn record(journal: JournalId, seq: u64) -> RecordId {
    let mut bytes = *journal.as_bytes();
    bytes[8..].copy_from_slice(&seq.to_be_bytes());
    RecordId::from_bytes(bytes)
}

impl OpenedJournal {
    pub(crate) fn with(mut self, author: AccountId, content: Content) -> Self {
        let seq = self.records.len() as u64;
        self.records.push(Opened { seq, record: record(self.id, seq), author, content });
        self
    }

    pub(crate) fn write(self, author: AccountId, document: Document) -> Self {
        self.with(author, Content::Document(document))
    }

    pub(crate) fn withdrawn(self, by: AccountId) -> Self {
        self.with(by, Content::Withdrawn { by })
    }
}

/// Heron's two journals after one cycle: four entries private, six shared, the first two opened.
pub(crate) fn story() -> Vec<OpenedJournal> {
    let mut stairs = Entry::new(
        Kind::Memory,
        words("The stairs in the old flat. Somebody counting, below. I hold the rail and it is warm."),
    );
    stairs.attachments = vec![memo(0xa1, 92)];
    let mut greenhouse = Entry::new(
        Kind::Image,
        words(
            "A greenhouse, every pane fogged from the inside. I knew the door was locked before I tried it.\n\n\
             The green in there was so bright that it hummed. I did not want to break the glass, I only wanted somebody \
             to come and open it from within.",
        ),
    );
    greenhouse.title = Some(Title::new("The locked greenhouse").unwrap());
    greenhouse.also = vec![Kind::Feeling, Kind::Symbol];
    let private = private()
        .write(HERON, entry(0x11, at(19, 7, 5), Kind::Fragment, "salt. warm stones. nobody else."))
        .write(HERON, entry(0x12, at(20, 22, 40), Kind::Feeling, "Angry at M. and at how quiet I was."))
        .write(HERON, entry(0x13, at(23, 6, 30), Kind::Dream, "The pool again, without water."))
        .write(
            HERON,
            entry(0x14, at(29, 21, 0), Kind::RelationalInsight, "I keep A. waiting the way I was kept waiting."),
        )
        .write(HERON, layer(0x31, 0x22, at(28, 8, 0), "Not for the session: it was my mother's key."));
    let shared = shared()
        .write(QUILL, completed(0x61, SessionType::Preparation, at(14, 15, 0)))
        .write(HERON, entry(0x21, at(16, 20, 10), Kind::Intention, "To look at what I lock away, without forcing it."))
        .write(QUILL, completed(0x62, SessionType::Dosing, at(18, 10, 0)))
        .write(HERON, document(0x22, at(18, 14, 5), greenhouse))
        .write(QUILL, receipt(0x71, at(20, 17, 30), &[0x21, 0x22]))
        .write(QUILL, reply(0x81, 0x22, at(20, 17, 45), "Thank you for this. Who, if anybody, has the key?", true))
        .write(HERON, document(0x23, at(18, 21, 30), stairs))
        .write(HERON, entry(0x24, at(21, 9, 0), Kind::Blank, ""))
        .write(HERON, entry(0x25, at(24, 18, 20), Kind::Conflict, "I want to tell her and I want it never to be told."))
        .write(
            HERON,
            entry(
                0x26,
                at(27, 12, 15),
                Kind::Practice,
                "Left the study door open for an evening. Nothing happened, which was the thing.",
            ),
        )
        .write(HERON, mark(0x41, 0x22, at(24, 18, 25), Talk::WantToTalk, Some(1)))
        .write(HERON, mark(0x42, 0x23, at(24, 18, 26), Talk::KnowOnly, None))
        .write(
            HERON,
            document(0x43, at(24, 18, 27), Mark { entry: id(0x25), talk: Talk::NotYet, rank: None, tender: true }),
        )
        .write(
            HERON,
            layer(0x32, 0x22, at(27, 8, 10), "The hum is the fridge in the first flat. I had forgotten that flat."),
        )
        .write(QUILL, scheduled(0x63, SessionType::Integration, at(20, 17, 50), at(31, 15, 0)))
        .withdrawn(HERON);
    vec![private, shared]
}

/// When the story is read: the morning of 1 May.
pub(crate) fn morning() -> Timestamp {
    at(31, 9, 0)
}

/// Journals of every shape: few ids, so that they meet; any author, so that some have no right to what they write.
pub(crate) fn journals() -> impl Strategy<Value = Vec<OpenedJournal>> {
    proptest::collection::vec((0..4_u8, proptest::collection::vec(content(), 0..12)), 0..5).prop_map(|journals| {
        let journals = journals.into_iter().enumerate();
        journals.map(|(n, (compartment, contents))| opened_journal(n, compartment, contents)).collect()
    })
}

fn opened_journal(n: usize, compartment: u8, contents: Vec<(AccountId, Content)>) -> OpenedJournal {
    let (compartment, owner) = match compartment {
        0 => (Compartment::Private, HERON),
        1 => (Compartment::ProcessNotes, QUILL),
        _ => (Compartment::Shared, HERON),
    };
    let journal = OpenedJournal { id: journal_id(n as u8 + 1), compartment, owner, records: Vec::new() };
    contents.into_iter().fold(journal, |journal, (author, content)| journal.with(author, content))
}

pub(crate) fn content() -> impl Strategy<Value = (AccountId, Content)> {
    let author = prop_oneof![3 => Just(HERON), 2 => Just(QUILL), 1 => Just(HADDON)];
    let content = prop_oneof![
        12 => any_document().prop_map(Content::Document),
        1 => Just(Content::Withdrawn { by: HERON }),
        1 => Just(Content::Unreadable(Reason::DoesNotOpen)),
        1 => Just(Content::parse(br#"{"type":"hologram","v":1}"#)),
        1 => Just(Content::Members(Members(vec![(HERON, MemberRole::Owner), (QUILL, MemberRole::Writer)]))),
    ];
    (author, content)
}

pub(crate) fn any_document() -> impl Strategy<Value = Document> {
    let text = || ".{0,40}".prop_map(|text| words(&format!("{text}.")));
    let kind = proptest::sample::select(Kind::ALL.to_vec());
    let time = || (1..32_i64, 0..24_i64).prop_map(|(day, hour)| at(day, hour, 0));
    let n = || 0..4_u8;
    let talk = proptest::sample::select(vec![Talk::None, Talk::WantToTalk, Talk::KnowOnly, Talk::NotYet]);
    let body = prop_oneof![
        4 => (kind, text(), n()).prop_map(|(kind, words, n)| {
            let mut entry = Entry::new(kind, words);
            entry.attachments = vec![memo(n, 60)];
            Body::from(entry)
        }),
        2 => (n(), text()).prop_map(|(n, words)| Layer::new(id(n), words).into()),
        2 => (n(), talk, any::<bool>())
            .prop_map(|(n, talk, tender)| Mark { entry: id(n), talk, rank: None, tender }.into()),
        1 => (time(), any::<bool>()).prop_map(|(starts_at, took_place)| {
            let state = if took_place { SessionState::Completed } else { SessionState::Scheduled };
            Session::new(SessionType::Dosing, state, starts_at).into()
        }),
        1 => (time(), proptest::option::of(0..3_usize)).prop_map(|(opened, ended)| {
            let how = ended.map(|n| [Ended::Closed, Ended::Skipped, Ended::Aborted][n]);
            cycle(0, opened, how.map(|how| (opened.plus_seconds(86_400).unwrap(), how))).body().clone()
        }),
        1 => (12..=48_u8).prop_map(|guard_hours| Course { guard_hours, ..course(at(1, 0, 0)) }.into()),
        1 => (n(), time()).prop_map(|(session, first)| dose_card(0, session, first).body().clone()),
        1 => (n(), text(), any::<bool>())
            .prop_map(|(n, words, question)| Reply { about: id(n), words, question }.into()),
        1 => (n(), proptest::collection::vec(0..5_u16, 1..10), any::<bool>()).prop_map(|(n, values, phq)| {
            let name = if phq { "PHQ-9" } else { "CORE-10" };
            response(n, at(1, 0, 0), name, &values).body().clone()
        }),
        1 => n().prop_map(|n| disposition(n, n, at(1, 0, 0), Outcome::Seen).body().clone()),
        1 => Just(coverage().into()),
        1 => Just(InstrumentPack { pack: core_10() }.into()),
        1 => Just(SafetyPlan { people: vec![person("A friend", "617-555-0177")] }.into()),
        2 => (n(), any::<bool>()).prop_map(|(n, dropped)| {
            Theme { name: theme_name(["lake", "door", "Mamá", "key"][usize::from(n)]), dropped }.into()
        }),
        2 => (n(), 0..12_u8, any::<bool>())
            .prop_map(|(entry, theme, placed)| Placement { entry: id(entry), theme: id(theme), placed }.into()),
        1 => (n(), n()).prop_map(|(one, other)| {
            let entries = if one == other { vec![id(one)] } else { vec![id(one), id(other)] };
            ThemeProposal { name: theme_name("keys"), entries }.into()
        }),
        1 => (0..12_u8, proptest::option::of(0..12_u8))
            .prop_map(|(proposal, theme)| ThemeAnswer { proposal: id(proposal), theme: theme.map(id) }.into()),
        2 => (n(), 1..4_u8, 0..5_usize, any::<bool>()).prop_map(|(from, by, relation, linked)| {
            Link { from: id(from), to: id((from + by) % 4), relation: Relation::ALL[relation], linked }.into()
        }),
        1 => (n(), n(), any::<bool>()).prop_map(|(n, who, present)| {
            let label = Term::new(["Mum", "the man at the lake", "A.", "me"][usize::from(who)]).unwrap();
            PersonLabel { entry: id(n), label, present }.into()
        }),
        1 => (n(), 0..=10_u8).prop_map(|(n, mood)| {
            let physical = (n == 0).then(|| FewWords::new("dizzy on the stairs").unwrap());
            CheckIn { mood: Some(mood), tension: None, sleep_hours: None, physical }.into()
        }),
        1 => (n(), proptest::option::of(n())).prop_map(|(card, entry)| {
            let line = SpokenLine { at: None, words: FewWords::new("It is only a door.").unwrap() };
            let answer = if entry.is_some() { SpokenAs::Adopted } else { SpokenAs::Refused };
            SpokenAnswer { card: id(card), line, answer, entry: entry.map(id) }.into()
        }),
        1 => (n(), any::<bool>()).prop_map(|(n, held)| Hold { entry: id(n), held }.into()),
        1 => Just(PromptSet::shipped().clone().into()),
        1 => Just(ConsentText::shipped().clone().into()),
        1 => (n(), any::<bool>())
            .prop_map(|(n, given)| Consent { text: ShownText::OfClinic(id(n)), acknowledged: vec![1, 2], given }.into()),
        1 => any::<bool>().prop_map(|given| {
            let text = ShownText::Shipped(Box::new(ConsentText::shipped().clone()));
            Consent { text, acknowledged: (1..=15).collect(), given }.into()
        }),
        1 => any::<bool>().prop_map(|paused| Pause { paused }.into()),
        1 => text().prop_map(|words| ProcessNote { about: HERON, words }.into()),
        1 => (n(), any::<bool>()).prop_map(|(n, trashed)| Trash { entry: id(n), trashed }.into()),
        1 => (n(), 0..9_u64).prop_map(|(n, seq)| GivenBack {
            patient: HERON,
            journal: journal_id(9),
            seq,
            record: record(journal_id(9), seq),
            author: QUILL,
            document: entry(n, at(1, 0, 0), Kind::Image, "a door").to_json(),
            attachments: vec![memo(n, 60)],
        }.into()),
        1 => n().prop_map(|n| Filed { entries: vec![id(n)] }.into()),
        1 => n().prop_map(|n| SharedDuringGuard { entry: id(n) }.into()),
        1 => (n(), 0..4_usize).prop_map(|(n, kind)| {
            let kinds = [ReceiptKind::Opened, ReceiptKind::Reviewed, ReceiptKind::Discussed, ReceiptKind::CarriedOver];
            Receipt { receipt: kinds[kind], entries: vec![id(n)] }.into()
        }),
    ];
    (0..12_u8, time(), body).prop_map(|(n, at, body)| document(n, at, body))
}
