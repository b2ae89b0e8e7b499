//! Logging in and out with the password, on a device that knows the account.

use reverie_crypto::bundle::{self, Bundle, BundleMismatch, WayIn};
use reverie_crypto::password::{Login, OpaqueError};
use reverie_crypto::{AccountSecret, Contact, HybridIdentity, NamedDevice, RecoveryCode};
use reverie_journal::Compartment;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Head, OpenedSession, SessionFinish, SessionStart};
use reverie_protocol::card::successors;
use reverie_protocol::ids::JournalId;
use reverie_protocol::problem::ProblemCode;

use crate::credentials::{Change, Settled};
use crate::device;
use crate::environment::Environment;
use crate::error::{ClientError, Removal};
use crate::outbox::Intent;
use crate::second_factor;
use crate::unlocked::Unlocked;

/// What a person knows of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    AsItWas,
    /// It was restored from a backup.
    Restored,
}

impl Unlocked {
    /// Logs this device in with the account's password, and takes over what other devices have put into the bundle. If
    /// the password was changed elsewhere, this device opens with the new one from now on.
    ///
    /// # Errors
    /// The server's refusal, or [`ClientError::OlderAccount`] for a bundle that is older than what this device has seen.
    pub async fn login(&mut self, password: &str) -> Result<Option<Settled>, ClientError> {
        self.login_to(password, Server::AsItWas).await
    }

    /// The same, where a person says that the server was restored from a backup: an older bundle is no betrayal then, and is
    /// followed by one that has all that this device knows.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn login_after_restore(&mut self, password: &str) -> Result<Option<Settled>, ClientError> {
        self.login_to(password, Server::Restored).await
    }

    async fn login_to(&mut self, password: &str, server: Server) -> Result<Option<Settled>, ClientError> {
        let asked = opaque(&self.env, self.handle(), password, &self.copy.bundle.account_secret).await;
        // The password has opened this device's keys, so if the server's answer does not fit it, there is no such account.
        if self.state.joining && matches!(asked, Err(ClientError::WrongPassword)) {
            device::forget(&*self.env.store).await?;
            return Err(ClientError::NotPossible(
                "joining was cut short and the account was not made; this device is clean again, join once more".into(),
            ));
        }
        let (session, way) = match asked {
            Err(error) if matches!(error, ClientError::WrongPassword) || error.is(ProblemCode::LoginFailed) => {
                return Err(self.barred().await.unwrap_or(error));
            }
            asked => asked?,
        };
        let bundle = open_bundle(&way, &session)?;
        self.accept_bundle(&bundle, &session, server).await?;
        self.enter(&session, bundle, password).await
    }

    /// Returns why no password takes this device back, if the server says so of the session that it had.
    async fn barred(&mut self) -> Option<ClientError> {
        if let Ok(token) = self.token() {
            let asked = self.env.api.list_sessions(&token).await.map_err(ClientError::from);
            // Only what this teaches matters here.
            let _ = self.logged_out_on_refusal(asked);
            let _ = self.save_state().await;
        }
        self.removed().filter(|_| self.state.removal != Removal::Removed)
    }

    /// Takes up a session of this account, with a bundle that was accepted ([`Self::accept_bundle`]) and its password.
    ///
    /// # Errors
    /// This device's storage fails.
    pub(crate) async fn enter(
        &mut self,
        session: &OpenedSession,
        bundle: Bundle,
        password: &str,
    ) -> Result<Option<Settled>, ClientError> {
        let account = bundle.keys.identity().to_recipient();
        let settled = self.settle_by(&bundle).await?;
        let before = self.state.session.replace(session.session);
        self.take_over(&bundle);
        self.said = None;
        let ours_is_newer = self.state.card_before.as_ref() == Some(&bundle.card);
        if bundle.card != self.copy.bundle.card && !ours_is_newer {
            self.copy.bundle = bundle;
            self.state.card_before = None;
        } else {
            self.copy.bundle.account_secret = bundle.account_secret;
        }
        // Whatever opened this device before: the server takes this password, so this one opens it from now on.
        device::keep(&*self.env.store, &self.copy, password, &account, &self.state.ways).await?;
        let gone = [before, Some(session.session)];
        self.state.devices.retain(|device| !gone.contains(&Some(device.session)));
        self.state.devices.push(NamedDevice { session: session.session, name: self.env.device_name.clone() });
        self.state.token = Some(session.token.clone().into());
        self.state.revoked = None;
        self.save_state().await?;
        if let Some(before) = before {
            // One session for each device. If it is gone already, all the better.
            let _ = self.env.api.end_session(&session.token, before).await;
        }
        // None of this is why the person came; what fails is made up for at the next login.
        let made_up = match session.raise_ksf {
            Some(_) => self.register_password(password, Change::Hash).await,
            None => self.save_bundle().await,
        };
        if let Err(ClientError::Store(error)) = made_up {
            return Err(ClientError::Store(error));
        }
        self.joined().await?;
        Ok(settled)
    }

    /// Takes over what the bundle says that this device does not know yet.
    fn take_over(&mut self, bundle: &Bundle) {
        let seen = self.state.bundle_version;
        self.state.replaces = (bundle.version < seen).then_some(bundle.version);
        self.state.bundle_version = bundle.version.max(seen);
        // The ways in go with the password and the kit that the server takes, be they older.
        self.state.ways.clone_from(&bundle.ways);
        self.state.devices.clone_from(&bundle.devices);
        // Another device has proved a newer kit: the one of joining opens nothing any more.
        self.state.unproved_kit.take_if(|words| !is_way_in(words, &bundle.ways));
        for contact in &bundle.contacts {
            match self.state.contacts.iter_mut().find(|known| known.account == contact.account) {
                Some(known) if contact.knows(&known.card.fingerprint()) => {
                    let (confirmed, gone) = (known.confirmed || contact.confirmed, known.gone || contact.gone);
                    *known = Contact { confirmed, gone, ..contact.clone() };
                }
                Some(known) => {
                    known.confirmed |= contact.confirmed && known.knows(&contact.card.fingerprint());
                    known.gone |= contact.gone;
                }
                None => self.state.contacts.push(contact.clone()),
            }
        }
        for head in &bundle.heads {
            let floor = Head { seq: head.seq, hash: head.hash };
            let known = self.state.floors.entry(head.journal).or_insert(floor);
            if known.seq < floor.seq {
                *known = floor;
            }
        }
    }

    /// Accepts a bundle of this account that is no older than what this device has seen, under the card that it knows or
    /// one that follows it.
    pub(crate) async fn accept_bundle(
        &self,
        bundle: &Bundle,
        session: &OpenedSession,
        server: Server,
    ) -> Result<(), ClientError> {
        // Whose new card the server does not have yet: the one before it is as good.
        let known = self.state.card_before.as_ref().unwrap_or(&self.copy.bundle.card);
        let seen = if server == Server::Restored { 0 } else { self.state.bundle_version };
        let checked = bundle.check_newer_than(seen, self.account(), &known.fingerprint());
        let other = match checked {
            Ok(()) => return Ok(()),
            Err(error @ BundleMismatch::OtherCard) => error,
            Err(BundleMismatch::OlderVersion { .. }) => return Err(ClientError::OlderAccount),
            Err(error) => return Err(ClientError::Untrustworthy(error.to_string())),
        };
        if bundle.card == self.copy.bundle.card {
            return Ok(());
        }
        let told = self.env.api.get_card(&session.token, self.account()).await?;
        let cards = [told.earlier, vec![told.card]].concat();
        match successors(known, &cards) {
            Ok(after) if after.contains(&bundle.card) => Ok(()),
            _ => Err(ClientError::Untrustworthy(other.to_string())),
        }
    }

    /// Finishes joining: a patient gets her private journal. Harmless for an account that joined long ago.
    pub(crate) async fn joined(&mut self) -> Result<(), ClientError> {
        let opens =
            self.outbox.iter().flat_map(|item| &item.intents).any(|intent| matches!(intent, Intent::Open { .. }));
        if self.state.joining && self.role() == AccountRole::Patient && !opens {
            let (journal, record) = (self.env.random(JournalId::make), self.record_id());
            let open = Intent::Open { journal, record, compartment: Compartment::Private, members: Vec::new() };
            self.put(vec![open]).await?;
        }
        self.state.joining = false;
        self.save_state().await?;
        self.look_after_captures().await?;
        self.flush().await.map(drop)
    }

    /// Ends this device's session. The keys stay on the device, under the password.
    ///
    /// # Errors
    /// The server's, unless the session was over already.
    pub async fn logout(&mut self) -> Result<(), ClientError> {
        let token = self.token()?;
        let sessions = self.env.api.list_sessions(&token).await;
        match sessions {
            Ok(listed) => {
                for session in listed.sessions.iter().filter(|session| session.current) {
                    self.env.api.end_session(&token, session.session).await?;
                }
            }
            Err(error) => {
                let error = ClientError::from(error);
                if !error.ends_session() {
                    return Err(error);
                }
            }
        }
        self.state.token = None;
        self.state.session = None;
        self.save_state().await
    }
}

/// Tells whether a kit's words are a way into the bundle.
fn is_way_in(words: &str, ways: &[WayIn]) -> bool {
    let recipient = RecoveryCode::parse(words).map(|code| bundle::way_from_recovery_code(&code).to_recipient());
    recipient.is_ok_and(|recipient| ways.iter().any(|way| way.recipient == recipient))
}

/// Logs in by OPAQUE and returns the session and the password's way into the bundle.
pub(crate) async fn opaque(
    env: &Environment,
    handle: &str,
    password: &str,
    secret: &AccountSecret,
) -> Result<(OpenedSession, HybridIdentity), ClientError> {
    let (finish, way) = prove_password(env, handle, password, secret).await?;
    let session = second_factor::enter(env, env.api.finish_session(&finish).await?).await?;
    Ok((session, way))
}

/// Proves the password by OPAQUE: the server's answer opens with the right one alone. Returns what opens a session, and the
/// password's way into the bundle.
pub(crate) async fn prove_password(
    env: &Environment,
    handle: &str,
    password: &str,
    secret: &AccountSecret,
) -> Result<(SessionFinish, HybridIdentity), ClientError> {
    let (login, request) = env.random(|rng| Login::start(password, secret, rng));
    let start = SessionStart { handle: handle.to_owned(), request: request.into() };
    let started = env.api.start_session(&start).await?;
    let finished = env.random(|rng| login.finish(&started.response.0, started.ksf, rng));
    let (finalization, export_key) = finished.map_err(|error| match error {
        OpaqueError::WrongPassword => ClientError::WrongPassword,
        OpaqueError::Malformed | OpaqueError::Ksf(_) => ClientError::Untrustworthy(error.to_string()),
    })?;
    let finish = SessionFinish { attempt: started.attempt, finalization: finalization.into() };
    Ok((finish, bundle::way_from_export_key(&export_key)))
}

/// Opens the bundle that came with a session.
pub(crate) fn open_bundle(way: &HybridIdentity, session: &OpenedSession) -> Result<Bundle, ClientError> {
    let nothing = || ClientError::Untrustworthy("the server keeps this account's key bundle back".into());
    let sealed = session.bundle.as_ref().ok_or_else(nothing)?;
    let bundle = Bundle::open(way, &sealed.bundle.0);
    let bundle = bundle.map_err(|error| ClientError::Untrustworthy(error.to_string()))?;
    if bundle.version != sealed.version {
        return Err(ClientError::Untrustworthy(
            "the server says the key bundle has another version than it has".into(),
        ));
    }
    Ok(bundle)
}
