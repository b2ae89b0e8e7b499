//! What somebody calls people on this device: a name beside the handle that the practice made up.
//!
//! The invariant: such a name is in the device's sealed state and nowhere else. It is in no document, no key bundle and no
//! export, so that neither the server, nor the other side, nor another device of the same person ever holds it.

use reverie_journal::{Names, PersonName};
use reverie_protocol::ids::AccountId;

use crate::error::ClientError;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Gives somebody a name on this device, or takes it away.
    ///
    /// # Errors
    /// The storage's.
    pub async fn name_locally(&mut self, account: AccountId, name: Option<PersonName>) -> Result<(), ClientError> {
        match name {
            Some(name) => drop(self.state.local_names.insert(account, name)),
            None => drop(self.state.local_names.remove(&account)),
        }
        self.save_state().await
    }

    /// Returns what somebody is called on this device, if they have a name here.
    pub fn local_name(&self, account: AccountId) -> Option<&str> {
        self.state.local_names.get(&account).map(PersonName::as_str)
    }

    /// Returns what to call people on a screen of this device: `heron-41 (Imogen)`. For screens alone: what leaves the
    /// device, an export or an answer to a program, goes by [`Self::names`].
    pub fn names_here(&self) -> Names {
        let own = (self.account(), self.handle().to_owned());
        let here = self.state.contacts.iter().map(|contact| {
            let handle = contact.name();
            let named = self.local_name(contact.account).map(|name| format!("{handle} ({name})"));
            (contact.account, named.unwrap_or(handle))
        });
        here.chain([own]).collect()
    }
}
