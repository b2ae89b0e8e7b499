//! Consent: the text that a patient is asked about, and what she acknowledged of it. Her record is signed with her key,
//! like every record: that is the receipt of the clinic.
//!
//! The invariant: the words that she acknowledged stand in the journal, hers or the clinic's, so that they can be read in
//! ten years.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::{FieldError, Term, Words};

/// A text that consent is asked to. Of those that a clinic puts into a journal the latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentText {
    /// What it is called.
    pub name: Term,
    /// Its version, from 1.
    pub version: u32,
    /// Its parts; each is acknowledged for itself, and numbered from 1.
    pub items: Vec<ConsentItem>,
}

/// One part of a consent text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentItem {
    /// What it is about.
    pub title: Term,
    /// The words.
    pub text: Words,
}

/// What a patient said to a consent text. The latest by `seq` counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The text that she was shown.
    pub text: ShownText,
    /// Which parts she acknowledged, in order, each once.
    pub acknowledged: Vec<u16>,
    /// She consents; if not, she takes her consent back.
    pub given: bool,
}

/// The text that a patient was shown: in JSON the id of the clinic's document, or the whole text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ShownText {
    /// The text of the clinic, in this document of the same journal.
    OfClinic(DocumentId),
    /// The text that ships, since the clinic has put none of its own into the journal.
    Shipped(Box<ConsentText>),
}

impl ConsentText {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        if self.version == 0 {
            return Err(FieldError::Rule { field: "version", rule: "versions count from 1" });
        }
        if !(1..=100).contains(&self.items.len()) {
            return Err(FieldError::Rule { field: "items", rule: "a text has 1 to 100 parts" });
        }
        if self.items.iter().any(|item| item.text.is_blank()) {
            return Err(FieldError::Empty { field: "text" });
        }
        Ok(())
    }
}

impl Consent {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        let parts: BTreeSet<_> = self.acknowledged.iter().collect();
        if parts.len() < self.acknowledged.len() || self.acknowledged.contains(&0) || parts.len() > 100 {
            return Err(FieldError::Rule { field: "acknowledged", rule: "parts are numbered from 1 and named once" });
        }
        if self.given && self.acknowledged.is_empty() {
            return Err(FieldError::Rule { field: "acknowledged", rule: "consent is given part by part" });
        }
        match &self.text {
            ShownText::OfClinic(_) => Ok(()),
            ShownText::Shipped(text) => text.check(),
        }
    }
}
