//! How many streams each account has open: a few, for its devices. Who opens one more ends the oldest.
//!
//! So a device whose connection died without a word is never kept out by its own past.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reverie_protocol::ids::AccountId;
use reverie_protocol::limits;
use tokio_util::sync::CancellationToken;

type Open = HashMap<AccountId, VecDeque<CancellationToken>>;

/// The open streams of every account.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    open: Arc<Mutex<Open>>,
    stop: CancellationToken,
}

/// One stream's place; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    streams: Streams,
    account: AccountId,
    ended: CancellationToken,
}

impl Streams {
    /// Returns a place to count streams, all of which end with `stop`.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self { open: Arc::default(), stop }
    }

    /// Takes a place for a new stream.
    pub(crate) fn take(&self, account: AccountId) -> Place {
        let ended = self.stop.child_token();
        let mut open = self.open();
        let of_account = open.entry(account).or_default();
        while of_account.len() >= limits::STREAMS_PER_ACCOUNT {
            if let Some(oldest) = of_account.pop_front() {
                oldest.cancel();
            }
        }
        of_account.push_back(ended.clone());
        Place { streams: self.clone(), account, ended }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Returns when the stream is to end.
    pub(crate) async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.ended.cancel();
        let mut open = self.streams.open();
        if let Some(of_account) = open.get_mut(&self.account) {
            of_account.retain(|stream| !stream.is_cancelled());
            if of_account.is_empty() {
                open.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERON: AccountId = AccountId::from_bytes([1; 16]);
    const QUILL: AccountId = AccountId::from_bytes([2; 16]);

    #[test]
    fn one_stream_too_many_ends_the_oldest_of_its_account_alone() {
        let streams = Streams::new(CancellationToken::new());
        let quills = streams.take(QUILL);
        let mut herons: Vec<_> = (0..limits::STREAMS_PER_ACCOUNT).map(|_| streams.take(HERON)).collect();
        assert!(herons.iter().all(|place| !place.ended.is_cancelled()));
        herons.push(streams.take(HERON));
        let ended: Vec<_> = herons.iter().map(|place| place.ended.is_cancelled()).collect();
        assert_eq!(ended.iter().position(|ended| *ended), Some(0));
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1);
        assert!(!quills.ended.is_cancelled());
    }

    #[test]
    fn a_stream_that_ended_leaves_nothing_behind() {
        let streams = Streams::new(CancellationToken::new());
        drop((streams.take(HERON), streams.take(HERON)));
        assert!(streams.open().is_empty());
    }
}
