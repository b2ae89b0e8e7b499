//! Searching what this device holds. It needs no network, and nothing of it leaves the device: no index is kept, and what is
//! looked for is forgotten with the answer.

use reverie_journal::{Found, Query, search};
use reverie_protocol::account::AccountRole;

use crate::unlocked::Unlocked;

impl Unlocked {
    /// Returns the entries that are looked for: of this account's own journals, or of what its patients share.
    pub fn search(&self, query: &Query) -> Vec<Found> {
        if self.role() == AccountRole::Patient {
            return search(&self.view(self.account()), query);
        }
        self.patients().iter().flat_map(|(_, view)| search(view, query)).collect()
    }
}
