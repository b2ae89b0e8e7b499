//! Logging in and out: with the password on a device that knows the account, with the recovery words on any.

use std::collections::BTreeMap;

use reverie_crypto::bundle::{self, Bundle, BundleMismatch};
use reverie_crypto::password::{Login, OpaqueError};
use reverie_crypto::{AccountSecret, Contact, DeviceCopy, DeviceKey, HybridIdentity, RecoveryCode};
use reverie_journal::Compartment;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Head, OpenedSession, SessionFinish, SessionRecover, SessionStart};
use reverie_protocol::bytes::B64;
use reverie_protocol::card::successors;
use reverie_protocol::ids::JournalId;
use reverie_protocol::problem::ProblemCode;

use crate::device::{self, DeviceState};
use crate::environment::Environment;
use crate::error::ClientError;
use crate::outbox::Intent;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Logs this device in with the account's password, and takes over what other devices have put into the bundle.
    ///
    /// # Errors
    /// The server's refusal, or a bundle that is older than what this device has seen.
    pub async fn login(&mut self, password: &str) -> Result<(), ClientError> {
        let handle = self.handle().to_owned();
        let asked = opaque(&self.env, &handle, password, &self.copy.bundle.account_secret).await;
        // The password has opened this device's keys, so if the server's answer does not fit it, there is no such account.
        if self.state.joining && matches!(asked, Err(ClientError::WrongPassword)) {
            device::forget(&*self.env.store).await?;
            return Err(ClientError::NotPossible(
                "joining was cut short and the account was not made; this device is clean again, join once more".into(),
            ));
        }
        let (session, way) = asked?;
        let bundle = open_bundle(&way, &session)?;
        self.accept_bundle(&bundle, &session).await?;
        self.state.token = Some(session.token.into());
        self.state.bundle_version = bundle.version;
        for contact in &bundle.contacts {
            match self.state.contacts.iter_mut().find(|known| known.account == contact.account) {
                Some(known) if contact.knows(&known.card.fingerprint()) => {
                    let confirmed = known.confirmed || contact.confirmed;
                    *known = Contact { confirmed, ..contact.clone() };
                }
                Some(known) => known.confirmed |= contact.confirmed && known.knows(&contact.card.fingerprint()),
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
        if bundle.card != self.copy.bundle.card && self.state.card_before.as_ref() != Some(&bundle.card) {
            self.copy.bundle = bundle;
            device::save_bundle(&*self.env.store, &self.copy).await?;
            self.state.card_before = None;
        }
        self.said = None;
        self.joined().await
    }

    /// Accepts a bundle of this account that is no older than what this device has seen, under the card that it knows or
    /// one that follows it.
    async fn accept_bundle(&self, bundle: &Bundle, session: &OpenedSession) -> Result<(), ClientError> {
        // Whose new card the server does not have yet: the one before it is as good.
        let known = self.state.card_before.as_ref().unwrap_or(&self.copy.bundle.card);
        let checked = bundle.check_newer_than(self.state.bundle_version, self.account(), &known.fingerprint());
        let other = match checked {
            Ok(()) => return Ok(()),
            Err(error @ BundleMismatch::OtherCard) => error,
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
                if !error.is(ProblemCode::Unauthenticated) {
                    return Err(error);
                }
            }
        }
        self.state.token = None;
        self.save_state().await
    }

    /// Logs in on a device that does not know the account, with the recovery words and the password.
    ///
    /// # Errors
    /// [`ClientError::Mistyped`] with the position of a wrong word, [`ClientError::AccountExists`], the server's
    /// refusal, or [`ClientError::WrongPassword`]: then the device is left as it was.
    pub async fn login_with_recovery(
        env: Environment,
        handle: &str,
        words: &str,
        password: &str,
    ) -> Result<Self, ClientError> {
        if device::holds_account(&*env.store).await? {
            return Err(ClientError::AccountExists("of somebody who joined here before".into()));
        }
        let code = RecoveryCode::parse(words).map_err(|error| ClientError::Mistyped(error.to_string()))?;
        let recover = SessionRecover { handle: handle.to_owned(), token: B64(code.login_token().to_vec()) };
        let recovered = env.api.recover_session(&recover).await?;
        let bundle = open_bundle(&bundle::way_from_recovery_code(&code), &recovered)?;
        if bundle.account != recovered.account.account {
            return Err(ClientError::Untrustworthy("the server sent the keys of another account".into()));
        }
        // The password is proved before it guards this device's copy; the session by the words is not kept.
        let proved = opaque(&env, handle, password, &bundle.account_secret).await;
        let ended = env.api.end_session(&recovered.token, recovered.session).await;
        let (session, _) = match proved {
            Err(error) if error.is(ProblemCode::LoginFailed) => return Err(ClientError::WrongPassword),
            proved => proved?,
        };
        ended?;
        let mut state = DeviceState::new(session.account.role);
        state.token = Some(session.token.into());
        state.bundle_version = bundle.version;
        state.contacts = bundle.contacts.clone();
        let floor = |head: &reverie_crypto::KnownHead| (head.journal, Head { seq: head.seq, hash: head.hash });
        state.floors = bundle.heads.iter().map(floor).collect::<BTreeMap<_, _>>();
        let copy = DeviceCopy { bundle, device_key: env.random(DeviceKey::make) };
        state.save(&*env.store, &copy.device_key).await?;
        device::save_keys(&*env.store, &copy, password).await?;
        Self::load(env, copy).await
    }
}

/// Logs in by OPAQUE and returns the session and the password's way into the bundle.
async fn opaque(
    env: &Environment,
    handle: &str,
    password: &str,
    secret: &AccountSecret,
) -> Result<(OpenedSession, HybridIdentity), ClientError> {
    let (login, request) = env.random(|rng| Login::start(password, secret, rng));
    let start = SessionStart { handle: handle.to_owned(), request: request.into() };
    let started = env.api.start_session(&start).await?;
    let finished = env.random(|rng| login.finish(&started.response.0, started.ksf, rng));
    let (finalization, export_key) = finished.map_err(|error| match error {
        OpaqueError::WrongPassword => ClientError::WrongPassword,
        OpaqueError::Malformed | OpaqueError::Ksf(_) => ClientError::Untrustworthy(error.to_string()),
    })?;
    let finish = SessionFinish { attempt: started.attempt, finalization: finalization.into() };
    let session = env.api.finish_session(&finish).await?;
    Ok((session, bundle::way_from_export_key(&export_key)))
}

fn open_bundle(way: &HybridIdentity, session: &OpenedSession) -> Result<Bundle, ClientError> {
    let bundle = Bundle::open(way, &session.bundle.bundle.0);
    let bundle = bundle.map_err(|error| ClientError::Untrustworthy(error.to_string()))?;
    if bundle.version != session.bundle.version {
        return Err(ClientError::Untrustworthy(
            "the server says the key bundle has another version than it has".into(),
        ));
    }
    Ok(bundle)
}
