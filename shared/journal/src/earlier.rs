//! What was given back from an earlier account: folded as it was there, beside what is now.
//!
//! The invariant: a record is shown once, whoever gave it back, and nothing of it counts as the present account's: no brief,
//! no queue and no list of today has it.

use std::collections::{BTreeMap, BTreeSet};

use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use serde::Serialize;

use crate::content::{Compartment, Content, Members, Opened, OpenedJournal};
use crate::document::{Body, Document, GivenBack};
use crate::fold::fold;
use crate::rules::{Side, allows};
use crate::view::{PatientView, SharedView};

/// A copy, and who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenBackView {
    /// Its place in the log.
    pub seq: u64,
    /// Who gave it back.
    pub by: AccountId,
    /// The copy.
    pub copy: Document<GivenBack>,
}

/// How many accounts that were lost one after the other are looked into.
const LOST: usize = 8;

/// A copy, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The journal of the present account that holds it, or the copy that brought it along.
    pub journal: JournalId,
    /// The copy. Of one that another brought along, the place is the other's.
    pub given: GivenBackView,
    /// For what had been given back to an account that was lost too: the copy that brought it along, by its place in the
    /// list.
    pub within: Option<usize>,
    /// How many copies it is inside of.
    pub depth: usize,
}

/// What there is of one earlier account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Earlier {
    /// Who gave it back, by account.
    pub by: BTreeSet<AccountId>,
    /// What she had shared, as it stood there.
    pub view: PatientView,
}

impl PatientView {
    /// Returns all copies: those of what was shared, then those that they brought along from accounts lost before.
    pub fn copies(&self) -> Vec<Copied> {
        let here = |shared: &SharedView| {
            let journal = shared.journal;
            let copied = |given: &GivenBackView| Copied { journal, given: given.clone(), within: None, depth: 0 };
            shared.given_back.iter().map(copied).collect::<Vec<_>>()
        };
        let mut copies: Vec<Copied> = self.shared.iter().flat_map(here).collect();
        let mut from = 0;
        for _ in 0..LOST {
            let outer = from..copies.len();
            from = copies.len();
            let mut seen = BTreeSet::new();
            let inner: Vec<_> = outer.filter_map(|place| brought_along(&copies[place], place)).collect();
            // A record of many files became several copies, each with the same words.
            let new = |copied: &Copied| seen.insert((copied.given.copy.id(), copied.within.map(|at| of(&copies[at]))));
            let inner: Vec<_> = inner.into_iter().filter(new).collect();
            copies.extend(inner);
        }
        copies
    }

    /// Returns what was given back, by earlier account, those of accounts lost before among it. The first copy of a record
    /// counts.
    pub fn earlier(&self) -> Vec<Earlier> {
        let all = self.copies();
        let copies = || all.iter().map(|copied| &copied.given);
        let accounts: BTreeSet<_> = copies().map(|given| given.copy.body().patient).collect();
        let earlier = |patient: AccountId| {
            let of_account = || copies().filter(move |given| given.copy.body().patient == patient);
            let mut journals: BTreeMap<JournalId, OpenedJournal> = BTreeMap::new();
            for given in of_account() {
                let GivenBack { journal: id, seq, record, author, ref document, .. } = *given.copy.body();
                let empty = OpenedJournal { id, compartment: Compartment::Shared, owner: patient, records: Vec::new() };
                let journal = journals.entry(id).or_insert(empty);
                if journal.records.iter().all(|opened| opened.record != record) {
                    journal.records.push(Opened { seq, record, author, content: Content::parse(document.as_bytes()) });
                }
            }
            let by: BTreeSet<_> = of_account().map(|given| given.by).collect();
            let mut journals: Vec<_> = journals.into_values().collect();
            for journal in &mut journals {
                // Whoever gives it back had read it. Who else had is not in what was copied.
                let readers = by.iter().map(|reader| (*reader, MemberRole::Writer));
                let members = Members([(patient, MemberRole::Owner)].into_iter().chain(readers).collect());
                let record = RecordId::from_bytes([0; 16]);
                journal.records.push(Opened { seq: 0, record, author: patient, content: Content::Members(members) });
            }
            Earlier { view: fold(patient, &journals), by }
        };
        accounts.into_iter().map(earlier).collect()
    }
}

/// Returns which record a copy is of.
fn of(copied: &Copied) -> (JournalId, RecordId) {
    (copied.given.copy.body().journal, copied.given.copy.body().record)
}

/// Returns the copy that a copied record was itself: something that had been given back to the earlier account.
fn brought_along(outer: &Copied, place: usize) -> Option<Copied> {
    let GivenBack { patient, author, ref document, .. } = *outer.given.copy.body();
    let document = Document::parse(document.as_bytes()).ok()?;
    allows(document.body(), Compartment::Shared, Side::of(author, patient)).ok()?;
    let Body::GivenBack(body) = document.body() else { return None };
    let copy = document.clone().map(|_| (**body).clone());
    let given = GivenBackView { seq: outer.given.seq, by: author, copy };
    Some(Copied { journal: outer.journal, given, within: Some(place), depth: outer.depth + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::brief;
    use crate::document::Kind;
    use crate::sample::*;

    const OLD: AccountId = AccountId::from_bytes([0x77; 16]);

    fn copied(n: u8, seq: u64, of: &Document, author: AccountId) -> Document {
        let copy = GivenBack {
            patient: OLD,
            journal: journal_id(9),
            seq,
            record: record(journal_id(9), seq),
            author,
            document: of.to_json(),
            attachments: vec![memo(n, 1)],
        };
        document(n, at(20, 9, 0), copy)
    }

    #[test]
    fn what_two_clinicians_give_back_is_one_journal_of_then_and_nothing_of_today() {
        let (door, layer, answer) = (
            entry(1, at(1, 9, 0), Kind::Image, "a door"),
            layer(2, 1, at(2, 9, 0), "it was green"),
            reply(3, 1, at(3, 9, 0), "I am here.", true),
        );
        let with = |journal: OpenedJournal| {
            journal
                .write(QUILL, copied(0x51, 5, &layer, OLD))
                .write(QUILL, copied(0x52, 4, &door, OLD))
                .write(HADDON, copied(0x53, 4, &door, OLD))
                .write(QUILL, copied(0x54, 6, &answer, QUILL))
        };
        let view = fold(HERON, &[private(), with(shared())]);
        let earlier = view.earlier();
        assert_eq!(earlier.len(), 1);
        assert_eq!(earlier[0].by, BTreeSet::from([QUILL, HADDON]));
        assert_eq!(earlier[0].view.patient, OLD);
        let entries = &earlier[0].view.shared[0].entries;
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].layers.len(), entries[0].replies.len()), (1, 1));

        let without = fold(HERON, &[private(), shared()]);
        assert_eq!(view.shared[0].entries, without.shared[0].entries);
        let brief = |view: &PatientView| brief(&view.shared[0], QUILL, Some(at(1, 0, 0)), at(28, 0, 0));
        let (with, without) = (brief(&view), brief(&without));
        assert_eq!(with.entries, without.entries);
        assert_eq!(with.unanswered, without.unanswered);
    }

    #[test]
    fn a_copy_by_the_patient_or_of_something_that_is_no_document_is_not_folded() {
        let door = entry(1, at(1, 9, 0), Kind::Image, "a door");
        let view = fold(HERON, &[private(), shared().write(HERON, copied(0x51, 4, &door, OLD))]);
        assert!(view.earlier().is_empty());
        let broken = GivenBack { document: "[]".into(), ..copy_of(&door) };
        assert!(Document::new(id(0x52), at(20, 9, 0), broken).is_err());
        let bare = GivenBack { attachments: Vec::new(), ..copy_of(&door) };
        assert!(Document::new(id(0x53), at(20, 9, 0), bare).is_err());
    }

    #[test]
    fn what_was_lost_twice_is_found_inside_what_was_given_back_once() {
        let door = entry(1, at(1, 9, 0), Kind::Image, "a door");
        let first = copied(0x51, 4, &door, OLD);
        let second = GivenBack {
            patient: AccountId::from_bytes([0x78; 16]),
            journal: journal_id(8),
            seq: 2,
            record: record(journal_id(8), 2),
            author: QUILL,
            document: first.to_json(),
            attachments: vec![memo(0x61, 1)],
        };
        let by_herself = GivenBack { author: AccountId::from_bytes([0x78; 16]), ..second.clone() };
        let given = |copy: GivenBack| fold(HERON, &[shared().write(QUILL, document(0x62, at(21, 9, 0), copy))]);
        let earlier = given(second).earlier();
        assert_eq!(earlier.len(), 2);
        let of_old = earlier.iter().find(|earlier| earlier.view.patient == OLD).unwrap();
        assert_eq!(of_old.view.shared[0].entries.len(), 1);
        assert_eq!(given(by_herself).copies().len(), 1, "nobody gives back to herself");
    }

    fn copy_of(of: &Document) -> GivenBack {
        match copied(0x60, 1, of, OLD).body() {
            Body::GivenBack(copy) => (**copy).clone(),
            _ => unreachable!("that is what was made"),
        }
    }
}
