//! Measures: what somebody answered, and the packs that say what can be asked.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::measure::{InstrumentId, ItemId, Pack};
use crate::safety::SafetyAnswers;
use crate::text::FieldError;

/// Answers of one response.
const ANSWERS: usize = 100;

/// What somebody answered. Its `at` is when; the score is computed, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureResponse {
    /// The instrument.
    pub instrument: InstrumentId,
    /// The version of its definition.
    pub version: u32,
    /// What was answered; an item that is not here was left out.
    pub answers: Vec<Answer>,
    /// What was said where help was shown; absent if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety: Option<SafetyAnswers>,
}

/// One answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The item.
    pub item: ItemId,
    /// What was answered.
    pub value: u16,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({})", self.item)
    }
}

impl MeasureResponse {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.answers.is_empty() {
            return Err(FieldError::Empty { field: "answers" });
        }
        if self.answers.len() > ANSWERS {
            return Err(FieldError::Rule { field: "answers", rule: "there are at most 100 of them" });
        }
        let items: BTreeSet<_> = self.answers.iter().map(|answer| &answer.item).collect();
        if items.len() < self.answers.len() {
            return Err(FieldError::Rule { field: "answers", rule: "an item is answered once" });
        }
        if self.version == 0 {
            return Err(FieldError::Rule { field: "version", rule: "versions count from 1" });
        }
        Ok(())
    }
}

/// An instrument that a practice offers, with the pack that defines it. It travels in the journal, so that whoever reads an
/// answer can score it, in ten years too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentPack {
    /// The pack.
    pub pack: Pack,
}

impl InstrumentPack {
    /// A pack that exists was checked when it was loaded.
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        let Self { pack: _ } = self;
        Ok(())
    }
}
