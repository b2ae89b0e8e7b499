//! Where in the course of treatment a moment lies: which cycle, how many days after the dose.
//!
//! Cycles and sessions are woven into ongoing therapy, so nothing here counts on how many there should be.

use serde::Serialize;

use crate::document::{Session, SessionState, SessionType};
use crate::timestamp::Timestamp;
use crate::view::SharedView;

/// Which cycle it is, and how long ago its dose was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cycle {
    /// How many dosing sessions are completed; 0 before the first.
    pub n: usize,
    /// Midnights since the last of them.
    pub days_since_dose: Option<i64>,
}

impl SharedView {
    /// Returns the cycle at this time.
    pub fn cycle_at(&self, at: Timestamp) -> Cycle {
        let dosing = self.completed_by(at).filter(|(session, _)| session.session_type == SessionType::Dosing);
        let starts: Vec<_> = dosing.map(|(session, _)| session.starts_at).collect();
        Cycle { n: starts.len(), days_since_dose: starts.iter().max().map(|start| start.days_until(at)) }
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
