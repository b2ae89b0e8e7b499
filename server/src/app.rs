//! What every handler shares.

use std::net::IpAddr;
use std::sync::Arc;

use reverie_protocol::ids::AccountId;
use reverie_protocol::opaque::KsfParams;
use tokio::sync::Mutex;

use crate::append::Lately;
use crate::attachment_files::AttachmentFiles;
use crate::audit::Today;
use crate::changes::{Changes, Streams};
use crate::clock::Clock;
use crate::database::Database;
use crate::known_sessions::KnownSessions;
use crate::opaque::Opaque;
use crate::public_address::PublicAddress;
use crate::refusal::{ApiError, too_many_requests};
use crate::throttle::{Throttle, Tried};
use crate::writer::Writer;

/// The parts of a running server.
pub(crate) struct App {
    pub(crate) db: Database,
    pub(crate) writer: Writer,
    pub(crate) lately: Lately,
    pub(crate) sessions: KnownSessions,
    pub(crate) changes: Changes,
    pub(crate) streams: Streams,
    /// What the audit log has of today.
    pub(crate) entered: Today,
    pub(crate) files: Arc<AttachmentFiles>,
    /// Held while an attachment's row and file change together, so that they cannot part.
    pub(crate) publishing: Mutex<()>,
    pub(crate) opaque: Opaque,
    pub(crate) throttle: Throttle,
    pub(crate) clock: Clock,
    /// What the slow hash of a password is to cost by now.
    pub(crate) ksf: KsfParams,
    pub(crate) behind_proxy: bool,
    /// Where browsers reach the server, if it was told: without it there are no passkeys.
    pub(crate) public_address: Option<PublicAddress>,
}

/// One try at something secret: whose failures it adds to.
pub(crate) struct Try<'a> {
    app: &'a App,
    tried: Vec<Tried>,
}

impl App {
    /// Lets somebody try a secret, unless too many tries failed.
    pub(crate) fn try_secret(&self, handle: Option<&str>, address: IpAddr) -> Result<Try<'_>, ApiError> {
        let handle = handle.map(|handle| Tried::Handle(handle.into()));
        let tried: Vec<_> = handle.into_iter().chain([Tried::Address(address)]).collect();
        match self.throttle.wait(&tried, self.clock.now()) {
            Some(wait) => Err(too_many_requests(wait)),
            None => Ok(Try { app: self, tried }),
        }
    }
}

impl App {
    /// Lets somebody who was past the password try a code, unless too many failed. Apart from the tries of passwords, so
    /// that whoever does not know the password can delay nobody's code.
    pub(crate) fn try_second_factor(&self, account: AccountId) -> Result<Try<'_>, ApiError> {
        let tried = vec![Tried::SecondFactor(account)];
        match self.throttle.wait(&tried, self.clock.now()) {
            Some(wait) => Err(too_many_requests(wait)),
            None => Ok(Try { app: self, tried }),
        }
    }
}

impl Try<'_> {
    /// Counts the failure and hands the refusal on.
    pub(crate) fn failed<E>(&self, refusal: E) -> E {
        self.app.throttle.failed(&self.tried, self.app.clock.now());
        refusal
    }

    /// Forgets the failures of the person; those of the address stay, since one address may try many handles.
    pub(crate) fn succeeded(&self) {
        let persons: Vec<_> = self.tried.iter().filter(|key| !matches!(key, Tried::Address(_))).cloned().collect();
        self.app.throttle.succeeded(&persons);
    }
}
