//! Names of instruments, items and scores: short, plain, and the same in packs, in documents and on the command line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::text::FieldError;

/// The longest name.
const MAX_CHARS: usize = 40;

macro_rules! measure_id {
    ($(#[$doc:meta])* $name:ident, $field:literal, $marks:pat, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Accepts a name: ", $rule, ".")]
            pub fn new(text: impl Into<String>) -> Result<Self, FieldError> {
                let text = text.into();
                let allowed = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, $marks));
                let starts = text.starts_with(|first: char| first.is_ascii_alphabetic());
                if allowed && starts && text.len() <= MAX_CHARS {
                    Ok(Self(text))
                } else {
                    Err(FieldError::Rule { field: $field, rule: $rule })
                }
            }

            /// Returns the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = FieldError;

            fn from_str(text: &str) -> Result<Self, FieldError> {
                Self::new(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

measure_id!(
    /// The name of an instrument: `PHQ-9`.
    InstrumentId, "instrument", '-' | '.' | '_',
    "at most 40 letters, digits, dashes, dots and underscores, a letter first"
);
measure_id!(
    /// The name of an item or a score within its instrument: `q1`, `total`.
    ItemId, "item", '_',
    "at most 40 letters, digits and underscores, a letter first"
);

impl InstrumentId {
    /// Tells whether somebody means this instrument: capitals do not matter.
    pub fn is_meant_by(&self, typed: &str) -> bool {
        self.0.eq_ignore_ascii_case(typed)
    }
}
