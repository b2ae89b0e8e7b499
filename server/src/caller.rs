//! Who calls: handlers take one of these types, so their arguments say who may call them.

use std::sync::Arc;

use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use reverie_protocol::account::{AccountRole, AccountState};
use reverie_protocol::ids::{AccountId, SessionId};
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::SecondFactorDue;
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, JoinType, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::app::App;
use crate::entity::{account, name_of, named, session};
use crate::refusal::{ApiError, internal, refuse};
use crate::{sessions, token};

/// A session and its account.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) account: AccountId,
    pub(crate) role: AccountRole,
    /// What it has to do before it may do anything else.
    pub(crate) due: Option<SecondFactorDue>,
}

impl Session {
    /// Accepts the account if it is active at this moment of the caller's transaction, and not only when it asked.
    pub(crate) async fn still_active(&self, tx: &impl ConnectionTrait) -> Result<(), ApiError> {
        let state: Option<String> = account::Entity::find_by_id(self.account.uuid())
            .select_only()
            .column(account::Column::State)
            .into_tuple()
            .one(tx)
            .await?;
        active(named(&state.ok_or_else(unauthenticated)?)?)
    }
}

/// A session to which its second factor is still owed, or any other: it may show one, and nothing else.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "entering_session", bearer_format = "rvs_…", checker = "entering_session")]
pub(crate) struct EnteringSession(pub(crate) Session);

/// A session that may enrol a second factor: of an account that has none, or one that has shown it.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "enrolling_session", bearer_format = "rvs_…", checker = "enrolling_session")]
pub(crate) struct EnrollingSession(pub(crate) Session);

/// Any account's session, with the second factor if the account has one or must have one: the token that registration or
/// login gave.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "session", bearer_format = "rvs_…", checker = "any_session")]
pub(crate) struct Caller(pub(crate) Session);

/// The session of an administrator of the practice.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "administrator_session", bearer_format = "rvs_…", checker = "administrator_session")]
pub(crate) struct AdministratorSession(pub(crate) Session);

async fn entering_session(request: &Request, bearer: Bearer) -> poem::Result<Session> {
    let app = request.data::<Arc<App>>().ok_or_else(|| internal(&std::io::Error::other("the app is not there")))?;
    Ok(find(app, &bearer.token).await?)
}

async fn enrolling_session(request: &Request, bearer: Bearer) -> poem::Result<Session> {
    let session = entering_session(request, bearer).await?;
    if session.due == Some(SecondFactorDue::Prove) { Err(owed(SecondFactorDue::Prove).into()) } else { Ok(session) }
}

async fn any_session(request: &Request, bearer: Bearer) -> poem::Result<Session> {
    let session = entering_session(request, bearer).await?;
    session.due.map_or(Ok(session), |due| Err(owed(due).into()))
}

async fn administrator_session(request: &Request, bearer: Bearer) -> poem::Result<Session> {
    let session = any_session(request, bearer).await?;
    if session.role == AccountRole::Administrator {
        return Ok(session);
    }
    Err(refuse(ProblemCode::NotPermitted, "Only an administrator of the practice may do this.").into())
}

/// Finds the session of a token.
async fn find(app: &App, token: &str) -> Result<Session, ApiError> {
    let (hash, today, now) = (token::hash(token), app.clock.today(), app.clock.now());
    if let Some(session) = app.sessions.find(&hash, now) {
        return Ok(session);
    }
    let changes = app.sessions.changes();
    let of_account =
        session::Entity::belongs_to(account::Entity).from(session::Column::Account).to(account::Column::Id).into();
    let found: Option<(Uuid, Uuid, i32, bool, String, String, bool)> = session::Entity::find()
        .select_only()
        .columns([session::Column::Id, session::Column::Account, session::Column::LastDay, session::Column::Proved])
        .columns([account::Column::Role, account::Column::State, account::Column::SecondFactor])
        .join(JoinType::InnerJoin, of_account)
        .filter(session::Column::TokenSha256.eq(hash.0.to_vec()))
        .into_tuple()
        .one(app.db.read())
        .await?;
    let Some((id, account, last_day, shown, role, state, has_one)) = found else {
        return Err(sessions::why_none(app.db.read(), hash).await?);
    };
    active(named(&state)?)?;
    if last_day != today {
        seen(app, id, today).await?;
    }
    let role = named(&role)?;
    let due = SecondFactorDue::of(role, has_one, shown);
    let session = Session { id: id.into(), account: account.into(), role, due };
    app.sessions.keep(hash, session.clone(), now, changes);
    Ok(session)
}

/// Tells whether a session that was opened before is still one, and its account may still use it.
pub(crate) async fn is_open(app: &App, session: &Session) -> Result<bool, DbErr> {
    let found = session::Entity::find_by_id(session.id.uuid()).one(app.db.read()).await?;
    let Some(found) = found else { return Ok(false) };
    let active = account::Column::State.eq(name_of(&AccountState::Active));
    let account = account::Entity::find_by_id(found.account).filter(active).one(app.db.read()).await?;
    let due = |account: account::Model| SecondFactorDue::of(session.role, account.second_factor, found.proved);
    Ok(account.is_some_and(|account| due(account).is_none()))
}

/// Notes the day of the session's last request: one write for each session and day.
async fn seen(app: &App, session: Uuid, today: i32) -> Result<(), ApiError> {
    let tx = app.db.begin().await?;
    session::Entity::update_many()
        .col_expr(session::Column::LastDay, Expr::value(today))
        .filter(session::Column::Id.eq(session))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}

fn unauthenticated() -> ApiError {
    refuse(ProblemCode::Unauthenticated, "The session has ended or never was. Log in again.")
}

fn owed(due: SecondFactorDue) -> ApiError {
    let detail = match due {
        SecondFactorDue::Prove => "Show your second factor first: a code of your authenticator, or a backup code.",
        SecondFactorDue::Enrol => "Clinicians and administrators need a second factor. Enrol one first.",
    };
    refuse(ProblemCode::SecondFactorRequired, detail)
}

/// Accepts an account that may be used now.
pub(crate) fn active(state: AccountState) -> Result<(), ApiError> {
    let (code, detail) = match state {
        AccountState::Active => return Ok(()),
        AccountState::Suspended => (
            ProblemCode::AccountSuspended,
            "An administrator suspended this account; its data is kept. Ask the practice.",
        ),
        AccountState::OffBoarded => (
            ProblemCode::AccountOffBoarded,
            "An administrator ended this account for good; its data is kept. Ask the practice.",
        ),
    };
    Err(refuse(code, detail))
}
