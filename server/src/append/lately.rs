//! The states of journals that were appended to lately, so that the next append need not fetch and parse its journal's.
//!
//! The invariant: nothing is decided by what is kept here alone. A chain has one past, so a state is right for the head
//! that it names; and the writer refuses an append whose head is not the journal's head any more. A state that is out of
//! date, because another process wrote meanwhile, costs one refused append and is forgotten.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;
use reverie_protocol::check::JournalState;
use reverie_protocol::header::Header;
use reverie_protocol::ids::JournalId;

/// Journals kept. A state is about 4 KB for each member.
const JOURNALS: usize = 1024;

/// Journals that were appended to lately.
pub(crate) struct Lately(Mutex<LruCache<JournalId, JournalState>>);

impl Default for Lately {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(JOURNALS)))
    }
}

impl Lately {
    /// Returns the state that a header extends, if it is kept and the header's author is a member in it.
    pub(super) fn find(&self, header: &Header) -> Option<JournalState> {
        let mut states = self.states();
        let state = states.get(&header.journal)?;
        let next = state.seq.checked_add(1) == Some(header.seq) && header.prev == Some(state.head);
        let member = state.members.iter().any(|member| member.account == header.author);
        (next && member).then(|| state.clone())
    }

    /// Keeps the state after an append that was written, without the past records that only that append mentioned.
    pub(super) fn keep(&self, mut state: JournalState) {
        state.records.clear();
        state.attachments.clear();
        self.states().insert(state.journal, state);
    }

    /// Forgets a journal that has moved on without this process.
    pub(crate) fn forget(&self, journal: JournalId) {
        self.states().remove(&journal);
    }

    fn states(&self) -> MutexGuard<'_, LruCache<JournalId, JournalState>> {
        // A panic elsewhere leaves whole states: each is inserted or removed in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
