//! People in entries, in the patient's own words.

use reverie_journal::{Document, PatientView, PersonLabel, Term};
use reverie_protocol::ids::{DocumentId, JournalId};

use crate::error::ClientError;
use crate::outbox::Flushed;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Notes that somebody is in these entries. Whoever reads an entry reads its labels, unless the patient keeps this one
    /// to herself.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`], or a label that is too long or empty; then nothing was kept.
    pub async fn label_person(
        &mut self,
        label: &str,
        entries: &[DocumentId],
        private: bool,
    ) -> Result<Flushed, ClientError> {
        let label = Term::new(label)?;
        let view = self.view(self.account());
        let mut intents = Vec::new();
        for entry in entries {
            let there = labelled_in(&view, &label, *entry);
            let person = PersonLabel { entry: *entry, label: label.clone(), present: true };
            let document = Document::new(self.env.document_id(), self.env.now(), person)?;
            let journals = self.journals_of(&view, *entry, private)?.into_iter();
            let journals = journals.filter(|journal| !there.contains(journal));
            intents.extend(journals.map(|journal| self.write_intent(journal, &document, Vec::new())));
        }
        // What is noted already need not be said again.
        if !intents.is_empty() {
            self.put(intents).await?;
        }
        self.flush().await
    }

    /// Takes a label off these entries.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for an entry that does not carry it; then nothing was changed.
    pub async fn take_label_off(&mut self, label: &str, entries: &[DocumentId]) -> Result<Flushed, ClientError> {
        let label = Term::new(label)?;
        let view = self.view(self.account());
        let mut intents = Vec::new();
        for entry in entries {
            let journals = labelled_in(&view, &label, *entry);
            if journals.is_empty() {
                let message = format!("\"{}\" is not noted for this entry", label.as_str());
                return Err(ClientError::NotPossible(message));
            }
            let person = PersonLabel { entry: *entry, label: label.clone(), present: false };
            let document = Document::new(self.env.document_id(), self.env.now(), person)?;
            intents.extend(journals.iter().map(|journal| self.write_intent(*journal, &document, Vec::new())));
        }
        self.put(intents).await?;
        self.flush().await
    }
}

/// Returns the journals in which an entry carries a label.
fn labelled_in(view: &PatientView, label: &Term, entry: DocumentId) -> Vec<JournalId> {
    let carries = |people: &[Document<PersonLabel>]| people.iter().any(|person| person.body().label == *label);
    let held = view.entries().filter(|view| view.entry.id() == entry && carries(&view.people));
    let beside = view.private.iter().filter(|private| {
        private.additions.iter().any(|addition| addition.entry == entry && carries(&addition.people))
    });
    held.map(|view| view.journal).chain(beside.map(|private| private.journal)).collect()
}
