//! Sharing and withdrawing: the plans of `reverie_journal`, carried out through the outbox in their order.
//!
//! Each is one deed of two appends. What a cut interrupts, the next flush finishes: sharing never leaves an entry in
//! neither journal, and withdrawing never loses words.

use std::collections::{BTreeMap, BTreeSet};

use reverie_journal::{
    Attachment, Deed, Document, Reseal, ShareState, WithdrawCase, Withdrawal, share_plan, withdraw_plan,
};
use reverie_protocol::ids::{AttachmentId, DocumentId, JournalId};
use reverie_protocol::limits;

use crate::circles::Circle;
use crate::error::ClientError;
use crate::outbox::{Flushed, Intent, Outgoing, Replacement};
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Returns the circle with which an entry would be shared: that of the one given, or the only one there is.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if nobody is paired, [`ClientError::Ambiguous`] if it is not clear who is meant.
    pub fn share_target(&self, handle: Option<&str>) -> Result<Circle, ClientError> {
        if let Some(contact) = handle.and_then(|handle| self.contact_of(handle).ok()).filter(|known| !known.confirmed) {
            return Err(ClientError::NotConfirmed { handle: contact.handle.clone() });
        }
        if handle.is_none() && self.circles().is_empty() {
            return Err(self.contacts().first().map_or_else(
                || ClientError::NotPossible("you are not paired with a clinician yet".into()),
                |contact| ClientError::NotConfirmed { handle: contact.handle.clone() },
            ));
        }
        // A journal that nobody reads any more is none to share with, while there is another.
        let mut read = self.read_circles();
        match handle {
            None if read.len() == 1 => Ok(read.remove(0)),
            handle => self.find_circle(handle),
        }
    }

    /// Shares an entry with a circle: everything of it is sealed anew for the shared journal, then leaves the private one.
    ///
    /// # Errors
    /// What the plan says ("already shared"), an attachment that could not be fetched, [`ClientError::Estranged`],
    /// [`ClientError::NobodyReads`], [`ClientError::ConsentNeeded`], [`ClientError::SharingPaused`] or [`ClientError::Guarded`]: then nothing was shared.
    pub async fn share(&mut self, entry: DocumentId, with: &Circle) -> Result<Flushed, ClientError> {
        self.may(Deed::Share)?;
        self.share_now(entry, with).await
    }

    pub(crate) async fn share_now(&mut self, entry: DocumentId, with: &Circle) -> Result<Flushed, ClientError> {
        let into = with.journal;
        self.may_seal(into, None)?;
        self.may_share_with(with)?;
        let plan = share_plan(&self.view(self.account()), entry, into);
        let plan = plan.map_err(|error| ClientError::NotPossible(error.to_string()))?;
        self.carry_out(into, plan.seal, &plan.attachments, plan.withdraw, false).await
    }

    /// Returns what withdrawing an entry means, to be said before it is done.
    ///
    /// # Errors
    /// What the plan says.
    pub fn withdraw_case(&self, entry: DocumentId) -> Result<WithdrawCase, ClientError> {
        let plan = withdraw_plan(&self.view(self.account()), entry);
        plan.map(|plan| plan.case).map_err(|error| ClientError::NotPossible(error.to_string()))
    }

    /// Withdraws an entry: a shared one goes back to the private journal, a private one is erased.
    ///
    /// # Errors
    /// What the plan says, [`ClientError::FileUnavailable`] for an attachment that could not be fetched, or
    /// [`ClientError::Guarded`] for what would be erased for good: then nothing was withdrawn.
    pub async fn withdraw(&mut self, entry: DocumentId) -> Result<Flushed, ClientError> {
        self.take_back(entry, false).await
    }

    /// Withdraws an entry as [`Self::withdraw`] does, and gives up attachments that cannot be fetched: whoever withholds a
    /// file must not keep her from taking her words back.
    ///
    /// # Errors
    /// What the plan says.
    pub async fn withdraw_without_files(&mut self, entry: DocumentId) -> Result<Flushed, ClientError> {
        self.take_back(entry, true).await
    }

    async fn take_back(&mut self, entry: DocumentId, without_files: bool) -> Result<Flushed, ClientError> {
        let plan = withdraw_plan(&self.view(self.account()), entry);
        let plan = plan.map_err(|error| ClientError::NotPossible(error.to_string()))?;
        if plan.case == WithdrawCase::Private {
            self.may(Deed::Erase)?;
        }
        let into = plan.back_to.map_or_else(|| self.private_journal(), Ok)?;
        let was_private = plan.case == WithdrawCase::Private;
        let flushed = self.carry_out(into, plan.seal, &plan.attachments, plan.withdraw, without_files).await?;
        // Taken back is answered: she is not asked again about what was captured while decisions wait.
        let held = self.view(self.account()).entry(entry).is_some_and(|view| view.state == ShareState::Held);
        if held {
            return Ok(self.keep_as_it_is(entry).await?.flushed);
        }
        // Another device had thrown a private copy away: what she takes back now is not to go with the trash.
        let trashed = self.trash().iter().any(|trashed| trashed.view.entry.id() == entry);
        if trashed && !was_private {
            return Ok(self.restore(entry).await?.flushed);
        }
        Ok(flushed)
    }

    pub(crate) async fn carry_out(
        &mut self,
        into: JournalId,
        documents: Vec<Document>,
        attachments: &[Reseal],
        withdrawals: Vec<Withdrawal>,
        without_files: bool,
    ) -> Result<Flushed, ClientError> {
        let mut resealed: BTreeMap<AttachmentId, (AttachmentId, Outgoing)> = BTreeMap::new();
        let mut given_up = BTreeSet::new();
        for reseal in attachments {
            let named = documents.iter().flat_map(|document| document.body().attachments());
            let attachment = named.clone().find(|attachment| attachment.id == reseal.attachment).cloned();
            let Some(attachment): Option<Attachment> = attachment else { continue };
            match self.reseal(reseal.from, &attachment, into).await {
                Ok(sealed) => drop(resealed.insert(reseal.attachment, sealed)),
                // A full disk says nothing of the file: it can be had when there is room.
                Err(error) if error.is_full() => return Err(error),
                Err(_) if without_files => drop(given_up.insert(reseal.attachment)),
                Err(error) => return Err(ClientError::FileUnavailable(Box::new(error))),
            }
        }
        let mut written = Vec::new();
        let renamed: BTreeMap<_, _> = resealed.iter().map(|(old, (new, _))| (*old, *new)).collect();
        let mut intents = Vec::new();
        // What is given up is named no more: nobody could ever fetch it, nor share the entry again.
        for document in documents.into_iter().filter_map(|document| document.without_files(&given_up)) {
            let files = document.body().attachments().iter().filter_map(|attachment| resealed.get(&attachment.id));
            let files: Vec<Outgoing> = files.map(|(_, outgoing)| outgoing.clone()).collect();
            let intent = self.write_intent(into, &document.with_attachment_ids(&renamed), files);
            written.push(intent.record());
            intents.push(intent);
        }
        let replaced_by = (!written.is_empty()).then_some(Replacement { journal: into, records: written });
        for Withdrawal { journal, records } in withdrawals {
            for withdraws in records.chunks(limits::WITHDRAWS_PER_RECORD) {
                let (record, replaced_by) = (self.record_id(), replaced_by.clone());
                intents.push(Intent::Withdraw { journal, record, withdraws: withdraws.to_vec(), replaced_by });
            }
        }
        self.put(intents).await?;
        self.flush().await
    }
}
