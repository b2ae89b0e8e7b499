//! Crisis packs: whom to call in a region, as data with a day on which it must be checked again.
//!
//! The invariant: a pack that ships is younger than its `expires_on`; a test fails from 60 days before. On an old device
//! it is shown all the same, with the day on which it was checked: most numbers outlive their pack.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

static US_MA: LazyLock<CrisisPack> = LazyLock::new(|| {
    toml::from_str(include_str!("../../crisis/us-ma.toml")).expect("a test loads the crisis pack that ships")
});

/// Whom to call in a region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrisisPack {
    /// The version of the format.
    pub format: u32,
    /// The region's code.
    pub region: String,
    /// The region's name.
    pub name: String,
    /// When every line was checked.
    pub checked_on: NaiveDate,
    /// When they must be checked again.
    pub expires_on: NaiveDate,
    /// Whom to call in danger.
    pub emergency: Vec<CrisisLine>,
    /// Whom else to call.
    pub lines: Vec<CrisisLine>,
}

/// Somebody who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrisisLine {
    /// Who.
    pub name: String,
    /// The number, as it is dialled.
    pub number: String,
    /// Whether to call, text or chat.
    pub how: String,
    /// When.
    pub hours: String,
}

impl CrisisPack {
    /// Returns the pack of Massachusetts, the one that ships.
    pub fn shipped() -> &'static Self {
        &US_MA
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days};

    use super::*;

    /// Days before the end from which on the test fails.
    const WARNING: Days = Days::new(60);

    #[test]
    #[expect(
        clippy::disallowed_types,
        clippy::disallowed_methods,
        reason = "the one test that must fail as time passes"
    )]
    fn the_crisis_pack_does_not_expire_soon() {
        let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let today = DateTime::from_timestamp(seconds as i64, 0).unwrap().date_naive();
        let pack = CrisisPack::shipped();
        assert!(
            today + WARNING < pack.expires_on,
            "check every line of shared/journal/crisis/us-ma.toml, then set `checked_on` and `expires_on`"
        );
        assert!(pack.checked_on <= today && pack.expires_on <= pack.checked_on + Days::new(366));
    }

    #[test]
    fn the_lines_of_massachusetts_are_all_there() {
        let pack = CrisisPack::shipped();
        let numbers: Vec<_> = pack.emergency.iter().chain(&pack.lines).map(|line| line.number.as_str()).collect();
        assert_eq!(numbers, ["911", "988", "833-773-2445", "1-877-382-1609", "711, then 988"]);
    }
}
