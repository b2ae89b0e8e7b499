//! The machine's clock and randomness, for whoever calls the pure crates, which take both as arguments.

use chrono::Local;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use reverie_journal::Timestamp;

/// The system's randomness. Panics if the system has none: nothing could be sealed safely then.
pub type Randomness = UnwrapErr<SysRng>;

/// Returns the system's randomness.
pub fn randomness() -> Randomness {
    UnwrapErr(SysRng)
}

/// Returns the time on this machine's clock, with its offset from UTC.
#[expect(clippy::disallowed_methods, reason = "this is where a native client has its clock")]
pub fn now() -> Timestamp {
    let now = Local::now();
    // A zone may be set to odd seconds; a timestamp's offset is whole minutes, and the instant stays the same.
    Timestamp::from_unix(now.timestamp(), now.offset().local_minus_utc() / 60)
        .expect("a machine's clock is between the years 0 and 9999, its zone within a day of UTC")
}

#[cfg(test)]
mod tests {
    use rand_core::Rng as _;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the other clock to compare with")]
    fn the_clock_tells_the_same_instant_as_the_system() {
        let seconds = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
        let before = seconds();
        let told = now().unix();
        assert!((before..=seconds()).contains(&told));
    }

    #[test]
    fn two_draws_of_randomness_differ() {
        assert_ne!(randomness().next_u64(), randomness().next_u64());
    }
}
