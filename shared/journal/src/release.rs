//! Release: after a guard window, one question for each capture that was held: keep it private, share it, or decide later.
//!
//! The invariant: no answer shares nothing. Everything here is computed from the patient's own view; a clinician's has no
//! private part, so what is held is as little there as what is private.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;

use crate::document::ShareDefault;
use crate::guard::Guard;
use crate::timestamp::Timestamp;
use crate::view::{EntryView, PatientView, ShareState};

/// What a patient is asked about now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToRelease<'a> {
    /// Held captures, by time: keep private, share, or decide later.
    pub held: Vec<&'a EntryView>,
    /// What was shared while decisions wait, by time: leave it shared, or withdraw it.
    pub shared_during_guard: Vec<&'a EntryView>,
}

impl ToRelease<'_> {
    /// Tells whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.shared_during_guard.is_empty()
    }
}

impl PatientView {
    /// Returns what the patient is asked about at this time, with the guard window that is under way.
    ///
    /// What she put on hold outside of any window is asked about whenever none is under way.
    pub fn to_release(&self, guard: Option<Guard>, now: Timestamp) -> ToRelease<'_> {
        let Some(private) = self.private.as_ref().filter(|_| guard.is_none()) else { return ToRelease::default() };
        if self.release_from(guard, now).is_some_and(|from| now.unix() < from.unix()) {
            return ToRelease::default();
        }
        // Reduced to ids first: an entry may be in several circles.
        let asked: BTreeSet<DocumentId> = private.shared_during_guard.iter().map(|one| one.body().entry).collect();
        let decided = |id: DocumentId| private.holds.iter().any(|hold| hold.body().entry == id && !hold.body().held);
        let shared = asked.into_iter().filter(|id| !decided(*id)).filter_map(|id| self.entry(id));
        let held = private.entries.iter().filter(|view| view.state == ShareState::Held);
        let shared = shared.filter(|view| view.state.is_shared());
        ToRelease { held: by_time(held), shared_during_guard: by_time(shared) }
    }

    /// Gives private entries that were captured in a guard window their state: held until she answers.
    pub(crate) fn hold_captures(&mut self) {
        let courses = self.shared.iter().filter_map(|shared| shared.course());
        let asked = courses.map(|course| course.body().share_default).all(|default| default != ShareDefault::Private);
        let guarded = |at: Timestamp| self.phase_at(at).is_guarded();
        let Some(private) = &self.private else { return };
        let state = |view: &EntryView| {
            let last = private.holds.iter().rfind(|hold| hold.body().entry == view.entry.id());
            match last.map(|hold| hold.body().held) {
                Some(true) => ShareState::Held,
                None if asked && guarded(view.entry.at()) => ShareState::Held,
                Some(false) | None => ShareState::Private,
            }
        };
        let states: Vec<_> = private.entries.iter().map(state).collect();
        let entries = self.private.iter_mut().flat_map(|private| &mut private.entries);
        entries.zip(states).for_each(|(view, state)| view.state = state);
    }

    /// Tells whether an entry was shared already while this window was under way.
    pub(crate) fn shared_during(&self, guard: Guard) -> bool {
        let shared = self.private.iter().flat_map(|private| &private.shared_during_guard);
        shared.filter(|one| one.at().unix() >= guard.from.unix()).any(|one| one.at().unix() < guard.until.unix())
    }
}

fn by_time<'a>(entries: impl Iterator<Item = &'a EntryView>) -> Vec<&'a EntryView> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|view| (view.entry.at(), view.entry.id()));
    entries
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::brief::brief;
    use crate::content::OpenedJournal;
    use crate::document::{Course, Document, Hold, Kind, SessionType, SharedDuringGuard};
    use crate::fold::fold;
    use crate::queue::queue;
    use crate::render::{Page, Receipts, Style, brief_markdown, brief_text, queue_text};
    use crate::sample::*;

    fn hold(n: u8, entry: u8, held: bool) -> Document {
        document(n, at(20, 8, 0), Hold { entry: id(entry), held })
    }

    /// A dose on the 18th, 10:00, two captures in the window after it, one entry from before.
    fn journals() -> [OpenedJournal; 2] {
        let private = private()
            .write(HERON, entry(1, at(17, 9, 0), Kind::Intention, "To look."))
            .write(HERON, entry(2, at(18, 11, 0), Kind::Fragment, "salt"))
            .write(HERON, entry(3, at(18, 22, 0), Kind::Image, "a door"));
        [private, shared().write(QUILL, completed(0x61, SessionType::Dosing, at(18, 10, 0)))]
    }

    fn asked(journals: &[OpenedJournal], now: Timestamp) -> Vec<DocumentId> {
        let view = fold(HERON, journals);
        let guard = crate::guard::guard(&view, None, now);
        view.to_release(guard, now).held.iter().map(|view| view.entry.id()).collect()
    }

    #[test]
    fn captures_of_the_window_are_held_and_asked_about_the_morning_after() {
        let journals = journals();
        let states: Vec<_> = fold(HERON, &journals).entries().map(|view| view.state).collect();
        assert_eq!(states, [ShareState::Private, ShareState::Held, ShareState::Held]);
        assert_eq!(asked(&journals, at(19, 9, 0)), [], "the window is under way");
        assert_eq!(asked(&journals, at(20, 7, 59)), [], "it is not the release time yet");
        assert_eq!(asked(&journals, at(20, 8, 0)), [id(2), id(3)]);
    }

    #[test]
    fn one_entry_is_shared_all_the_same_four_hours_after_the_dose_and_once() {
        use crate::guard::ExceptionError;
        let [private, shared] = journals();
        let (early, late) = (at(18, 13, 59), at(18, 14, 0));
        let view = fold(HERON, &[private, shared]);
        let window = crate::guard::guard(&view, None, late).unwrap();
        assert_eq!(view.check_exception(window, id(2), early), Err(ExceptionError::TooEarly(late)));
        assert_eq!(view.check_exception(window, id(2), late), Ok(()));
        assert_eq!(view.check_exception(window, id(0x99), late), Err(ExceptionError::NoEntry));
        let [private, shared] = journals();
        let used = private.write(HERON, document(8, late, SharedDuringGuard { entry: id(2) }));
        let view = fold(HERON, &[used, shared]);
        assert_eq!(view.check_exception(window, id(3), at(18, 20, 0)), Err(ExceptionError::Used(window.until)));
    }

    #[test]
    fn no_answer_stays_held_and_an_answer_is_asked_for_once() {
        let [private, shared] = journals();
        let decided = [private.write(HERON, hold(8, 2, false)), shared];
        assert_eq!(asked(&decided, at(20, 8, 0)), [id(3)]);
        assert_eq!(asked(&decided, at(31, 8, 0)), [id(3)], "no answer stays held");
        let [private, shared] = decided;
        let again = [private.write(HERON, hold(9, 2, true)), shared];
        assert_eq!(asked(&again, at(20, 8, 0)), [id(2), id(3)], "the latest answer counts");
    }

    #[test]
    fn a_course_may_leave_captures_private_and_then_nothing_is_asked() {
        let [private, shared] = journals();
        let course = Course { share_default: ShareDefault::Private, ..course(at(1, 9, 0)) };
        let journals = [private, shared.write(QUILL, document(9, at(1, 9, 0), course))];
        assert_eq!(asked(&journals, at(20, 8, 0)), []);
    }

    #[test]
    fn what_was_shared_during_the_window_is_offered_for_withdrawal_until_it_is_decided() {
        let [private, shared] = journals();
        let exception = document(7, at(18, 15, 0), SharedDuringGuard { entry: id(5) });
        let shared = shared.write(HERON, entry(5, at(18, 12, 0), Kind::Image, "the key"));
        let journals = [private.write(HERON, exception), shared];
        let view = fold(HERON, &journals);
        assert!(view.shared_during(crate::guard::guard(&view, None, at(18, 16, 0)).unwrap()));
        let offered = view.to_release(None, at(20, 8, 0)).shared_during_guard;
        assert_eq!(offered.iter().map(|view| view.entry.id()).collect::<Vec<_>>(), [id(5)]);
        let [private, shared] = journals;
        let decided = fold(HERON, &[private.write(HERON, hold(8, 5, false)), shared]);
        assert!(decided.to_release(None, at(20, 8, 0)).shared_during_guard.is_empty());
    }

    proptest! {
        // Each case renders every page twice.
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_private_or_held_changes_no_byte_of_what_a_clinician_gets(
            circles in crate::sample::journals(),
            own in proptest::collection::vec(any_document(), 0..12),
            day in 1..31_i64,
        ) {
            let circles: Vec<_> = circles
                .into_iter()
                .filter(|journal| journal.compartment == crate::content::Compartment::Shared)
                .collect();
            let own = own.into_iter().fold(private(), |journal, document| journal.write(HERON, document));
            let own = OpenedJournal { id: journal_id(0x77), ..own }.write(HERON, hold(0xf0, 1, true));
            let gets = |journals: &[OpenedJournal]| {
                let view = fold(HERON, journals);
                let page = Page { width: 80, style: Style::Plain, receipts: Receipts::Shown };
                let briefs = view.shared.iter().map(|shared| {
                    let brief = brief(shared, QUILL, None, at(day, 9, 0));
                    let (text, markdown) = (brief_text(&brief, &names(), page), brief_markdown(&brief, &names()));
                    serde_json::to_string(&brief).unwrap() + &text + &markdown
                });
                let rows = queue(QUILL, &view.shared, at(day, 9, 0));
                let queue = serde_json::to_string(&rows).unwrap() + &queue_text(&rows, &names(), at(day, 9, 0), page);
                briefs.collect::<Vec<_>>().concat() + &queue
            };
            let with = circles.iter().cloned().chain([own]).collect::<Vec<_>>();
            prop_assert_eq!(gets(&with), gets(&circles));
        }
    }
}
