//! Review: what a clinician sees of all patients, and the brief before a session.

use reverie_journal::{
    Brief, Document, Filed, PatientView, QueueRow, Receipt, ReceiptKind, SharedView, Timestamp, brief, default_since,
    queue,
};
use reverie_protocol::ids::{AccountId, DocumentId, JournalId};

use crate::error::ClientError;
use crate::outbox::Flushed;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Returns the clinician's patients, by who needs attention first.
    pub fn queue(&self) -> Vec<QueueRow> {
        // One row for each patient, in how many of her circles the clinician may be.
        let joined: Vec<_> = self.patients().into_iter().filter_map(|(_, view)| Self::in_review(view)).collect();
        queue(self.account(), &joined, self.env.now())
    }

    /// Returns the brief of one patient, of everything that she shares with this account, from `since` (by default the end
    /// of the last integration session) to `until` (by default now).
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
        let shared = &Self::in_review(view).ok_or_else(nothing)?;
        let until = until.unwrap_or_else(|| self.env.now());
        Ok(brief(shared, self.account(), since.or_else(|| default_since(shared, until)), until))
    }

    /// Returns what a patient shares, as one; what was ended with nothing in it is nobody's work.
    fn in_review(mut view: PatientView) -> Option<SharedView> {
        view.shared.retain(|shared| !(shared.closed && shared.holds_nothing()));
        view.joined()
    }

    /// Writes the receipt of a brief, one for each journal that holds some of it: its entries were opened. Nothing is
    /// written if none was new.
    ///
    /// # Errors
    /// [`ClientError::NotConfirmed`] while the words were not compared.
    pub async fn receipt(&mut self, brief: &Brief) -> Result<Option<Flushed>, ClientError> {
        let unread: Vec<_> = brief.unread().collect();
        let view = self.view(brief.header.patient);
        let mut last = None;
        for shared in &view.shared {
            let entries = unread.iter().copied().filter(|document| shared.holds(*document));
            let opened = Receipt { receipt: ReceiptKind::Opened, entries: entries.collect() };
            if !opened.entries.is_empty() {
                let receipt = Document::new(self.env.document_id(), self.env.now(), opened)?;
                last = self.put_receipt(shared.journal, &receipt).await?;
            }
        }
        Ok(last)
    }

    /// Writes the receipt of one entry or measure that a clinician opened by itself. Nothing is written for the patient's own eyes,
    /// or if there was nothing new in it.
    ///
    /// # Errors
    /// As [`Self::receipt`].
    pub async fn opened(&mut self, entry: DocumentId) -> Result<Option<Flushed>, ClientError> {
        let me = self.account();
        let patients = self.patients();
        let shared = patients.iter().flat_map(|(_, view)| &view.shared);
        let mut unread = shared.flat_map(|shared| {
            let entries = shared.entries.iter().filter(|view| view.entry.id() == entry && view.is_unread_by(me));
            let measures = shared.measures.iter().filter(|view| view.response.id() == entry && view.is_unread_by(me));
            entries.map(|view| view.journal).chain(measures.map(|view| view.journal))
        });
        let Some(journal) = unread.next() else { return Ok(None) };
        let opened = Receipt { receipt: ReceiptKind::Opened, entries: vec![entry] };
        let receipt = Document::new(self.env.document_id(), self.env.now(), opened)?;
        self.put_receipt(journal, &receipt).await
    }

    /// States that what a patient shares was read for a session: one receipt for each journal that holds some of it. What
    /// was read for a session already, and has not changed since, needs none.
    ///
    /// # Errors
    /// [`ClientError::NotConfirmed`] while the words were not compared.
    pub async fn reviewed(&mut self, documents: &[DocumentId]) -> Result<Vec<Flushed>, ClientError> {
        let me = self.account();
        let patients = self.patients();
        let mut flushed = Vec::new();
        for shared in patients.iter().flat_map(|(_, view)| &view.shared) {
            let entries = shared.entries.iter().filter(|view| !view.is_reviewed_by(me)).map(|view| view.entry.id());
            let measures = shared.measures.iter().filter(|view| !view.is_reviewed_by(me));
            let here: Vec<_> = entries.chain(measures.map(|view| view.response.id())).collect();
            let entries: Vec<_> = documents.iter().filter(|document| here.contains(document)).copied().collect();
            if entries.is_empty() {
                continue;
            }
            let reviewed = Receipt { receipt: ReceiptKind::Reviewed, entries };
            let receipt = Document::new(self.env.document_id(), self.env.now(), reviewed)?;
            flushed.extend(self.put_receipt(shared.journal, &receipt).await?);
        }
        Ok(flushed)
    }

    /// States that entries were talked about in the session, or left for the next one; both see it.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] for what no patient shares, or [`ClientError::NotConfirmed`].
    pub async fn state(&mut self, receipt: ReceiptKind, entry: DocumentId) -> Result<Flushed, ClientError> {
        let journal = self.shared_with_me(&[entry])?;
        let receipt = Receipt { receipt, entries: vec![entry] };
        Ok(self.keep_document(journal, receipt, Vec::new()).await?.flushed)
    }

    /// States that an entry was copied into the chart; the patient sees it.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] for what no patient shares, or [`ClientError::NotConfirmed`].
    pub async fn file_to_chart(&mut self, entry: DocumentId) -> Result<Flushed, ClientError> {
        let journal = self.shared_with_me(&[entry])?;
        Ok(self.keep_document(journal, Filed { entries: vec![entry] }, Vec::new()).await?.flushed)
    }

    /// Returns the journal in which one patient, who is confirmed, shares all of these entries with the clinician.
    pub(crate) fn shared_with_me(&self, entries: &[DocumentId]) -> Result<JournalId, ClientError> {
        let patients = self.patients();
        let mut shared = patients.iter().flat_map(|(_, view)| &view.shared);
        let holds = |shared: &SharedView, id: &DocumentId| shared.entries.iter().any(|view| view.entry.id() == *id);
        let found = shared.find(|shared| entries.iter().all(|id| holds(shared, id)));
        let unknown = match entries {
            [_] => "no patient shares an entry of this id",
            _ => "no patient shares all of these entries with you",
        };
        let journal = found.ok_or_else(|| ClientError::UnknownEntry(unknown.into()))?.journal;
        self.confirmed_owner(journal)?;
        Ok(journal)
    }

    async fn put_receipt(&mut self, journal: JournalId, receipt: &Document) -> Result<Option<Flushed>, ClientError> {
        // Reading is possible where nothing can be written any more.
        if self.is_writable(journal).is_err() {
            return Ok(None);
        }
        self.confirmed_owner(journal)?;
        let intent = self.write_intent(journal, receipt, Vec::new());
        self.put(vec![intent]).await?;
        self.flush().await.map(Some)
    }
}
