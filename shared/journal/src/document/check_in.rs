//! Check-ins: a card of ten seconds, not an entry and not a measure (domain.md 1.5). Nothing is added up, and nothing on it
//! raises a flag: nobody reads it today.

use serde::{Deserialize, Serialize};

use crate::decimal::SleepHours;
use crate::text::{FewWords, FieldError};

/// How a patient is, in a few numbers. All of them can be left out, but not all at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// Mood, 0 (lowest) to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<u8>,
    /// Tension, 0 (none) to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tension: Option<u8>,
    /// Sleep of the last night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sleep_hours: Option<SleepHours>,
    /// Something physical to tell the clinic. It is not read today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical: Option<FewWords>,
}

impl CheckIn {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if *self == Self::default() {
            return Err(FieldError::Empty { field: "check_in" });
        }
        if self.mood.is_some_and(|mood| mood > 10) {
            return Err(FieldError::Rule { field: "mood", rule: "mood is 0 to 10" });
        }
        if self.tension.is_some_and(|tension| tension > 10) {
            return Err(FieldError::Rule { field: "tension", rule: "tension is 0 to 10" });
        }
        if self.physical.as_ref().is_some_and(|note| note.as_str().trim().is_empty()) {
            return Err(FieldError::Empty { field: "physical" });
        }
        Ok(())
    }
}
