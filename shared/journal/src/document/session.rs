//! Sessions: appointments, planned or past. A later document with the same id supersedes the one before, by `seq`.

use serde::{Deserialize, Serialize};

use crate::text::FieldError;
use crate::timestamp::Timestamp;

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionType {
    /// Whether the treatment suits.
    Evaluation,
    /// Before a dose.
    Preparation,
    /// The dose itself; a completed one starts a cycle.
    Dosing,
    /// Making sense of what came up.
    Integration,
    /// Ongoing therapy.
    Psychotherapy,
    /// A short contact.
    CheckIn,
}

impl SessionType {
    /// Returns the name for people: `integration`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::Preparation => "preparation",
            Self::Dosing => "dosing",
            Self::Integration => "integration",
            Self::Psychotherapy => "psychotherapy",
            Self::CheckIn => "check-in",
        }
    }
}

/// What became of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Planned.
    Scheduled,
    /// Took place.
    Completed,
    /// Called off.
    Cancelled,
    /// The patient did not come.
    NoShow,
}

/// An appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// What for.
    pub session_type: SessionType,
    /// What became of it.
    pub state: SessionState,
    /// When it starts or started.
    pub starts_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// Returns when it ended, or started if nobody wrote down the end; absent unless it took place.
    pub fn completed_at(&self) -> Option<Timestamp> {
        (self.state == SessionState::Completed).then(|| self.ended_at.unwrap_or(self.starts_at))
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        match self.ended_at {
            Some(_) if self.state != SessionState::Completed => {
                Err(FieldError::Rule { field: "ended_at", rule: "only a completed session has ended" })
            }
            Some(ended_at) if ended_at < self.starts_at => {
                Err(FieldError::Rule { field: "ended_at", rule: "a session ends after it starts" })
            }
            _ => Ok(()),
        }
    }
}
