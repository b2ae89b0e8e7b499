//! Sessions as they are stored: opened with a token that is shown once, and ended from elsewhere with a reason that their
//! device can be told.

use rand_core::CryptoRng;
use reverie_protocol::api::{Account, Bundle, OpenedSession};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::SessionId;
use reverie_protocol::opaque::KsfParams;
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::SecondFactorDue;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    Select,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::day_text;
use crate::entity::{account, count, ended_session, from_json, login_attempt, name_of, named, session};
use crate::refusal::{ApiError, refuse};
use crate::token::PlainToken;

/// Seconds between the two halves of a login.
pub(crate) const ATTEMPT_SECONDS: i64 = 120;

/// Days for which a device is told why its session ended.
const REMEMBERED_DAYS: i32 = 180;

/// Why a session was ended from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// Another device of the account removed this one.
    Removed,
    /// The account was recovered with its kit, which removes every device before.
    Recovered,
    /// Another device of the account gave it new keys, which this one does not have.
    Rekeyed,
    /// The account was erased.
    Erased,
}

/// What somebody has shown who opens a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The password, or an invitation.
    Password,
    /// The recovery kit. It is a second factor by itself, except for whom one is mandatory (`decisions/0043`).
    Kit,
}

/// Removes logins that nobody finished in time, inside the caller's transaction.
pub(crate) async fn forget_expired_attempts(tx: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let expired = Condition::any()
        .add(login_attempt::Column::ExpiresAt.lte(now))
        .add(login_attempt::Column::ExpiresAt.gt(now + ATTEMPT_SECONDS));
    login_attempt::Entity::delete_many().filter(expired).exec(tx).await.map(drop)
}

/// Opens a session for an account, inside the caller's transaction.
pub(crate) async fn open(
    tx: &impl ConnectionTrait,
    rng: &mut impl CryptoRng,
    today: i32,
    account: &account::Model,
    wanted: KsfParams,
    by: By,
) -> Result<OpenedSession, DbErr> {
    // Of earlier days, and stopped at the second factor: nobody comes back to them.
    let abandoned = of(account.id).filter(session::Column::Proved.eq(false)).filter(session::Column::LastDay.lt(today));
    let role = named(&account.role)?;
    if SecondFactorDue::of(role, account.second_factor, false).is_some() {
        let ids: Vec<Uuid> = abandoned.all(tx).await?.into_iter().map(|row| row.id).collect();
        session::Entity::delete_many().filter(session::Column::Id.is_in(ids)).exec(tx).await?;
    }
    let proved = by == By::Kit && !role.must_have_second_factor();
    let (id, token) = (SessionId::make(rng), PlainToken::make(rng));
    let row = session::Model {
        id: id.uuid(),
        account: account.id,
        token_sha256: token.hash().0.to_vec(),
        first_day: today,
        last_day: today,
        proved,
    };
    session::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    let bundle = Bundle { version: count(account.bundle_version)?, bundle: B64(account.bundle.clone()) };
    let raise_ksf = from_json::<KsfParams>(&account.ksf)?.is_weaker_than(wanted).then_some(wanted);
    let second_factor = SecondFactorDue::of(role, account.second_factor, proved);
    let bundle = second_factor.is_none().then_some(bundle);
    Ok(OpenedSession { token: token.reveal(), session: id, account: view(account)?, bundle, second_factor, raise_ksf })
}

/// Returns an account as its owner sees it.
pub(crate) fn view(account: &account::Model) -> Result<Account, DbErr> {
    Ok(Account {
        account: account.id.into(),
        handle: account.handle.clone(),
        role: named(&account.role)?,
        card: from_json(&account.card)?,
    })
}

/// Returns the sessions of an account; nobody's are ever looked at without saying whose.
pub(crate) fn of(account: Uuid) -> Select<session::Entity> {
    session::Entity::find().filter(session::Column::Account.eq(account))
}

/// Ends these sessions, inside the caller's transaction, and returns which they were. Their tokens are worth nothing from its commit on.
pub(crate) async fn end(
    tx: &impl ConnectionTrait,
    which: Select<session::Entity>,
    reason: Reason,
    today: i32,
) -> Result<Vec<SessionId>, DbErr> {
    let forgotten = ended_session::Column::EndedDay.lt(today - REMEMBERED_DAYS);
    ended_session::Entity::delete_many().filter(forgotten).exec(tx).await?;
    let rows = which.all(tx).await?;
    for row in &rows {
        session::Entity::delete_by_id(row.id).exec(tx).await?;
        let ended = ended_session::Model {
            id: row.id,
            account: row.account,
            token_sha256: row.token_sha256.clone(),
            reason: name_of(&reason),
            ended_day: today,
        };
        ended_session::Entity::insert(ended.into_active_model()).exec_without_returning(tx).await?;
    }
    Ok(rows.into_iter().map(|row| row.id.into()).collect())
}

/// Returns why there is no session with a token of this hash.
pub(crate) async fn why_none(db: &impl ConnectionTrait, token_sha256: Hash) -> Result<ApiError, DbErr> {
    let of_token = ended_session::Column::TokenSha256.eq(token_sha256.0.to_vec());
    let Some(ended) = ended_session::Entity::find().filter(of_token).one(db).await? else {
        return Ok(refuse(ProblemCode::Unauthenticated, "The session has ended or never was. Log in again."));
    };
    let day = day_text(ended.ended_day);
    let (code, detail) = match named(&ended.reason)? {
        Reason::Removed => {
            (ProblemCode::DeviceRevoked, format!("Another device of this account removed this one on {day}."))
        }
        Reason::Rekeyed => {
            let detail = format!("Another device gave this account new keys on {day}. Log in here to take them over.");
            (ProblemCode::DeviceRevoked, detail)
        }
        Reason::Recovered => {
            let detail =
                format!("The account was recovered with its recovery kit on {day}, which removes every device before.");
            (ProblemCode::AccountRecovered, detail)
        }
        Reason::Erased => {
            let detail = format!("This account was deleted on {day}, and the server has nothing of it any more.");
            (ProblemCode::AccountErased, detail)
        }
    };
    Ok(refuse(code, detail))
}
