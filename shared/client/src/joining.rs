//! Joining: from an invitation code to an account, its keys, its recovery words and its first pairing.

use reverie_crypto::bundle::{self, Bundle, Way, WayIn};
use reverie_crypto::password::{Registration, refuse_worst};
use reverie_crypto::{
    AccountKeys, AccountSecret, Contact, DeviceCopy, DeviceKey, InvitationCode, NamedDevice, RecoveryCode,
};
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{InvitationKey, InvitationOffer, RegistrationFinish, RegistrationStart};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::AccountId;
use reverie_protocol::problem::ProblemCode;
use zeroize::Zeroizing;

use crate::api::ApiError;
use crate::device::{self, DeviceState};
use crate::environment::Environment;
use crate::error::ClientError;
use crate::pairing::verified_inviter;
use crate::unlocked::Unlocked;

/// An invitation to join, looked at and verified; nothing has been made yet.
pub struct Invited {
    env: Environment,
    code: InvitationCode,
    offer: InvitationOffer,
    handle: String,
}

impl Invited {
    /// Looks an invitation code up and verifies who made it.
    ///
    /// # Errors
    /// [`ClientError::Mistyped`], [`ClientError::AccountExists`] if the device holds an account already,
    /// [`ClientError::PairingForged`], or the server's refusal (used, expired, unknown).
    pub async fn look(env: Environment, code: &str) -> Result<Self, ClientError> {
        if device::holds_account(&*env.store).await? {
            return Err(ClientError::AccountExists("of somebody who joined here before".into()));
        }
        let code = InvitationCode::parse(code).map_err(|error| ClientError::Mistyped(error.to_string()))?;
        let offer = read_offer(&env, &code).await?;
        let handle = offer.handle.clone().ok_or(ClientError::WrongInvitation(
            "this invitation is for somebody who has an account already; use `reverie pair CODE`",
        ))?;
        if let Some(inviter) = &offer.inviter {
            verified_inviter(&code, offer.role, inviter)?;
        }
        Ok(Self { env, code, offer, handle })
    }

    /// Returns the handle that the account will have.
    pub fn handle(&self) -> &str {
        &self.handle
    }

    /// Returns what the account will be.
    pub const fn role(&self) -> AccountRole {
        self.offer.role
    }

    /// Returns the handle and role of who invites; nobody but the server's own set-up invites the first administrator.
    pub fn inviter(&self) -> Option<(&str, AccountRole)> {
        self.offer.inviter.as_ref().map(|inviter| (inviter.handle.as_str(), inviter.role))
    }

    /// Makes the account's keys and its recovery words. The server learns nothing of them yet.
    ///
    /// # Errors
    /// [`ClientError::WeakPassword`], or the server's refusal.
    pub async fn prepare(self, password: &str) -> Result<Prepared, ClientError> {
        refuse_worst(password, &self.handle).map_err(|error| ClientError::WeakPassword(error.to_string()))?;
        let (keys, account_secret, recovery, account, device_key) = self.env.random(|rng| {
            let keys = AccountKeys::make(rng);
            (keys, AccountSecret::make(rng), RecoveryCode::make(rng), AccountId::make(rng), DeviceKey::make(rng))
        });
        let card = keys.card(account);
        let (registration, request) = self.env.random(|rng| Registration::start(password, &account_secret, rng));
        let (invitation, token) = (self.code.id(), token(&self.code));
        let start = RegistrationStart { invitation, token: token.clone(), request: request.into() };
        let started = self.env.api.start_registration(&start).await?;
        let finished = self.env.random(|rng| registration.finish(&started.response.0, started.ksf, rng));
        let (upload, export_key) = finished.map_err(|error| ClientError::Untrustworthy(error.to_string()))?;

        let way = |way, identity: reverie_crypto::HybridIdentity| WayIn { way, recipient: identity.to_recipient() };
        let bundle = Bundle {
            account,
            handle: self.handle.clone(),
            card: card.clone(),
            version: 1,
            keys,
            account_secret,
            devices: Vec::new(),
            heads: Vec::new(),
            contacts: Vec::new(),
            ways: vec![
                way(Way::Password, bundle::way_from_export_key(&export_key)),
                way(Way::Recovery, bundle::way_from_recovery_code(&recovery)),
            ],
        };
        let sealed = bundle.seal().map_err(|error| ClientError::NotPossible(error.to_string()))?;
        let inviter =
            self.offer.inviter.as_ref().map(|inviter| {
                Contact::met(inviter.account, inviter.handle.clone(), inviter.role, inviter.card.clone())
            });
        let vouched = |inviter: &Contact| {
            let mac = self.code.guest_mac(self.offer.role, inviter.card.fingerprint(), card.fingerprint());
            B64(mac.to_vec())
        };
        let finish = RegistrationFinish {
            invitation,
            token,
            account,
            mac: inviter.as_ref().map(vouched),
            card,
            upload: upload.into(),
            ksf: started.ksf,
            recovery_sha256: Hash::of(*recovery.login_token()),
            bundle: sealed.into(),
        };

        // The keys are on the device before the server knows them: whatever is lost on the way, they are not.
        let mut state = DeviceState::new(self.offer.role);
        state.joining = true;
        state.ways.clone_from(&bundle.ways);
        state.unproved_kit = Some(Zeroizing::new(recovery.words().join(" ")));
        state.contacts.extend(inviter);
        let copy = DeviceCopy { bundle, device_key };
        state.save(&*self.env.store, &copy.device_key).await?;
        let own = copy.bundle.keys.identity().to_recipient();
        device::keep(&*self.env.store, &copy, password, &own, &state.ways).await?;
        Ok(Prepared { env: self.env, finish, recovery, copy })
    }
}

/// An account that is ready to be made: its keys are on the device, and its recovery words can be shown.
pub struct Prepared {
    env: Environment,
    finish: RegistrationFinish,
    recovery: RecoveryCode,
    copy: DeviceCopy,
}

impl Prepared {
    /// Returns the 24 recovery words. They can be read on the device until the kit was proved.
    pub const fn recovery(&self) -> &RecoveryCode {
        &self.recovery
    }

    /// Makes the account. A patient's private journal is opened with it.
    ///
    /// # Errors
    /// If the server refuses, the device is left as it was before. If its answer does not arrive, the keys stay, and
    /// logging in tells whether the account was made.
    pub async fn finish(self) -> Result<Unlocked, ClientError> {
        match self.env.api.finish_registration(&self.finish).await {
            Ok(opened) => {
                let mut unlocked = Unlocked::load(self.env, self.copy).await?;
                unlocked.state.token = Some(opened.token.into());
                unlocked.state.session = Some(opened.session);
                let name = unlocked.env.device_name.clone();
                unlocked.state.devices.push(NamedDevice { session: opened.session, name });
                unlocked.joined().await?;
                Ok(unlocked)
            }
            Err(error) => {
                // Only where the server surely made nothing: anything else may be an answer that got lost.
                if matches!(&error, ApiError::Refused(problem) if nothing_was_made(problem.code)) {
                    device::forget(&*self.env.store).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Gives up: the device forgets the keys, and the invitation can still be used.
    pub async fn forget(self) -> Result<(), ClientError> {
        device::forget(&*self.env.store).await
    }
}

const fn nothing_was_made(code: ProblemCode) -> bool {
    matches!(
        code,
        ProblemCode::NotFound
            | ProblemCode::InvitationUsed
            | ProblemCode::InvitationExpired
            | ProblemCode::HandleTaken
            | ProblemCode::InvalidCredentials
            | ProblemCode::MalformedRequest
            | ProblemCode::TooLarge
    )
}

pub(crate) async fn read_offer(env: &Environment, code: &InvitationCode) -> Result<InvitationOffer, ClientError> {
    let key = InvitationKey { invitation: code.id(), token: token(code) };
    Ok(env.api.read_invitation(&key).await?)
}

pub(crate) fn token(code: &InvitationCode) -> B64 {
    B64(code.redeem_token().to_vec())
}
