//! Courses and cycles: what a clinic and a patient agreed on for a treatment, and the rounds that it is made of. A later
//! document with the same id supersedes the one before, by `seq`.
//!
//! The invariant: what follows from sessions is not written down. A cycle says when it was opened and how it ended; that
//! it was dosed follows from a dosing session that took place, and from nothing else (`cycle.rs`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::calendar::{Day, TimeOfDay};
use crate::document::Phone;
use crate::measure::InstrumentId;
use crate::text::{FewWords, FieldError, Region};

/// How long decisions wait after a dose, unless the course says otherwise.
pub(crate) const GUARD_HOURS: u8 = 24;

/// A course of treatment and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// When it began.
    pub started_on: Day,
    /// How it stands.
    pub status: CourseStatus,
    /// Why it was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<FewWords>,
    /// What it is about, in words that both agreed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<FewWords>,
    /// Which measures are to be taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measure_plan: Vec<InstrumentId>,
    /// What is proposed for captures of the guard window when it is over.
    pub share_default: ShareDefault,
    /// How many hours decisions wait after a dose: 12 to 48.
    pub guard_hours: u8,
    /// The time of day at which captures of the guard window are offered for sharing.
    pub release_at: TimeOfDay,
    /// The clinic's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinic_phone: Option<Phone>,
    /// Where crisis help is looked up: `US-MA`.
    pub crisis_pack: Region,
    /// The patient is told what was opened and what was read for a session. Off unless the practice wants it: who reads
    /// when can become a stage for hope and disappointment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tell_when_read: bool,
}

/// How a course stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CourseStatus {
    /// Under way.
    Active,
    /// Interrupted.
    Paused,
    /// Finished.
    Completed,
    /// Ended before it was finished.
    Stopped,
}

impl CourseStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Completed, Self::Stopped];

    /// Returns the name for people: `active`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
        }
    }
}

/// What is proposed for captures of the guard window. Whatever it says, nothing is shared without the patient's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareDefault {
    /// Each is asked about.
    Ask,
    /// Each is held, and asked about with sharing proposed.
    HoldThenShare,
    /// None is asked about.
    Private,
}

impl ShareDefault {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ask, Self::HoldThenShare, Self::Private];

    /// Returns the name on the command line: `hold-then-share`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::HoldThenShare => "hold-then-share",
            Self::Private => "private",
        }
    }
}

impl Course {
    /// Returns a course that begins on this day, with what holds unless a clinic says otherwise.
    pub fn starting(started_on: Day) -> Self {
        Self {
            started_on,
            status: CourseStatus::Active,
            stop_reason: None,
            focus: None,
            measure_plan: Vec::new(),
            share_default: ShareDefault::Ask,
            guard_hours: GUARD_HOURS,
            release_at: TimeOfDay::MORNING,
            clinic_phone: None,
            crisis_pack: Region::new("US-MA").expect("the region has 1 to 20 characters"),
            tell_when_read: false,
        }
    }

    pub(super) fn check(&self) -> Result<(), FieldError> {
        if !(12..=48).contains(&self.guard_hours) {
            return Err(FieldError::Rule { field: "guard_hours", rule: "decisions wait 12 to 48 hours after a dose" });
        }
        if self.stop_reason.is_some() && self.status != CourseStatus::Stopped {
            return Err(FieldError::Rule { field: "stop_reason", rule: "only a stopped course has one" });
        }
        if self.measure_plan.len() > 20
            || self.measure_plan.iter().collect::<BTreeSet<_>>().len() < self.measure_plan.len()
        {
            return Err(FieldError::Rule { field: "measure_plan", rule: "at most 20 measures, each named once" });
        }
        Ok(())
    }
}

/// One round of preparing, dosing and integrating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    /// When it was opened.
    pub opened_on: Day,
    /// How it ended, once it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<CycleEnd>,
}

/// How a cycle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CycleEnd {
    /// When.
    pub on: Day,
    /// How.
    pub how: Ended,
}

/// How a cycle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It went its way.
    Closed,
    /// It was left out, without a dose.
    Skipped,
    /// It was broken off.
    Aborted,
}

impl Cycle {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        match self.ended {
            Some(ended) if ended.on < self.opened_on => Err(FieldError::Rule {
                field: "ended",
                rule: "a cycle ends on or after the day on which it was opened",
            }),
            _ => Ok(()),
        }
    }
}
