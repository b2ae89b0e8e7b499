//! The trash: what a patient throws away comes back for thirty days, and is erased for good only then, or when she says so.
//!
//! Throwing away never waits; erasing does while a guard window is under way.

use reverie_journal::{Deed, DiscardError, ShareState, Trash, Trashed};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::DocumentId;
use reverie_protocol::limits;

use crate::error::ClientError;
use crate::outbox::{Flushed, Intent};
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Throws a private entry away.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`], or [`ClientError::NotPossible`] for one that is shared: withdraw it first.
    pub async fn discard(&mut self, entry: DocumentId) -> Result<Kept, ClientError> {
        self.view(self.account()).check_discard(entry).map_err(|error| match error {
            DiscardError::NoSuchEntry => ClientError::UnknownEntry(error.to_string()),
            DiscardError::Shared => ClientError::NotPossible(error.to_string()),
        })?;
        let journal = self.private_journal()?;
        self.keep_document(journal, Trash { entry, trashed: true }, Vec::new()).await
    }

    /// Returns what is in the trash, in the order in which it was written.
    pub fn trash(&self) -> Vec<Trashed> {
        self.view(self.account()).private.map(|private| private.trash).unwrap_or_default()
    }

    /// Returns the entry of the trash that a person means by the first digits of its id.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] says whether none or several begin so.
    pub fn find_in_trash(&self, typed: &str) -> Result<DocumentId, ClientError> {
        let trash = self.trash();
        let found = reverie_journal::find_id(typed, trash.iter().map(|trashed| trashed.view.entry.id()));
        found.map_err(|error| ClientError::UnknownEntry(error.to_string()))
    }

    /// Takes an entry out of the trash again.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for anybody but a patient.
    pub async fn restore(&mut self, entry: DocumentId) -> Result<Kept, ClientError> {
        let journal = self.private_journal()?;
        self.keep_document(journal, Trash { entry, trashed: false }, Vec::new()).await
    }

    /// Erases entries of the trash for good.
    ///
    /// # Errors
    /// [`ClientError::Guarded`] while a guard window is under way.
    pub async fn erase(&mut self, entries: &[DocumentId]) -> Result<Flushed, ClientError> {
        self.may(Deed::Erase)?;
        let Some(private) = self.view(self.account()).private else { return self.flush().await };
        let mut intents = Vec::new();
        for trashed in private.trash.iter().filter(|trashed| entries.contains(&trashed.view.entry.id())) {
            let links = private.link_records(trashed.view.entry.id(), self.account());
            let records: Vec<_> = trashed.view.records.iter().copied().chain(links).collect();
            for withdraws in records.chunks(limits::WITHDRAWS_PER_RECORD) {
                let (journal, record) = (trashed.view.journal, self.record_id());
                intents.push(Intent::Withdraw { journal, record, withdraws: withdraws.to_vec(), replaced_by: None });
            }
        }
        if !intents.is_empty() {
            self.put(intents).await?;
        }
        self.flush().await
    }

    /// Erases what has been in the trash for thirty days, unless decisions wait.
    pub(crate) async fn empty_old_trash(&mut self) -> Result<(), ClientError> {
        if self.role() != AccountRole::Patient {
            return Ok(());
        }
        let private = self.view(self.account()).private;
        let old = private.map(|private| private.to_erase(self.guard(), self.env.now())).unwrap_or_default();
        if !old.is_empty() {
            self.erase(&old).await?;
        }
        Ok(())
    }

    /// Tells whether this is a private entry, which is thrown away rather than taken back.
    pub fn is_private_entry(&self, entry: DocumentId) -> bool {
        let view = self.view(self.account());
        view.entry(entry).is_some_and(|view| matches!(view.state, ShareState::Private | ShareState::Held))
    }
}
