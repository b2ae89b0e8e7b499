//! Recording a course so that a cycle keeps to one dosing session: what is about to be recorded is fitted into the cycles
//! as they stand, or refused with what to do instead. The fold would count the first dose alone; nobody is surprised later.

use reverie_protocol::ids::DocumentId;

use super::CycleView;
use crate::calendar::Day;
use crate::document::{Cycle, CycleEnd, Document, Ended, Session, SessionState, SessionType};
use crate::find::short_id;
use crate::timestamp::Timestamp;
use crate::view::SharedView;

/// Why something cannot be recorded of a course.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CycleError {
    /// Another cycle waits for its dose.
    #[error("a cycle without a dose is open already, since {}", .0.text())]
    OpenWithoutDose(Day),
    /// There is nothing to end.
    #[error("no cycle is open")]
    NoneOpen,
    /// The cycle of this number is not open, or not there.
    #[error("no open cycle has this number; open are: {0}")]
    NotOpen(String),
    /// There is no cycle of this number.
    #[error("there is no cycle {n}; there are: {there}")]
    NoNumber {
        /// What was asked for.
        n: usize,
        /// The numbers that there are.
        there: String,
    },
    /// It follows from a dosing session alone, so nothing can name it.
    #[error(
        "cycle {0} was never opened: it is there since a dosing session named none; sessions after that dose count to it \
         by their time"
    )]
    NoDocument(usize),
    /// A cycle with a dose is closed, not skipped.
    #[error("this cycle had its dose, so it was not skipped; close it")]
    HadItsDose,
    /// A cycle without a dose is skipped or aborted, not closed.
    #[error("this cycle had no dose, so there is nothing to close; skip or abort it")]
    HadNoDose,
    /// The cycle's dosing session is planned already.
    #[error("this cycle has a dosing session planned for {day}; say what became of it: --of {short_id}")]
    DosePlanned {
        /// For when.
        day: String,
        /// What to call that session.
        short_id: String,
    },
    /// The cycle had its dosing session.
    #[error(
        "this cycle had its dosing session on {0}; a booster belongs on its dose card, another dose in a cycle of its own"
    )]
    SecondDose(String),
}

/// How a cycle ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedCycle {
    /// The cycle's document.
    pub id: DocumentId,
    /// What it is from now on.
    pub cycle: Cycle,
    /// The dosing session that named no cycle, and names this one from now on.
    pub dosing: Option<(DocumentId, Session)>,
}

impl SharedView {
    /// Accepts the opening of another cycle.
    ///
    /// # Errors
    /// [`CycleError::OpenWithoutDose`].
    pub fn check_cycle_opens(&self, now: Timestamp) -> Result<(), CycleError> {
        self.open_without_dose(now).map_or(Ok(()), |open| Err(CycleError::OpenWithoutDose(open.opened_on)))
    }

    /// Returns how a cycle ends: the one of this number, or the last that is not over. `new_id` makes an id for a cycle that
    /// has no document yet.
    ///
    /// # Errors
    /// [`CycleError`] says which cycles there are to end, or how this one does.
    pub fn end_cycle(
        &self,
        n: Option<usize>,
        how: Ended,
        on: Day,
        now: Timestamp,
        new_id: impl FnOnce() -> DocumentId,
    ) -> Result<EndedCycle, CycleError> {
        let cycles = self.cycles_at(now);
        let open: Vec<_> = cycles.iter().filter(|cycle| !cycle.state.is_over()).collect();
        let meant = match n {
            Some(_) => open.iter().find(|cycle| cycle.n == n),
            None => open.last(),
        };
        let cycle = meant.ok_or_else(|| none_open(&open))?;
        match how {
            Ended::Skipped if cycle.dosing.is_some() => return Err(CycleError::HadItsDose),
            Ended::Closed if cycle.dosing.is_none() => return Err(CycleError::HadNoDose),
            Ended::Closed | Ended::Skipped | Ended::Aborted => {}
        }
        let id = cycle.cycle.unwrap_or_else(new_id);
        // A dose that named no cycle gets the one that is written down now.
        let dosing = cycle.dosing.as_ref().filter(|_| cycle.cycle.is_none());
        let dosing = dosing.map(|dosing| (dosing.id(), Session { cycle: Some(id), ..dosing.body().clone() }));
        let cycle = Cycle { opened_on: cycle.opened_on, ended: Some(CycleEnd { on, how }) };
        Ok(EndedCycle { id, cycle, dosing })
    }

    /// Returns the cycle of this number, as a session names it.
    ///
    /// # Errors
    /// [`CycleError::NoNumber`], or [`CycleError::NoDocument`] for a dose that was recorded without a cycle.
    pub fn cycle_numbered(&self, n: usize, now: Timestamp) -> Result<DocumentId, CycleError> {
        let cycles = self.cycles_at(now);
        let Some(cycle) = cycles.iter().find(|cycle| cycle.n == Some(n)) else {
            let numbers: Vec<_> = cycles.iter().filter_map(|cycle| cycle.n).map(|n| n.to_string()).collect();
            let there = if numbers.is_empty() { "none yet".to_owned() } else { numbers.join(", ") };
            return Err(CycleError::NoNumber { n, there });
        };
        cycle.cycle.ok_or(CycleError::NoDocument(n))
    }

    /// Fits a session into the cycles: returns the document that it takes the place of, if any, and the session with its
    /// cycle. `of` names what is updated; else a session of the same type and start is.
    ///
    /// A dosing session that names no cycle goes into the open one that has no dose yet, and so does a preparation.
    ///
    /// # Errors
    /// [`CycleError`] for a second dosing session of a cycle.
    pub fn fit_session(
        &self,
        of: Option<DocumentId>,
        mut session: Session,
        now: Timestamp,
    ) -> Result<(Option<DocumentId>, Session), CycleError> {
        let known = of.or_else(|| self.recorded_as(&session));
        let before = self.sessions.iter().find(|session| Some(session.id()) == known);
        session.cycle = session.cycle.or_else(|| before.and_then(|before| before.body().cycle));
        if session.session_type == SessionType::Dosing || session.session_type == SessionType::Preparation {
            session.cycle = session.cycle.or_else(|| self.open_without_dose(now).and_then(|cycle| cycle.cycle));
        }
        if session.is_dose()
            && let Some(cycle) = session.cycle
            && let Some(other) = self.dose_of(cycle).filter(|other| Some(other.id()) != known)
        {
            let day = other.body().starts_at.minute_text();
            return Err(match other.body().state {
                SessionState::Scheduled => CycleError::DosePlanned { day, short_id: short_id(other.id().uuid()) },
                _ => CycleError::SecondDose(day),
            });
        }
        Ok((known, session))
    }

    fn open_without_dose(&self, now: Timestamp) -> Option<CycleView> {
        self.cycles_at(now).into_iter().find(|cycle| !cycle.state.is_over() && cycle.dosing.is_none())
    }

    /// Returns the dosing session of a cycle that took place or is planned.
    fn dose_of(&self, cycle: DocumentId) -> Option<&Document<Session>> {
        self.sessions.iter().find(|session| session.body().is_dose() && session.body().cycle == Some(cycle))
    }
}

fn none_open(open: &[&CycleView]) -> CycleError {
    let numbers: Vec<_> = open.iter().filter_map(|cycle| cycle.n).map(|n| n.to_string()).collect();
    if numbers.is_empty() { CycleError::NoneOpen } else { CycleError::NotOpen(numbers.join(", ")) }
}
