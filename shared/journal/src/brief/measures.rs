//! Section 8, measures: raw scores with their dates and published bands, and how far they moved.
//!
//! No colour, no arrow and no word says that a change is good or bad, and nobody is called a responder (domain.md 2.2).

use reverie_protocol::ids::{AccountId, DocumentId};
use serde::Serialize;

use crate::measure::{InstrumentId, Points, Scored};
use crate::timestamp::Timestamp;
use crate::view::{MeasureView, Scoring, SharedView};

/// Section 8: the responses to one instrument, by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureGroup {
    /// The instrument.
    pub instrument: InstrumentId,
    /// What it is called in full; absent if its definition is not here.
    pub title: Option<String>,
    /// At least one response.
    pub rows: Vec<MeasureRow>,
    /// What is printed under them.
    pub notes: Vec<String>,
}

/// One response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureRow {
    /// The response.
    pub response: DocumentId,
    /// When.
    pub at: Timestamp,
    /// The reader has not opened it.
    pub unread: bool,
    /// The total with its band; absent if it was not complete.
    pub total: Option<Scored>,
    /// `7 of 9 answered`, or why there is no score.
    pub completeness: String,
    /// The conditions that are met, by title.
    pub met: Vec<String>,
    /// How far the total is from the first one.
    pub from_first: Option<Points>,
    /// How far the total is from the one before.
    pub from_last: Option<Points>,
    /// How many days after the one before, if both look back on some of the same days.
    pub overlaps_after_days: Option<i64>,
}

pub(super) fn measures(shared: &SharedView, reader: AccountId, until: Timestamp) -> Vec<MeasureGroup> {
    // What was not opened is shown whatever its date: a phone's clock may be ahead.
    let shown = |view: &&MeasureView| view.response.at() <= until || view.is_unread_by(reader);
    let mut by_time: Vec<_> = shared.measures.iter().filter(shown).collect();
    by_time.sort_by_key(|view| (view.response.at(), view.response.id()));
    let mut names: Vec<_> = by_time.iter().map(|view| &view.response.body().instrument).collect();
    names.sort_unstable();
    names.dedup();
    let instruments = shared.instruments();
    let group = |name: &InstrumentId| {
        let of: Vec<_> = by_time.iter().filter(|view| view.response.body().instrument == *name).copied().collect();
        let version = of.last().map_or(1, |view| view.response.body().version);
        let definition = instruments.definition(name, version);
        let lookback = definition.map_or(0, |instrument| instrument.lookback_days);
        MeasureGroup {
            instrument: name.clone(),
            title: definition.map(|instrument| instrument.title.clone()),
            rows: (0..of.len()).map(|n| row(&of, n, reader, lookback)).collect(),
            notes: definition.map(|instrument| instrument.notes.clone()).unwrap_or_default(),
        }
    };
    names.into_iter().map(group).collect()
}

fn row(by_time: &[&MeasureView], n: usize, reader: AccountId, lookback_days: u32) -> MeasureRow {
    let view = by_time[n];
    let total = |view: &MeasureView| view.score().and_then(|score| score.total.clone());
    let value = |view: &&MeasureView| total(view).map(|total| total.value);
    let before = &by_time[..n];
    let now = value(&view);
    let from = |then: Option<Points>| now.zip(then).map(|(now, then)| now.since(then));
    let days = before.last().map(|last| last.response.at().days_until(view.response.at()));
    MeasureRow {
        response: view.response.id(),
        at: view.response.at(),
        unread: view.is_unread_by(reader),
        total: total(view),
        completeness: completeness(&view.scoring),
        met: met(view),
        from_first: from(before.iter().find_map(value)),
        from_last: from(before.iter().rev().find_map(value)),
        overlaps_after_days: days.filter(|days| *days < i64::from(lookback_days)),
    }
}

fn completeness(scoring: &Scoring) -> String {
    match scoring {
        Scoring::Scored(score) => score.completeness(),
        Scoring::NoDefinition => "not scored: its definition is not here".to_owned(),
        Scoring::Misfit(why) => format!("not scored: {why}"),
    }
}

fn met(view: &MeasureView) -> Vec<String> {
    let findings = view.score().into_iter().flat_map(|score| &score.findings);
    findings.filter(|finding| finding.met).map(|finding| finding.title.clone()).collect()
}
