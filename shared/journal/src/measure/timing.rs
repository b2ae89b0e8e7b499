//! When a measure was taken last: not twice over the same days without a word. That it waits after a dose is `guard.rs`'s.

use super::instrument::Instrument;
use crate::timestamp::Timestamp;
use crate::view::PatientView;

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
