//! Trends: raw scores of one instrument over time, with the days of doses beside them.
//!
//! No line is called better or worse, and nothing is averaged. Milligrams of different routes cannot be compared: on the
//! plot doses are days without amounts, and amounts stand apart, each route for itself.

use serde::Serialize;

use super::ids::InstrumentId;
use super::instrument::Instrument;
use super::points::Points;
use crate::calendar::Day;
use crate::decimal::{MgPerKg, TotalMg};
use crate::document::{Route, SessionType};
use crate::rules::Side;
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
    /// What was given, each route for itself, by the first dose of each.
    pub doses_by_route: Vec<RouteDoses>,
    /// What is printed under it.
    pub notes: Vec<String>,
}

/// The doses of one route: the only ones that compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteDoses {
    /// The route.
    pub route: Route,
    /// The doses, by day; at least one.
    pub doses: Vec<DoseGiven>,
}

/// What was given on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoseGiven {
    /// When.
    pub on: Day,
    /// All doses of the session together.
    pub total: TotalMg,
    /// The same by weight, if that is known.
    pub mg_per_kg: Option<MgPerKg>,
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
    /// Returns the trend of an instrument from these measures, whatever version each was answered in. A dose that the clinic
    /// hides from its patient is a day to her, and no amount.
    pub fn new<'a>(
        instrument: &Instrument,
        measures: impl IntoIterator<Item = &'a MeasureView>,
        shared: &[SharedView],
        reader: Side,
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
        let doses = shared.iter().flat_map(|shared| &shared.sessions).map(|session| session.body());
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
            doses_by_route: doses_by_route(shared, reader),
            notes: instrument.notes.clone(),
        }
    }
}

fn doses_by_route(shared: &[SharedView], reader: Side) -> Vec<RouteDoses> {
    let mut cards: Vec<_> = shared.iter().flat_map(|shared| &shared.dose_cards).collect();
    cards.sort_by_key(|card| (card.body().on, card.id()));
    cards.dedup_by_key(|card| card.id());
    let mut routes: Vec<RouteDoses> = Vec::new();
    for card in cards.into_iter().map(|card| card.body()) {
        let shown = !(card.hide_dose && reader == Side::Patient);
        let Some(total) = card.total().filter(|_| shown) else { continue };
        let given = DoseGiven { on: card.on, total, mg_per_kg: card.mg_per_kg() };
        match routes.iter_mut().find(|known| known.route == card.route) {
            Some(known) => known.doses.push(given),
            None => routes.push(RouteDoses { route: card.route, doses: vec![given] }),
        }
    }
    routes
}
