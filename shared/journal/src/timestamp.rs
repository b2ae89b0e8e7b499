//! Times as their author saw them: an instant and the offset of the author's clock, in whole seconds.
//!
//! The invariant: every value has one text (RFC 3339, numeric offset, four-digit year), and that text gives the value
//! back. Clocks are not trusted; within a journal `seq` orders, and times only tell people when something was.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, SecondsFormat, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant with its author's offset from UTC, in whole seconds.
#[derive(Clone, Copy)]
pub struct Timestamp(DateTime<FixedOffset>);

/// Why something is not a time that a document may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// The text is not RFC 3339 with an offset.
    #[error("not a time with its offset; write it like 2031-05-01T14:05:00-04:00")]
    NotRfc3339,
    /// The year has not four digits, or the offset is not a whole number of minutes within a day.
    #[error("the time is out of range: years 0000 to 9999, offsets in whole minutes")]
    OutOfRange,
}

impl Timestamp {
    /// Returns the time that is `seconds` after 1970-01-01T00:00:00Z, as read on a clock `offset_minutes` east of UTC.
    ///
    /// # Errors
    /// [`TimestampError::OutOfRange`] outside of years 0000 to 9999 or offsets of less than a day.
    pub fn from_unix(seconds: i64, offset_minutes: i32) -> Result<Self, TimestampError> {
        let offset =
            offset_minutes.checked_mul(60).and_then(FixedOffset::east_opt).ok_or(TimestampError::OutOfRange)?;
        let utc = DateTime::from_timestamp(seconds, 0).ok_or(TimestampError::OutOfRange)?;
        // Checked before the offset is applied: chrono cannot shift the very first and last days that it knows.
        if !(-1..=10_000).contains(&utc.year()) {
            return Err(TimestampError::OutOfRange);
        }
        Self::try_from(utc.with_timezone(&offset))
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0.timestamp()
    }

    /// Returns the author's offset, in minutes east of UTC.
    pub fn offset_minutes(self) -> i32 {
        self.0.offset().local_minus_utc() / 60
    }

    /// Returns the time `seconds` later (earlier, if negative) with the same offset.
    ///
    /// # Errors
    /// [`TimestampError::OutOfRange`] if that leaves the years 0000 to 9999.
    pub fn plus_seconds(self, seconds: i64) -> Result<Self, TimestampError> {
        let sum = self.unix().checked_add(seconds).ok_or(TimestampError::OutOfRange)?;
        Self::from_unix(sum, self.offset_minutes())
    }

    /// Returns the date on the author's calendar.
    pub fn date(self) -> NaiveDate {
        self.0.date_naive()
    }

    /// Returns the time of day for people, on the author's clock: `14:05`.
    pub fn clock_text(self) -> String {
        self.0.format("%H:%M").to_string()
    }

    /// Returns the time of day on the author's clock.
    pub fn time(self) -> NaiveTime {
        self.0.time()
    }

    /// Returns how many midnights lie between this date and the later one, each on its author's calendar.
    pub fn days_until(self, later: Self) -> i64 {
        later.date().signed_duration_since(self.date()).num_days()
    }

    /// Returns the date for people: `3 May 2031`.
    pub fn day_text(self) -> String {
        self.0.format("%-d %b %Y").to_string()
    }

    /// Returns date and time for people, on the author's clock: `3 May 2031, 14:05`.
    pub fn minute_text(self) -> String {
        self.0.format("%-d %b %Y, %H:%M").to_string()
    }
}

impl TryFrom<DateTime<FixedOffset>> for Timestamp {
    type Error = TimestampError;

    /// Cuts fractions of a second off (a leap second becomes the second before it).
    fn try_from(time: DateTime<FixedOffset>) -> Result<Self, TimestampError> {
        let whole = time.with_nanosecond(0).ok_or(TimestampError::OutOfRange)?;
        let fits = (0..=9999).contains(&whole.year()) && whole.offset().local_minus_utc() % 60 == 0;
        if fits { Ok(Self(whole)) } else { Err(TimestampError::OutOfRange) }
    }
}

impl PartialEq for Timestamp {
    /// The same instant read on different clocks is not the same time: chrono would say that it is.
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timestamp {}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Ord for Timestamp {
    /// Orders by instant; the same instant read on different clocks, by text.
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0).then_with(|| self.to_string().cmp(&other.to_string()))
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, false))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| TimestampError::NotRfc3339)?;
        Self::try_from(time)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_instant_on_two_clocks_is_two_times_in_a_fixed_order() {
        let (boston, london): (Timestamp, Timestamp) =
            ("2031-05-01T14:00:00-04:00".parse().unwrap(), "2031-05-01T19:00:00+01:00".parse().unwrap());
        assert_eq!(boston.unix(), london.unix());
        assert!(boston != london && boston < london);
    }

    #[test]
    fn the_offset_of_the_author_is_kept() {
        let written: Timestamp = "2031-05-01T23:30:00-04:00".parse().unwrap();
        assert_eq!(written.to_string(), "2031-05-01T23:30:00-04:00");
        assert_eq!(written.minute_text(), "1 May 2031, 23:30");
    }

    #[test]
    fn days_are_counted_on_the_calendar_not_in_hours() {
        let evening: Timestamp = "2031-05-01T23:30:00-04:00".parse().unwrap();
        let morning: Timestamp = "2031-05-02T07:00:00-04:00".parse().unwrap();
        assert_eq!(evening.days_until(morning), 1);
    }

    #[test]
    fn times_without_an_offset_are_refused() {
        assert_eq!("2031-05-01T23:30:00".parse::<Timestamp>(), Err(TimestampError::NotRfc3339));
    }

    proptest! {
        #[test]
        fn every_time_has_one_text_that_gives_it_back(seconds in any::<i64>(), offset in any::<i32>()) {
            if let Ok(time) = Timestamp::from_unix(seconds, offset) {
                prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
            }
        }

        #[test]
        fn common_times_are_in_range(seconds in 0..4_000_000_000_i64, offset in -840..=840_i32) {
            prop_assert!(Timestamp::from_unix(seconds, offset).is_ok());
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
