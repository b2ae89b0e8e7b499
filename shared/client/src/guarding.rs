//! The guard window on this device: which deeds wait now, and the one exception.
//!
//! The invariant: a window that was under way when this device looked is remembered until its end, so that neither a
//! clinician's later document nor a clock that was turned back ends it. The server learns nothing of it.

use reverie_journal::{Deed, Guard, Hold, SharedDuringGuard, guard};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::DocumentId;

use crate::circles::Circle;
use crate::error::ClientError;
use crate::outbox::Flushed;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Returns the guard window that is under way, if one is. Only patients have one.
    pub fn guard(&self) -> Option<Guard> {
        if self.role() != AccountRole::Patient {
            return None;
        }
        guard(&self.view(self.account()), self.state.guard, self.env.now())
    }

    /// Remembers the window that is under way.
    pub(crate) async fn remember_guard(&mut self) -> Result<(), ClientError> {
        let guard = self.guard();
        if guard.is_none() || guard == self.state.guard {
            return Ok(());
        }
        self.state.guard = guard;
        self.save_state().await
    }

    /// Refuses what waits, so that nothing is asked that is refused afterwards.
    ///
    /// # Errors
    /// [`ClientError::Guarded`] in the guard window.
    pub fn may(&self, deed: Deed) -> Result<(), ClientError> {
        match self.guard().filter(|_| deed.waits()) {
            Some(guard) => Err(ClientError::Guarded(guard)),
            None => Ok(()),
        }
    }

    /// Puts an entry on hold: she is asked about it once nothing waits any more.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`], or [`ClientError::NotPossible`] for one that is shared.
    pub async fn hold(&mut self, entry: DocumentId) -> Result<Kept, ClientError> {
        self.put_hold(entry, true).await
    }

    /// Keeps an entry as it is: a held one stays private, one that was shared while decisions wait stays shared.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`].
    pub async fn keep_as_it_is(&mut self, entry: DocumentId) -> Result<Kept, ClientError> {
        self.put_hold(entry, false).await
    }

    async fn put_hold(&mut self, entry: DocumentId, held: bool) -> Result<Kept, ClientError> {
        let view = self.view(self.account());
        let unknown = || ClientError::UnknownEntry("there is no entry of this id".into());
        let found = view.entry(entry).ok_or_else(unknown)?;
        if held && found.state.is_shared() {
            return Err(ClientError::NotPossible(
                "this entry is shared already; `reverie withdraw` takes it back".into(),
            ));
        }
        let journal = self.private_journal()?;
        self.keep_document(journal, Hold { entry, held }, Vec::new()).await
    }

    /// Tells whether this one may be shared in the guard window that is under way.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] says why not.
    pub fn may_share_during_guard(&self, entry: DocumentId) -> Result<(), ClientError> {
        let Some(guard) = self.guard() else { return Ok(()) };
        let checked = self.view(self.account()).check_exception(guard, entry, self.env.now());
        checked.map_err(|error| ClientError::NotPossible(error.to_string()))
    }

    /// Shares one entry while decisions wait: from four hours after the dose on, once in a window, after she said so twice.
    /// It is noted for her alone, and she is asked on the next morning whether to take it back.
    ///
    /// # Errors
    /// As [`Self::may_share_during_guard`] or [`Self::share`].
    pub async fn share_during_guard(&mut self, entry: DocumentId, with: &Circle) -> Result<Flushed, ClientError> {
        if self.guard().is_none() {
            return self.share(entry, with).await;
        }
        self.may_share_during_guard(entry)?;
        self.share_now(entry, with).await?;
        let journal = self.private_journal()?;
        Ok(self.keep_document(journal, SharedDuringGuard { entry }, Vec::new()).await?.flushed)
    }
}
