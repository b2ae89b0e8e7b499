//! Sessions that were looked up lately, so that the next request of a device need not look its session up again.
//!
//! The invariant: whatever may end a session or change an account is a request, and before such a request is answered
//! everything that is known here is forgotten. So a session that was ended is worth nothing from the answer on, as without
//! this; and where nobody waits for the answer any more, after half a minute. Only requests that cannot touch either
//! (reading, and writing to journals) leave it standing. Where other processes share the database nothing is kept.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;
use poem::http::Method;
use reverie_protocol::hash::Hash;

use crate::caller::Session;

/// Sessions kept.
const SESSIONS: usize = 4096;

/// For how many seconds.
const SECONDS: i64 = 30;

/// Requests other than reading that change neither sessions nor accounts.
const JOURNALS_ALONE: [(Method, &str); 3] = [
    (Method::POST, "/v1/journals/{journal}/records"),
    (Method::POST, "/v1/journals/{journal}/resend"),
    (Method::PUT, "/v1/journals/{journal}/attachments/{attachment}"),
];

/// Sessions that were looked up lately.
pub(crate) struct KnownSessions {
    /// Counts what may have changed sessions or accounts.
    changes: AtomicU64,
    sessions: Option<Mutex<LruCache<Hash, Known>>>,
}

/// Forgets all sessions when a request is done, or nobody waits for it any more.
pub(crate) struct Forgets<'a>(&'a KnownSessions);

impl Drop for Forgets<'_> {
    fn drop(&mut self) {
        self.0.changes.fetch_add(1, Ordering::SeqCst);
    }
}

struct Known {
    session: Session,
    /// When it was looked up, in seconds since 1970-01-01.
    at: i64,
    /// What had changed before it was looked up.
    changes: u64,
}

impl KnownSessions {
    /// Returns a place to keep sessions in, or one that keeps none.
    pub(crate) fn new(alone: bool) -> Self {
        Self { changes: AtomicU64::new(0), sessions: alone.then(|| Mutex::new(LruCache::new(SESSIONS))) }
    }

    /// Returns the session of a token that was looked up a moment ago, if nothing can have changed it since.
    pub(crate) fn find(&self, token_sha256: &Hash, now: i64) -> Option<Session> {
        let mut sessions = self.sessions()?;
        let known = sessions.get(token_sha256)?;
        let fresh = (known.at..known.at + SECONDS).contains(&now);
        (fresh && known.changes == self.changes()).then(|| known.session.clone())
    }

    /// Returns how much may have changed; to be asked before a session is looked up.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Keeps a session that was looked up after so many changes.
    pub(crate) fn keep(&self, token_sha256: Hash, session: Session, at: i64, changes: u64) {
        if let Some(mut sessions) = self.sessions() {
            sessions.insert(token_sha256, Known { session, at, changes });
        }
    }

    /// Returns what forgets everything when it is dropped, if a request with this method and route may change a session or
    /// an account.
    pub(crate) fn until_done(&self, method: &Method, route: Option<&str>) -> Option<Forgets<'_>> {
        let reads = method == Method::GET || method == Method::HEAD;
        let journals_alone = JOURNALS_ALONE.iter().any(|(its, path)| its == method && Some(*path) == route);
        // Not `then_some`: what is made in vain is dropped too, and would forget.
        (!reads && !journals_alone).then(|| Forgets(self))
    }

    fn sessions(&self) -> Option<MutexGuard<'_, LruCache<Hash, Known>>> {
        // A panic elsewhere leaves whole entries: each is inserted in one step.
        self.sessions.as_ref().map(|sessions| sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use reverie_protocol::account::AccountRole;
    use uuid::Uuid;

    use super::*;

    const TOKEN: Hash = Hash([7; 32]);

    fn kept(alone: bool) -> KnownSessions {
        let known = KnownSessions::new(alone);
        let session = Session {
            id: Uuid::from_u128(1).into(),
            account: Uuid::from_u128(2).into(),
            role: AccountRole::Patient,
            due: None,
        };
        known.keep(TOKEN, session, 1000, known.changes());
        known
    }

    #[test]
    fn a_session_is_known_for_half_a_minute_and_not_where_others_write_to_the_database() {
        let known = kept(true);
        assert!(known.find(&TOKEN, 1000).is_some() && known.find(&TOKEN, 1029).is_some());
        assert!(known.find(&TOKEN, 1030).is_none());
        assert!(known.find(&TOKEN, 999).is_none(), "a clock that was set back makes nothing good for longer");
        assert!(known.find(&Hash([8; 32]), 1000).is_none());
        assert!(kept(false).find(&TOKEN, 1000).is_none());
    }

    #[test]
    fn whatever_may_end_a_session_forgets_all_of_them_when_it_is_done_or_given_up() {
        let ends = [
            (Method::DELETE, "/v1/sessions/{session}"),
            (Method::POST, "/v1/admin/accounts/{account}/suspend"),
            (Method::PUT, "/v1/accounts/me/credentials"),
            (Method::DELETE, "/v1/journals/{journal}/attachments/{attachment}"),
            (Method::POST, "/v1/journals/{journal}/something-new"),
        ];
        for (method, route) in ends {
            let known = kept(true);
            let under_way = known.until_done(&method, Some(route));
            assert!(known.find(&TOKEN, 1000).is_some());
            drop(under_way);
            assert!(known.find(&TOKEN, 1000).is_none(), "{method} {route}");
        }
        let known = kept(true);
        drop(known.until_done(&Method::POST, Some("/v1/journals/{journal}/records")));
        drop(known.until_done(&Method::GET, Some("/v1/journals")));
        assert!(known.find(&TOKEN, 1000).is_some(), "reading and writing to journals end nothing");
        drop(known.until_done(&Method::POST, None));
        assert!(known.find(&TOKEN, 1000).is_none(), "what is not known may do anything");
    }

    #[test]
    fn what_was_looked_up_before_a_change_is_not_kept_after_it() {
        let known = kept(true);
        let session = known.find(&TOKEN, 1000).unwrap();
        let before = known.changes();
        drop(known.until_done(&Method::POST, None));
        known.keep(TOKEN, session, 1000, before);
        assert!(known.find(&TOKEN, 1000).is_none());
    }
}
