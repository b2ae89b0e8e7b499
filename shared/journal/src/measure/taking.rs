//! Taking a measure: item by item, and help at once where an answer asks for it.
//!
//! The invariant: whoever takes a measure through [`Taking`] sees help before the score. The score comes out of
//! [`Taking::finish`] alone, and an answer about thoughts of dying or self-harm leads into a [`SafetyFlow`] that must end
//! (it may be left at any point) before there is a [`Taking`] again.

use super::answers::{AnswerError, Answers};
use super::instrument::{Instrument, Item, RiskClass};
use super::pack::Pack;
use super::score::{Score, score};
use crate::safety::{SafetyAnswers, SafetyEvent, SafetyFlow, Unexpected};

/// A measure that is being taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    pack: Pack,
    given: Vec<Option<u16>>,
    safety: Option<SafetyAnswers>,
}

/// What comes after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// The next item, or the end.
    Next(Taking),
    /// Help, before anything else.
    Help(Helping),
}

/// A measure that waits while help is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helping {
    taking: Taking,
    flow: SafetyFlow,
}

/// A measure that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What was answered.
    pub answers: Answers,
    /// What was said where help was shown; absent if it was not.
    pub safety: Option<SafetyAnswers>,
    /// What the answers come to.
    pub score: Score,
}

impl Taking {
    /// Begins, or returns nothing for a definition without wording.
    pub fn new(pack: Pack) -> Option<Self> {
        pack.instrument().has_wording().then(|| Self { pack, given: Vec::new(), safety: None })
    }

    /// Returns the instrument.
    pub fn instrument(&self) -> &Instrument {
        self.pack.instrument()
    }

    /// Returns the item to ask now, with its number from 1; nothing after the last.
    pub fn item(&self) -> Option<(usize, &Item)> {
        let item = self.instrument().items.get(self.given.len())?;
        Some((self.given.len() + 1, item))
    }

    /// Answers the item, or leaves it out. After the last item there is nothing to answer, and nothing changes.
    ///
    /// # Errors
    /// [`AnswerError::OutOfRange`]; then the same item is still to be asked.
    pub fn answer(mut self, value: Option<u16>) -> Result<Answered, (Self, AnswerError)> {
        let Some((_, item)) = self.item() else { return Ok(Answered::Next(self)) };
        if let Some(value) = value
            && !item.takes(value)
        {
            let (min, max) = item.range();
            let error = AnswerError::OutOfRange { item: item.id.clone(), value, min, max };
            return Err((self, error));
        }
        let place = self.given.len();
        let class = value.and_then(|value| self.instrument().risk_of(place, value));
        self.given.push(value);
        // Once is enough: a second item of the same kind does not begin it anew.
        Ok(match class {
            Some(RiskClass::Suicide) if self.safety.is_none() => {
                Answered::Help(Helping { taking: self, flow: SafetyFlow::new() })
            }
            _ => Answered::Next(self),
        })
    }

    /// Ends, with what was left out left out.
    ///
    /// # Errors
    /// [`AnswerError::Empty`] if nothing was answered.
    pub fn finish(mut self) -> Result<Taken, AnswerError> {
        self.given.resize(self.instrument().items.len(), None);
        let answers = Answers::in_order(self.instrument(), &self.given)?;
        let score = score(self.instrument(), &answers);
        Ok(Taken { answers, safety: self.safety, score })
    }
}

impl Helping {
    /// Returns where the help is.
    pub const fn flow(&self) -> &SafetyFlow {
        &self.flow
    }

    /// Leaves the help, which can be done at every step; what was said so far is kept.
    #[must_use]
    pub fn leave(self) -> Taking {
        let safety = Some(self.flow.so_far().clone());
        Taking { safety, ..self.taking }
    }

    /// Goes on with what the person chose.
    ///
    /// # Errors
    /// [`Unexpected`] with the same state if this is not among the choices of the screen.
    pub fn step(mut self, event: SafetyEvent) -> Result<Answered, (Self, Unexpected)> {
        match self.flow.step(event) {
            Err(unexpected) => Err((self, unexpected)),
            Ok(()) => Ok(match self.flow.finished() {
                None => Answered::Help(self),
                Some(answers) => {
                    let safety = Some(answers.clone());
                    Answered::Next(Taking { safety, ..self.taking })
                }
            }),
        }
    }
}
