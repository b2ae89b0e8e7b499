//! Failed tries are delayed, per handle and address, and nobody can lock somebody else out.
//!
//! The invariant: a wait comes from failures at the address that waits, never from those of somebody elsewhere
//! (`decisions/0082`). Kept in memory only: neither addresses nor who failed to log in is written anywhere.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reverie_protocol::ids::AccountId;

/// How failed tries are delayed.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    /// Failures of one handle from one address before the first delay.
    pub free_per_handle: u32,
    /// The same while a handle is guessed at from many addresses.
    pub free_in_a_crowd: u32,
    /// Failures of one handle, from wherever, that make a crowd.
    pub crowd: u32,
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
            free_in_a_crowd: 1,
            crowd: 50,
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
    /// Passwords of a handle, from one address.
    HandleFrom(String, IpAddr),
    /// Passwords of a handle, from wherever. Nobody waits for these: they only tell a crowd.
    Handle(String),
    /// Anything, from one address.
    Address(IpAddr),
    /// Codes of a second factor.
    SecondFactor(AccountId),
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: i64,
    /// Tries that are being judged. They delay like failures until they turn out to be none.
    begun: u32,
}

/// Above this many entries the forgotten ones are dropped, so that memory stays bounded by the rate of failures.
const SWEEP_AT: usize = 10_000;

/// The failures of the last while.
#[derive(Debug)]
pub(crate) struct Throttle {
    delays: Delays,
    past: Mutex<Past>,
}

#[derive(Debug)]
struct Past {
    failures: HashMap<Tried, Failures>,
    sweep_at: usize,
}

impl Throttle {
    pub(crate) fn new(delays: Delays) -> Self {
        Self { delays, past: Mutex::new(Past { failures: HashMap::new(), sweep_at: SWEEP_AT }) }
    }

    /// Returns the seconds that the next try has to wait, if it has to.
    pub(crate) fn wait(&self, tried: &[Tried], now: i64) -> Option<u32> {
        self.longest_wait(&self.past(), tried, now)
    }

    /// Begins a try, or returns the seconds that it has to wait.
    pub(crate) fn begin(&self, tried: &[Tried], now: i64) -> Result<(), u32> {
        let mut past = self.past();
        if let Some(wait) = self.longest_wait(&past, tried, now) {
            return Err(wait);
        }
        if past.failures.len() >= past.sweep_at {
            past.failures.retain(|key, failures| failures.begun > 0 || self.remembers(key, *failures, now));
            past.sweep_at = SWEEP_AT.max(past.failures.len().saturating_mul(2));
        }
        for key in tried {
            past.failures.entry(key.clone()).or_default().begun += 1;
        }
        Ok(())
    }

    /// Ends a try that was begun, as a failure.
    pub(crate) fn failed(&self, tried: &[Tried], now: i64) {
        let mut past = self.past();
        for key in tried {
            let failures = past.failures.entry(key.clone()).or_default();
            let count = if self.remembers(key, *failures, now) { failures.count } else { 0 };
            *failures = Failures { count: count.saturating_add(1), last: now, begun: failures.begun.saturating_sub(1) };
        }
    }

    /// Ends a try that was begun, and forgets the failures of the same person at the same place.
    pub(crate) fn succeeded(&self, tried: &[Tried]) {
        let mut past = self.past();
        for key in tried {
            let Some(failures) = past.failures.get_mut(key) else { continue };
            failures.begun = failures.begun.saturating_sub(1);
            if matches!(key, Tried::HandleFrom(..) | Tried::SecondFactor(_)) {
                failures.count = 0;
            }
            if failures.count == 0 && failures.begun == 0 {
                past.failures.remove(key);
            }
        }
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembers(&self, key: &Tried, failures: Failures, now: i64) -> bool {
        let seconds = match key {
            Tried::SecondFactor(_) => self.delays.codes_forgotten_after_seconds,
            _ => self.delays.forgotten_after_seconds,
        };
        failures.count > 0 && now - failures.last < i64::from(seconds)
    }

    fn longest_wait(&self, past: &Past, tried: &[Tried], now: i64) -> Option<u32> {
        tried.iter().filter_map(|key| self.left(past, key, now)).max()
    }

    fn left(&self, past: &Past, key: &Tried, now: i64) -> Option<u32> {
        let failures = past.failures.get(key)?;
        let free = match key {
            Tried::HandleFrom(handle, _) if self.is_crowded(past, handle, now) => self.delays.free_in_a_crowd,
            Tried::HandleFrom(..) | Tried::SecondFactor(_) => self.delays.free_per_handle,
            Tried::Address(_) => self.delays.free_per_address,
            Tried::Handle(_) => return None,
        };
        let failed = if self.remembers(key, *failures, now) { failures.count } else { 0 };
        let doublings = failed.saturating_add(failures.begun).checked_sub(free)?;
        let delay = self.delays.first_seconds.saturating_mul(2_u32.saturating_pow(doublings));
        let longest = match key {
            Tried::SecondFactor(_) => self.delays.longest_for_codes_seconds,
            _ => self.delays.longest_seconds,
        };
        let delay = i64::from(delay.min(longest));
        let last = if failures.begun > 0 { now } else { failures.last };
        // A failure in the future is one from before the clock was set back: nobody waits until that time comes again.
        let left = (last + delay - now).min(if last > now { 0 } else { delay });
        u32::try_from(left).ok().filter(|left| *left > 0)
    }

    fn is_crowded(&self, past: &Past, handle: &str, now: i64) -> bool {
        let key = Tried::Handle(handle.into());
        past.failures
            .get(&key)
            .is_some_and(|failures| failures.count >= self.delays.crowd && self.remembers(&key, *failures, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn password(handle: &str, from: u32) -> [Tried; 3] {
        let from = IpAddr::V4((u32::from_be_bytes([198, 51, 100, 0]) + from).into());
        [Tried::HandleFrom(handle.into(), from), Tried::Address(from), Tried::Handle(handle.into())]
    }

    fn fail(throttle: &Throttle, tried: &[Tried], now: i64) {
        throttle.begin(tried, now).unwrap();
        throttle.failed(tried, now);
    }

    #[test]
    fn failures_beyond_the_free_ones_wait_longer_each_time_and_never_for_ever() {
        let throttle = Throttle::new(Delays::default());
        let (quill, mut now) = (password("quill", 1), 0);
        let mut waits = Vec::new();
        for _ in 0..14 {
            fail(&throttle, &quill, now);
            waits.push(throttle.wait(&quill, now).unwrap_or(0));
            now += i64::from(throttle.wait(&quill, now).unwrap_or(0));
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(throttle.wait(&password("haddon", 1), now - 1), None, "others at the address are not delayed");
        assert_eq!(throttle.wait(&password("quill", 2), now - 1), None, "nor is the same person elsewhere");
    }

    #[test]
    fn a_crowd_at_one_handle_leaves_each_address_one_free_try_and_nobody_waits_for_the_crowd() {
        let throttle = Throttle::new(Delays::default());
        for address in 0..50 {
            fail(&throttle, &password("quill", address), 0);
        }
        let owner = password("quill", 200);
        assert_eq!(throttle.wait(&owner, 0), None);
        fail(&throttle, &owner, 0);
        assert_eq!(throttle.wait(&owner, 0), Some(1), "whoever mistypes now waits a second");
        let elsewhere = password("haddon", 200);
        fail(&throttle, &elsewhere, 0);
        assert_eq!(throttle.wait(&elsewhere, 0), None);
        assert_eq!(throttle.wait(&owner, 15 * 60), None, "the crowd is gone");
    }

    #[test]
    fn tries_that_are_being_judged_count_and_those_that_succeed_never_did() {
        let throttle = Throttle::new(Delays::default());
        let quill = password("quill", 1);
        (0..5).for_each(|_| throttle.begin(&quill, 0).unwrap());
        assert_eq!(throttle.begin(&quill, 0), Err(1), "a sixth at once");
        (0..5).for_each(|_| throttle.succeeded(&quill));
        assert!(throttle.past().failures.is_empty());
        // Twenty people of a practice, and then one more.
        for person in 0..21 {
            let tried = password(&format!("person-{person}"), 1);
            throttle.begin(&tried, 0).unwrap();
            throttle.succeeded(&tried);
        }
        assert_eq!(throttle.wait(&quill, 0), None);
    }

    #[test]
    fn a_success_neither_shortens_nor_lengthens_what_the_address_waits() {
        let throttle = Throttle::new(Delays::default());
        let failing = [Tried::Address(HERE)];
        (0..19).for_each(|_| fail(&throttle, &failing, 0));
        let quill = [Tried::HandleFrom("quill".into(), HERE), Tried::Address(HERE)];
        throttle.begin(&quill, 0).unwrap();
        fail(&throttle, &[Tried::SecondFactor(AccountId::from_bytes([7; 16]))], 0);
        throttle.succeeded(&quill);
        fail(&throttle, &failing, 0);
        assert_eq!(throttle.wait(&failing, 0), Some(1));
        assert_eq!(throttle.wait(&failing, 1), None);
        throttle.begin(&quill, 1).unwrap();
        throttle.succeeded(&quill);
        assert_eq!(throttle.wait(&failing, 1), None);
    }

    #[test]
    fn whoever_has_the_password_tries_about_a_hundred_codes_a_day() {
        let throttle = Throttle::new(Delays::default());
        let account = [Tried::SecondFactor(AccountId::from_bytes([7; 16]))];
        let (mut now, mut tries) = (0, 0);
        while now < 24 * 60 * 60 {
            fail(&throttle, &account, now);
            tries += 1;
            now += i64::from(throttle.wait(&account, now).unwrap_or(0));
        }
        assert!((90..120).contains(&tries), "{tries}");
        assert_eq!(throttle.wait(&password("quill", 1), now), None, "the password is not delayed by it");
    }

    #[test]
    fn nobody_waits_for_a_clock_that_was_set_back_by_a_year() {
        let throttle = Throttle::new(Delays::default());
        let quill = password("quill", 1);
        let year = 365 * 24 * 60 * 60;
        (0..9).for_each(|_| throttle.failed(&quill, year));
        assert_eq!(throttle.wait(&quill, year), Some(16));
        assert_eq!(throttle.wait(&quill, 0), None);
    }

    #[test]
    fn success_and_time_forget_failures() {
        let throttle = Throttle::new(Delays::default());
        let quill = password("quill", 1);
        (0..9).for_each(|_| throttle.failed(&quill, 0));
        throttle.failed(&quill, 15 * 60);
        assert_eq!(throttle.wait(&quill, 15 * 60), None);
        (0..9).for_each(|_| throttle.failed(&quill, 15 * 60));
        throttle.succeeded(&quill);
        assert_eq!(throttle.wait(&quill, 15 * 60), None);
    }
}
