//! Phases: how far from a dose a moment lies. Computed on the client from what its journals say, stored nowhere.
//!
//! A dose begins with the first dose on its card; until there is a card, with the start of its session, planned or past;
//! or with the patient's own note that she has a session. The 72 hours are a widely taught figure and no more.

use reverie_protocol::ids::DocumentId;
use serde::Serialize;

use crate::cycle::CycleView;
use crate::document::{Document, GUARD_HOURS, Session};
use crate::timestamp::Timestamp;
use crate::view::{PatientView, SharedView};

/// The first hours, in which nothing is asked.
const ACUTE_HOURS: i64 = 4;
const EARLY_HOURS: i64 = 72;
const HOUR: i64 = 60 * 60;

/// How far from a dose a moment lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// A dose is being prepared.
    Before,
    /// The first four hours.
    Acute,
    /// Until decisions need no longer wait.
    Guard,
    /// Until 72 hours after the dose.
    Early,
    /// Until the cycle is closed.
    Working,
    /// The cycle is closed, and no other is open.
    Between,
}

impl Phase {
    /// All of them, in the order of time.
    pub const ALL: [Self; 6] = [Self::Before, Self::Acute, Self::Guard, Self::Early, Self::Working, Self::Between];

    /// Tells whether it lies in the guard window.
    pub const fn is_guarded(self) -> bool {
        matches!(self, Self::Acute | Self::Guard)
    }
}

/// A dose, and until when decisions wait after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DoseStart {
    pub(crate) at: Timestamp,
    pub(crate) guard_ends: Timestamp,
}

impl DoseStart {
    fn new(at: Timestamp, guard_hours: u8) -> Self {
        // On the last days that can be written a window cannot end, so it does not begin.
        let guard_ends = at.plus_seconds(i64::from(guard_hours) * HOUR).unwrap_or(at);
        Self { at, guard_ends }
    }
}

impl SharedView {
    /// Returns the doses, planned ones included, by start.
    pub(crate) fn dose_starts(&self) -> Vec<DoseStart> {
        let hours = self.course().map_or(GUARD_HOURS, |course| course.body().guard_hours);
        let noted = |session: DocumentId| self.dose_card_of(session).and_then(|card| card.body().first_dose_at());
        let sessions = self.sessions.iter().filter(|session| session.body().is_dose());
        let starts = sessions.map(|session| noted(session.id()).unwrap_or(session.body().starts_at));
        let mut starts: Vec<_> = starts.map(|at| DoseStart::new(at, hours)).collect();
        starts.sort_unstable();
        starts
    }

    /// Returns the phase in which this time lies, as the care circle can know it.
    pub fn phase_at(&self, at: Timestamp) -> Phase {
        phase(&self.dose_starts(), &self.cycles_at(at), at)
    }
}

impl PatientView {
    /// Returns the doses of all circles, and those that the patient noted for herself, by start.
    pub(crate) fn dose_starts(&self) -> Vec<DoseStart> {
        let hours = self.shared.iter().filter_map(SharedView::course).map(|course| course.body().guard_hours).max();
        let own = self.private.iter().flat_map(|private| &private.sessions).map(Document::body);
        let own = own.filter(|session: &&Session| session.is_dose());
        let own = own.map(|session| DoseStart::new(session.starts_at, hours.unwrap_or(GUARD_HOURS)));
        let mut starts: Vec<_> = self.shared.iter().flat_map(SharedView::dose_starts).chain(own).collect();
        starts.sort_unstable();
        starts
    }

    /// Returns the phase in which this time lies.
    pub fn phase_at(&self, at: Timestamp) -> Phase {
        let cycles: Vec<_> = self.shared.iter().flat_map(|shared| shared.cycles_at(at)).collect();
        phase(&self.dose_starts(), &cycles, at)
    }
}

fn phase(starts: &[DoseStart], cycles: &[CycleView], at: Timestamp) -> Phase {
    let begun = || starts.iter().filter(|start| start.at.unix() <= at.unix());
    let Some(last) = begun().map(|start| start.at.unix()).max() else { return Phase::Before };
    let since = at.unix() - last;
    let guarded = begun().any(|start| at.unix() < start.guard_ends.unix());
    let open = |dosed: bool| cycles.iter().any(|cycle| !cycle.state.is_over() && cycle.dosing.is_some() == dosed);
    match () {
        () if since < ACUTE_HOURS * HOUR => Phase::Acute,
        () if guarded => Phase::Guard,
        () if since < EARLY_HOURS * HOUR => Phase::Early,
        () if open(false) => Phase::Before,
        () if open(true) || cycles.iter().all(|cycle| cycle.dosing.is_none()) => Phase::Working,
        () => Phase::Between,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{Ended, SessionType};
    use crate::fold::fold;
    use crate::sample::*;

    fn phases(view: &PatientView, times: &[Timestamp]) -> Vec<Phase> {
        times.iter().map(|at| view.phase_at(*at)).collect()
    }

    #[test]
    fn a_dose_leads_from_the_first_hours_to_the_work_and_a_closed_cycle_to_what_lies_between() {
        let cycle = cycle(0xc1, at(10, 9, 0), Some((at(28, 9, 0), Ended::Closed)));
        let dosing = in_cycle(completed(0x61, SessionType::Dosing, at(18, 10, 0)), 0xc1);
        let view = fold(HERON, &[shared().write(QUILL, cycle).write(QUILL, dosing)]);
        let times = [at(18, 9, 59), at(18, 10, 0), at(18, 14, 0), at(19, 10, 0), at(21, 10, 0), at(28, 0, 0)];
        assert_eq!(phases(&view, &times), Phase::ALL);
    }

    #[test]
    fn the_dose_card_says_when_it_began_and_the_course_how_long_decisions_wait() {
        let course = document(0xd1, at(1, 9, 0), crate::Course { guard_hours: 36, ..course(at(1, 9, 0)) });
        let dosing = completed(0x61, SessionType::Dosing, at(18, 10, 0));
        let card = dose_card(0xe1, 0x61, at(18, 11, 0));
        let view = fold(HERON, &[shared().write(QUILL, course).write(QUILL, dosing).write(QUILL, card)]);
        let times = [at(18, 10, 59), at(18, 11, 0), at(19, 22, 59), at(19, 23, 0)];
        assert_eq!(phases(&view, &times), [Phase::Before, Phase::Acute, Phase::Guard, Phase::Early]);
    }

    #[test]
    fn her_own_note_counts_for_her_and_says_nothing_to_her_clinician() {
        let note = document(
            0x91,
            at(18, 9, 0),
            Session::new(SessionType::Dosing, crate::SessionState::Completed, at(18, 9, 0)),
        );
        let view = fold(HERON, &[private().write(HERON, note), shared()]);
        assert_eq!(view.phase_at(at(18, 9, 30)), Phase::Acute);
        assert_eq!(view.shared[0].phase_at(at(18, 9, 30)), Phase::Before);
    }

    #[test]
    fn a_cycle_that_is_opened_anew_is_prepared_for() {
        let again = cycle(0xc2, at(26, 9, 0), None);
        let view = fold(
            HERON,
            &[shared().write(QUILL, completed(0x61, SessionType::Dosing, at(18, 10, 0))).write(QUILL, again)],
        );
        assert_eq!(phases(&view, &[at(25, 9, 0), at(26, 9, 0)]), [Phase::Working, Phase::Before]);
    }

    proptest! {
        #[test]
        fn between_doses_phases_follow_one_another_in_time(journals in journals(), hours in proptest::collection::vec(0..900_i64, 2)) {
            let view = fold(HERON, &journals);
            let (from, to) = (at(1, *hours.iter().min().unwrap(), 0), at(1, *hours.iter().max().unwrap(), 0));
            let crossed = view.dose_starts().iter().any(|start| (from.unix()..=to.unix()).contains(&start.at.unix()));
            let reopened = view.shared.iter().any(|shared| !shared.cycles.is_empty());
            if !crossed && !reopened {
                prop_assert!(view.phase_at(from) <= view.phase_at(to));
            }
        }
    }
}
