//! Days and times of day, as people write them: no clock, no offset.
//!
//! The invariant: a value has one text (`2031-05-01`, `08:00`), and only that text gives it.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::FieldError;
use crate::timestamp::Timestamp;

/// A day of the calendar, years 0000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

/// A time of day, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(NaiveTime);

impl Day {
    /// Returns the day of a time, on its author's calendar.
    pub fn of(time: Timestamp) -> Self {
        Self(time.date())
    }

    /// Returns how many days later the other is; negative if it is earlier.
    pub fn days_until(self, later: Self) -> i64 {
        later.0.signed_duration_since(self.0).num_days()
    }

    /// Returns the day for people: `3 May 2031`.
    pub fn text(self) -> String {
        self.0.format("%-d %b %Y").to_string()
    }
}

impl TimeOfDay {
    /// Eight in the morning.
    pub const MORNING: Self = match NaiveTime::from_hms_opt(8, 0, 0) {
        Some(time) => Self(time),
        None => panic!("a day has an eighth hour"),
    };

    /// Returns the first moment at or after `from` at which a clock of the same offset shows this time.
    pub fn next_from(self, from: Timestamp) -> Timestamp {
        let seconds = |time: NaiveTime| time.signed_duration_since(NaiveTime::MIN).num_seconds();
        let wait = (seconds(self.0) - seconds(from.time())).rem_euclid(24 * 60 * 60);
        // On the last day that can be written the moment itself stands for what cannot.
        from.plus_seconds(wait).unwrap_or(from)
    }
}

impl FromStr for Day {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| (0..=9999).contains(&day.year()));
        let day = day.map(Self).filter(|day| day.to_string() == text);
        day.ok_or(FieldError::Rule { field: "day", rule: "write a day of the calendar like 2031-05-01" })
    }
}

impl FromStr for TimeOfDay {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let time = NaiveTime::parse_from_str(text, "%H:%M").ok().map(Self).filter(|time| time.to_string() == text);
        time.ok_or(FieldError::Rule { field: "time", rule: "write a time of day like 08:00" })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%H:%M"))
    }
}

macro_rules! as_text {
    ($($name:ident),*) => {
        $(
            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
                }
            }
        )*
    };
}

as_text!(Day, TimeOfDay);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample::at;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        assert_eq!("2032-02-29".parse::<Day>().unwrap().text(), "29 Feb 2032");
        for text in ["2031-02-29", "2031-2-28", "2031-13-01", "31-01-01", "+12031-01-01", "", "tomorrow"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_morning_is_today_until_it_has_come() {
        let eight: TimeOfDay = "08:00".parse().unwrap();
        assert_eq!(eight, TimeOfDay::MORNING);
        assert_eq!(eight.next_from(at(19, 7, 59)), at(19, 8, 0));
        assert_eq!(eight.next_from(at(19, 8, 0)), at(19, 8, 0));
        assert_eq!(eight.next_from(at(19, 8, 1)), at(20, 8, 0));
        assert!("8:00".parse::<TimeOfDay>().is_err() && "24:00".parse::<TimeOfDay>().is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_read_is_written_alike(text in ".{0,12}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2}") {
            if let Ok(day) = text.parse::<Day>() {
                prop_assert_eq!(day.to_string(), text.clone());
            }
            if let Ok(time) = text.parse::<TimeOfDay>() {
                prop_assert_eq!(time.to_string(), text);
            }
        }
    }
}
