//! What every handler shares.

use std::sync::Arc;
use std::time::Duration;

use reverie_protocol::ids::AccountId;
use reverie_protocol::opaque::KsfParams;
use tokio::sync::Mutex;

use crate::append::Lately;
use crate::attachment_files::AttachmentFiles;
use crate::audit::Today;
use crate::changes::{Changes, Streams};
use crate::clock::Clock;
use crate::database::Database;
use crate::http::peer::Peer;
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
    /// How often a stream of changes looks whether its session is still one.
    pub(crate) streams_alive_every: Duration,
    /// Where browsers reach the server, if it was told: without it there are no passkeys.
    pub(crate) public_address: Option<PublicAddress>,
}

/// One try at something that can be guessed. It counts from its beginning, so that many at once are not judged before the
/// first of them has failed, and unless it is said to have succeeded it has failed: one that was cut off, too.
pub(crate) struct Try<'a> {
    app: &'a App,
    tried: Vec<Tried>,
}

impl App {
    /// Refuses whoever has to wait before the next password of a handle.
    pub(crate) fn may_try_password(&self, handle: &str, from: Peer) -> Result<(), ApiError> {
        self.throttle
            .wait(&password_of(handle, from), self.clock.now())
            .map_or(Ok(()), |wait| Err(too_many_requests(wait)))
    }

    /// Lets somebody try a password, unless too many tries failed.
    pub(crate) fn try_password(&self, handle: &str, from: Peer) -> Result<Try<'_>, ApiError> {
        self.begin(password_of(handle, from))
    }

    /// Lets somebody who was past the password try a code, unless too many failed. Apart from the tries of passwords, so
    /// that whoever does not know the password can delay nobody's code.
    pub(crate) fn try_second_factor(&self, account: AccountId) -> Result<Try<'_>, ApiError> {
        self.begin(vec![Tried::SecondFactor(account)])
    }

    fn begin(&self, tried: Vec<Tried>) -> Result<Try<'_>, ApiError> {
        self.throttle.begin(&tried, self.clock.now()).map_err(too_many_requests)?;
        Ok(Try { app: self, tried })
    }

    /// Counts a wrong token of 128 bits or more and hands the refusal on, or asks to wait. The right one is never delayed:
    /// nobody guesses it, and somebody else at the same address must not be able to keep its owner out.
    pub(crate) fn wrong_token(&self, from: Peer, refusal: ApiError) -> ApiError {
        self.begin(vec![Tried::Address(from.network())]).map_or_else(|wait| wait, |_failed| refusal)
    }
}

fn password_of(handle: &str, from: Peer) -> Vec<Tried> {
    let network = from.network();
    vec![Tried::HandleFrom(handle.into(), network), Tried::Address(network), Tried::Handle(handle.into())]
}

impl Try<'_> {
    /// Forgets the failures of this person from here; those of the address, and of the handle from elsewhere, stay.
    pub(crate) fn succeeded(mut self) {
        self.app.throttle.succeeded(&std::mem::take(&mut self.tried));
    }
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        self.app.throttle.failed(&self.tried, self.app.clock.now());
    }
}
