//! Flags: answers that ask for care, as a clinician must see them, each until somebody has answered it.
//!
//! The invariant: a flag about thoughts of dying or self-harm stays open until a clinician writes a disposition that closes
//! it. Nothing else closes it: not reading it, not time, not a later answer.

use reverie_protocol::ids::{AccountId, DocumentId};
use serde::Serialize;

use crate::document::Outcome;
use crate::measure::{InstrumentId, Risk, RiskClass};
use crate::safety::SafetyAnswers;
use crate::timestamp::Timestamp;
use crate::view::{MeasureView, SharedView};

/// An answer that asks for care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flag {
    /// The response that holds it.
    pub response: DocumentId,
    /// The instrument.
    pub instrument: InstrumentId,
    /// The answer.
    pub risk: Risk,
    /// When it was given, by the patient's clock.
    pub at: Timestamp,
    /// What she said where help was shown; absent if it was not.
    pub safety: Option<SafetyAnswers>,
    /// What was done about it last.
    pub disposition: Option<Disposed>,
    /// Still to be answered.
    pub open: bool,
}

/// What was done about a flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disposed {
    /// What came of it.
    pub outcome: Outcome,
    /// Who says so.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// What was noted.
    pub note: Option<String>,
}

impl MeasureView {
    /// Returns the answers that ask for care.
    pub fn flags(&self) -> Vec<Flag> {
        let risks = self.score().map(|score| score.risks.as_slice()).unwrap_or_default();
        let closed = self.dispositions.iter().any(|view| view.disposition.body().outcome.closes());
        let disposition = self.dispositions.last().map(|view| {
            let body = view.disposition.body();
            let note = body.note.as_ref().map(|note| note.as_str().to_owned());
            Disposed { outcome: body.outcome, by: view.author, at: view.disposition.at(), note }
        });
        let flag = |risk: &Risk| Flag {
            response: self.response.id(),
            instrument: self.response.body().instrument.clone(),
            open: risk.class == RiskClass::Suicide && !closed,
            risk: risk.clone(),
            at: self.response.at(),
            safety: self.response.body().safety.clone(),
            disposition: disposition.clone(),
        };
        risks.iter().map(flag).collect()
    }
}

impl SharedView {
    /// Returns all flags: open ones first, the oldest before the others.
    pub fn flags(&self) -> Vec<Flag> {
        let mut flags: Vec<_> = self.measures.iter().flat_map(MeasureView::flags).collect();
        flags.sort_by_key(|flag| (!flag.open, flag.at, flag.response));
        flags
    }
}
