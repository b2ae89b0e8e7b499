//! What one stream has told its client so far: each journal and its head.
//!
//! The id of an event is a digest of all of that. Whoever comes back with it is told nothing if nothing happened, and
//! everything otherwise, by whatever server it comes back to: nothing is remembered for clients that are away.

use std::collections::BTreeMap;

use reverie_protocol::api::Head;
use reverie_protocol::changes::{Changes, JournalChange};
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, JournalId};

use super::Change;

/// Bytes of an event's id, of which it is the hexadecimal text.
const ID_BYTES: usize = 16;

/// The heads that the client knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known(BTreeMap<JournalId, Head>);

impl Known {
    pub(crate) fn new(heads: impl IntoIterator<Item = (JournalId, Head)>) -> Self {
        Self(heads.into_iter().collect())
    }

    /// Returns the id of the event after which a client knows this.
    pub(crate) fn id(&self) -> String {
        let mut bytes = Vec::with_capacity(self.0.len() * 56);
        for (journal, head) in &self.0 {
            bytes.extend(journal.as_bytes());
            bytes.extend(head.seq.to_be_bytes());
            bytes.extend(head.hash.0);
        }
        hex::encode(&Hash::of(&bytes).0[..ID_BYTES])
    }

    /// Returns an event that says all of it.
    pub(crate) fn whole(&self) -> Changes {
        let journals = self.0.iter().map(|(journal, head)| JournalChange { journal: *journal, head: Some(*head) });
        Changes { whole: true, journals: journals.collect() }
    }

    /// Notes what an event told.
    pub(crate) fn tell(&mut self, changes: &Changes) {
        if changes.whole {
            self.0.clear();
        }
        for JournalChange { journal, head } in &changes.journals {
            match head {
                Some(head) => self.0.insert(*journal, *head),
                None => self.0.remove(journal),
            };
        }
    }

    /// Takes a change in, and returns the event that tells it, if it is one for this account and is new.
    pub(crate) fn take(&mut self, account: AccountId, change: &Change) -> Option<Changes> {
        let known = self.0.get(&change.journal);
        let is_member = change.members.as_ref().map_or(known.is_some(), |members| members.contains(&account));
        if !is_member {
            return self.0.remove(&change.journal).map(|_| one(change.journal, None));
        }
        if known.is_some_and(|known| known.seq >= change.head.seq) {
            return None;
        }
        self.0.insert(change.journal, change.head);
        Some(one(change.journal, Some(change.head)))
    }
}

fn one(journal: JournalId, head: Option<Head>) -> Changes {
    Changes { whole: false, journals: vec![JournalChange { journal, head }] }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const HERON: AccountId = AccountId::from_bytes([1; 16]);
    const QUILL: AccountId = AccountId::from_bytes([2; 16]);
    const SHARED: JournalId = JournalId::from_bytes([3; 16]);
    const OTHER: JournalId = JournalId::from_bytes([4; 16]);

    fn head(seq: u64) -> Head {
        Head { seq, hash: Hash::of(seq.to_be_bytes()) }
    }

    fn change(journal: JournalId, seq: u64, members: Option<&[AccountId]>) -> Change {
        Change { journal, head: head(seq), members: members.map(Arc::from) }
    }

    #[test]
    fn a_stream_tells_what_is_new_of_its_own_journals_once() {
        let mut known = Known::new([(SHARED, head(3))]);
        assert_eq!(known.take(HERON, &change(OTHER, 9, None)), None, "somebody else's");
        assert_eq!(known.take(HERON, &change(OTHER, 9, Some(&[QUILL]))), None, "somebody else's, opened");
        assert_eq!(known.take(HERON, &change(SHARED, 3, None)), None, "known already");
        assert_eq!(known.take(HERON, &change(SHARED, 5, None)), Some(one(SHARED, Some(head(5)))));
        assert_eq!(known.take(HERON, &change(SHARED, 4, None)), None, "older");
        assert_eq!(known.take(HERON, &change(OTHER, 10, Some(&[QUILL, HERON]))), Some(one(OTHER, Some(head(10)))));
        assert_eq!(known, Known::new([(SHARED, head(5)), (OTHER, head(10))]));
    }

    #[test]
    fn whoever_was_removed_is_told_that_and_nothing_after() {
        let mut known = Known::new([(SHARED, head(3))]);
        let mut told = known.clone();
        told.tell(&one(SHARED, None));
        assert_eq!(told, Known::new([]));
        assert_eq!(known.take(QUILL, &change(SHARED, 4, Some(&[HERON]))), Some(one(SHARED, None)));
        assert_eq!(known.take(QUILL, &change(SHARED, 5, None)), None);
        assert_eq!(known.take(QUILL, &change(SHARED, 6, Some(&[HERON]))), None);
    }

    #[test]
    fn an_id_stands_for_everything_that_is_known() {
        let ids = [
            Known::new([]),
            Known::new([(SHARED, head(3))]),
            Known::new([(SHARED, head(4))]),
            Known::new([(OTHER, head(3))]),
            Known::new([(SHARED, head(3)), (OTHER, head(3))]),
        ]
        .map(|known| known.id());
        for (at, id) in ids.iter().enumerate() {
            assert!(id.len() == 32 && !ids[..at].contains(id), "{ids:?}");
        }
        let mut known = Known::new([(SHARED, head(3))]);
        let mut told = known.clone();
        told.tell(&known.take(HERON, &change(SHARED, 4, None)).unwrap());
        assert_eq!((known.id(), told.id()), (ids[2].clone(), ids[2].clone()), "however it came to be known");
        told.tell(&Known::new([(OTHER, head(3))]).whole());
        assert_eq!(told.id(), ids[3]);
    }
}
