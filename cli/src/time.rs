//! Times as people type them: a date, a date with a time on this machine's clock, or RFC 3339 with an offset; and what
//! time it is now.

use chrono::{DateTime, FixedOffset, Local, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _};
use reverie_client::native::system;
use reverie_journal::Timestamp;

/// Returns what time it is: the machine's clock, unless `REVERIE_NOW` tells another (demos and tests do, so that a screen
/// is the same on any day).
pub(crate) fn now() -> Timestamp {
    let told = std::env::var("REVERIE_NOW").ok().and_then(|text| text.parse().ok());
    told.unwrap_or_else(system::now)
}

/// Reads a date and time.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let formats = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"];
    let time = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let time = time.ok_or("write it like \"2031-05-01 14:00\", or 2031-05-01T14:00:00-04:00 with an offset")?;
    on_this_clock(time)
}

/// Reads a date, which begins then, or a date and time.
pub(crate) fn beginning(text: &str) -> Result<Timestamp, String> {
    day(text).map_or_else(|| moment(text), |day| on_this_clock(day.and_time(NaiveTime::MIN)))
}

/// Reads a date, which ends with its last second, or a date and time.
pub(crate) fn end(text: &str) -> Result<Timestamp, String> {
    let last = NaiveTime::from_hms_opt(23, 59, 59).expect("a day has a last second");
    day(text).map_or_else(|| moment(text), |day| on_this_clock(day.and_time(last)))
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn on_this_clock(time: NaiveDateTime) -> Result<Timestamp, String> {
    let told: DateTime<FixedOffset> = match Local.from_local_datetime(&time) {
        LocalResult::Single(told) | LocalResult::Ambiguous(told, _) => told.fixed_offset(),
        LocalResult::None => return Err("the clock was put forward over this time; write a later one".to_owned()),
    };
    Timestamp::try_from(told).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_an_offset_keeps_it() {
        assert_eq!(moment("2031-05-01T14:00:00-04:00").unwrap().to_string(), "2031-05-01T14:00:00-04:00");
    }

    #[test]
    fn a_day_ends_with_its_last_second() {
        let (from, to) = (beginning("2031-05-01").unwrap(), end("2031-05-01").unwrap());
        assert!(from.to_string().starts_with("2031-05-01T00:00:00"));
        assert!(to.to_string().starts_with("2031-05-01T23:59:59"));
    }

    #[test]
    fn what_is_no_time_is_answered_with_an_example() {
        assert!(moment("tomorrow").unwrap_err().contains("2031-05-01 14:00"));
    }
}
