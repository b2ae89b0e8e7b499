//! An account, unlocked on this device: its keys in memory, its state, its logs and its outbox.
//!
//! Everything a person does goes through here. Each file of this crate adds the methods of one purpose.

use std::collections::BTreeMap;

use reverie_crypto::{Contact, DeviceCopy};
use reverie_journal::Names;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::MemberAccount;
use reverie_protocol::ids::{AccountId, JournalId};
use zeroize::Zeroizing;

use crate::device::{self, DeviceState};
use crate::environment::Environment;
use crate::error::{ClientError, Removal};
use crate::log::JournalLog;
use crate::outbox::Item;
use crate::sync::Notice;

/// An account whose keys are in memory. Dropping it locks the device again.
pub struct Unlocked {
    pub(crate) env: Environment,
    pub(crate) copy: DeviceCopy,
    pub(crate) state: DeviceState,
    pub(crate) logs: BTreeMap<JournalId, JournalLog>,
    pub(crate) outbox: Vec<Item>,
    /// Why the outbox was not emptied, when it was tried last.
    pub(crate) stopped_by: Option<String>,
    /// What the server said of the members of each journal, since this account was unlocked.
    pub(crate) said: Option<BTreeMap<JournalId, Vec<MemberAccount>>>,
    /// What this client did of its own accord, to be told after the next flush.
    pub(crate) done: Vec<Notice>,
}

impl Unlocked {
    /// Unlocks the account that this device holds; needs no network.
    ///
    /// # Errors
    /// [`ClientError::NoAccount`], [`ClientError::WrongPassword`], or what is damaged.
    pub async fn unlock(env: Environment, password: &str) -> Result<Self, ClientError> {
        let copy = device::load_keys(&*env.store, password).await?;
        Self::load(env, copy).await
    }

    pub(crate) async fn load(env: Environment, copy: DeviceCopy) -> Result<Self, ClientError> {
        let state = DeviceState::load(&*env.store, &copy.device_key).await?;
        let (logs, outbox, stopped_by) = (BTreeMap::new(), Vec::new(), None);
        let (said, done) = (None, Vec::new());
        let mut unlocked = Self { env, copy, state, logs, outbox, stopped_by, said, done };
        if unlocked.state.ways.is_empty() {
            unlocked.state.ways = unlocked.copy.bundle.ways.clone();
        }
        unlocked.load_logs().await?;
        unlocked.load_outbox().await?;
        unlocked.remember_guard().await?;
        unlocked.look_after_captures().await?;
        Ok(unlocked)
    }

    /// Returns the account's id.
    pub const fn account(&self) -> AccountId {
        self.copy.bundle.account
    }

    /// Returns the account's handle.
    pub fn handle(&self) -> &str {
        &self.copy.bundle.handle
    }

    /// Returns what the account is in its practice.
    pub const fn role(&self) -> AccountRole {
        self.state.role
    }

    /// Returns the server's address.
    pub fn server(&self) -> String {
        self.env.api.server()
    }

    /// Tells whether the device has a session with the server, as far as it knows.
    pub const fn is_logged_in(&self) -> bool {
        self.state.token.is_some()
    }

    /// Returns the people that this account is paired with and who have not deleted their account, by handle.
    pub fn contacts(&self) -> Vec<&Contact> {
        self.everybody().into_iter().filter(|contact| !contact.gone).collect()
    }

    /// Returns everybody whom this account was ever paired with, by what they are called.
    pub fn everybody(&self) -> Vec<&Contact> {
        let mut contacts: Vec<_> = self.state.contacts.iter().collect();
        contacts.sort_by_key(|contact| contact.name());
        contacts
    }

    /// Returns what to call people: their handles.
    pub fn names(&self) -> Names {
        let own = (self.account(), self.handle().to_owned());
        self.state.contacts.iter().map(|contact| (contact.account, contact.name())).chain([own]).collect()
    }

    pub(crate) fn contact(&self, account: AccountId) -> Option<&Contact> {
        self.state.contacts.iter().find(|contact| contact.account == account)
    }

    /// Returns the person of this handle.
    ///
    /// # Errors
    /// [`ClientError::UnknownContact`].
    pub fn contact_of(&self, handle: &str) -> Result<&Contact, ClientError> {
        let unknown = || ClientError::UnknownContact(handle.chars().take(80).collect());
        let called = self.state.contacts.iter().filter(|contact| contact.handle == handle);
        // Whoever has the handle now comes before whoever had it.
        called.min_by_key(|contact| contact.gone).ok_or_else(unknown)
    }

    pub(crate) fn token(&self) -> Result<Zeroizing<String>, ClientError> {
        self.state.token.clone().ok_or_else(|| self.removed().unwrap_or(ClientError::LoggedOut))
    }

    /// Returns what the server said when it no longer took this device.
    pub(crate) fn removed(&self) -> Option<ClientError> {
        let said = self.state.revoked.clone()?;
        Some(ClientError::DeviceRevoked { why: self.state.removal, said })
    }

    /// Tells why the server no longer takes this device, if it was removed since it logged in last.
    pub fn removal(&self) -> Option<Removal> {
        self.state.revoked.as_ref().map(|_| self.state.removal)
    }

    pub(crate) async fn save_state(&self) -> Result<(), ClientError> {
        self.state.save(&*self.env.store, &self.copy.device_key).await
    }
}
