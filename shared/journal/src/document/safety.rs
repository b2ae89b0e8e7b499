//! What a clinic says of who looks when, what a clinician did about a flag, and whom a patient can call.

use std::fmt;

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Deserializer, Serialize};

use crate::text::{FieldError, Hours, PersonName, Words};
use crate::timestamp::Timestamp;

/// A clinic's statement of who looks at flagged answers. The latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Flagged answers are looked at within this many business days.
    pub within_business_days: u8,
    /// The clinic's number.
    pub phone: Phone,
    /// When it is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// An absence, if one is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<Away>,
}

/// An absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// From when.
    pub from: Timestamp,
    /// Until when; absent means until the next statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Who covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covering: Option<Person>,
}

/// Somebody who can be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who.
    pub name: PersonName,
    /// The number.
    pub phone: Phone,
}

/// A telephone number, as people write it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// Accepts 3 to 40 digits, spaces, dashes, dots, brackets, `+`, and `x` for an extension.
    pub fn new(text: impl Into<String>) -> Result<Self, FieldError> {
        let text = text.into();
        let allowed = text.chars().all(|c| c.is_ascii_digit() || " -.()+x".contains(c));
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if allowed && digits >= 3 && text.len() <= 40 {
            Ok(Self(text))
        } else {
            let rule = "a telephone number is 3 to 40 digits, spaces, dashes, dots, brackets, + and x";
            Err(FieldError::Rule { field: "phone", rule })
        }
    }

    /// Returns the number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Away {
    /// Returns what the patient is told: `Your clinician is away until 12 Apr 2031. Noor Haddon covers: 617-555-0142.`
    pub fn sentence(&self) -> String {
        let until = self.until.map(|until| format!(" until {}", until.day_text())).unwrap_or_default();
        let covering = self.covering.as_ref();
        let covering =
            covering.map(|covering| format!(" {} covers: {}.", covering.name.as_str(), covering.phone.as_str()));
        format!("Your clinician is away{until}.{}", covering.unwrap_or_default())
    }
}

impl Coverage {
    /// Returns the absence, if the clinician is away at this time.
    pub fn away_at(&self, now: Timestamp) -> Option<&Away> {
        self.away
            .as_ref()
            .filter(|away| away.from.unix() <= now.unix() && away.until.is_none_or(|until| now.unix() < until.unix()))
    }

    /// Returns what the patient is told while the clinician is away: until when, and who covers.
    pub fn absence(&self, now: Timestamp) -> Option<String> {
        self.away_at(now).map(Away::sentence)
    }

    /// Returns what the patient is told each time.
    pub fn promise(&self) -> String {
        let days = match self.within_business_days {
            1 => "1 business day".to_owned(),
            days => format!("{days} business days"),
        };
        let hours = self.hours.as_ref().map(|hours| format!(" ({})", hours.as_str())).unwrap_or_default();
        format!("Flagged answers are looked at within {days}; the number to call is {}{hours}.", self.phone.as_str())
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        if !(1..=10).contains(&self.within_business_days) {
            return Err(FieldError::Rule {
                field: "within_business_days",
                rule: "1 to 10 business days can be promised",
            });
        }
        match &self.away {
            Some(Away { from, until: Some(until), .. }) if until.unix() <= from.unix() => {
                Err(FieldError::Rule { field: "away", rule: "an absence ends after it begins" })
            }
            _ => Ok(()),
        }
    }
}

/// What a clinician did about the flagged answers of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    /// The response.
    pub response: DocumentId,
    /// What came of it.
    pub outcome: Outcome,
    /// What the clinician notes; the patient can read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Words>,
}

/// What came of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Spoke by telephone.
    Called,
    /// Saw the patient.
    Seen,
    /// Talked about it in the session.
    DiscussedInSession,
    /// Tried, and did not reach her.
    NotReached,
}

impl Outcome {
    /// Tells whether the flag goes. Whoever was not reached still has to be.
    pub const fn closes(self) -> bool {
        !matches!(self, Self::NotReached)
    }

    /// Returns the name for people: `discussed in session`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Called => "called",
            Self::Seen => "seen",
            Self::DiscussedInSession => "discussed in session",
            Self::NotReached => "not reached",
        }
    }
}

impl Disposition {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.note.as_ref().is_some_and(Words::is_blank) {
            return Err(FieldError::Empty { field: "note" });
        }
        Ok(())
    }
}

/// Whom a patient can call: her own plan, for nobody else's eyes. The latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyPlan {
    /// The people, in the order in which she would call them.
    pub people: Vec<Person>,
}

impl SafetyPlan {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.people.len() > 10 {
            return Err(FieldError::Rule { field: "people", rule: "a plan has at most 10 people" });
        }
        Ok(())
    }
}
