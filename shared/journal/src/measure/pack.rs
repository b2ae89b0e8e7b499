//! Instrument packs: TOML that a practice writes, loaded strictly, with every mistake named by line and field.
//!
//! The invariant: what loads is whole. Its rights are stated, its wording (if it has any) is the wording that was cleared,
//! every answer has its anchor, every reference leads somewhere, and no score needs itself.

mod check;
mod toml_lines;
mod wire;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::toml_lines::Lines;
use super::instrument::Instrument;

/// The longest pack, in bytes.
pub const PACK_BYTES: usize = 64 * 1024;

/// An instrument together with the text that defines it, as it travels.
#[derive(Clone)]
pub struct Pack {
    source: String,
    instrument: Arc<Instrument>,
}

/// One mistake in a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line}, {field}: {message}")]
pub struct PackProblem {
    /// The line, from 1.
    pub line: usize,
    /// The field: `items[3].loinc`, counted from 1.
    pub field: String,
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
}

/// Everything that is wrong with a pack; at least one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackError {
    /// What is wrong, in the order of the lines.
    pub problems: Vec<PackProblem>,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for PackError {}

impl Pack {
    /// Loads a pack.
    ///
    /// # Errors
    /// [`PackError`] lists all that is wrong with it.
    pub fn load(source: impl Into<String>) -> Result<Self, PackError> {
        let source = source.into();
        let one = |line, field: &str, message: String| PackError {
            problems: vec![PackProblem { line, field: field.to_owned(), message }],
        };
        if source.len() > PACK_BYTES {
            return Err(one(1, "the whole pack", format!("a pack has at most {} KiB", PACK_BYTES / 1024)));
        }
        let lines = Lines::new(&source);
        let wire: wire::Pack = toml::from_str(&source).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().trim().replace('\n', "; ");
            one(lines.line(at), &lines.field(at), message)
        })?;
        let instrument = check::instrument(wire, &lines)?;
        Ok(Self { source, instrument: Arc::new(instrument) })
    }

    /// Returns the instrument that it defines.
    pub fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    /// Returns its text.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl fmt::Debug for Pack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pack({} version {})", self.instrument.id, self.instrument.version)
    }
}

impl PartialEq for Pack {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pack {}

impl Serialize for Pack {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Pack {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::load(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
