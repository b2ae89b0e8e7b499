//! An account on one more device: by a code from a device that has it, or by the recovery words; and taking it back into
//! one's hands with the words alone, when password and devices are lost.
//!
//! The invariant: the device holds nothing until the server has proved everything, so whatever is cut off can be done
//! again from the beginning.

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
use crate::login::{opaque, open_bundle};
use crate::second_factor;
use crate::unlocked::Unlocked;

/// A device that has the account secret from another one, and needs the password now.
pub struct Newcomer {
    env: Environment,
    handed: HandedOver,
}

impl Newcomer {
    /// Takes what an old device left under this code. The code is used up by it.
    ///
    /// # Errors
    /// [`ClientError::Mistyped`], [`ClientError::AccountExists`], or the server's: the code was used, or is too old.
    pub async fn take(env: Environment, code: &str) -> Result<Self, ClientError> {
        nobody_here(&env).await?;
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

    /// Logs in. After a wrong password it can be tried again.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`], or the server's.
    pub async fn login(&self, password: &str) -> Result<Unlocked, ClientError> {
        log_in_anew(&self.env, &self.handed.handle, &self.handed.account_secret, password).await
    }
}

/// An account that its recovery words have opened. Nothing is changed yet.
pub struct Recovery {
    env: Environment,
    session: OpenedSession,
    bundle: Bundle,
    way: WayIn,
}

impl Recovery {
    /// Opens an account with its recovery words, on a device without one.
    ///
    /// # Errors
    /// [`ClientError::WrongKit`] if the words are not this account's, or not any more; [`ClientError::AccountExists`].
    pub async fn open(env: Environment, handle: &str, code: &RecoveryCode) -> Result<Self, ClientError> {
        nobody_here(&env).await?;
        Self::try_kit(env, handle, code).await
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
        Ok(Self { env, session, bundle, way })
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
        Ok(self.env.api.end_session(&self.session.token, self.session.session).await?)
    }

    /// Adds this device with the password, which the account keeps. Other devices stay.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`]: then the device is left as it was.
    pub async fn add_device(self, password: &str) -> Result<Unlocked, ClientError> {
        let (env, handle) = (self.env.clone(), self.bundle.handle.clone());
        let added = log_in_anew(&env, &handle, &self.bundle.account_secret, password).await;
        // The session by the words is not kept.
        let left = self.leave().await;
        let added = added?;
        left.map(|()| added)
    }

    /// Takes the account back: a new password, this device, and no other. The kit stays valid.
    ///
    /// An interruption leaves the account as it was or with the new password; either way the same can be done again.
    ///
    /// # Errors
    /// [`ClientError::WeakPassword`], or the server's.
    pub async fn finish(self, password: &str) -> Result<Unlocked, ClientError> {
        let (env, held) = (self.env.clone(), Held::of(&self.session));
        match self.take_back(password).await {
            Ok((session, bundle)) => settle_in(&env, &session, bundle, password).await,
            Err(error) => {
                held.give_back(&env).await;
                Err(error)
            }
        }
    }

    /// Gives the account the new password, and returns what this device is to keep.
    async fn take_back(self, password: &str) -> Result<(OpenedSession, Bundle), ClientError> {
        let Self { env, session, mut bundle, way } = self;
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

async fn nobody_here(env: &Environment) -> Result<(), ClientError> {
    if device::holds_account(&*env.store).await? {
        return Err(ClientError::AccountExists("of somebody who joined here before".into()));
    }
    Ok(())
}

/// Logs in on a device that has the account secret from elsewhere, and keeps the account on it.
async fn log_in_anew(
    env: &Environment,
    handle: &str,
    secret: &AccountSecret,
    password: &str,
) -> Result<Unlocked, ClientError> {
    let (session, way) = opaque(env, handle, password, secret)
        .await
        .map_err(|error| if error.is(ProblemCode::LoginFailed) { ClientError::WrongPassword } else { error })?;
    let mut bundle = open_bundle(&way, &session)?;
    bundle.devices.push(NamedDevice { session: session.session, name: env.device_name.clone() });
    let mut unlocked = settle_in(env, &session, bundle, password).await?;
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
    bundle: Bundle,
    password: &str,
) -> Result<Unlocked, ClientError> {
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
    device::save_keys(&*env.store, &copy, password).await?;
    Unlocked::load(env.clone(), copy).await
}
