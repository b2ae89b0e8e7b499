//! Logging in and out. An unknown handle goes through the same steps as a known one.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use reverie_protocol::api::{
    OpenedSession, Session, SessionFinish, SessionRecover, SessionStart, SessionStarted, Sessions,
};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::SessionId;
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::{Done, Part};
use crate::app::App;
use crate::audit::Chain;
use crate::caller::{Caller, active};
use crate::clock::day_text;
use crate::entity::{account, from_json, login_attempt, named, session};
use crate::http::peer::Peer;
use crate::opaque::Opaque;
use crate::refusal::{Answer, ApiError, malformed, not_found, refuse};
use crate::sessions::{ATTEMPT_SECONDS, By, Reason};
use crate::{random, sessions, token};

pub(super) struct SessionsApi;

#[OpenApi(prefix_path = "/v1/sessions", tag = "Part::Sessions")]
impl SessionsApi {
    /// Begin to log in
    ///
    /// For everybody; needs no session. Takes the OPAQUE credential request (`KE1`). An unknown handle is answered like
    /// a known one, and fails at the end.
    ///
    /// `invalid_credentials`: `request` is not such a message. `too_many_requests`: too many tries from this address
    /// failed; wait as long as it says. What fails elsewhere delays nobody here.
    #[oai(path = "/start", method = "post", operation_id = "start_session")]
    async fn start(&self, app: Data<&Arc<App>>, peer: Peer, start: Json<SessionStart>) -> Answer<SessionStarted> {
        let (app, start) = (*app, start.0);
        limits::check_handle(&start.handle).map_err(|error| malformed(format!("This is not a handle: {error}.")))?;
        app.may_try_password(&start.handle, peer)?;
        let known: Option<(Uuid, Vec<u8>, String)> = account::Entity::find()
            .select_only()
            .columns([account::Column::Id, account::Column::OpaqueRecord, account::Column::Ksf])
            .filter(account::Column::Handle.eq(start.handle.as_str()))
            .into_tuple()
            .one(app.db.read())
            .await?;
        let (account, record, ksf) = match known {
            Some((id, record, ksf)) => (Some(id), Some(record), from_json(&ksf)?),
            None => (None, None, app.ksf),
        };
        let started = app.opaque.start_login(&mut random::system(), &start.handle, record.as_deref(), &start.request.0);
        let detail = "`request` is not an OPAQUE credential request.";
        let (state, response) = started.map_err(|_| refuse(ProblemCode::InvalidCredentials, detail))?;
        let now = app.clock.now();
        let attempt = SessionId::make(&mut random::system());
        let row = login_attempt::Model {
            id: attempt.uuid(),
            account,
            handle: start.handle,
            state,
            expires_at: now + ATTEMPT_SECONDS,
        };
        let tx = app.db.begin().await?;
        sessions::forget_expired_attempts(&tx, now).await?;
        login_attempt::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(Json(SessionStarted { attempt, response: B64(response), ksf }))
    }

    /// Log in
    ///
    /// For whoever began. Takes the OPAQUE credential finalization (`KE3`). Each attempt is good for one finish within
    /// two minutes. The key bundle in the answer is opened with the OPAQUE export key. If `second_factor` is there, the
    /// bundle is not: show the second factor, or enrol one, and then fetch the bundle.
    ///
    /// `login_failed`: wrong password, unknown handle, or an attempt that is over. `account_suspended`: the password
    /// was right, and an administrator suspended the account; `account_off_boarded`: the same, for good.
    #[oai(path = "/finish", method = "post", operation_id = "finish_session")]
    async fn finish(&self, app: Data<&Arc<App>>, peer: Peer, finish: Json<SessionFinish>) -> Answer<OpenedSession> {
        let (app, finish) = (*app, finish.0);
        let tx = app.db.begin().await?;
        let attempt = login_attempt::Entity::find_by_id(finish.attempt.uuid()).one(&tx).await?;
        // Used up whatever comes of it, and before anything is judged.
        login_attempt::Entity::delete_by_id(finish.attempt.uuid()).exec(&tx).await?;
        tx.commit().await?;
        let now = app.clock.now();
        // A clock that was set back makes no login good for longer.
        let in_time = |attempt: &login_attempt::Model| (1..=ATTEMPT_SECONDS).contains(&(attempt.expires_at - now));
        let attempt = attempt.filter(in_time).ok_or_else(|| {
            let detail = "This login took too long or was tried before. Begin again.";
            refuse(ProblemCode::LoginFailed, detail)
        })?;
        let tried = app.try_password(&attempt.handle, peer)?;
        let proven = Opaque::finish_login(&attempt.state, &finish.finalization.0);
        let Some(account) = attempt.account.filter(|_| proven.is_ok()) else {
            return Err(login_failed());
        };
        tried.succeeded();
        Ok(Json(open(app, account, By::Password).await?))
    }

    /// Log in with the recovery code
    ///
    /// For everybody; needs no session. In place of the password: the token is HKDF(recovery code), of which the server
    /// keeps the hash. Patients need no second factor with it; for others it stands in place of the password alone.
    /// Refusals are those of logging in; the right code is never told to wait.
    #[oai(path = "/recover", method = "post", operation_id = "recover_session")]
    async fn recover(&self, app: Data<&Arc<App>>, peer: Peer, recover: Json<SessionRecover>) -> Answer<OpenedSession> {
        let (app, recover) = (*app, recover.0);
        limits::check_handle(&recover.handle).map_err(|error| malformed(format!("This is not a handle: {error}.")))?;
        let known: Option<(Uuid, Vec<u8>)> = account::Entity::find()
            .select_only()
            .columns([account::Column::Id, account::Column::RecoverySha256])
            .filter(account::Column::Handle.eq(recover.handle.as_str()))
            .into_tuple()
            .one(app.db.read())
            .await?;
        let proven = known.filter(|(_, stored)| token::opens(&recover.token.0, stored));
        let (account, _) = proven.ok_or_else(|| app.wrong_token(peer, login_failed()))?;
        Ok(Json(open(app, account, By::Kit).await?))
    }

    /// List your sessions
    ///
    /// For every account: one session for each device that is logged in.
    #[oai(path = "/", method = "get", operation_id = "list_sessions")]
    async fn list(&self, app: Data<&Arc<App>>, caller: Caller) -> Answer<Sessions> {
        let rows = sessions::of(caller.0.account.uuid())
            .order_by_asc(session::Column::FirstDay)
            .order_by_asc(session::Column::Id)
            .all(app.db.read())
            .await?;
        let view = |row: session::Model| Session {
            session: row.id.into(),
            current: row.id == caller.0.id.uuid(),
            first_day: day_text(row.first_day),
            last_day: day_text(row.last_day),
        };
        Ok(Json(Sessions { sessions: rows.into_iter().map(view).collect() }))
    }

    /// End one of your sessions
    ///
    /// For every account: one of its own. Its token is worth nothing from then on; another device is told that it was
    /// removed (`device_revoked`). To log out, end the current one. `not_found`: it has ended already, or is another
    /// account's. A lost device needs new keys as well: whoever has it may have copied them.
    #[oai(path = "/:session", method = "delete", operation_id = "end_session")]
    async fn end(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The session's id, from the list or from logging in.
        session: Path<SessionId>,
    ) -> Result<Done, ApiError> {
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        let which = sessions::of(caller.0.account.uuid()).filter(session::Column::Id.eq(session.0.uuid()));
        // A device that logs out itself knows why it is no longer logged in.
        if session.0 == caller.0.id {
            session::Entity::delete_by_id(session.0.uuid()).exec(&tx).await?;
        } else if sessions::end(&tx, which, Reason::Removed, app.clock.today()).await?.is_empty() {
            return Err(not_found("session"));
        }
        let act = app.act(caller.0.account, AuditAct::EndSession, AuditSubject::session(session.0));
        chain.enter(&mut random::system(), &[act]).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }

    /// End all your sessions but this one
    ///
    /// For every account. Every other device is told that it was removed (`device_revoked`).
    #[oai(path = "/", method = "delete", operation_id = "end_other_sessions")]
    async fn end_others(&self, app: Data<&Arc<App>>, caller: Caller) -> Result<Done, ApiError> {
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        let others = sessions::of(caller.0.account.uuid()).filter(session::Column::Id.ne(caller.0.id.uuid()));
        let ended = sessions::end(&tx, others, Reason::Removed, app.clock.today()).await?;
        let act = |id| app.act(caller.0.account, AuditAct::EndSession, AuditSubject::session(id));
        chain.enter(&mut random::system(), &ended.into_iter().map(act).collect::<Vec<_>>()).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }
}

fn login_failed() -> ApiError {
    let detail = "Handle and password, or recovery code, do not go together. Check both and try again.";
    refuse(ProblemCode::LoginFailed, detail)
}

/// Opens a session for an account that proved who it is, if it may be used.
async fn open(app: &App, account: Uuid, by: By) -> Result<OpenedSession, ApiError> {
    let tx = app.db.begin().await?;
    let mut chain = Chain::hold(&tx).await?;
    let account = account::Entity::find_by_id(account).one(&tx).await?.ok_or_else(login_failed)?;
    active(named(&account.state)?)?;
    let opened = sessions::open(&tx, &mut random::system(), app.clock.today(), &account, app.ksf, by).await?;
    let act = match by {
        By::Password => AuditAct::LogIn,
        By::Kit => AuditAct::Recover,
    };
    let act = app.act(account.id.into(), act, AuditSubject::session(opened.session));
    chain.enter(&mut random::system(), &[act]).await?;
    tx.commit().await?;
    Ok(opened)
}
