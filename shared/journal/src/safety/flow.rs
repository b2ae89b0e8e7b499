//! The item 9 flow as a state machine: one for every client.
//!
//! The invariant: no answer is forced. Every question can be skipped and the flow can be left at every step; whoever says
//! that she is in danger, or cannot keep herself safe, has 911 and 988 before her at the next step.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where the flow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SafetyStep {
    /// What was answered is acknowledged, and that nobody is reading now.
    Acknowledgement,
    /// "Are you in danger now?"
    Danger,
    /// "Do you feel able to keep yourself safe until you speak with someone?"
    Safe,
    /// 911 and 988, over the full screen.
    Emergency,
    /// Everybody who can be called.
    Contacts,
    /// "Have you told someone?"
    Told,
    /// Whether the clinician will see the answer.
    Sharing,
    /// Over.
    Done,
}

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SafetyEvent {
    /// Has read it.
    Continue,
    /// Yes.
    Yes,
    /// No.
    No,
    /// "I will."
    IWill,
    /// "Not now."
    NotNow,
    /// Would rather not answer.
    Skip,
    /// Closes it all, at any step.
    Leave,
}

/// Whether somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Somebody was.
    Yes,
    /// Somebody will be.
    IWill,
    /// Not now.
    NotNow,
}

impl Told {
    /// Returns the answer for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::IWill => "I will",
            Self::NotNow => "not now",
        }
    }
}

/// What was said in the flow; absent is what was skipped. Stored with the response.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyAnswers {
    /// "Are you in danger now?"
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_danger: Option<bool>,
    /// "Do you feel able to keep yourself safe until you speak with someone?"
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub able_to_keep_safe: Option<bool>,
    /// "Have you told someone?"
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_someone: Option<Told>,
}

impl fmt::Debug for SafetyAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SafetyAnswers(…)")
    }
}

/// The flow, and what was said so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyFlow {
    step: SafetyStep,
    answers: SafetyAnswers,
}

/// This is not among the choices of the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not one of the choices here")]
pub struct Unexpected;

impl SafetyFlow {
    /// Begins.
    #[expect(clippy::new_without_default, reason = "a flow begins because of an answer, not by default")]
    pub const fn new() -> Self {
        let answers = SafetyAnswers { in_danger: None, able_to_keep_safe: None, told_someone: None };
        Self { step: SafetyStep::Acknowledgement, answers }
    }

    /// Returns where it is.
    pub const fn at(&self) -> SafetyStep {
        self.step
    }

    /// Returns what was said, once it is over.
    pub fn finished(&self) -> Option<&SafetyAnswers> {
        (self.step == SafetyStep::Done).then_some(&self.answers)
    }

    /// Returns what was said so far.
    pub const fn so_far(&self) -> &SafetyAnswers {
        &self.answers
    }

    /// Returns what a person can do here.
    pub const fn choices(&self) -> &'static [SafetyEvent] {
        use SafetyEvent::{Continue, IWill, Leave, No, NotNow, Skip, Yes};
        match self.step {
            SafetyStep::Danger | SafetyStep::Safe => &[Yes, No, Skip, Leave],
            SafetyStep::Told => &[Yes, IWill, NotNow, Skip, Leave],
            SafetyStep::Done => &[],
            SafetyStep::Acknowledgement | SafetyStep::Emergency | SafetyStep::Contacts | SafetyStep::Sharing => {
                &[Continue, Leave]
            }
        }
    }

    /// Goes on with what the person did.
    ///
    /// # Errors
    /// [`Unexpected`], and nothing changes, if it is not among [`Self::choices`].
    pub fn step(&mut self, event: SafetyEvent) -> Result<(), Unexpected> {
        use SafetyEvent::{IWill, Leave, No, NotNow, Yes};
        if !self.choices().contains(&event) {
            return Err(Unexpected);
        }
        let yes_or_no = match event {
            Yes => Some(true),
            No => Some(false),
            _ => None,
        };
        self.step = match self.step {
            _ if event == Leave => SafetyStep::Done,
            SafetyStep::Acknowledgement => SafetyStep::Danger,
            SafetyStep::Danger => {
                self.answers.in_danger = yes_or_no;
                if yes_or_no == Some(true) { SafetyStep::Emergency } else { SafetyStep::Safe }
            }
            SafetyStep::Safe => {
                self.answers.able_to_keep_safe = yes_or_no;
                if yes_or_no == Some(false) { SafetyStep::Emergency } else { SafetyStep::Contacts }
            }
            SafetyStep::Emergency => SafetyStep::Contacts,
            SafetyStep::Contacts => SafetyStep::Told,
            SafetyStep::Told => {
                self.answers.told_someone = match event {
                    Yes => Some(Told::Yes),
                    IWill => Some(Told::IWill),
                    NotNow => Some(Told::NotNow),
                    _ => None,
                };
                SafetyStep::Sharing
            }
            SafetyStep::Sharing | SafetyStep::Done => SafetyStep::Done,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests;
