//! Changing one's own keys: after a device was lost or stolen, or in doubt.
//!
//! The invariant: the new keys are sealed on this device before the server hears of them, and the old ones stay beside
//! them: they read what was sealed to them, and sign where the new card is not placed yet. Each step can be cut off; the
//! next flush goes on.

use reverie_journal::Deed;
use reverie_protocol::api::PutCard;
use reverie_protocol::problem::ProblemCode;

use crate::device;
use crate::error::ClientError;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Tells whether the account may get new keys now; what was begun is always finished.
    ///
    /// # Errors
    /// [`ClientError::Guarded`] in the guard window.
    pub fn may_change_keys(&self) -> Result<(), ClientError> {
        if self.state.card_before.is_some() { Ok(()) } else { self.may(Deed::ChangeKeys) }
    }

    /// Gives this account new keys. The card of the new keys is signed by the old ones; this account's own journals get it
    /// and a new key at once, journals of others when their owners write next. All other sessions of the account end.
    ///
    /// # Errors
    /// [`ClientError::Behind`], with nothing changed; the server's. Once the server has been asked that, whatever the error, the
    /// new keys are kept, and what is left to do is done by the next flush.
    pub async fn change_keys(&mut self) -> Result<(), ClientError> {
        self.token()?;
        self.may_change_keys()?;
        if self.state.card_before.is_none() {
            self.not_behind().await?;
            let bundle = &self.copy.bundle;
            let next = self.env.random(|rng| bundle.keys.succeed(&bundle.card, rng));
            let (keys, card) = next.map_err(|error| ClientError::NotPossible(error.to_string()))?;
            // Said first: a cut before the keys are kept leaves nothing to send.
            self.state.card_before = Some(self.copy.bundle.card.clone());
            self.save_state().await?;
            (self.copy.bundle.keys, self.copy.bundle.card) = (keys, card);
            device::save_bundle(&*self.env.store, &self.copy).await?;
        }
        self.send_card().await?;
        self.place_own_card().await
    }

    /// The same. What another device has put into the bundle since is taken over first, which needs the password.
    ///
    /// # Errors
    /// The same, and those of logging in.
    pub async fn change_keys_by(&mut self, password: &str) -> Result<(), ClientError> {
        match self.change_keys().await {
            Err(ClientError::Behind) => {
                self.login(password).await?;
                self.change_keys().await
            }
            changed => changed,
        }
    }

    /// Refuses where another device has changed the account since: the new keys would wait for a login, and everything that is
    /// to be signed, a withdrawal too, would wait with them.
    async fn not_behind(&mut self) -> Result<(), ClientError> {
        self.settle().await?;
        let token = self.token()?;
        let stored = self.env.api.get_bundle(&token).await.map_err(ClientError::from);
        let stored = self.logged_out_on_refusal(stored)?;
        if stored.version > self.state.bundle_version { Err(ClientError::Behind) } else { Ok(()) }
    }

    /// Sends the card of changed keys, if the server does not have it yet.
    pub(crate) async fn send_card(&mut self) -> Result<(), ClientError> {
        let Some(before) = &self.state.card_before else { return Ok(()) };
        if *before != self.copy.bundle.card {
            match self.put_card().await {
                Err(error) if error.is(ProblemCode::InvalidCredentials) || error.is(ProblemCode::VersionConflict) => {
                    self.after_conflict(error).await?;
                }
                put => put?,
            }
        }
        self.state.card_before = None;
        self.save_state().await
    }

    async fn put_card(&mut self) -> Result<(), ClientError> {
        self.settle().await?;
        let token = self.token()?;
        let version = self.state.bundle_version + 1;
        let sealed = self.sealed_bundle(version, self.state.ways.clone())?;
        let put = PutCard { card: self.copy.bundle.card.clone(), version, bundle: sealed.into() };
        let put = self.env.api.put_card(&token, &put).await.map_err(ClientError::from);
        self.logged_out_on_refusal(put)?;
        self.state.bundle_version = version;
        self.save_state().await
    }

    /// Tells a lost answer from a change on another device.
    async fn after_conflict(&mut self, error: ClientError) -> Result<(), ClientError> {
        let token = self.token()?;
        let stored = self.env.api.get_account(&token).await?.card;
        if stored != self.copy.bundle.card {
            let elsewhere = self.state.card_before.as_ref() != Some(&stored);
            return Err(if elsewhere { ClientError::KeysChangedElsewhere } else { error });
        }
        let bundle = self.env.api.get_bundle(&token).await?;
        // Card and bundle are stored together: the version after ours is the one that went with our card.
        if bundle.version == self.state.bundle_version + 1 {
            self.state.bundle_version = bundle.version;
        }
        Ok(())
    }
}
