//! Trends: raw scores of one instrument over time, with the days of doses beside them.
//!
//! No line is called better or worse, nothing is averaged, and doses are days without amounts: milligrams of different
//! routes cannot be compared, so they are not drawn.

use serde::Serialize;

use super::ids::InstrumentId;
use super::instrument::Instrument;
use super::points::Points;
use crate::document::SessionType;
use crate::timestamp::Timestamp;
use crate::view::{MeasureView, SharedView};

/// The scores of one instrument, by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// The instrument.
    pub instrument: InstrumentId,
    /// What it is called in full.
    pub title: String,
    /// The lowest total there can be.
    pub min: Points,
    /// The highest.
    pub max: Points,
    /// The responses, by time.
    pub points: Vec<TrendPoint>,
    /// Completed dosing sessions, by start.
    pub doses: Vec<Timestamp>,
    /// What is printed under it.
    pub notes: Vec<String>,
}

/// One response of a trend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrendPoint {
    /// When.
    pub at: Timestamp,
    /// The total; absent if it was not complete.
    pub total: Option<Points>,
    /// `7 of 9 answered`.
    pub completeness: String,
}

impl Trend {
    /// Returns the trend of an instrument from these measures, whatever version each was answered in.
    pub fn new<'a>(
        instrument: &Instrument,
        measures: impl IntoIterator<Item = &'a MeasureView>,
        sessions: impl IntoIterator<Item = &'a SharedView>,
    ) -> Self {
        let of = measures.into_iter().filter(|view| view.response.body().instrument == instrument.id);
        let mut points: Vec<_> = of
            .filter_map(|view| {
                let score = view.score()?;
                let total = score.total.as_ref().map(|total| total.value);
                Some(TrendPoint { at: view.response.at(), total, completeness: score.completeness() })
            })
            .collect();
        points.sort_by_key(|point| point.at);
        let doses = sessions.into_iter().flat_map(|shared| &shared.sessions).map(|session| session.body());
        let mut doses: Vec<_> = doses
            .filter(|session| session.session_type == SessionType::Dosing && session.completed_at().is_some())
            .map(|session| session.starts_at)
            .collect();
        doses.sort();
        doses.dedup();
        Self {
            instrument: instrument.id.clone(),
            title: instrument.title.clone(),
            min: instrument.total().min,
            max: instrument.total().max,
            points,
            doses,
            notes: instrument.notes.clone(),
        }
    }
}
