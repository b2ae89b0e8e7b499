//! What somebody reads who is in several circles of one patient: all of it at once.
//!
//! The invariant: nothing is in it that is not in one of the circles that the reader is in, and each entry and measure
//! still says which journal holds it, since who else reads an answer depends on that.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;

use crate::document::Document;
use crate::view::{PatientView, SharedView, ThemeView};

impl PatientView {
    /// Returns all shared journals of the view as one: for a brief, and a row of the queue. Nothing if there is none.
    ///
    /// It goes by the id, members and consent of the first one. Of two documents under one id the first counts; of two
    /// statements of who looks at flagged answers, the later one by the clinics' clocks; it is paused, closed or hidden where all are.
    pub fn joined(&self) -> Option<SharedView> {
        let (first, others) = self.shared.split_first()?;
        let mut joined = first.clone();
        for other in others {
            joined.take_in(other.clone());
        }
        Some(joined)
    }
}

impl SharedView {
    fn take_in(&mut self, other: Self) {
        join(&mut self.entries, other.entries, |view| view.entry.id());
        join(&mut self.measures, other.measures, |view| view.response.id());
        join(&mut self.check_ins, other.check_ins, |view| view.check_in.id());
        join(&mut self.proposals, other.proposals, |view| view.proposal.id());
        join(&mut self.links, other.links, |view| view.link.id());
        join_documents(&mut self.courses, other.courses);
        join_documents(&mut self.cycles, other.cycles);
        join_documents(&mut self.sessions, other.sessions);
        join_documents(&mut self.dose_cards, other.dose_cards);
        join_documents(&mut self.packs, other.packs);
        join_documents(&mut self.prompt_sets, other.prompt_sets);
        self.courses.sort_by_key(|course| (course.body().started_on, course.id()));
        self.cycles.sort_by_key(|cycle| (cycle.body().opened_on, cycle.id()));
        self.sessions.sort_by_key(|session| (session.body().starts_at, session.id()));
        self.dose_cards.sort_by_key(|card| (card.body().on, card.id()));
        for theme in other.themes {
            self.take_theme(theme);
        }
        self.themes.sort_by(|one, other| {
            let key = |view: &ThemeView| (view.theme.body().name.clone(), view.theme.id());
            key(one).cmp(&key(other))
        });
        let later = |coverage: &Document<_>| self.coverage.as_ref().is_none_or(|known| known.at() < coverage.at());
        if other.coverage.as_ref().is_some_and(later) {
            self.coverage = other.coverage;
        }
        for tombstone in other.tombstones {
            match self.tombstones.iter_mut().find(|known| known.by == tombstone.by) {
                Some(known) => known.count += tombstone.count,
                None => self.tombstones.push(tombstone),
            }
        }
        let paused =
            |pause: &Option<Document<crate::document::Pause>>| pause.as_ref().is_some_and(|pause| pause.body().paused);
        if !paused(&other.pause) {
            self.pause = other.pause;
        }
        self.last_record_at = self.last_record_at.max(other.last_record_at);
        self.given_back.extend(other.given_back);
        self.unshown.extend(other.unshown);
        self.closed &= other.closed;
        self.hidden_since = self.hidden_since.zip(other.hidden_since).map(|(here, there)| here.max(there));
    }

    fn take_theme(&mut self, theme: ThemeView) {
        match self.themes.iter_mut().find(|known| known.theme.id() == theme.theme.id()) {
            Some(known) => {
                let new: Vec<_> = theme.entries.into_iter().filter(|entry| !known.entries.contains(entry)).collect();
                known.entries.extend(new);
                known.records.extend(theme.records);
            }
            None => self.themes.push(theme),
        }
    }
}

fn join_documents<B>(here: &mut Vec<Document<B>>, there: Vec<Document<B>>) {
    join(here, there, Document::id);
}

fn join<T>(here: &mut Vec<T>, there: Vec<T>, key: impl Fn(&T) -> DocumentId) {
    let known: BTreeSet<_> = here.iter().map(&key).collect();
    here.extend(there.into_iter().filter(|one| !known.contains(&key(one))));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reverie_protocol::header::MemberRole;

    use super::*;
    use crate::brief::brief;
    use crate::content::{Compartment, Content, Members, OpenedJournal};
    use crate::document::{Kind, SessionType};
    use crate::fold::fold;
    use crate::queue::queue;
    use crate::sample::*;

    /// A second circle of heron-41: Dr. Quill, and Noor Haddon who covers.
    fn second() -> OpenedJournal {
        let journal =
            OpenedJournal { id: journal_id(9), compartment: Compartment::Shared, owner: HERON, records: Vec::new() };
        let members = vec![(HERON, MemberRole::Owner), (QUILL, MemberRole::Writer), (HADDON, MemberRole::Writer)];
        journal.with(HERON, Content::Members(Members(members)))
    }

    #[test]
    fn who_is_in_two_circles_reads_both_and_stands_in_the_queue_once() {
        let first = shared()
            .write(HERON, entry(1, at(2, 9, 0), Kind::Image, "A door."))
            .write(QUILL, completed(50, SessionType::Dosing, at(1, 9, 0)));
        let second = second()
            .write(HERON, entry(2, at(3, 9, 0), Kind::Image, "A key."))
            .write(HERON, response(3, at(3, 10, 0), "PHQ-9", &[0, 0, 0, 0, 0, 0, 0, 0, 1]));
        let view = fold(HERON, &[first, second]);
        let joined = view.joined().unwrap();
        let read = brief(&joined, QUILL, None, at(4, 9, 0));
        assert_eq!((read.header.new, read.header.unread), (2, 2));
        assert_eq!(read.safety.flags.len(), 1);
        assert_eq!(read.header.cycle.days_since_dose, Some(3), "a dose that one circle knows of is known");
        let journals: Vec<_> = joined.entries.iter().map(|view| view.journal).collect();
        assert_eq!(journals, [view.shared[0].journal, view.shared[1].journal], "answers go where the entry is");
        let rows = queue(QUILL, [&joined], at(4, 9, 0));
        assert_eq!((rows.len(), rows[0].unread, rows[0].flagged.unwrap().responses), (1, 2, 1));
    }

    #[test]
    fn one_circle_alone_is_itself() {
        let view = fold(HERON, &story());
        assert_eq!(view.joined().as_ref(), Some(&view.shared[0]));
        assert_eq!(fold(HERON, &[private()]).joined(), None);
    }

    proptest! {
        #[test]
        fn nothing_is_joined_that_is_in_no_circle_and_nothing_is_left_out(journals in journals()) {
            let view = fold(HERON, &journals);
            let there: BTreeSet<_> = view.shared.iter().flat_map(|shared| &shared.entries).map(|view| view.entry.id()).collect();
            let joined = view.joined();
            let here: Vec<_> = joined.iter().flat_map(|shared| &shared.entries).map(|view| view.entry.id()).collect();
            prop_assert_eq!(here.len(), there.len());
            prop_assert!(here.iter().all(|id| there.contains(id)));
        }
    }
}
