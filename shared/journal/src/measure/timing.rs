//! When a measure may be taken: not while a dose is fresh, and not twice over the same days without a word.

use super::instrument::Instrument;
use crate::document::{SessionState, SessionType};
use crate::timestamp::Timestamp;
use crate::view::PatientView;

/// How long after a dose scored measures wait: mood acutely after ketamine is not a two-week average.
const GUARD_SECONDS: i64 = 24 * 60 * 60;

/// Returns until when scored measures wait, if they do: 24 hours from the start of a dosing session.
///
/// This is the one place to ask. A planned session counts from its start, like one that took place.
pub fn measures_wait_until(view: &PatientView, now: Timestamp) -> Option<Timestamp> {
    let sessions = view.shared.iter().flat_map(|shared| &shared.sessions).map(|session| session.body());
    let doses = sessions.filter(|session| {
        session.session_type == SessionType::Dosing
            && matches!(session.state, SessionState::Completed | SessionState::Scheduled)
    });
    let ends = doses.filter(|dose| dose.starts_at.unix() <= now.unix());
    let ends = ends.filter_map(|dose| dose.starts_at.plus_seconds(GUARD_SECONDS).ok());
    ends.filter(|end| now.unix() < end.unix()).max()
}

/// Returns how many days ago the instrument was last answered, if both would look back on some of the same days.
pub fn overlaps_after(view: &PatientView, instrument: &Instrument, now: Timestamp) -> Option<i64> {
    let answered = view.measures().filter(|view| view.response.body().instrument == instrument.id);
    let last = answered.map(|view| view.response.at()).filter(|at| at.unix() <= now.unix()).max()?;
    Some(last.days_until(now))
        .filter(|days| *days < i64::from(instrument.lookback_days.max(instrument.min_interval_days)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;
    use crate::measure::Instruments;
    use crate::sample::*;

    #[test]
    fn scored_measures_wait_for_a_day_after_a_dose() {
        let view = fold(HERON, &[shared().write(QUILL, completed(1, SessionType::Dosing, at(18, 10, 0)))]);
        assert_eq!(measures_wait_until(&view, at(18, 9, 59)), None);
        assert_eq!(measures_wait_until(&view, at(18, 10, 0)), Some(at(19, 10, 0)));
        assert_eq!(measures_wait_until(&view, at(19, 9, 59)), Some(at(19, 10, 0)));
        assert_eq!(measures_wait_until(&view, at(19, 10, 0)), None);
    }

    #[test]
    fn a_planned_dose_counts_from_its_start_and_one_that_was_called_off_does_not() {
        let dose = |state| {
            let session = crate::Session::new(SessionType::Dosing, state, at(18, 10, 0));
            fold(HERON, &[shared().write(QUILL, document(1, at(1, 9, 0), session))])
        };
        assert!(measures_wait_until(&dose(SessionState::Scheduled), at(18, 12, 0)).is_some());
        for state in [SessionState::Cancelled, SessionState::NoShow] {
            assert_eq!(measures_wait_until(&dose(state), at(18, 12, 0)), None);
        }
    }

    #[test]
    fn phq_9_within_two_weeks_overlaps_whether_the_first_was_private_or_shared() {
        let answered = response(1, at(1, 9, 0), "PHQ-9", &[0; 9]);
        let instruments = Instruments::default();
        let phq = instruments.find("PHQ-9").unwrap().instrument();
        for journals in
            [[private().write(HERON, answered.clone()), shared()], [private(), shared().write(HERON, answered)]]
        {
            let view = fold(HERON, &journals);
            assert_eq!(overlaps_after(&view, phq, at(14, 9, 0)), Some(13));
            assert_eq!(overlaps_after(&view, phq, at(15, 9, 0)), None);
        }
    }
}
