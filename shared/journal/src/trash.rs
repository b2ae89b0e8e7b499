//! The rules of the trash: what can be thrown away, and when it is erased for good.
//!
//! The invariant: only what is private is thrown away, and nothing is erased before its thirty days are over or while
//! decisions wait.

use reverie_protocol::ids::DocumentId;

use crate::guard::Guard;
use crate::timestamp::Timestamp;
use crate::view::{PatientView, PrivateView, Trashed};

/// How long the trash keeps an entry, in days.
pub const TRASH_DAYS: i64 = 30;

/// Why an entry cannot be thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiscardError {
    /// There is none.
    #[error("there is no entry of this id")]
    NoSuchEntry,
    /// Others read it.
    #[error("this entry is shared; withdraw it first")]
    Shared,
}

impl PatientView {
    /// Accepts that an entry is thrown away.
    ///
    /// # Errors
    /// [`DiscardError`].
    pub fn check_discard(&self, entry: DocumentId) -> Result<(), DiscardError> {
        let found = self.entry(entry).ok_or(DiscardError::NoSuchEntry)?;
        if found.state.is_shared() { Err(DiscardError::Shared) } else { Ok(()) }
    }
}

impl PrivateView {
    /// Returns what has been in the trash for its thirty days and is erased now: nothing in a guard window.
    pub fn to_erase(&self, guard: Option<Guard>, now: Timestamp) -> Vec<DocumentId> {
        let over = |trashed: &&Trashed| guard.is_none() && trashed.erased_from().unix() <= now.unix();
        self.trash.iter().filter(over).map(|trashed| trashed.view.entry.id()).collect()
    }
}

impl Trashed {
    /// Returns when it is erased for good.
    pub fn erased_from(&self) -> Timestamp {
        self.at.plus_seconds(TRASH_DAYS * 24 * 60 * 60).unwrap_or(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Kind, Trash};
    use crate::fold::fold;
    use crate::sample::*;

    #[test]
    fn what_is_thrown_away_is_erased_after_thirty_days_and_never_while_decisions_wait() {
        let journal = private()
            .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "A door."))
            .write(HERON, document(2, at(1, 10, 0), Trash { entry: id(1), trashed: true }));
        let view = fold(HERON, std::slice::from_ref(&journal)).private.unwrap();
        let end = at(31, 10, 0);
        let guard = Guard { from: at(30, 9, 0), until: at(32, 9, 0) };
        assert_eq!(view.to_erase(None, end.plus_seconds(-1).unwrap()), []);
        assert_eq!(view.to_erase(None, end), [id(1)]);
        assert_eq!(view.to_erase(Some(guard), end), []);
        let back = journal.write(HERON, document(3, at(2, 10, 0), Trash { entry: id(1), trashed: false }));
        assert_eq!(fold(HERON, &[back]).private.unwrap().to_erase(None, end), [], "it was taken out again");
    }

    #[test]
    fn only_what_is_private_is_thrown_away() {
        let private = private().write(HERON, entry(1, at(1, 9, 0), Kind::Image, "A door."));
        let shared = shared().write(HERON, entry(2, at(1, 9, 0), Kind::Image, "A key."));
        let view = fold(HERON, &[private, shared]);
        assert_eq!(view.check_discard(id(1)), Ok(()));
        assert_eq!(view.check_discard(id(2)), Err(DiscardError::Shared));
        assert_eq!(view.check_discard(id(3)), Err(DiscardError::NoSuchEntry));
    }
}
