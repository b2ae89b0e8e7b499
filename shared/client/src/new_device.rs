//! An account on one more device: by a code from a device that has it, or by the recovery words; and taking it back into
//! one's hands with the words alone, when password and devices are lost.
//!
//! The invariant: nothing changes on the device until the server has proved everything, so whatever is cut off can be done
//! again from the beginning. What a device holds of the account already is opened by the account's keys, and stays.

use reverie_crypto::bundle::{self, Bundle, Way, WayIn};
use reverie_crypto::handover::HandedOver;
use reverie_crypto::password::{Registration, refuse_worst};
use reverie_crypto::{AccountSecret, DeviceCopy, DeviceKey, HandoverCode, NamedDevice, RecoveryCode};
use reverie_protocol::api::{HandoverKey, Head, NewPassword, OpenedSession, PasswordStart, PutBundle, SessionRecover};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::SessionId;
use reverie_protocol::problem::ProblemCode;
use zeroize::Zeroizing;

use crate::device::{self, DeviceState};
use crate::environment::Environment;
use crate::error::ClientError;
use crate::login::{Server, opaque, open_bundle, prove_password};
use crate::second_factor;
use crate::unlocked::Unlocked;

/// A device that has the account secret from another one, and needs the password now.
pub struct Newcomer {
    env: Environment,
    handed: HandedOver,
}

impl Newcomer {
    /// Takes what another device left under this code. The code is used up by it.
    ///
    /// # Errors
    /// [`ClientError::Mistyped`], or the server's: the code was used, or is too old.
    pub async fn take(env: Environment, code: &str) -> Result<Self, ClientError> {
        let code = HandoverCode::parse(code).map_err(|error| ClientError::Mistyped(error.to_string()))?;
        let key = HandoverKey { handover: code.id(), token: B64(code.take_token().to_vec()) };
        let taken = env
            .api
            .take_handover(&key)
            .await
            .map_err(ClientError::from)
            .map_err(|error| if error.is(ProblemCode::NotFound) { ClientError::CodeOver } else { error })?;
        let handed = code.open(&taken.sealed.0).map_err(|error| ClientError::Untrustworthy(error.to_string()))?;
        Ok(Self { env, handed })
    }

    /// Returns the handle of the account.
    pub fn handle(&self) -> &str {
        &self.handed.handle
    }

    /// Logs in. After a wrong password it can be tried again. If this device holds the account already, and was removed from
    /// it, what it holds stays, with all that was not sent yet.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`], [`ClientError::OtherAccount`] if the device holds another account, or the server's.
    pub async fn login(&self, password: &str) -> Result<Unlocked, ClientError> {
        self.login_to(password, Server::AsItWas).await
    }

    /// The same, where a person says that the server was restored from a backup: see [`Unlocked::login_after_restore`].
    ///
    /// # Errors
    /// The same.
    pub async fn login_after_restore(&self, password: &str) -> Result<Unlocked, ClientError> {
        self.login_to(password, Server::Restored).await
    }

    async fn login_to(&self, password: &str, server: Server) -> Result<Unlocked, ClientError> {
        let Self { env, handed } = self;
        let (session, way) = opaque(env, &handed.handle, password, &handed.account_secret)
            .await
            .map_err(|error| if error.is(ProblemCode::LoginFailed) { ClientError::WrongPassword } else { error })?;
        let bundle = open_bundle(&way, &session)?;
        match held_here(env, &bundle, &session, server).await {
            Ok(here) => keep_here(env, here, &session, bundle, password).await,
            Err(error) => {
                Held::of(&session).give_back(env).await;
                Err(error)
            }
        }
    }
}

/// An account that its recovery words have opened. Nothing is changed yet.
pub struct Recovery {
    env: Environment,
    session: OpenedSession,
    bundle: Bundle,
    way: WayIn,
    /// The account as this device holds it already, if it does.
    here: Option<Unlocked>,
}

impl Recovery {
    /// Opens an account with its recovery words. If this device holds the account already, its keys open that as well: what
    /// it holds stays, with all that was not sent yet.
    ///
    /// # Errors
    /// [`ClientError::WrongKit`] if the words are not this account's, or not any more; [`ClientError::OtherAccount`] if this
    /// device holds another account, [`ClientError::OlderAccount`] if it has seen a newer one; or the server's.
    pub async fn open(env: Environment, handle: &str, code: &RecoveryCode) -> Result<Self, ClientError> {
        Self::open_to(env, handle, code, Server::AsItWas).await
    }

    /// The same, where a person says that the server was restored from a backup: see [`Unlocked::login_after_restore`].
    ///
    /// # Errors
    /// The same, but for [`ClientError::OlderAccount`].
    pub async fn open_after_restore(env: Environment, handle: &str, code: &RecoveryCode) -> Result<Self, ClientError> {
        Self::open_to(env, handle, code, Server::Restored).await
    }

    async fn open_to(env: Environment, handle: &str, code: &RecoveryCode, server: Server) -> Result<Self, ClientError> {
        let recovery = Self::try_kit(env, handle, code).await?;
        let Self { env, session, bundle, .. } = &recovery;
        match held_here(env, bundle, session, server).await {
            Ok(here) => Ok(Self { here, ..recovery }),
            Err(error) => {
                Held::of(session).give_back(env).await;
                Err(error)
            }
        }
    }

    /// Logs in with the words and opens the bundle.
    pub(crate) async fn try_kit(env: Environment, handle: &str, code: &RecoveryCode) -> Result<Self, ClientError> {
        let recover = SessionRecover { handle: handle.to_owned(), token: B64(code.login_token().to_vec()) };
        let session = env.api.recover_session(&recover).await.map_err(ClientError::from).map_err(|error| {
            if error.is(ProblemCode::LoginFailed) { ClientError::WrongKit(handle.to_owned()) } else { error }
        })?;
        let held = Held::of(&session);
        let opened = Self::with_session(env.clone(), session, handle, code).await;
        if opened.is_err() {
            held.give_back(&env).await;
        }
        opened
    }

    async fn with_session(
        env: Environment,
        session: OpenedSession,
        handle: &str,
        code: &RecoveryCode,
    ) -> Result<Self, ClientError> {
        let session = second_factor::enter(&env, session).await?;
        let identity = bundle::way_from_recovery_code(code);
        let bundle = open_bundle(&identity, &session)?;
        if bundle.account != session.account.account || bundle.handle != handle {
            return Err(ClientError::Untrustworthy("the server sent the keys of another account".into()));
        }
        let way = WayIn { way: Way::Recovery, recipient: identity.to_recipient() };
        Ok(Self { env, session, bundle, way, here: None })
    }

    /// Tells whether this device holds the account already.
    pub const fn is_here(&self) -> bool {
        self.here.is_some()
    }

    /// Returns the handle of the account.
    pub fn handle(&self) -> &str {
        &self.bundle.handle
    }

    /// Returns how many people the account is paired with.
    pub fn people(&self) -> usize {
        self.bundle.contacts.len()
    }

    /// Returns how many journals it has seen.
    pub fn journals(&self) -> usize {
        self.bundle.heads.len()
    }

    pub(crate) const fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Leaves everything as it was.
    ///
    /// # Errors
    /// The server's: then a session without a device is left over, which `devices` shows.
    pub async fn leave(self) -> Result<(), ClientError> {
        let left = self.env.api.end_session(&self.session.token, self.session.session).await;
        match left.map_err(ClientError::from) {
            // New keys, which were on their way, have ended it.
            Err(error) if error.ends_session() => Ok(()),
            left => left,
        }
    }

    /// Adds this device with the password, which the account keeps. Other devices stay.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`]: then the device is left as it was.
    pub async fn add_device(self, password: &str) -> Result<Unlocked, ClientError> {
        if let Err(error) = self.prove(password).await {
            Held::of(&self.session).give_back(&self.env).await;
            return Err(error);
        }
        let Self { env, session, bundle, here, .. } = self;
        let mut added = keep_here(&env, here, &session, bundle, password).await?;
        added.has_used_kit().await?;
        Ok(added)
    }

    /// Proves the password without a session of its own: this one stays the device's, so a second factor is shown once.
    async fn prove(&self, password: &str) -> Result<(), ClientError> {
        let bundle = &self.bundle;
        let (_, way) = prove_password(&self.env, &bundle.handle, password, &bundle.account_secret).await?;
        let way = WayIn { way: Way::Password, recipient: way.to_recipient() };
        let told = "the password does not open the key bundle that the server has";
        bundle.ways.contains(&way).then_some(()).ok_or_else(|| ClientError::Untrustworthy(told.into()))
    }

    /// Takes the account back: a new password, this device, and no other. The kit stays valid.
    ///
    /// An interruption leaves the account as it was or with the new password; either way the same can be done again.
    ///
    /// # Errors
    /// [`ClientError::WeakPassword`], or the server's.
    pub async fn finish(mut self, password: &str) -> Result<Unlocked, ClientError> {
        let (env, held, here) = (self.env.clone(), Held::of(&self.session), self.here.take());
        let (session, bundle) = match self.take_back(password).await {
            Ok(taken) => taken,
            Err(error) => {
                held.give_back(&env).await;
                return Err(error);
            }
        };
        let Some(mut here) = here else { return settle_in(&env, &session, bundle, password).await };
        here.enter(&session, bundle, password).await?;
        here.has_used_kit().await?;
        Ok(here)
    }

    /// Gives the account the new password, and returns what this device is to keep.
    async fn take_back(self, password: &str) -> Result<(OpenedSession, Bundle), ClientError> {
        let Self { env, session, mut bundle, way, .. } = self;
        refuse_worst(password, &bundle.handle).map_err(|error| ClientError::WeakPassword(error.to_string()))?;
        // Whoever has one of the lost devices has the old secret: the password gets a new one.
        bundle.account_secret = env.random(AccountSecret::make);
        let secret = &bundle.account_secret;
        let (registration, request) = env.random(|rng| Registration::start(password, secret, rng));
        let started = env.api.start_password(&session.token, &PasswordStart { request: request.into() }).await?;
        let finished = env.random(|rng| registration.finish(&started.response.0, started.ksf, rng));
        let (upload, export_key) = finished.map_err(|error| ClientError::Untrustworthy(error.to_string()))?;
        let recipient = bundle::way_from_export_key(&export_key).to_recipient();
        bundle.ways = vec![WayIn { way: Way::Password, recipient }, way];
        bundle.devices = vec![NamedDevice { session: session.session, name: env.device_name.clone() }];
        bundle.version += 1;
        let sealed = bundle.seal().map_err(|error| ClientError::NotPossible(error.to_string()))?;
        let put = PutBundle {
            password: Some(NewPassword { upload: upload.into(), ksf: started.ksf }),
            end_other_sessions: true,
            ..PutBundle::new(bundle.version, sealed.into())
        };
        env.api.put_bundle(&session.token, &put).await?;
        Ok((session, bundle))
    }
}

/// A session that no device keeps, unless all goes well.
struct Held {
    token: Zeroizing<String>,
    session: SessionId,
}

impl Held {
    fn of(session: &OpenedSession) -> Self {
        Self { token: Zeroizing::new(session.token.clone()), session: session.session }
    }

    /// Ends it as far as the server can be reached: what went wrong before is what is told.
    async fn give_back(self, env: &Environment) {
        let _ = env.api.end_session(&self.token, self.session).await;
    }
}

impl Unlocked {
    /// The kit's words were typed from the paper, and they opened the account: nothing proves a kit better.
    async fn has_used_kit(&mut self) -> Result<(), ClientError> {
        if self.state.unproved_kit.take().is_some() {
            self.save_state().await?;
        }
        Ok(())
    }
}

/// Returns what this device holds of this account already, if anything; the bundle is no older than what it has seen.
async fn held_here(
    env: &Environment,
    bundle: &Bundle,
    session: &OpenedSession,
    server: Server,
) -> Result<Option<Unlocked>, ClientError> {
    match device::holds_account(&*env.store).await {
        Ok(false) => return Ok(None),
        Ok(true) | Err(ClientError::KeysGone) => {}
        Err(error) => return Err(error),
    }
    let copy = device::load_by_account(&*env.store, &bundle.keys).await?;
    let here = Unlocked::load(env.clone(), copy).await?;
    here.accept_bundle(bundle, session, server).await?;
    Ok(Some(here))
}

/// Takes up a session on a device that holds the account already, or holds nothing.
async fn keep_here(
    env: &Environment,
    here: Option<Unlocked>,
    session: &OpenedSession,
    bundle: Bundle,
    password: &str,
) -> Result<Unlocked, ClientError> {
    if let Some(mut here) = here {
        here.enter(session, bundle, password).await?;
        return Ok(here);
    }
    let mut unlocked = settle_in(env, session, bundle, password).await?;
    // The other devices learn the name of this one. If that fails, its next login tells it.
    if let Err(ClientError::Store(error)) = unlocked.save_bundle().await {
        return Err(ClientError::Store(error));
    }
    Ok(unlocked)
}

/// Writes the account down on this device: the keys last, since with them it is there.
async fn settle_in(
    env: &Environment,
    session: &OpenedSession,
    mut bundle: Bundle,
    password: &str,
) -> Result<Unlocked, ClientError> {
    bundle.devices.retain(|device| device.session != session.session);
    bundle.devices.push(NamedDevice { session: session.session, name: env.device_name.clone() });
    let mut state = DeviceState::new(session.account.role);
    state.token = Some(session.token.clone().into());
    state.session = Some(session.session);
    state.bundle_version = bundle.version;
    state.ways.clone_from(&bundle.ways);
    state.devices.clone_from(&bundle.devices);
    state.contacts.clone_from(&bundle.contacts);
    let floor = |head: &reverie_crypto::KnownHead| (head.journal, Head { seq: head.seq, hash: head.hash });
    state.floors = bundle.heads.iter().map(floor).collect();
    let copy = DeviceCopy { bundle, device_key: env.random(DeviceKey::make) };
    state.save(&*env.store, &copy.device_key).await?;
    let account = copy.bundle.keys.identity().to_recipient();
    device::keep(&*env.store, &copy, password, &account, &state.ways).await?;
    Unlocked::load(env.clone(), copy).await
}
