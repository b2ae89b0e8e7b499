//! Finding an entry or a measure by what a person types: its id, or the first digits of it.

use std::fmt::Write as _;

use reverie_protocol::ids::DocumentId;
use uuid::Uuid;

use crate::view::{CheckInView, EntryView, MeasureView, PatientView};

/// Returns the first 8 hexadecimal digits of an id: what people see and type.
pub fn short_id(id: Uuid) -> String {
    id.as_bytes()[..4].iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

/// Why what was typed names no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// Nothing begins like this.
    #[error("nothing has this id; the list shows the ids")]
    NotFound,
    /// Several entries begin like this.
    #[error("the ids of {0} begin with these digits; type more of them")]
    Ambiguous(usize),
    /// Too little to go by.
    #[error("an id has at least 4 hexadecimal digits here")]
    TooShort,
}

impl PatientView {
    /// Returns all entries: private ones first, then those of each shared journal, in the order of the logs.
    pub fn entries(&self) -> impl Iterator<Item = &EntryView> {
        let private = self.private.iter().flat_map(|private| &private.entries);
        private.chain(self.shared.iter().flat_map(|shared| &shared.entries))
    }

    /// Returns the entry with this id; of an entry in several circles, the first.
    pub fn entry(&self, id: DocumentId) -> Option<&EntryView> {
        self.entries().find(|view| view.entry.id() == id)
    }

    /// Returns all measures: private ones first, then those of each shared journal, in the order of the logs.
    pub fn measures(&self) -> impl Iterator<Item = &MeasureView> {
        let private = self.private.iter().flat_map(|private| &private.measures);
        private.chain(self.shared.iter().flat_map(|shared| &shared.measures))
    }

    /// Returns all check-ins: private ones first, then those of each shared journal, in the order of the logs.
    pub fn check_ins(&self) -> impl Iterator<Item = &CheckInView> {
        let private = self.private.iter().flat_map(|private| &private.check_ins);
        private.chain(self.shared.iter().flat_map(|shared| &shared.check_ins))
    }

    /// Returns the check-in with this id; of one in several circles, the first.
    pub fn check_in(&self, id: DocumentId) -> Option<&CheckInView> {
        self.check_ins().find(|view| view.check_in.id() == id)
    }

    /// Returns the measure with this id; of one in several circles, the first.
    pub fn measure(&self, id: DocumentId) -> Option<&MeasureView> {
        self.measures().find(|view| view.response.id() == id)
    }

    /// Returns the id of the one entry whose id begins with these digits (at least 4; dashes do not matter).
    pub fn find_entry(&self, typed: &str) -> Result<DocumentId, FindError> {
        find_id(typed, self.entries().map(|view| view.entry.id()))
    }

    /// Returns the id of the one measure whose id begins with these digits.
    pub fn find_measure(&self, typed: &str) -> Result<DocumentId, FindError> {
        find_id(typed, self.measures().map(|view| view.response.id()))
    }

    /// Returns the id of the one entry, measure or check-in whose id begins with these digits: whatever can be shared.
    pub fn find_shareable(&self, typed: &str) -> Result<DocumentId, FindError> {
        let entries = self.entries().map(|view| view.entry.id());
        let measures = self.measures().map(|view| view.response.id());
        find_id(typed, entries.chain(measures).chain(self.check_ins().map(|view| view.check_in.id())))
    }
}

/// Returns the one id that begins with these digits (at least 4; dashes do not matter).
pub fn find_id(typed: &str, ids: impl Iterator<Item = DocumentId>) -> Result<DocumentId, FindError> {
    let typed: String = typed.chars().filter(|c| *c != '-').flat_map(char::to_lowercase).collect();
    if typed.len() < 4 {
        return Err(FindError::TooShort);
    }
    let begins = |id: &DocumentId| id.uuid().simple().to_string().starts_with(&typed);
    let mut found: Vec<_> = ids.filter(begins).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [] => Err(FindError::NotFound),
        [id] => Ok(*id),
        several => Err(FindError::Ambiguous(several.len())),
    }
}
