//! Passkeys: what is asked of a browser, and whether its answer counts. `webauthn_rp` makes and judges; this file says
//! with which rules, and keeps what stands between asking and answering.
//!
//! The invariant: a session has at most one ceremony, which is good for one answer within five minutes, and used up by it
//! whatever it was. It is in the database, so that another server may get the answer, and gone when its time is over.

use reverie_protocol::ids::FactorId;
use reverie_protocol::passkey::{ConfirmPasskey, ShownPasskey};
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, Select,
};
use serde::Serialize;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::{AllowedCredentials, AuthenticationVerificationOptions, SignatureCounterEnforcement};
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, ResidentKeyRequirement, UserHandle16,
};
use webauthn_rp::request::{Credentials as _, PublicKeyCredentialDescriptor, UserVerificationRequirement};
use webauthn_rp::response::auth::NonDiscoverableAuthenticatorAssertion;
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{
    AttestationObject, AuthenticationExtensionsPrfOutputs, AuthenticatorAttestation, ClientExtensionsOutputs,
    CompressedPubKey, DynamicState, StaticState,
};
use webauthn_rp::response::{AuthTransports, AuthenticatorAttachment, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, NonDiscoverableAuthentication16, NonDiscoverableAuthenticationServerState,
    NonDiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

use crate::caller::Session;
use crate::entity::{account, passkey, passkey_ceremony};
use crate::public_address::PublicAddress;
use crate::random;
use crate::refusal::{ApiError, internal, not_found};

/// Seconds between asking and answering; browsers are told the same.
const CEREMONY_SECONDS: i64 = 300;

/// A public key, with room for every kind that there is.
type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// Returns the passkeys of an account.
pub(crate) fn of(account: uuid::Uuid) -> Select<passkey::Entity> {
    passkey::Entity::find().filter(passkey::Column::Account.eq(account))
}

/// Begins to enrol a passkey, inside the caller's transaction, and returns what the browser is given.
///
/// The passkey is to ask for the person (fingerprint, face, PIN): then it is worth more than the phone that it is on, and
/// its PRF always gives the same.
pub(crate) async fn begin(
    tx: &impl ConnectionTrait,
    site: &PublicAddress,
    session: &Session,
    now: i64,
) -> Result<String, ApiError> {
    let account = session.account.uuid();
    let of_account = account::Entity::find_by_id(account).select_only().column(account::Column::Handle);
    let handle: Option<String> = of_account.into_tuple().one(tx).await?;
    let handle = handle.ok_or_else(|| not_found("account"))?;
    let id = UserHandle16::from(account.into_bytes());
    let name = handle.as_str().try_into().map_err(|error| internal(&error))?;
    let user = PublicKeyCredentialUserEntity { name, id: &id, display_name: None };
    let before = of(account).all(tx).await?.into_iter().map(|row| descriptor(row.credential));
    let before = before.collect::<Result<_, _>>()?;
    let mut options = PublicKeyCredentialCreationOptions::passkey(site.relying_party(), user, before);
    // Where it has room; the handle is known when it is asked, so it need not be found by itself.
    options.authenticator_selection.resident_key = ResidentKeyRequirement::Preferred;
    options.extensions.cred_protect = CredProtect::None;
    let (state, options) = options.start_ceremony().map_err(|error| internal(&error))?;
    let state = state.encode().map_err(|error| internal(&error))?;
    keep(tx, session, true, state, now).await?;
    json(&options)
}

/// Asks for one of the account's passkeys, inside the caller's transaction, and returns what the browser is given.
pub(crate) async fn ask(
    tx: &impl ConnectionTrait,
    site: &PublicAddress,
    session: &Session,
    now: i64,
) -> Result<String, ApiError> {
    let mut allowed = AllowedCredentials::with_capacity(1);
    for row in of(session.account.uuid()).all(tx).await? {
        allowed.push(descriptor(row.credential)?.into());
    }
    let options = NonDiscoverableCredentialRequestOptions::second_factor(site.relying_party(), allowed);
    let mut options = options.map_err(|_| not_found("passkey"))?;
    options.options().user_verification = UserVerificationRequirement::Required;
    let (state, options) = options.start_ceremony().map_err(|error| internal(&error))?;
    let state = state.encode().map_err(|error| internal(&error))?;
    keep(tx, session, false, state, now).await?;
    json(&options)
}

/// Takes what the session was asked, if it has not answered and its time is not over, in a transaction of its own: an
/// answer is one try, whatever becomes of it.
pub(crate) async fn take(
    tx: &impl ConnectionTrait,
    session: &Session,
    enrols: bool,
    now: i64,
) -> Result<Option<Vec<u8>>, DbErr> {
    let ceremony = passkey_ceremony::Entity::find_by_id(session.id.uuid()).one(tx).await?;
    passkey_ceremony::Entity::delete_by_id(session.id.uuid()).exec(tx).await?;
    // A clock that was set back makes no ceremony good for longer.
    let in_time = |at: i64| (1..=CEREMONY_SECONDS).contains(&(at - now));
    Ok(ceremony.filter(|it| it.enrols == enrols && in_time(it.expires_at)).map(|it| it.state))
}

/// Stores the passkey that a browser made, inside the caller's transaction: nothing if the answer does not fit, or somebody
/// has enrolled this passkey already.
pub(crate) async fn enrol(
    tx: &impl ConnectionTrait,
    site: &PublicAddress,
    session: &Session,
    (state, today): (&[u8], i32),
    answer: ConfirmPasskey,
) -> Result<Option<FactorId>, ApiError> {
    let state = RegistrationServerState::<16>::decode(state).map_err(|error| internal(&error))?;
    // That a passkey has a PRF is between browser and passkey; the judge wants to hear the same from both.
    let authenticator = AttestationObject::try_from(answer.attestation_object.0.as_slice());
    let has_prf = authenticator.is_ok_and(|it| it.auth_data().extensions().hmac_secret == Some(true));
    let prf = has_prf.then_some(AuthenticationExtensionsPrfOutputs { enabled: true });
    let registration = Registration::new(
        AuthenticatorAttestation::new(answer.client_data_json.0, answer.attestation_object.0, AuthTransports::NONE),
        AuthenticatorAttachment::None,
        ClientExtensionsOutputs { cred_props: None, prf },
    );
    let rules = RegistrationVerificationOptions::<&str, &str> {
        allowed_origins: &[site.origin()],
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let Ok(registered) = state.verify(site.relying_party(), &registration, &rules) else { return Ok(None) };
    let factor = FactorId::make(&mut random::system());
    let row = passkey::Model {
        id: factor.uuid(),
        account: session.account.uuid(),
        credential: registered.id().as_ref().to_vec(),
        public_key: registered.static_state().encode().map_err(|error| internal(&error))?,
        last_seen: registered.dynamic_state().encode().unwrap_or_else(|never| match never {}).to_vec(),
        since_day: today,
    };
    let same = passkey::Column::Credential.eq(row.credential.as_slice());
    if passkey::Entity::find().filter(same).count(tx).await? > 0 {
        return Ok(None);
    }
    passkey::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(Some(factor))
}

/// What an answer of a passkey is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the account's passkey, asked just now.
    Accepted,
    /// Its counter went back: there are two of it.
    Copied,
    /// Anything else.
    Refused,
}

/// Judges what a passkey answered, and notes its counter, inside the caller's transaction.
pub(crate) async fn judge(
    tx: &impl ConnectionTrait,
    site: &PublicAddress,
    session: &Session,
    state: &[u8],
    answer: ShownPasskey,
) -> Result<Verdict, ApiError> {
    let state = NonDiscoverableAuthenticationServerState::decode(state).map_err(|error| internal(&error))?;
    let this = passkey::Column::Credential.eq(answer.credential.0.as_slice());
    let found = of(session.account.uuid()).filter(this).one(tx).await?;
    let (Some(row), Ok(credential)) = (found, CredentialId::try_from(answer.credential.0)) else {
        return Ok(Verdict::Refused);
    };
    let user = UserHandle16::from(row.account.into_bytes());
    let stored = CredentialId::try_from(row.credential.as_slice()).map_err(|error| internal(&error))?;
    let key = StaticState::<PublicKey>::decode(row.public_key.as_slice()).map_err(|error| internal(&error))?;
    let damaged = |_| DbErr::Type("a passkey's counter is damaged".into());
    let seen = <[u8; 7]>::try_from(row.last_seen.as_slice()).map_err(damaged)?;
    let seen = DynamicState::decode(seen).map_err(|error| internal(&error))?;
    let passkey = AuthenticatedCredential::new(stored, &user, key, seen);
    let mut passkey = passkey.map_err(|error| internal(&error))?;
    let (client, authenticator) = (answer.client_data_json.0, answer.authenticator_data.0);
    let assertion =
        NonDiscoverableAuthenticatorAssertion::with_optional_user(client, authenticator, answer.signature.0, None);
    let answer = NonDiscoverableAuthentication16::new(credential, assertion, AuthenticatorAttachment::None);
    let rules = AuthenticationVerificationOptions::<&str, &str> {
        allowed_origins: &[site.origin()],
        error_on_unsolicited_extensions: false,
        sig_counter_enforcement: SignatureCounterEnforcement::Fail,
        ..AuthenticationVerificationOptions::default()
    };
    match state.verify(site.relying_party(), &answer, &mut passkey, &rules) {
        Err(AuthCeremonyErr::SignatureCounter) => return Ok(Verdict::Copied),
        Err(_) => return Ok(Verdict::Refused),
        Ok(_) => {}
    }
    let seen = passkey.dynamic_state().encode().unwrap_or_else(|never| match never {});
    passkey::Entity::update_many()
        .col_expr(passkey::Column::LastSeen, Expr::value(seen.to_vec()))
        .filter(passkey::Column::Id.eq(row.id))
        .exec(tx)
        .await?;
    Ok(Verdict::Accepted)
}

/// Removes ceremonies whose time is over, inside the caller's transaction.
pub(crate) async fn forget_expired(tx: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let expired = Condition::any()
        .add(passkey_ceremony::Column::ExpiresAt.lte(now))
        .add(passkey_ceremony::Column::ExpiresAt.gt(now + CEREMONY_SECONDS));
    passkey_ceremony::Entity::delete_many().filter(expired).exec(tx).await.map(drop)
}

/// Keeps what a session is asked, in place of whatever it was asked before.
async fn keep(
    tx: &impl ConnectionTrait,
    session: &Session,
    enrols: bool,
    state: Vec<u8>,
    now: i64,
) -> Result<(), DbErr> {
    forget_expired(tx, now).await?;
    passkey_ceremony::Entity::delete_by_id(session.id.uuid()).exec(tx).await?;
    let row = passkey_ceremony::Model {
        session: session.id.uuid(),
        account: session.account.uuid(),
        enrols,
        state,
        expires_at: now + CEREMONY_SECONDS,
    };
    passkey_ceremony::Entity::insert(row.into_active_model()).exec_without_returning(tx).await.map(drop)
}

fn descriptor(credential: Vec<u8>) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>, ApiError> {
    let id = CredentialId::try_from(credential).map_err(|error| internal(&error))?;
    Ok(PublicKeyCredentialDescriptor { id, transports: AuthTransports::NONE })
}

fn json(options: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(options).map_err(|error| internal(&error))
}
