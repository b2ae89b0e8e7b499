//! Setting a server up: the data folder, the database, the OPAQUE key, and one code for the first administrator.
//!
//! The code is derived like every invitation code, so that the administrator joins like everybody else. Nobody invites:
//! there is no inviter, no card and no HMAC, and the invitation makes one administrator.

use std::path::Path;

use bech32::{Bech32m, Hrp};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use reverie_protocol::account::AccountRole;
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::InvitationId;
use reverie_protocol::limits::INVITATION_SECONDS;
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _,
};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::audit::{Act, Chain};
use crate::clock::Clock;
use crate::data::DataFolder;
use crate::database::{Database, DatabaseAddress, OpenError};
use crate::entity::{account, invitation, name_of};
use crate::invitations::{OPEN, REVOKED};
use crate::opaque::Opaque;

/// The handle that the first administrator gets.
pub const FIRST_HANDLE: &str = "admin";

const PREFIX: &str = "reverie";
const ID_LABEL: &[u8] = b"reverie/v1/invitation/id";
const REDEEM_LABEL: &[u8] = b"reverie/v1/invitation/redeem";

/// What setting up came to.
pub enum Initialised {
    /// The server waits for its first administrator.
    FirstAdministrator {
        /// The one-time code, good for 72 hours; codes printed before are void.
        code: Zeroizing<String>,
    },
    /// There is an administrator; nothing was changed.
    AlreadySetUp,
}

/// Why a server could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The data folder cannot be made or written.
    #[error("the data folder cannot be made or written; choose another with --data, or let this user write there")]
    Io(#[from] std::io::Error),
    /// The database cannot be made.
    #[error("the database cannot be made or opened; is its folder writable for this user?")]
    Database(#[from] DbErr),
    /// PostgreSQL, or a version of the database, is not one to use.
    #[error(transparent)]
    Open(OpenError),
    /// The database is one that another data folder was made for.
    #[error(
        "the database has an administrator already, and its OPAQUE key is not in this data folder: nobody could log in; \
         name the data folder that was made with it, or put back that folder's `keys`"
    )]
    KeyMissing,
}

impl From<OpenError> for InitError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Embedded(error) => Self::Database(error),
            other => Self::Open(other),
        }
    }
}

/// Makes what is missing in data folder and database; while there is no administrator, makes a new code and voids the
/// last.
///
/// # Errors
/// [`InitError`] if the folder or the database cannot be made or written.
pub async fn init(
    data: &Path,
    database: &DatabaseAddress,
    clock: &Clock,
    rng: &mut impl CryptoRng,
) -> Result<Initialised, InitError> {
    let data = DataFolder(data.to_owned());
    data.create()?;
    let db = Database::create(database, &data.database()).await?;
    let outcome = set_up(&data, &db, clock, rng).await;
    db.close().await?;
    outcome
}

async fn set_up(
    data: &DataFolder,
    db: &Database,
    clock: &Clock,
    rng: &mut impl CryptoRng,
) -> Result<Initialised, InitError> {
    let initialised = first_administrator(db, clock, rng).await?;
    if matches!(initialised, Initialised::AlreadySetUp) && !data.opaque_setup().try_exists()? {
        return Err(InitError::KeyMissing);
    }
    Opaque::create(data, rng)?;
    Ok(initialised)
}

async fn first_administrator(db: &Database, clock: &Clock, rng: &mut impl CryptoRng) -> Result<Initialised, DbErr> {
    let tx = db.begin().await?;
    let administrator = name_of(&AccountRole::Administrator);
    let administrators = account::Entity::find().filter(account::Column::Role.eq(administrator)).count(&tx).await?;
    if administrators > 0 {
        return Ok(Initialised::AlreadySetUp);
    }
    invitation::Entity::update_many()
        .col_expr(invitation::Column::State, Expr::value(REVOKED))
        .filter(invitation::Column::Inviter.is_null())
        .filter(invitation::Column::State.eq(OPEN))
        .exec(&tx)
        .await?;
    let mut secret = Zeroizing::new([0; 16]);
    rng.fill_bytes(secret.as_mut());
    let invitation = store(&tx, &secret, clock.now()).await?;
    let subject = Some(AuditSubject::invitation(invitation));
    let act = Act { day: clock.today(), actor: None, act: AuditAct::Invite, subject };
    Chain::hold(&tx).await?.enter(rng, &[act]).await?;
    tx.commit().await?;
    Ok(Initialised::FirstAdministrator { code: code(&secret) })
}

async fn store(tx: &impl ConnectionTrait, secret: &[u8; 16], now: i64) -> Result<InvitationId, DbErr> {
    let id = InvitationId::from_random_bytes(*derive::<16>(secret, ID_LABEL));
    let token = derive::<32>(secret, REDEEM_LABEL);
    let row = invitation::Model {
        id: id.uuid(),
        inviter: None,
        role: name_of(&AccountRole::Administrator),
        handle: Some(FIRST_HANDLE.into()),
        token_sha256: Hash::of(*token).0.to_vec(),
        inviter_mac: None,
        inviter_card: None,
        state: OPEN.into(),
        expires_at: now + i64::from(INVITATION_SECONDS),
        guest: None,
        guest_card: None,
        guest_mac: None,
    };
    invitation::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(id)
}

/// Returns HKDF-SHA256 (RFC 5869) of the code's bytes, without salt.
fn derive<const N: usize>(secret: &[u8; 16], label: &[u8]) -> Zeroizing<[u8; N]> {
    let mut derived = Zeroizing::new([0; N]);
    let expanded = Hkdf::<Sha256>::new(None, secret).expand(label, derived.as_mut());
    expanded.expect("16 and 32 bytes are below HKDF's limit of 8160");
    derived
}

/// Returns the code as people see it: bech32m, in groups of four.
fn code(secret: &[u8; 16]) -> Zeroizing<String> {
    let plain = bech32::encode::<Bech32m>(Hrp::parse_unchecked(PREFIX), secret);
    let plain = Zeroizing::new(plain.expect("16 bytes are below bech32m's limit"));
    let mut grouped = Zeroizing::new(String::with_capacity(plain.len() * 5 / 4));
    for (position, character) in plain.chars().enumerate() {
        if position > 0 && position % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(character);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_bech32m_in_groups_of_four() {
        let code = code(&[7; 16]);
        assert!(code.split('-').all(|group| group.len() == 4), "{}", *code);
        let (prefix, bytes) = bech32::decode(&code.replace('-', "")).unwrap();
        assert_eq!((prefix.as_str(), bytes.as_slice()), ("reverie", [7; 16].as_slice()));
    }
}
