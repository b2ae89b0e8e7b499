//! The demo's time: days of a course of treatment, counted so that every story ends on the day before today.

use chrono::{Days, NaiveDate};
use reverie_journal::Timestamp;
use reverie_tests::StoryClock;
use reverie_tests::fiction::{Moment, Tale};

/// When the stories take place, and the clock that shows it.
pub struct Calendar {
    pub clock: StoryClock,
    last_day: NaiveDate,
}

impl Calendar {
    pub fn ending_before(today: NaiveDate) -> Self {
        let last_day = today.pred_opt().unwrap_or(today);
        Self { clock: StoryClock::at(&format!("{last_day}T00:00:00-04:00")), last_day }
    }

    /// Returns when a moment of somebody's course is.
    pub fn at(&self, tale: &Tale, when: Moment) -> Timestamp {
        let midnight: Timestamp =
            format!("{}T00:00:00-04:00", self.last_day).parse().expect("a date and a time of day make a timestamp");
        let minutes = when.all_minutes() - Moment { day: tale.last_day, minutes: 0 }.all_minutes();
        midnight.plus_seconds(minutes * 60).expect("the story is set in our era")
    }

    /// Returns the calendar's name of a day of somebody's course: `2031-05-01`.
    pub fn date(&self, tale: &Tale, day: i64) -> String {
        let before = u64::try_from(tale.last_day - day).unwrap_or_default();
        (self.last_day - Days::new(before)).to_string()
    }

    /// Sets the clock to the morning on which the first of the stories begins.
    pub fn begins(&self, tales: &[Tale]) {
        let first = tales.iter().map(|tale| self.at(tale, Moment { day: 1, minutes: 8 * 60 })).min();
        first.into_iter().for_each(|first| self.clock.set(first));
    }
}
