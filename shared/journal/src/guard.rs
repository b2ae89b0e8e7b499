//! The guard window: after a dose, decisions wait, and everything that protects or captures goes on (domain.md 1.7).
//!
//! The invariant: a window that a device has seen begin is never shortened, by nobody's document and by no clock. Enforced
//! on clients only: a server that knew of it would know the days of the doses.

use reverie_protocol::ids::DocumentId;
use serde::{Deserialize, Serialize};

use crate::calendar::TimeOfDay;
use crate::timestamp::Timestamp;
use crate::view::PatientView;

/// How long after the dose one entry may be shared after all.
const EXCEPTION_SECONDS: i64 = 4 * 60 * 60;

/// A guard window that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// When the last dose in it began.
    pub from: Timestamp,
    /// When decisions need no longer wait.
    pub until: Timestamp,
}

/// What somebody would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Write, speak, draw, add to an entry, mark it.
    Capture,
    /// Read one's own.
    Read,
    /// See whom to call, and call.
    GetHelp,
    /// Take an entry back from those who read it.
    Withdraw,
    /// End somebody's reading.
    StopSharing,
    /// Lock a phone that is lost.
    LockDevice,
    /// Put an entry into the trash, from which it comes back.
    Discard,
    /// Share an entry.
    Share,
    /// Let somebody read.
    Admit,
    /// Consent to anything.
    Consent,
    /// Erase for good.
    Erase,
    /// End a journal or an account.
    End,
    /// Take a new device in.
    AddDevice,
    /// Change keys or a password.
    ChangeKeys,
    /// Make a new recovery kit.
    ChangeKit,
    /// Take a scored measure.
    Measure,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Capture,
        Self::Read,
        Self::GetHelp,
        Self::Withdraw,
        Self::StopSharing,
        Self::LockDevice,
        Self::Discard,
        Self::Share,
        Self::Admit,
        Self::Consent,
        Self::Erase,
        Self::End,
        Self::AddDevice,
        Self::ChangeKeys,
        Self::ChangeKit,
        Self::Measure,
    ];

    /// Tells whether it waits while a guard window is under way. What protects and can be undone never does.
    pub const fn waits(self) -> bool {
        match self {
            Self::Capture
            | Self::Read
            | Self::GetHelp
            | Self::Withdraw
            | Self::StopSharing
            | Self::LockDevice
            | Self::Discard => false,
            Self::Share
            | Self::Admit
            | Self::Consent
            | Self::Erase
            | Self::End
            | Self::AddDevice
            | Self::ChangeKeys
            | Self::ChangeKit
            | Self::Measure => true,
        }
    }
}

impl Guard {
    /// Returns what is said to somebody who has to wait.
    pub fn sentence(&self) -> String {
        format!("this can wait until {}; nothing is lost", self.until.minute_text())
    }

    /// Returns from when on one entry may be shared all the same, confirmed twice.
    pub fn exception_from(&self) -> Timestamp {
        self.from.plus_seconds(EXCEPTION_SECONDS).unwrap_or(self.until)
    }
}

/// Why not even one entry can be shared while decisions wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExceptionError {
    /// It is for entries alone.
    #[error("only an entry can be shared while decisions wait")]
    NoEntry,
    /// It is too early.
    #[error("one entry can be shared from {} on, four hours after the dose", .0.clock_text())]
    TooEarly(Timestamp),
    /// It was used in this window.
    #[error("one entry was shared today already; others can wait until {}", .0.minute_text())]
    Used(Timestamp),
}

impl PatientView {
    /// Accepts the sharing of one entry in a guard window: from four hours after the dose on, once in a window.
    ///
    /// # Errors
    /// [`ExceptionError`].
    pub fn check_exception(&self, guard: Guard, entry: DocumentId, now: Timestamp) -> Result<(), ExceptionError> {
        if self.entry(entry).is_none() {
            return Err(ExceptionError::NoEntry);
        }
        if now.unix() < guard.exception_from().unix() {
            return Err(ExceptionError::TooEarly(guard.exception_from()));
        }
        if self.shared_during(guard) { Err(ExceptionError::Used(guard.until)) } else { Ok(()) }
    }
}

/// Returns the guard window that is under way, if one is. `seen` is the last one that this device saw under way.
///
/// A dose starts it: one that was recorded, one that was planned for a time that has come, or the patient's own note. Once
/// seen it lasts at least as long as it was to last then; a clock that was turned back is still inside it.
pub fn guard(view: &PatientView, seen: Option<Guard>, now: Timestamp) -> Option<Guard> {
    let begun = view.dose_starts().into_iter().filter(|start| start.at.unix() <= now.unix());
    let found = begun.map(|start| Guard { from: start.at, until: start.guard_ends });
    let windows = found.chain(seen).filter(|guard| now.unix() < guard.until.unix());
    windows.reduce(|one, other| Guard { from: one.from.max(other.from), until: one.until.max(other.until) })
}

impl PatientView {
    /// Returns since when what was captured in the last guard window may be asked about; nothing while it is under way.
    ///
    /// That is the first release time of the course at or after its end.
    pub fn release_from(&self, guard: Option<Guard>, now: Timestamp) -> Option<Timestamp> {
        if guard.is_some() {
            return None;
        }
        let ends = self.dose_starts().into_iter().map(|start| start.guard_ends);
        let last = ends.filter(|end| end.unix() <= now.unix()).max_by_key(|end| end.unix())?;
        let courses = self.shared.iter().filter_map(|shared| shared.course());
        let release_at = courses.map(|course| course.body().release_at).max().unwrap_or(TimeOfDay::MORNING);
        Some(release_at.next_from(last))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{Course, Document, Session, SessionState, SessionType};
    use crate::fold::fold;
    use crate::sample::*;

    fn dosing(n: u8, state: SessionState, starts: Timestamp) -> Document {
        document(n, starts, Session::new(SessionType::Dosing, state, starts))
    }

    fn view(documents: impl IntoIterator<Item = Document>) -> PatientView {
        let shared = documents.into_iter().fold(shared(), |journal, document| journal.write(QUILL, document));
        fold(HERON, &[private(), shared])
    }

    #[test]
    fn what_waits_and_what_never_does() {
        let waits: Vec<_> = Deed::ALL.into_iter().filter(|deed| deed.waits()).collect();
        use Deed::*;
        assert_eq!(waits, [Share, Admit, Consent, Erase, End, AddDevice, ChangeKeys, ChangeKit, Measure]);
    }

    #[test]
    fn a_day_after_the_dose_everything_is_allowed_again() {
        let dosed = view([dosing(1, SessionState::Completed, at(18, 10, 0))]);
        assert_eq!(guard(&dosed, None, at(18, 9, 59)), None);
        let active = guard(&dosed, None, at(18, 10, 1)).unwrap();
        assert_eq!(active.until, at(19, 10, 0));
        assert_eq!(active.sentence(), "this can wait until 19 Apr 2031, 10:00; nothing is lost");
        assert_eq!(guard(&dosed, Some(active), at(19, 9, 59)), Some(active));
        assert_eq!(guard(&dosed, Some(active), at(19, 10, 0)), None);
    }

    #[test]
    fn it_begins_by_her_own_note_by_the_plan_or_by_the_dose_card() {
        let note = private().write(HERON, dosing(1, SessionState::Completed, at(18, 10, 0)));
        assert!(guard(&fold(HERON, &[note]), None, at(18, 10, 0)).is_some());
        assert!(guard(&view([dosing(1, SessionState::Scheduled, at(18, 10, 0))]), None, at(18, 10, 0)).is_some());
        let card = view([dosing(1, SessionState::Completed, at(18, 10, 0)), dose_card(2, 1, at(18, 10, 20))]);
        assert_eq!(guard(&card, None, at(18, 12, 0)).unwrap().until, at(19, 10, 20));
    }

    #[test]
    fn a_clinician_lengthens_it_and_neither_shortens_nor_lifts_it() {
        let hours = |guard_hours| {
            let course = document(9, at(1, 9, 0), Course { guard_hours, ..course(at(1, 9, 0)) });
            view([course, dosing(1, SessionState::Completed, at(18, 10, 0))])
        };
        let seen = guard(&hours(24), None, at(18, 11, 0));
        assert_eq!(guard(&hours(48), seen, at(18, 12, 0)).unwrap().until, at(20, 10, 0));
        assert_eq!(guard(&hours(12), seen, at(19, 9, 0)), seen);
        let called_off = view([dosing(1, SessionState::NoShow, at(18, 10, 0))]);
        assert_eq!(guard(&called_off, seen, at(18, 12, 0)), seen);
        assert_eq!(guard(&called_off, None, at(18, 12, 0)), None, "nobody saw it begin");
    }

    #[test]
    fn a_clock_that_is_turned_back_does_not_end_it() {
        let dosed = view([dosing(1, SessionState::Completed, at(18, 10, 0))]);
        let seen = guard(&dosed, None, at(18, 11, 0));
        for turned_back in [at(18, 9, 0), at(17, 9, 0), at(1, 0, 0)] {
            assert_eq!(guard(&dosed, seen, turned_back), seen);
        }
    }

    #[test]
    fn captures_are_asked_about_on_the_morning_after_it() {
        let dosed = view([dosing(1, SessionState::Completed, at(18, 10, 0))]);
        assert_eq!(dosed.release_from(guard(&dosed, None, at(19, 9, 0)), at(19, 9, 0)), None);
        assert_eq!(dosed.release_from(None, at(19, 10, 0)), Some(at(20, 8, 0)));
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_ends_a_window_before_its_time(
            before in journals(),
            after in journals(),
            hours in proptest::collection::vec(0..800_i64, 1..8),
        ) {
            let (before, after) = (fold(HERON, &before), fold(HERON, &after));
            let start = at(1, hours[0], 0);
            if let Some(first) = guard(&before, None, start) {
                let mut seen = Some(first);
                for hour in &hours[1..] {
                    let now = at(1, *hour, 0);
                    let active = guard(&after, seen, now);
                    if now.unix() < first.until.unix() {
                        prop_assert!(active.is_some_and(|active| active.until.unix() >= first.until.unix()));
                    }
                    seen = active.or(seen);
                }
            }
        }
    }
}
