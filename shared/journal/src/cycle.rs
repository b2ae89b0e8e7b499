//! Cycles, and where in the course of treatment a moment lies. Computed from sessions, never stored.
//!
//! The invariants (domain.md 1.2), held by construction: a cycle has one dosing session at most; it is dosed if a dosing
//! session took place, and only then; it is closed only if it was dosed, and needs no number of integration sessions. What
//! is unusual is a [`CycleWarning`], never a block. Nothing here counts on how many sessions there should be.

mod recording;

use std::collections::BTreeMap;

use reverie_protocol::ids::DocumentId;
use serde::Serialize;

use crate::calendar::Day;
use crate::document::{Course, Cycle, Document, DoseCard, Ended, Route, Session, SessionState, SessionType};
use crate::timestamp::Timestamp;
use crate::view::SharedView;

pub use self::recording::{CycleError, EndedCycle};

/// How far a cycle went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CycleState {
    /// Opened.
    Planned,
    /// A preparation session took place.
    Preparing,
    /// The dosing session took place.
    Dosed,
    /// An integration session took place after it.
    Integrating,
    /// It went its way.
    Closed,
    /// It was left out, without a dose.
    Skipped,
    /// It was broken off.
    Aborted,
}

impl CycleState {
    /// Returns the name for people: `integrating`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Preparing => "preparing",
            Self::Dosed => "dosed",
            Self::Integrating => "integrating",
            Self::Closed => "closed",
            Self::Skipped => "skipped",
            Self::Aborted => "aborted",
        }
    }

    /// Tells whether it is over.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Skipped | Self::Aborted)
    }
}

/// What is unusual about a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CycleWarning {
    /// A dose without any preparation or evaluation session before it.
    NoPreparation,
    /// Closed without an integration session.
    NoIntegration,
    /// A second dosing session was recorded in it, and is not counted.
    SecondDosing,
}

impl CycleWarning {
    /// Returns what to say about it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoPreparation => "No preparation or evaluation session is recorded before its dose.",
            Self::NoIntegration => "It was closed without an integration session.",
            Self::SecondDosing => {
                "A second dosing session is recorded in it and not counted. A booster belongs on the dose card, another \
                 dose in a cycle of its own."
            }
        }
    }
}

/// A cycle as it stands at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CycleView {
    /// Its document; absent for a dose that was recorded without one.
    pub cycle: Option<DocumentId>,
    /// Its number; what was skipped, or broken off before a dose, has none.
    pub n: Option<usize>,
    /// How far it went.
    pub state: CycleState,
    /// When it was opened.
    pub opened_on: Day,
    /// When it ended.
    pub ended_on: Option<Day>,
    /// The dosing session, once it took place.
    pub dosing: Option<Document<Session>>,
    /// Its dose card.
    pub dose_card: Option<Document<DoseCard>>,
    /// What is unusual.
    pub warnings: Vec<CycleWarning>,
}

/// Where in the course a moment lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CycleAt {
    /// The number of the last cycle; 0 before the first.
    pub n: usize,
    /// How far it went.
    pub state: Option<CycleState>,
    /// How its dose was given.
    pub route: Option<Route>,
    /// Midnights since the last dose, of this cycle or one before.
    pub days_since_dose: Option<i64>,
}

impl CycleView {
    /// Returns when its dose was given: the first on the card, else the start of the session.
    pub fn dosed_at(&self) -> Option<Timestamp> {
        let noted = self.dose_card.as_ref().and_then(|card| card.body().first_dose_at());
        noted.or_else(|| self.dosing.as_ref().map(|session| session.body().starts_at))
    }
}

impl SharedView {
    /// Returns the course that was started last.
    pub fn course(&self) -> Option<&Document<Course>> {
        self.courses.last()
    }

    /// Returns the cycles as they stand at this time, in their order.
    pub fn cycles_at(&self, at: Timestamp) -> Vec<CycleView> {
        let today = Day::of(at);
        let completed: Vec<_> = self.sessions.iter().filter(|session| took_place(session, at)).collect();
        let known: BTreeMap<_, _> = self.cycles.iter().map(|cycle| (cycle.id(), cycle.body())).collect();
        let named = |session: &Document<Session>| session.body().cycle.filter(|cycle| known.contains_key(cycle));
        let mut cycles = Vec::new();
        for (id, cycle) in known.iter().filter(|(_, cycle)| cycle.opened_on <= today) {
            let of_it: Vec<_> = completed.iter().filter(|session| named(session) == Some(*id)).copied().collect();
            cycles.push(self.cycle_view(Some(*id), cycle, &of_it, &completed, today));
        }
        for dosing in completed.iter().filter(|session| is_dosing(session) && named(session).is_none()) {
            let cycle = Cycle { opened_on: Day::of(dosing.body().starts_at), ended: None };
            cycles.push(self.cycle_view(None, &cycle, &[dosing], &completed, today));
        }
        let dosing = |cycle: &CycleView| cycle.dosing.as_ref().map(|dosing| (dosing.body().starts_at, dosing.id()));
        let day = |cycle: &CycleView| dosing(cycle).map_or(cycle.opened_on, |(starts_at, _)| Day::of(starts_at));
        cycles.sort_by_key(|cycle| (day(cycle), dosing(cycle), cycle.cycle));
        let numbered = cycles.iter_mut().filter(|cycle| cycle.dosing.is_some() || !cycle.state.is_over());
        numbered.enumerate().for_each(|(before, cycle)| cycle.n = Some(before + 1));
        integrate(&mut cycles, &completed, named);
        cycles
    }

    fn cycle_view(
        &self,
        id: Option<DocumentId>,
        cycle: &Cycle,
        of_it: &[&Document<Session>],
        completed: &[&Document<Session>],
        today: Day,
    ) -> CycleView {
        let mut doses = of_it.iter().filter(|session| is_dosing(session));
        let dosing = doses.next().map(|session| (*session).clone());
        let ended = cycle.ended.filter(|ended| ended.on <= today);
        let prepared = of_it.iter().any(|session| session.body().session_type == SessionType::Preparation);
        let state = match (ended.map(|ended| ended.how), &dosing) {
            (Some(Ended::Aborted), _) => CycleState::Aborted,
            (Some(Ended::Closed | Ended::Skipped), Some(_)) => CycleState::Closed,
            (Some(Ended::Closed | Ended::Skipped), None) => CycleState::Skipped,
            (None, Some(_)) => CycleState::Dosed,
            (None, None) if prepared => CycleState::Preparing,
            (None, None) => CycleState::Planned,
        };
        let mut warnings = Vec::new();
        if dosing.as_ref().is_some_and(|dosing| !completed.iter().any(|session| prepares(session, dosing))) {
            warnings.push(CycleWarning::NoPreparation);
        }
        if doses.next().is_some() {
            warnings.push(CycleWarning::SecondDosing);
        }
        let dose_card = dosing.as_ref().and_then(|dosing| self.dose_card_of(dosing.id())).cloned();
        let (opened_on, ended_on) = (cycle.opened_on, ended.map(|ended| ended.on));
        CycleView { cycle: id, n: None, state, opened_on, ended_on, dosing, dose_card, warnings }
    }

    /// Returns the dose card of a dosing session.
    pub fn dose_card_of(&self, session: DocumentId) -> Option<&Document<DoseCard>> {
        self.dose_cards.iter().find(|card| card.body().session == session)
    }

    /// Returns where in the course this time lies.
    pub fn cycle_at(&self, at: Timestamp) -> CycleAt {
        let cycles = self.cycles_at(at);
        let last = cycles.iter().rev().find(|cycle| cycle.n.is_some());
        let dosed = cycles.iter().filter_map(CycleView::dosed_at).max();
        CycleAt {
            n: last.and_then(|cycle| cycle.n).unwrap_or_default(),
            state: last.map(|cycle| cycle.state),
            route: last.and_then(|cycle| cycle.dose_card.as_ref()).map(|card| card.body().route),
            days_since_dose: dosed.map(|dosed| dosed.days_until(at)),
        }
    }

    /// Returns the first scheduled session that starts at this time or later.
    pub fn next_session(&self, at: Timestamp) -> Option<&Session> {
        let mut by_start = self.sessions.iter().map(|session| session.body());
        by_start.find(|session| session.state == SessionState::Scheduled && session.starts_at >= at)
    }

    /// Returns the sessions that were completed by this time, and when.
    pub(crate) fn completed_by(&self, at: Timestamp) -> impl Iterator<Item = (&Session, Timestamp)> {
        let ended = self.sessions.iter().filter_map(|session| Some((session.body(), session.body().completed_at()?)));
        ended.filter(move |(_, ended)| *ended <= at)
    }
}

fn took_place(session: &Document<Session>, by: Timestamp) -> bool {
    session.body().completed_at().is_some_and(|ended| ended <= by)
}

fn is_dosing(session: &Document<Session>) -> bool {
    session.body().session_type == SessionType::Dosing
}

fn prepares(session: &Document<Session>, dosing: &Document<Session>) -> bool {
    matches!(session.body().session_type, SessionType::Preparation | SessionType::Evaluation)
        && session.body().starts_at <= dosing.body().starts_at
}

/// Gives every integration session to its cycle: the one that it names, else the one whose dose was last before it.
fn integrate(
    cycles: &mut [CycleView],
    completed: &[&Document<Session>],
    named: impl Fn(&Document<Session>) -> Option<DocumentId>,
) {
    let mut integrated = vec![false; cycles.len()];
    for session in completed.iter().filter(|session| session.body().session_type == SessionType::Integration) {
        let after = |cycle: &CycleView| cycle.dosed_at().is_some_and(|dosed| dosed <= session.body().starts_at);
        let of_it = match named(session) {
            Some(id) => cycles.iter().position(|cycle| cycle.cycle == Some(id)).filter(|at| after(&cycles[*at])),
            None => cycles.iter().rposition(after),
        };
        of_it.into_iter().for_each(|at| integrated[at] = true);
    }
    for (cycle, integrated) in cycles.iter_mut().zip(integrated) {
        match cycle.state {
            CycleState::Dosed if integrated => cycle.state = CycleState::Integrating,
            CycleState::Closed if !integrated => cycle.warnings.push(CycleWarning::NoIntegration),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
