//! Prompts: a set that a clinic offers, and what a patient answered. Answers are for her own eyes; what she wrote is an
//! entry like any other, which she may share.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use super::entry::Kind;
use crate::text::{FewWords, FieldError, Term};

/// A set of prompts. Changed wording is a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptSet {
    /// Which.
    pub name: Term,
    /// Its version, from 1.
    pub version: u32,
    /// The prompts, in the order in which they are offered.
    pub prompts: Vec<Prompt>,
}

/// One prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// Which; once in its set.
    pub id: Term,
    /// When it is offered.
    pub when: PromptTime,
    /// The words. `{intention}` stands for the patient's last intention; without one the prompt is not offered.
    pub text: FewWords,
    /// What kind of entry an answer becomes; a fragment, if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
}

/// When a prompt is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptTime {
    /// Before a dose.
    Preparation,
    /// While decisions wait after it.
    SameDay,
    /// Until 72 hours after it.
    Early,
    /// Until the cycle is closed.
    BeforeSession,
    /// Between cycles.
    Between,
}

/// What a patient answered to a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptAnswer {
    /// The set.
    pub set: Term,
    /// Its version.
    pub version: u32,
    /// The prompt.
    pub prompt: Term,
    /// What was answered.
    pub answer: Answered,
    /// The entry that the answer became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<DocumentId>,
}

/// What can be answered to any prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// Something was written.
    Wrote,
    /// "I'd rather not."
    RatherNot,
    /// "Nothing came."
    NothingCame,
}

impl PromptSet {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.version == 0 {
            return Err(FieldError::Rule { field: "version", rule: "versions count from 1" });
        }
        let ids: BTreeSet<_> = self.prompts.iter().map(|prompt| &prompt.id).collect();
        if self.prompts.is_empty() || self.prompts.len() > 200 || ids.len() < self.prompts.len() {
            return Err(FieldError::Rule { field: "prompts", rule: "1 to 200 prompts, each with an id of its own" });
        }
        Ok(())
    }
}

impl PromptAnswer {
    pub(super) const fn check(&self) -> Result<(), FieldError> {
        match (self.answer, self.entry.is_some()) {
            (Answered::RatherNot, true) => {
                Err(FieldError::Rule { field: "entry", rule: "what was declined has no entry" })
            }
            (Answered::Wrote, false) => Err(FieldError::Rule { field: "entry", rule: "what was written is an entry" }),
            _ => Ok(()),
        }
    }
}
