//! People as their patient labels them, across her journals.

use reverie_protocol::ids::DocumentId;
use serde::Serialize;

use crate::text::Term;
use crate::view::{EntryView, PatientView};

/// Somebody, in the patient's own words, and the entries that the person is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelledPerson {
    /// The patient's own word for the person.
    pub label: Term,
    /// The entries, in the order of [`PatientView::entries`].
    pub entries: Vec<DocumentId>,
}

impl PatientView {
    /// Returns who is in an entry, each once: those whom its readers see, then those whom its patient keeps to herself.
    pub fn people_in(&self, entry: &EntryView) -> Vec<Term> {
        let beside = self.private.iter().flat_map(|private| &private.additions);
        let beside = beside.filter(|addition| addition.entry == entry.entry.id()).flat_map(|addition| &addition.people);
        let mut people: Vec<Term> = Vec::new();
        for person in entry.people.iter().chain(beside) {
            if !people.contains(&person.body().label) {
                people.push(person.body().label.clone());
            }
        }
        people
    }

    /// Returns everybody who is in an entry, by label.
    pub fn people(&self) -> Vec<LabelledPerson> {
        let mut all: Vec<LabelledPerson> = Vec::new();
        for entry in self.entries() {
            for label in self.people_in(entry) {
                let at = all.iter().position(|person| person.label == label).unwrap_or_else(|| {
                    all.push(LabelledPerson { label, entries: Vec::new() });
                    all.len() - 1
                });
                // An entry of two circles is one entry.
                if !all[at].entries.contains(&entry.entry.id()) {
                    all[at].entries.push(entry.entry.id());
                }
            }
        }
        all.sort_by(|a, b| a.label.cmp(&b.label));
        all
    }
}
