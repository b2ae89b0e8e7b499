//! Process notes: a journal of the clinician's own, with one reader, for all patients: the server learns that there is one,
//! and not about whom. What is in it goes into no brief, no export and no view of a patient.

use reverie_journal::{Compartment, Document, ProcessNote, Words, process_notes};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::{AccountId, JournalId};

use crate::error::ClientError;
use crate::outbox::Intent;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Keeps a process note about a patient. The first one opens the journal of notes.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for anybody but a clinician, or the field that breaks its rule.
    pub async fn note(&mut self, about: AccountId, words: String) -> Result<Kept, ClientError> {
        let note = ProcessNote { about, words: Words::new(words)? };
        if self.role() != AccountRole::Clinician {
            return Err(ClientError::NotPossible("only clinicians keep process notes".into()));
        }
        let (opened, journal) = match self.notes_journal() {
            Some(journal) => (None, journal),
            None => {
                let (journal, record) = (self.env.random(JournalId::make), self.record_id());
                let (compartment, members) = (Compartment::ProcessNotes, Vec::new());
                (Some(Intent::Open { journal, record, compartment, members }), journal)
            }
        };
        let document = Document::new(self.env.document_id(), self.env.now(), note)?;
        let write = self.write_intent(journal, &document, Vec::new());
        self.put(opened.into_iter().chain([write]).collect()).await?;
        Ok(Kept { document: document.id(), flushed: self.flush().await? })
    }

    /// Returns the process notes about a patient, in the order of the log.
    pub fn notes_about(&self, about: AccountId) -> Vec<Document<ProcessNote>> {
        let journal = self.notes_journal().and_then(|journal| self.open_journal(journal));
        journal.map(|journal| process_notes(&journal, about)).unwrap_or_default()
    }

    fn notes_journal(&self) -> Option<JournalId> {
        let waiting = self.outbox.iter().flat_map(|item| &item.intents).find_map(|intent| match intent {
            Intent::Open { journal, compartment: Compartment::ProcessNotes, .. } => Some(*journal),
            _ => None,
        });
        let opened = self.logs.keys().find(|journal| {
            self.owner(**journal) == Some(self.account())
                && self.keys(**journal).is_some_and(|keys| keys.compartment == Compartment::ProcessNotes)
        });
        opened.copied().or(waiting)
    }
}
