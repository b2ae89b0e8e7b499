//! Journals that the server no longer shows. For a reader that is how being taken out looks, and how a lie looks as well: so
//! what is here stays, is marked, and goes when its owner erased it, or when this account says so.

use reverie_journal::Timestamp;
use reverie_protocol::ids::{AccountId, JournalId};
use serde::{Deserialize, Serialize};

use crate::error::ClientError;
use crate::sync::Notice;
use crate::unlocked::Unlocked;

/// How long to wait before the server is asked again what became of a journal.
const ASK_AGAIN_SECONDS: i64 = 24 * 60 * 60;

/// A journal that the server does not show.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Hidden {
    /// Since when, by this device's clock.
    pub(crate) since: Timestamp,
    /// When the server was asked last whether its owner erased it.
    asked_at: Timestamp,
}

impl Unlocked {
    /// Takes in that the server does not show a journal. Somebody else's is told of once, this account's own every time.
    pub(crate) async fn hide(&mut self, journal: JournalId) -> Result<Option<Notice>, ClientError> {
        let (now, known) = (self.env.now(), self.state.hidden.get(&journal).copied());
        let lately = |hidden: Hidden| (0..ASK_AGAIN_SECONDS).contains(&(now.unix() - hidden.asked_at.unix()));
        if !known.is_some_and(lately) {
            if let Some(erased) = self.if_erased_by_owner(journal).await? {
                return Ok(Some(erased));
            }
            let since = known.map_or(now, |hidden| hidden.since);
            self.state.hidden.insert(journal, Hidden { since, asked_at: now });
            self.save_state().await?;
        }
        let owner = self.owner(journal).filter(|owner| *owner != self.account());
        let told = known.is_some() && owner.is_some();
        Ok((!told).then(|| Notice::Hidden { journal, handle: owner.map(|owner| self.names().of(owner)) }))
    }

    /// Takes in which journals the server shows.
    pub(crate) async fn show_again(&mut self, shown: impl Fn(&JournalId) -> bool) -> Result<(), ClientError> {
        let before = self.state.hidden.len();
        self.state.hidden.retain(|journal, _| !shown(journal));
        if self.state.hidden.len() == before { Ok(()) } else { self.save_state().await }
    }

    /// Returns how many deeds for a patient wait on this device, if all of her journals are hidden, so that they can be
    /// forgotten.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if one of them is shown, or if there is none.
    pub fn if_forgotten(&self, patient: AccountId) -> Result<usize, ClientError> {
        let handle = self.names().of(patient);
        let journals = self.journals_from(patient);
        if journals.is_empty() || patient == self.account() {
            return Err(ClientError::NotPossible(format!("this device holds no journal of {handle}")));
        }
        if journals.iter().any(|journal| !self.state.hidden.contains_key(journal)) {
            return Err(ClientError::NotPossible(format!(
                "{handle} shares a journal with you, so nothing was forgotten"
            )));
        }
        Ok(journals.iter().map(|journal| self.waiting_for(*journal)).sum())
    }

    /// Forgets what this device holds of a patient whose journals the server no longer shows. Should it show them again, they
    /// are fetched anew.
    ///
    /// # Errors
    /// As [`Self::if_forgotten`], or [`ClientError::Store`].
    pub async fn forget_patient(&mut self, patient: AccountId) -> Result<(), ClientError> {
        self.if_forgotten(patient)?;
        for journal in self.journals_from(patient) {
            self.forget_journal(journal).await?;
        }
        Ok(())
    }

    /// Refuses to write to somebody else's journal that the server does not show: it would wait for ever.
    pub(crate) fn is_writable(&self, journal: JournalId) -> Result<(), ClientError> {
        let hidden = self.hidden_from_this_account(journal).filter(|_| self.state.hidden.contains_key(&journal));
        hidden.map_or(Ok(()), Err)
    }

    /// Returns what to say of a journal of somebody else's that the server does not show: since today, if that is new.
    pub(crate) fn hidden_from_this_account(&self, journal: JournalId) -> Option<ClientError> {
        let owner = self.owner(journal).filter(|owner| *owner != self.account())?;
        let since = self.state.hidden.get(&journal).map_or_else(|| self.env.now(), |hidden| hidden.since);
        Some(ClientError::Hidden { handle: self.names().of(owner), since })
    }

    pub(crate) fn journals_from(&self, patient: AccountId) -> Vec<JournalId> {
        self.logs.keys().filter(|journal| self.owner(**journal) == Some(patient)).copied().collect()
    }
}
