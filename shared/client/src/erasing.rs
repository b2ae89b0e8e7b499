//! Erasing: the account with all its journals, what this device keeps of it, and journals that their owner has erased.
//!
//! The invariant: the server erases what the account's own key signed, and a reader's device forgets a journal on its
//! owner's signature alone, never on the server's word.

use reverie_journal::{Deed, Leaving, leaving};
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{AccountErased, EraseAccount};
use reverie_protocol::erasure::{Erasure, SignedErasure};
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::JournalId;
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::signed::Kind;

use crate::device;
use crate::error::ClientError;
use crate::sync::Notice;
use crate::trust::cards_of;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Returns what goes if the account is erased now, and what stays with whom.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for accounts that are no patient's, [`ClientError::Guarded`] in the day after a dose.
    pub fn if_erased(&self) -> Result<Leaving, ClientError> {
        if self.role() != AccountRole::Patient {
            let message =
                "only a patient deletes an account herself; your administrator ends the account of a clinician";
            return Err(ClientError::NotPossible(message.into()));
        }
        self.may(Deed::End)?;
        Ok(leaving(&self.view(self.account())))
    }

    /// Erases the account and every journal that it owns, on the server first, then on this device. Nothing can be opened
    /// afterwards, by anybody.
    ///
    /// # Errors
    /// As [`Self::if_erased`], or the server's. If the server did not answer it is not known whether the account is gone: the
    /// next start says so.
    pub async fn erase_account(mut self) -> Result<AccountErased, ClientError> {
        self.if_erased()?;
        let account = self.account();
        let journals = self.listed().await?.journals.into_iter().filter(|entry| entry.role == MemberRole::Owner);
        let wanted = EraseAccount {
            account: self.sign_erasure(&Erasure::of_account(account)),
            journals: journals.map(|entry| self.sign_erasure(&Erasure::of_journal(account, entry.journal))).collect(),
        };
        let token = self.token()?;
        let erased = self.env.api.erase_account(&token, &wanted).await.map_err(ClientError::from);
        let erased = self.logged_out_on_refusal(erased)?;
        self.erase_device().await?;
        Ok(erased)
    }

    /// Forgets everything that this device keeps of the account. What is on the server stays there.
    ///
    /// # Errors
    /// This device's storage failed; the keys went first, so nothing of the rest can be opened.
    pub async fn erase_device(self) -> Result<(), ClientError> {
        device::erase(&*self.env.store).await
    }

    fn sign_erasure(&self, erasure: &Erasure) -> SignedErasure {
        let bytes = erasure.to_bytes();
        let signature = self.copy.bundle.keys.sign_statement(Kind::Erasure, &bytes);
        SignedErasure { erasure: bytes.into(), signature: signature.0.to_vec().into() }
    }

    /// Asks whether the owner of a journal erased it. Then this device forgets it too.
    pub(crate) async fn if_erased_by_owner(&mut self, journal: JournalId) -> Result<Option<Notice>, ClientError> {
        let token = self.token()?;
        let signed = match self.env.api.get_erasure(&token, journal).await.map_err(ClientError::from) {
            Err(error) if error.is(ProblemCode::NotFound) => return Ok(None),
            asked => asked?,
        };
        let Some(owner) = self.owner(journal).filter(|_| self.is_erased_by_owner(journal, &signed)) else {
            return Ok(None);
        };
        let handle = self.names().of(owner);
        let undelivered = self.forget_journal(journal).await?;
        // A journal is erased with its owner's account and not otherwise.
        self.let_go(owner).await?;
        Ok(Some(Notice::Erased { journal, handle, undelivered }))
    }

    /// Tells whether the owner of a journal signed its erasure, by any card of hers that this device knows.
    fn is_erased_by_owner(&self, journal: JournalId, signed: &SignedErasure) -> bool {
        let (Some(log), Some(owner)) = (self.logs.get(&journal), self.owner(journal)) else { return false };
        let known = self.contact(owner).map(|contact| contact.card.clone());
        let cards = cards_of(log, owner).into_iter().chain(known);
        let wanted = Erasure::of_journal(owner, journal);
        let mut keys = cards.filter_map(|card| card.verify().ok()).map(|card| card.verifying_key);
        keys.any(|key| signed.verify(&key) == Ok(wanted))
    }

    /// Forgets a journal, and returns how many deeds were waiting for it that nobody can be told of any more.
    pub(crate) async fn forget_journal(&mut self, journal: JournalId) -> Result<usize, ClientError> {
        let log = self.logs.remove(&journal).unwrap_or_default();
        for logged in &log.records {
            self.forget_files(&logged.header.attachments, None).await?;
            for file in &logged.header.attachments {
                self.forget_fetched(file.id).await?;
            }
        }
        self.forget_cached(journal, None).await?;
        self.state.floors.remove(&journal);
        self.state.diverged.remove(&journal);
        self.state.resending.remove(&journal);
        self.state.hidden.remove(&journal);
        self.save_state().await?;
        self.drop_waiting(journal).await
    }
}
