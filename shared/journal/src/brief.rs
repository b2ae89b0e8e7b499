//! The integration brief: what a clinician reads before the session (domain.md 2.2), ten sections, always in this order.
//!
//! The invariant: it is computed from what the patient shares with one reader and nothing else, by rules a reader can check by hand. No text is
//! interpreted, and the same journal gives the same bytes.

mod check_ins;
mod intentions;
mod measures;
mod safety;
mod themes;

use reverie_protocol::ids::{AccountId, DocumentId, JournalId};
use serde::Serialize;

pub use self::check_ins::BriefCheckIn;
pub use self::intentions::{Emerged, Intention, Intentions};
pub use self::measures::{MeasureGroup, MeasureRow};
pub use self::safety::Safety;
pub use self::themes::{BriefTheme, CycleCount, Proposal, ProposalAnswer, ThemeState, Themes};

use crate::cycle::CycleAt;
use crate::document::{Attachment, Document, Kind, Layer, SessionType, Talk};
use crate::measure::InstrumentId;
use crate::phase::Phase;
use crate::text::{Term, ThemeName, Title, Words};
use crate::timestamp::Timestamp;
use crate::view::{EntryView, SharedView, UnshownWhy};

/// What a clinician reads before the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brief {
    /// 1: who, when, how much.
    pub header: BriefHeader,
    /// 2: answers that ask for care.
    pub safety: Safety,
    /// 3: what the patient wants done.
    pub patients_list: PatientsList,
    /// 4: what is new or changed, by kind.
    pub entries: Vec<KindGroup>,
    /// 5: intentions and what emerged.
    pub intentions: Intentions,
    /// 6: themes, named by the patient.
    pub themes: Themes,
    /// 7: questions without an answer.
    pub unanswered: Vec<Question>,
    /// 8: measures.
    pub measures: Vec<MeasureGroup>,
    /// 2 and 8: check-ins, by time; their physical notes stand in the safety strip.
    pub check_ins: Vec<BriefCheckIn>,
    /// 7: measures of the plan that are due.
    pub measures_due: Vec<InstrumentId>,
    /// 9: what was left over from the last session, by time.
    pub carried_over: Vec<ListItem>,
    /// 10: what was withdrawn.
    pub withdrawn: Withdrawn,
}

/// Section 1: who, when, how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BriefHeader {
    /// The patient.
    pub patient: AccountId,
    /// The shared journal; the first, if the reader is in several circles of the patient.
    pub journal: JournalId,
    /// For whom the brief is: unread means unread by this account.
    pub reader: AccountId,
    /// From when on entries are new; absent means from the beginning.
    pub since: Option<Timestamp>,
    /// Up to when.
    pub until: Timestamp,
    /// Which cycle, how long after the dose, at `until`.
    pub cycle: CycleAt,
    /// Entries captured since, or never opened.
    pub new: usize,
    /// Older entries with something new in them.
    pub changed: usize,
    /// Entries with something that the reader has not opened.
    pub unread: usize,
    /// When the patient made the last record, by her clock.
    pub last_record_at: Option<Timestamp>,
    /// Since when she shares nothing more, if she paused.
    pub paused_since: Option<Timestamp>,
    /// Since when the server no longer shows what she shares, by this device's clock: what came later is not in the brief.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_since: Option<Timestamp>,
    /// Records from a newer version of Reverie.
    pub newer: usize,
    /// Records that could not be read.
    pub unreadable: usize,
}

/// Section 3: what the patient wants done. What is tender stands in the third list whether or not it is in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PatientsList {
    /// What the patient wants to talk about, by rank, then by time.
    pub want_to_talk: Vec<ListItem>,
    /// What the patient wants known and not talked about, by time.
    pub know_only: Vec<ListItem>,
    /// "Please don't raise this unless I do", by time.
    pub tender: Vec<ListItem>,
}

/// An entry on the patient's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListItem {
    /// The entry.
    pub entry: DocumentId,
    /// Its kind.
    pub kind: Kind,
    /// When it was captured.
    pub at: Timestamp,
    /// Its place, if the patient gave one.
    pub rank: Option<u32>,
    /// Not to be raised unless the patient does.
    pub tender: bool,
    /// Its title, or how its first words begin.
    pub headline: String,
}

/// Section 4: entries of one kind, by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindGroup {
    /// The kind.
    pub kind: Kind,
    /// At least one entry.
    pub entries: Vec<BriefEntry>,
}

/// Whether an entry is new or only has something new in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Novelty {
    /// Captured since, or never opened by the reader.
    New,
    /// Opened before, with a layer or mark made since or not opened.
    Changed,
}

/// An entry as the brief shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BriefEntry {
    /// The entry.
    pub entry: DocumentId,
    /// New or changed.
    pub novelty: Novelty,
    /// Has something that the reader has not opened.
    pub unread: bool,
    /// When it was captured.
    pub at: Timestamp,
    /// How far from a dose that was.
    pub phase: Phase,
    /// What else it is.
    pub also: Vec<Kind>,
    /// Its title.
    pub title: Option<Title>,
    /// Its first words.
    pub words: Words,
    /// How many layers it has.
    pub layers: usize,
    /// The latest of them.
    pub latest_layer: Option<Document<Layer>>,
    /// What the fields of its kinds say, those of its layers last.
    pub details: Vec<String>,
    /// Themes that it is in, by name.
    pub themes: Vec<ThemeName>,
    /// Who is in it, in the patient's own words.
    pub people: Vec<Term>,
    /// Its attachments and those of its layers.
    pub attachments: Vec<Attachment>,
    /// Whether to talk about it.
    pub talk: Talk,
    /// Not to be raised unless the patient does.
    pub tender: bool,
    /// How many replies it has.
    pub replies: usize,
}

/// Section 7: a clinician's question after which the patient added nothing to the entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The reply that asks it.
    pub reply: DocumentId,
    /// The entry that it is about.
    pub about: DocumentId,
    /// Who asks.
    pub author: AccountId,
    /// When.
    pub at: Timestamp,
    /// The question.
    pub words: Words,
}

/// Section 10: what the patient took back, as a number and nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Withdrawn {
    /// How many records: an entry, each of its layers and each of its marks are one each.
    pub records: u64,
}

/// Returns the end of the last completed integration or psychotherapy session: from when on a brief is new.
pub fn default_since(shared: &SharedView, until: Timestamp) -> Option<Timestamp> {
    let talked = |kind| matches!(kind, SessionType::Integration | SessionType::Psychotherapy);
    shared.completed_by(until).filter(|(session, _)| talked(session.session_type)).map(|(_, ended)| ended).max()
}

/// Returns the brief for one reader of a shared journal.
///
/// Entries captured after `since` (from the beginning, if absent) up to `until` are new; what the reader has not opened is
/// shown whenever it was captured, since a phone's clock may be wrong and an old entry may be shared late.
pub fn brief(shared: &SharedView, reader: AccountId, since: Option<Timestamp>, until: Timestamp) -> Brief {
    let within = |at: Timestamp| since.is_none_or(|since| at > since) && at <= until;
    let novelty = |view: &EntryView| {
        let layered = view.layers.iter().any(|layer| within(layer.layer.at()));
        let marked = view.mark.iter().any(|mark| within(mark.mark.at()));
        if within(view.entry.at()) || !view.was_opened_by(reader) {
            Some(Novelty::New)
        } else if view.is_unread_by(reader) || layered || marked {
            Some(Novelty::Changed)
        } else {
            None
        }
    };
    let mut by_time: Vec<_> = shared.entries.iter().collect();
    by_time.sort_by_key(|view| (view.entry.at(), view.entry.id()));

    let shown: Vec<_> = by_time
        .iter()
        .filter_map(|view| {
            let phase = shared.phase_at(view.entry.at());
            Some((view.kind(), brief_entry(view, novelty(view)?, phase, reader)))
        })
        .collect();
    let count = |novelty| shown.iter().filter(|(_, entry)| entry.novelty == novelty).count();
    let newer = shared.unshown.iter().filter(|unshown| matches!(unshown.why, UnshownWhy::Newer(_))).count();
    let header = BriefHeader {
        patient: shared.patient,
        journal: shared.journal,
        reader,
        since,
        until,
        cycle: shared.cycle_at(until),
        new: count(Novelty::New),
        changed: count(Novelty::Changed),
        unread: shown.iter().filter(|(_, entry)| entry.unread).count(),
        last_record_at: shared.last_record_at,
        paused_since: shared.paused_since(),
        hidden_since: shared.hidden_since,
        newer,
        unreadable: shared.unshown.len() - newer,
    };
    let groups = Kind::ALL.into_iter().map(|kind| KindGroup {
        kind,
        entries: shown.iter().filter(|(of, _)| *of == kind).map(|(_, entry)| entry.clone()).collect(),
    });
    let withdrawn = shared.tombstones.iter().find(|tombstone| tombstone.by == shared.patient);
    Brief {
        header,
        safety: safety::safety(shared, reader, within),
        patients_list: patients_list(&by_time),
        entries: groups.filter(|group| !group.entries.is_empty()).collect(),
        intentions: intentions::intentions(shared, &by_time),
        themes: themes::themes(shared, until, within),
        unanswered: unanswered(&by_time),
        measures: measures::measures(shared, reader, until),
        check_ins: check_ins::check_ins(shared, reader, within),
        measures_due: shared.measures_due(until),
        carried_over: items(&by_time, &|view| view.is_carried_over() || left_over(view, since)),
        withdrawn: Withdrawn { records: withdrawn.map_or(0, |tombstone| tombstone.count) },
    }
}

impl Brief {
    /// Returns what the reader had not opened before this brief: a receipt says that it was.
    pub fn unread(&self) -> impl Iterator<Item = DocumentId> {
        let shown = self.entries.iter().flat_map(|group| &group.entries);
        let entries = shown.filter(|entry| entry.unread).map(|entry| entry.entry);
        entries.chain(self.unread_measures()).chain(self.unread_check_ins())
    }

    /// Returns the check-ins that the reader had not opened before this brief.
    pub fn unread_check_ins(&self) -> impl Iterator<Item = DocumentId> {
        self.check_ins.iter().filter(|one| one.unread).map(|one| one.check_in)
    }

    /// Returns the measures that the reader had not opened before this brief.
    pub fn unread_measures(&self) -> impl Iterator<Item = DocumentId> {
        let rows = self.measures.iter().flat_map(|group| &group.rows);
        rows.filter(|row| row.unread).map(|row| row.response)
    }
}

fn brief_entry(view: &EntryView, novelty: Novelty, phase: Phase, reader: AccountId) -> BriefEntry {
    let entry = view.entry.body();
    BriefEntry {
        entry: view.entry.id(),
        novelty,
        unread: view.is_unread_by(reader),
        at: view.entry.at(),
        phase,
        also: entry.also.clone(),
        title: entry.title.clone(),
        words: entry.words.clone(),
        layers: view.layers.len(),
        latest_layer: view.layers.last().map(|layer| layer.layer.clone()),
        details: view.details(),
        themes: view.themes.iter().map(|one| one.theme.body().name.clone()).collect(),
        people: view.people.iter().map(|person| person.body().label.clone()).collect(),
        attachments: view.attachments().cloned().collect(),
        talk: view.talk(),
        tender: view.is_tender(),
        replies: view.replies.len(),
    }
}

/// Tells whether something that she wanted to talk about was there before the last session and not talked about in it.
fn left_over(view: &EntryView, since: Option<Timestamp>) -> bool {
    let wanted = view.mark.as_ref().filter(|mark| mark.mark.body().talk == Talk::WantToTalk);
    let before = wanted.zip(since).is_some_and(|(mark, since)| mark.mark.at() <= since);
    before && !view.is_discussed()
}

fn items(by_time: &[&EntryView], wanted: &dyn Fn(&EntryView) -> bool) -> Vec<ListItem> {
    let items = by_time.iter().filter(|view| wanted(view)).map(|view| ListItem {
        entry: view.entry.id(),
        kind: view.kind(),
        at: view.entry.at(),
        rank: view.mark.as_ref().and_then(|mark| mark.mark.body().rank),
        tender: view.is_tender(),
        headline: view.headline(),
    });
    items.collect()
}

fn patients_list(by_time: &[&EntryView]) -> PatientsList {
    // What was talked about since she marked it is done.
    let mut want_to_talk = items(by_time, &|view| view.talk() == Talk::WantToTalk && !view.is_discussed());
    // The sort is stable: time decides among equal ranks, and what has none comes last.
    want_to_talk.sort_by_key(|item| item.rank.unwrap_or(u32::MAX));
    PatientsList {
        want_to_talk,
        know_only: items(by_time, &|view| view.talk() == Talk::KnowOnly),
        tender: items(by_time, &EntryView::is_tender),
    }
}

fn unanswered(by_time: &[&EntryView]) -> Vec<Question> {
    let mut questions: Vec<_> = by_time
        .iter()
        .flat_map(|view| view.open_questions().map(|reply| (view.entry.id(), reply)))
        .map(|(about, view)| Question {
            reply: view.reply.id(),
            about,
            author: view.author,
            at: view.reply.at(),
            words: view.reply.body().words.clone(),
        })
        .collect();
    questions.sort_by_key(|question| (question.at, question.reply));
    questions
}

#[cfg(test)]
mod tests;
