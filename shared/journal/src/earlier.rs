//! What was given back from an earlier account: folded as it was there, beside what is now.
//!
//! The invariant: a record is shown once, whoever gave it back, and nothing of it counts as the present account's: no brief,
//! no queue and no list of today has it.

use std::collections::{BTreeMap, BTreeSet};

use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use serde::Serialize;

use crate::content::{Compartment, Content, Members, Opened, OpenedJournal};
use crate::document::{Document, GivenBack};
use crate::fold::fold;
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

/// What there is of one earlier account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Earlier {
    /// Who gave it back, by account.
    pub by: BTreeSet<AccountId>,
    /// What she had shared, as it stood there.
    pub view: PatientView,
}

impl PatientView {
    /// Returns what was given back, by earlier account. The first copy of a record counts.
    pub fn earlier(&self) -> Vec<Earlier> {
        let copies = || self.shared.iter().flat_map(|shared: &SharedView| &shared.given_back);
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

    fn copy_of(of: &Document) -> GivenBack {
        match copied(0x60, 1, of, OLD).body() {
            crate::document::Body::GivenBack(copy) => (**copy).clone(),
            _ => unreachable!("that is what was made"),
        }
    }
}
