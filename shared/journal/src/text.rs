//! Text with a limit: what people write, and the names that travel with it.
//!
//! The invariant: a value that exists keeps its limit, so nothing behind the constructor checks again. None of these
//! types shows its text in `Debug`: a patient's words must not reach a log through a stray `{:?}`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// What is wrong with one field of a document, named as in its JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// More characters than the field takes.
    #[error("`{field}` has {chars} characters; at most {max} fit")]
    TooLong {
        /// The field.
        field: &'static str,
        /// How long it is.
        chars: usize,
        /// How long it may be.
        max: usize,
    },
    /// The field must say something.
    #[error("`{field}` is empty")]
    Empty {
        /// The field.
        field: &'static str,
    },
    /// The field breaks another rule.
    #[error("`{field}`: {rule}")]
    Rule {
        /// The field.
        field: &'static str,
        /// The rule, as a sentence without its full stop.
        rule: &'static str,
    },
}

macro_rules! limited_text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $min:literal..=$max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("The longest `", $field, "`, in characters (Unicode scalar values).")]
            pub const MAX_CHARS: usize = $max;

            #[doc = concat!("Accepts text of ", $min, " to ", $max, " characters, as it is.")]
            pub fn new(text: impl Into<String>) -> Result<Self, FieldError> {
                let text = text.into();
                match text.chars().count() {
                    chars if ($min..=$max).contains(&chars) => Ok(Self(text)),
                    0 => Err(FieldError::Empty { field: $field }),
                    chars => Err(FieldError::TooLong { field: $field, chars, max: $max }),
                }
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

limited_text!(
    /// What somebody wrote; may be empty, since a drawing or `blank` needs no words.
    Words, "words", 0..=20_000
);
limited_text!(
    /// A title that the patient gave.
    Title, "title", 1..=120
);
limited_text!(
    /// The name of an attached file, as its author called it. Not safe as a path: see `export::attachment_paths`.
    FileName, "name", 1..=200
);
limited_text!(
    /// The media type of an attached file (RFC 6838), as its author's device told it.
    MediaType, "media_type", 1..=100
);

limited_text!(
    /// What somebody who can be called is called.
    PersonName, "name", 1..=80
);
limited_text!(
    /// When somebody can be called.
    Hours, "hours", 1..=200
);

limited_text!(
    /// A sentence or two.
    FewWords, "words", 1..=500
);
limited_text!(
    /// A term or label: `nausea`.
    Term, "term", 1..=80
);
limited_text!(
    /// What a patient calls a theme.
    ThemeName, "name", 1..=120
);
limited_text!(
    /// The code of a region: `US-MA`.
    Region, "region", 1..=20
);

impl Words {
    /// Tells whether there is anything but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_characters_not_bytes() {
        assert!(Title::new("é".repeat(120)).is_ok());
        let error = Title::new("é".repeat(121)).unwrap_err();
        assert_eq!(error.to_string(), "`title` has 121 characters; at most 120 fit");
    }

    #[test]
    fn debug_output_shows_no_words() {
        let words = Words::new("the locked greenhouse").unwrap();
        assert!(!format!("{words:?}").contains("greenhouse"));
    }
}
