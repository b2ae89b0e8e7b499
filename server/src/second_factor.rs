//! Second factors: whether what somebody shows counts, and what is written down of them.
//!
//! No secret of an authenticator is stored. Each is derived from the OPAQUE set-up key, which is kept apart from the
//! database, and the authenticator's random id; whoever steals the database alone can make no code. A code counts once:
//! the step of the last one is kept, and none of that step or before it is accepted again.

use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, FactorId};
use reverie_protocol::limits::SECOND_FACTORS;
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::{SecondFactor, SecondFactorKind};
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, Select,
};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use crate::caller::Session;
use crate::clock::day_text;
use crate::entity::{account, authenticator, backup_code, passkey, passkey_ceremony, session};
use crate::opaque::Opaque;
use crate::passkeys;
use crate::refusal::{ApiError, refuse};

/// Returns the text of an authenticator's secret, as people give it to their app.
pub(crate) fn secret_text(opaque: &Opaque, factor: FactorId) -> String {
    secret(opaque, factor).to_base32()
}

fn secret(opaque: &Opaque, factor: FactorId) -> Secret {
    Secret::new(Box::from(opaque.authenticator_secret(factor).as_slice()))
}

fn totp(opaque: &Opaque, factor: FactorId) -> Totp {
    let built = Builder::new().with_secret(secret(opaque, factor)).build();
    built.expect("20 bytes are a good secret, and the rest is what RFC 6238 says")
}

/// Returns the step of a code, if it is the authenticator's and of now, of the step before or of the one after.
fn step_of(opaque: &Opaque, factor: FactorId, code: &str, now: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|letter| !letter.is_whitespace()).take(7).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let step = totp(opaque, factor).check(&digits, u64::try_from(now).ok()?)?;
    i64::try_from(step).ok()
}

/// Returns the authenticators of an account that count.
pub(crate) fn authenticators(account: AccountId) -> Select<authenticator::Entity> {
    authenticator::Entity::find()
        .filter(authenticator::Column::Account.eq(account.uuid()))
        .filter(authenticator::Column::Confirmed.eq(true))
}

/// Returns the authenticator of an account that waits for its first code.
pub(crate) fn unconfirmed(account: AccountId) -> Select<authenticator::Entity> {
    authenticator::Entity::find()
        .filter(authenticator::Column::Account.eq(account.uuid()))
        .filter(authenticator::Column::Confirmed.eq(false))
}

/// Lists what counts as an account's second factor, oldest first.
pub(crate) async fn list(db: &impl ConnectionTrait, account: AccountId) -> Result<Vec<SecondFactor>, DbErr> {
    let authenticators = authenticators(account).all(db).await?;
    let passkeys = passkeys::of(account.uuid()).all(db).await?;
    let authenticators = authenticators.into_iter().map(|row| (row.since_day, row.id, SecondFactorKind::Authenticator));
    let passkeys = passkeys.into_iter().map(|row| (row.since_day, row.id, SecondFactorKind::Passkey));
    let mut all: Vec<_> = authenticators.chain(passkeys).collect();
    all.sort_unstable_by_key(|(day, id, _)| (*day, *id));
    let view = |(day, id, kind): (i32, Uuid, _)| SecondFactor { factor: id.into(), kind, since_day: day_text(day) };
    Ok(all.into_iter().map(view).collect())
}

/// Counts what counts as an account's second factor.
pub(crate) async fn count(db: &impl ConnectionTrait, account: AccountId) -> Result<u64, DbErr> {
    Ok(authenticators(account).count(db).await? + passkeys::of(account.uuid()).count(db).await?)
}

/// Accepts a session that enrols while nothing is due to be shown: another one may have enrolled in the meantime, and then
/// this one has to show that first.
pub(crate) async fn still_enrolling(tx: &impl ConnectionTrait, session: &Session) -> Result<(), ApiError> {
    if session.due.is_some() && count(tx, session.account).await? > 0 {
        return Err(refuse(ProblemCode::SecondFactorRequired, "Another device enrolled a second factor just now."));
    }
    if count(tx, session.account).await? >= SECOND_FACTORS as u64 { Err(too_many()) } else { Ok(()) }
}

/// Refuses one more.
pub(crate) fn too_many() -> ApiError {
    let detail = "An account has at most ten second factors. Remove one that you no longer use.";
    refuse(ProblemCode::NotPermitted, detail)
}

/// Removes one of an account's second factors.
pub(crate) async fn remove(tx: &impl ConnectionTrait, factor: FactorId) -> Result<(), DbErr> {
    authenticator::Entity::delete_by_id(factor.uuid()).exec(tx).await?;
    passkey::Entity::delete_by_id(factor.uuid()).exec(tx).await.map(drop)
}

/// Counts the backup codes that are left.
pub(crate) async fn backup_codes(db: &impl ConnectionTrait, account: AccountId) -> Result<u64, DbErr> {
    let of_account = backup_code::Column::Account.eq(account.uuid());
    backup_code::Entity::find().filter(of_account).count(db).await
}

/// Uses a code up: accepts it for one of these authenticators, inside the caller's transaction, and returns which.
pub(crate) async fn accept_code(
    tx: &impl ConnectionTrait,
    opaque: &Opaque,
    of: Select<authenticator::Entity>,
    code: &str,
    now: i64,
) -> Result<Option<FactorId>, DbErr> {
    for row in of.all(tx).await? {
        let factor = FactorId::from(row.id);
        let Some(step) = step_of(opaque, factor, code, now) else { continue };
        let used = authenticator::Entity::update_many()
            .col_expr(authenticator::Column::LastStep, Expr::value(step))
            .filter(authenticator::Column::Id.eq(row.id))
            .filter(authenticator::Column::LastStep.lt(step))
            .exec(tx)
            .await?;
        if used.rows_affected == 1 {
            return Ok(Some(factor));
        }
    }
    Ok(None)
}

/// Uses a backup code up, inside the caller's transaction, and tells whether it was one.
pub(crate) async fn accept_backup(tx: &impl ConnectionTrait, account: AccountId, token: &B64) -> Result<bool, DbErr> {
    // Looked up by the hash of 256 bits that only its owner has: nothing to be learned from the time it takes.
    let row = (account.uuid(), Hash::of(token).0.to_vec());
    Ok(backup_code::Entity::delete_by_id(row).exec(tx).await?.rows_affected == 1)
}

/// Notes that a session has shown the account's second factor.
pub(crate) async fn note_shown(tx: &impl ConnectionTrait, session: Uuid) -> Result<(), DbErr> {
    let shown = session::Entity::update_many().col_expr(session::Column::Proved, Expr::value(true));
    shown.filter(session::Column::Id.eq(session)).exec(tx).await.map(drop)
}

/// Notes on the account whether it has a second factor, so that not every request has to look.
pub(crate) async fn note_has_one(tx: &impl ConnectionTrait, account: AccountId, has_one: bool) -> Result<(), DbErr> {
    let noted = account::Entity::update_many().col_expr(account::Column::SecondFactor, Expr::value(has_one));
    noted.filter(account::Column::Id.eq(account.uuid())).exec(tx).await.map(drop)
}

/// Takes every second factor and backup code away from an account, inside the caller's transaction.
pub(crate) async fn forget(tx: &impl ConnectionTrait, account: AccountId) -> Result<(), DbErr> {
    let of_account = authenticator::Column::Account.eq(account.uuid());
    authenticator::Entity::delete_many().filter(of_account).exec(tx).await?;
    let of_account = passkey::Column::Account.eq(account.uuid());
    passkey::Entity::delete_many().filter(of_account).exec(tx).await?;
    let of_account = passkey_ceremony::Column::Account.eq(account.uuid());
    passkey_ceremony::Entity::delete_many().filter(of_account).exec(tx).await?;
    let of_account = backup_code::Column::Account.eq(account.uuid());
    backup_code::Entity::delete_many().filter(of_account).exec(tx).await?;
    note_has_one(tx, account, false).await
}
