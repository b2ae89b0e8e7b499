//! Review: what a clinician sees of all patients, and the brief before a session.

use reverie_journal::{Brief, QueueRow, Timestamp, brief, default_since, queue};
use reverie_protocol::ids::AccountId;

use crate::error::ClientError;
use crate::outbox::Flushed;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Returns the clinician's patients, by who needs attention first.
    pub fn queue(&self) -> Vec<QueueRow> {
        let patients = self.patients();
        queue(self.account(), patients.iter().flat_map(|(_, view)| &view.shared), self.env.now())
    }

    /// Returns the brief of one patient, from `since` (by default the end of the last integration session) to `until`
    /// (by default now).
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if the patient shares nothing with this account.
    pub fn brief(
        &self,
        patient: AccountId,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Brief, ClientError> {
        let view = self.view(patient);
        let nothing =
            || ClientError::NotPossible(format!("{} shares no journal with you yet", self.names().of(patient)));
        let shared = view.shared.first().ok_or_else(nothing)?;
        let until = until.unwrap_or_else(|| self.env.now());
        Ok(brief(shared, self.account(), since.or_else(|| default_since(shared, until)), until))
    }

    /// Writes the receipt of a brief: its entries were opened. Nothing is written if none was new.
    ///
    /// # Errors
    /// [`ClientError::NotConfirmed`] while the words were not compared.
    pub async fn receipt(&mut self, brief: &Brief) -> Result<Option<Flushed>, ClientError> {
        let Some(receipt) = brief.receipt(self.env.document_id(), self.env.now()) else { return Ok(None) };
        let journal = brief.header.journal;
        self.confirmed_owner(journal)?;
        let intent = self.write_intent(journal, &receipt, Vec::new());
        self.put(vec![intent]).await?;
        self.flush().await.map(Some)
    }
}
