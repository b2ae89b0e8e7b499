//! When a measure was taken last: not twice over the same days without a word. That it waits after a dose is `guard.rs`'s.

use super::InstrumentId;
use super::instrument::Instrument;
use crate::timestamp::Timestamp;
use crate::view::{PatientView, SharedView};

/// Returns how many days ago the instrument was last answered, if both would look back on some of the same days.
pub fn overlaps_after(view: &PatientView, instrument: &Instrument, now: Timestamp) -> Option<i64> {
    let answered = view.measures().filter(|view| view.response.body().instrument == instrument.id);
    let last = answered.map(|view| view.response.at()).filter(|at| at.unix() <= now.unix()).max()?;
    Some(last.days_until(now))
        .filter(|days| *days < i64::from(instrument.lookback_days.max(instrument.min_interval_days)))
}

impl SharedView {
    /// Returns the measures of the course's plan that are due: not answered within the days that they look back on.
    pub fn measures_due(&self, now: Timestamp) -> Vec<InstrumentId> {
        let plan = self.course().map(|course| course.body().measure_plan.as_slice()).unwrap_or_default();
        let instruments = self.instruments();
        let due = |name: &&InstrumentId| {
            let days =
                instruments.find(name.as_str()).map_or(14, |pack| i64::from(pack.instrument().lookback_days.max(1)));
            let answered = self.measures.iter().filter(|view| view.response.body().instrument == **name);
            answered.map(|view| view.response.at().days_until(now)).all(|ago| ago >= days)
        };
        plan.iter().filter(due).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;
    use crate::measure::Instruments;
    use crate::sample::*;

    #[test]
    fn a_measure_of_the_plan_is_due_until_it_is_answered_and_again_after_the_days_it_looks_back_on() {
        let mut settings = course(at(1, 9, 0));
        settings.measure_plan = ["PHQ-9", "GAD-7"].map(|name| InstrumentId::new(name).unwrap()).to_vec();
        let journal = shared()
            .write(QUILL, document(9, at(1, 9, 0), settings))
            .write(HERON, response(1, at(2, 9, 0), "PHQ-9", &[0; 9]));
        let due = |day| fold(HERON, std::slice::from_ref(&journal)).shared[0].measures_due(at(day, 9, 0)).len();
        assert_eq!([due(2), due(15), due(16)], [1, 1, 2]);
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
