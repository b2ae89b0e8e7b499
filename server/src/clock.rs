//! Time as an argument: the server asks one clock, which tests set.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::NaiveDate;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Tells the seconds since 1970-01-01 (UTC).
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// Returns the system's clock.
    pub fn system() -> Self {
        Self::new(|| {
            #[expect(clippy::disallowed_methods, reason = "the one place where the server reads the system's clock")]
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
    }

    /// Returns a clock that tells what `seconds` returns.
    pub fn new(seconds: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(seconds))
    }

    /// Returns the seconds since 1970-01-01 (UTC).
    pub fn now(&self) -> i64 {
        (self.0)()
    }

    /// Returns the days since 1970-01-01 (UTC): all that is kept of most times.
    pub fn today(&self) -> i32 {
        i32::try_from(self.now().div_euclid(SECONDS_PER_DAY)).unwrap_or(i32::MAX)
    }
}

/// Returns a stored day as `YYYY-MM-DD`.
pub(crate) fn day_text(day: i32) -> String {
    NaiveDate::from_epoch_days(day).unwrap_or(NaiveDate::MAX).to_string()
}
