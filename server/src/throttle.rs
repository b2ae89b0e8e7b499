//! Failed tries are delayed, per handle and per address, and nobody is ever locked out.
//!
//! Kept in memory only: neither addresses nor who failed to log in is written anywhere.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use reverie_protocol::ids::AccountId;

/// How failed tries are delayed.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    /// Failures of one handle before the first delay.
    pub free_per_handle: u32,
    /// Failures of one address before the first delay: a practice shares one.
    pub free_per_address: u32,
    /// The first delay in seconds; each further failure doubles it.
    pub first_seconds: u32,
    /// The longest delay in seconds.
    pub longest_seconds: u32,
    /// Seconds after which failures are forgotten.
    pub forgotten_after_seconds: u32,
    /// The longest delay of codes of a second factor, which have six digits: about a hundred tries a day.
    pub longest_for_codes_seconds: u32,
    /// Seconds after which failed codes are forgotten.
    pub codes_forgotten_after_seconds: u32,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            free_per_handle: 5,
            free_per_address: 20,
            first_seconds: 1,
            longest_seconds: 60,
            forgotten_after_seconds: 15 * 60,
            longest_for_codes_seconds: 15 * 60,
            codes_forgotten_after_seconds: 24 * 60 * 60,
        }
    }
}

/// Whose failures are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Tried {
    Handle(String),
    Address(IpAddr),
    SecondFactor(AccountId),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: i64,
}

/// Above this many entries the forgotten ones are dropped, so that memory stays bounded by the rate of failures.
const SWEEP_AT: usize = 10_000;

/// The failures of the last while.
#[derive(Debug)]
pub(crate) struct Throttle {
    delays: Delays,
    failures: Mutex<HashMap<Tried, Failures>>,
}

impl Throttle {
    pub(crate) fn new(delays: Delays) -> Self {
        Self { delays, failures: Mutex::default() }
    }

    /// Returns the seconds that the next try has to wait, if it has to.
    pub(crate) fn wait(&self, tried: &[Tried], now: i64) -> Option<u32> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        tried.iter().filter_map(|key| failures.get(key).and_then(|past| self.left(key, *past, now))).max()
    }

    /// Counts a failed try.
    pub(crate) fn failed(&self, tried: &[Tried], now: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= SWEEP_AT {
            failures.retain(|key, past| now - past.last < self.forgotten_after(key));
        }
        for key in tried {
            let past = failures.entry(key.clone()).or_insert(Failures { count: 0, last: now });
            let count = if now - past.last < self.forgotten_after(key) { past.count } else { 0 };
            *past = Failures { count: count.saturating_add(1), last: now };
        }
    }

    /// Forgets the failures after a success.
    pub(crate) fn succeeded(&self, tried: &[Tried]) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in tried {
            failures.remove(key);
        }
    }

    fn forgotten_after(&self, key: &Tried) -> i64 {
        i64::from(match key {
            Tried::SecondFactor(_) => self.delays.codes_forgotten_after_seconds,
            _ => self.delays.forgotten_after_seconds,
        })
    }

    fn left(&self, key: &Tried, past: Failures, now: i64) -> Option<u32> {
        let free = match key {
            Tried::Handle(_) | Tried::SecondFactor(_) => self.delays.free_per_handle,
            Tried::Address(_) => self.delays.free_per_address,
        };
        let doublings = past.count.checked_sub(free)?;
        let delay = self.delays.first_seconds.saturating_mul(2_u32.saturating_pow(doublings));
        let longest = match key {
            Tried::SecondFactor(_) => self.delays.longest_for_codes_seconds,
            _ => self.delays.longest_seconds,
        };
        let delay = i64::from(delay.min(longest));
        // A failure in the future is one from before the clock was set back: nobody waits until that time comes again.
        let left = (past.last + delay - now).min(if past.last > now { 0 } else { delay });
        u32::try_from(left).ok().filter(|left| *left > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_beyond_the_free_ones_wait_longer_each_time_and_never_for_ever() {
        let throttle = Throttle::new(Delays::default());
        let quill = [Tried::Handle("quill".into())];
        let mut waits = Vec::new();
        for _ in 0..16 {
            throttle.failed(&quill, 0);
            waits.push(throttle.wait(&quill, 0).unwrap_or(0));
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
        assert_eq!(throttle.wait(&quill, 60), None);
        assert_eq!(throttle.wait(&[Tried::Handle("haddon".into())], 0), None, "others are not delayed");
    }

    #[test]
    fn whoever_has_the_password_tries_about_a_hundred_codes_a_day() {
        let throttle = Throttle::new(Delays::default());
        let account = [Tried::SecondFactor(AccountId::from_bytes([7; 16]))];
        let (mut now, mut tries) = (0, 0);
        while now < 24 * 60 * 60 {
            throttle.failed(&account, now);
            tries += 1;
            now += i64::from(throttle.wait(&account, now).unwrap_or(0));
        }
        assert!((90..120).contains(&tries), "{tries}");
        assert_eq!(throttle.wait(&[Tried::Handle("quill".into())], now), None, "the password is not delayed by it");
    }

    #[test]
    fn nobody_waits_for_a_clock_that_was_set_back_by_a_year() {
        let throttle = Throttle::new(Delays::default());
        let quill = [Tried::Handle("quill".into())];
        let year = 365 * 24 * 60 * 60;
        (0..9).for_each(|_| throttle.failed(&quill, year));
        assert_eq!(throttle.wait(&quill, year), Some(16));
        assert_eq!(throttle.wait(&quill, 0), None);
    }

    #[test]
    fn success_and_time_forget_failures() {
        let throttle = Throttle::new(Delays::default());
        let quill = [Tried::Handle("quill".into())];
        (0..9).for_each(|_| throttle.failed(&quill, 0));
        throttle.failed(&quill, 15 * 60);
        assert_eq!(throttle.wait(&quill, 15 * 60), None);
        (0..9).for_each(|_| throttle.failed(&quill, 15 * 60));
        throttle.succeeded(&quill);
        assert_eq!(throttle.wait(&quill, 15 * 60), None);
    }
}
