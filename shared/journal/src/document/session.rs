//! Sessions: appointments, planned or past. A later document with the same id supersedes the one before, by `seq`.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::text::{FieldError, PersonName};
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
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Evaluation, Self::Preparation, Self::Dosing, Self::Integration, Self::Psychotherapy, Self::CheckIn];

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

impl SessionState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Scheduled, Self::Completed, Self::Cancelled, Self::NoShow];

    /// Returns the name for people: `no-show`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no-show",
        }
    }
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
    /// The cycle that it belongs to; cycles are woven into ongoing therapy, so there may be none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<DocumentId>,
    /// Where they met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Who was there, beside the patient and who records it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attendees: Vec<PersonName>,
}

/// Where people meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In one room.
    InPerson,
    /// By video or telephone.
    Telehealth,
}

impl Session {
    /// Returns a session of which no more is known than this.
    pub const fn new(session_type: SessionType, state: SessionState, starts_at: Timestamp) -> Self {
        Self { session_type, state, starts_at, ended_at: None, cycle: None, mode: None, attendees: Vec::new() }
    }

    /// Tells whether it is a dosing session that took place or is still to be.
    pub fn is_dose(&self) -> bool {
        self.session_type == SessionType::Dosing
            && matches!(self.state, SessionState::Completed | SessionState::Scheduled)
    }

    /// Returns when it ended, or started if nobody wrote down the end; absent unless it took place.
    pub fn completed_at(&self) -> Option<Timestamp> {
        (self.state == SessionState::Completed).then(|| self.ended_at.unwrap_or(self.starts_at))
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        let attendees: BTreeSet<_> = self.attendees.iter().collect();
        if self.attendees.len() > 20 || attendees.len() < self.attendees.len() {
            return Err(FieldError::Rule { field: "attendees", rule: "at most 20 people, each named once" });
        }
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
