//! Crisis packs: whom to call in a region, as data with a day on which it must be checked again.
//!
//! The invariant: a pack that ships is younger than its `expires_on`, 180 days after its check; a test fails from 30 days
//! before. On an old device it is shown all the same, with the day on which it was checked: most numbers outlive their
//! pack.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::text::Region;

static SHIPPED: LazyLock<Vec<CrisisPack>> = LazyLock::new(|| {
    let sources = [include_str!("../../crisis/us-ma.toml"), include_str!("../../crisis/us.toml")];
    sources.map(|source| toml::from_str(source).expect("a test loads the crisis packs that ship")).to_vec()
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
    /// Returns all packs that ship: Massachusetts, then the whole country.
    pub fn all() -> &'static [Self] {
        &SHIPPED
    }

    /// Returns the pack of a region. One that does not ship (a newer program may know it) gets the lines that are answered
    /// everywhere in the country.
    pub fn of(region: &Region) -> &'static Self {
        let known = Self::all().iter().find(|pack| pack.region == region.as_str());
        known.unwrap_or(&Self::all()[Self::all().len() - 1])
    }

    /// Returns the pack of Massachusetts: what holds while a course says nothing else.
    pub fn shipped() -> &'static Self {
        &Self::all()[0]
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days};

    use super::*;

    /// Days before the end from which on the test fails.
    const WARNING: Days = Days::new(30);
    /// Days after a check for which its lines are believed (domain.md 3.4).
    const AGE: Days = Days::new(180);

    #[test]
    #[expect(
        clippy::disallowed_types,
        clippy::disallowed_methods,
        reason = "the one test that must fail as time passes"
    )]
    fn no_crisis_pack_expires_soon() {
        let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let today = DateTime::from_timestamp(seconds as i64, 0).unwrap().date_naive();
        for pack in CrisisPack::all() {
            assert!(
                today + WARNING < pack.expires_on,
                "check every line of {} in shared/journal/crisis/, then set `checked_on` and `expires_on`",
                pack.region
            );
            assert!(pack.checked_on <= today && pack.expires_on <= pack.checked_on + AGE, "{}", pack.region);
            assert!(!pack.emergency.is_empty() && pack.format == 1, "{}", pack.region);
        }
    }

    #[test]
    fn a_region_has_its_own_lines_and_an_unknown_one_those_of_the_country() {
        let of = |region: &str| CrisisPack::of(&Region::new(region).unwrap()).region.as_str();
        assert_eq!([of("US-MA"), of("US"), of("US-XX")], ["US-MA", "US", "US"]);
    }

    #[test]
    fn the_lines_of_massachusetts_are_all_there() {
        let pack = CrisisPack::shipped();
        let numbers: Vec<_> = pack.emergency.iter().chain(&pack.lines).map(|line| line.number.as_str()).collect();
        assert_eq!(numbers, ["911", "988", "833-773-2445", "1-877-382-1609", "711, then 988"]);
    }
}
