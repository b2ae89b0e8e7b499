//! Second factors: showing one, enrolling, and looking after them.
//!
//! The invariant stands in the arguments: whoever has shown the password alone gets to show a second factor, and only who
//! has none yet gets to enrol one.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use reverie_protocol::audit::AuditAct;
use reverie_protocol::ids::FactorId;
use reverie_protocol::limits::{BACKUP_CODES, SECOND_FACTORS};
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::{
    ConfirmAuthenticator, NewAuthenticator, NewBackupCodes, SecondFactors, ShownSecondFactor,
};
use sea_orm::prelude::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _};

use super::{Done, Part, passkeys};
use crate::app::App;
use crate::audit::Chain;
use crate::caller::{Caller, EnrollingSession, EnteringSession, Session};
use crate::entity::{authenticator, backup_code};
use crate::refusal::{Answer, ApiError, malformed, not_found, refuse};
use crate::{random, second_factor};

pub(super) struct SecondFactorApi;

#[OpenApi(prefix_path = "/v1/second-factor", tag = "Part::Sessions")]
impl SecondFactorApi {
    /// List your second factors
    ///
    /// For every account, and before the second factor was shown too: it says what this session still lacks.
    #[oai(path = "/", method = "get", operation_id = "list_second_factors")]
    async fn list(&self, app: Data<&Arc<App>>, session: EnteringSession) -> Answer<SecondFactors> {
        let Session { account, due, .. } = session.0;
        let factors = second_factor::list(app.db.read(), account).await?;
        let left = second_factor::backup_codes(app.db.read(), account).await?;
        let backup_codes = u32::try_from(left).unwrap_or(u32::MAX);
        Ok(Json(SecondFactors { due, factors, backup_codes, passkeys: app.public_address.is_some() }))
    }

    /// Show your second factor
    ///
    /// For a session that was opened with a password, of an account that has a second factor: the code of an
    /// authenticator, what a passkey answered to `ask_passkey`, or a backup code, which is used up. Afterwards the session
    /// may do what the account may.
    ///
    /// `second_factor_failed`: the code is wrong, was used before, or its time is over; or the passkey's answer is not for
    /// what this session was asked, or tells that the passkey was copied. `too_many_requests`: codes failed too often;
    /// passkeys and backup codes are never delayed.
    #[oai(path = "/show", method = "post", operation_id = "show_second_factor")]
    async fn show(
        &self,
        app: Data<&Arc<App>>,
        session: EnteringSession,
        shown: Json<ShownSecondFactor>,
    ) -> Result<Done, ApiError> {
        let (app, session) = (*app, session.0);
        match (shown.0.code, shown.0.backup, shown.0.passkey) {
            (Some(code), None, None) => show_code(app, &session, &code).await,
            (None, Some(token), None) => show_backup(app, &session, &token).await,
            (None, None, Some(passkey)) => passkeys::show(app, &session, passkey).await,
            _ => Err(malformed("A second factor is one of `code`, `passkey` and `backup`.")),
        }
    }

    /// Begin to enrol an authenticator
    ///
    /// For every account that has none, and for a session that has shown one. The secret is shown once and given to the
    /// authenticator (TOTP: SHA-1, six digits, 30 seconds); it counts once its first code was sent back. One that was
    /// begun before and never confirmed is void.
    #[oai(path = "/authenticator", method = "post", operation_id = "begin_authenticator")]
    async fn begin(&self, app: Data<&Arc<App>>, session: EnrollingSession) -> Answer<NewAuthenticator> {
        let (app, account) = (*app, session.0.account);
        let factor = FactorId::make(&mut random::system());
        let row = authenticator::Model {
            id: factor.uuid(),
            account: account.uuid(),
            confirmed: false,
            last_step: 0,
            since_day: app.clock.today(),
        };
        let tx = app.db.begin().await?;
        if second_factor::count(&tx, account).await? >= SECOND_FACTORS as u64 {
            return Err(second_factor::too_many());
        }
        let before = authenticator::Column::Account.eq(account.uuid());
        let unconfirmed = authenticator::Column::Confirmed.eq(false);
        authenticator::Entity::delete_many().filter(before).filter(unconfirmed).exec(&tx).await?;
        authenticator::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(Json(NewAuthenticator { factor, secret: second_factor::secret_text(&app.opaque, factor) }))
    }

    /// Confirm an authenticator
    ///
    /// For whoever began. Its first code comes back, and from then on it counts: other sessions of the account have to
    /// show it too. `not_found`: none was begun. `second_factor_failed`: this is not its code of now.
    #[oai(path = "/authenticator/confirm", method = "post", operation_id = "confirm_authenticator")]
    async fn confirm(
        &self,
        app: Data<&Arc<App>>,
        session: EnrollingSession,
        confirm: Json<ConfirmAuthenticator>,
    ) -> Result<Done, ApiError> {
        let (app, session) = (*app, session.0);
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        let begun = second_factor::unconfirmed(session.account);
        if begun.clone().count(&tx).await? == 0 {
            return Err(not_found("authenticator"));
        }
        let tried = app.try_second_factor(session.account)?;
        let now = app.clock.now();
        let accepted = second_factor::accept_code(&tx, &app.opaque, begun, &confirm.0.code, now).await?;
        let factor = accepted.ok_or_else(failed)?;
        second_factor::still_enrolling(&tx, &session).await?;
        authenticator::Entity::update_many()
            .col_expr(authenticator::Column::Confirmed, Expr::value(true))
            .filter(authenticator::Column::Id.eq(factor.uuid()))
            .exec(&tx)
            .await?;
        second_factor::note_has_one(&tx, session.account, true).await?;
        second_factor::note_shown(&tx, session.id.uuid()).await?;
        chain.enter(&mut random::system(), &[app.act(session.account, AuditAct::AddSecondFactor, None)]).await?;
        tx.commit().await?;
        tried.succeeded();
        Ok(Done::Done)
    }

    /// Replace your backup codes
    ///
    /// For every account that has a second factor. They are made by the client, and the server gets their hashes; those
    /// before them are void.
    #[oai(path = "/backup-codes", method = "put", operation_id = "replace_backup_codes")]
    async fn replace_backup_codes(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        new: Json<NewBackupCodes>,
    ) -> Result<Done, ApiError> {
        let (app, account, mut hashes) = (*app, caller.0.account, new.0.token_sha256);
        hashes.sort_by_key(|hash| hash.0);
        hashes.dedup();
        if hashes.is_empty() || hashes.len() > BACKUP_CODES {
            return Err(malformed("`token_sha256` has 1 to 20 hashes."));
        }
        let row = |hash: reverie_protocol::hash::Hash| {
            backup_code::Model { account: account.uuid(), token_sha256: hash.0.to_vec() }.into_active_model()
        };
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        if second_factor::count(&tx, account).await? == 0 {
            let detail = "Backup codes stand in for a second factor. Enrol one first.";
            return Err(refuse(ProblemCode::NotPermitted, detail));
        }
        let before = backup_code::Column::Account.eq(account.uuid());
        backup_code::Entity::delete_many().filter(before).exec(&tx).await?;
        backup_code::Entity::insert_many(hashes.into_iter().map(row)).exec_without_returning(&tx).await?;
        chain.enter(&mut random::system(), &[app.act(account, AuditAct::ReplaceBackupCodes, None)]).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }

    /// Remove a second factor
    ///
    /// For every account: one of its own. With a patient's last one its backup codes are void too, and the password is
    /// enough again; the last one of a clinician or an administrator stays (`not_permitted`): add the new one first.
    #[oai(path = "/:factor", method = "delete", operation_id = "remove_second_factor")]
    async fn remove(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The second factor's id, from the list.
        factor: Path<FactorId>,
    ) -> Result<Done, ApiError> {
        let (app, Session { account, role, .. }) = (*app, caller.0);
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        let all = second_factor::list(&tx, account).await?;
        if !all.iter().any(|one| one.factor == factor.0) {
            return Err(not_found("second factor"));
        }
        if all.len() > 1 {
            second_factor::remove(&tx, factor.0).await?;
        } else if role.must_have_second_factor() {
            let detail = "This is your only second factor, and your account needs one. Add the new one first.";
            return Err(refuse(ProblemCode::NotPermitted, detail));
        } else {
            second_factor::forget(&tx, account).await?;
        }
        chain.enter(&mut random::system(), &[app.act(account, AuditAct::RemoveSecondFactor, None)]).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }
}

async fn show_code(app: &App, session: &Session, code: &str) -> Result<Done, ApiError> {
    let tried = app.try_second_factor(session.account)?;
    let tx = app.db.begin().await?;
    let of_account = second_factor::authenticators(session.account);
    let accepted = second_factor::accept_code(&tx, &app.opaque, of_account, code, app.clock.now()).await?;
    if accepted.is_none() {
        drop(tx);
        return Err(note_failure(app, session, failed()).await);
    }
    second_factor::note_shown(&tx, session.id.uuid()).await?;
    tx.commit().await?;
    tried.succeeded();
    Ok(Done::Done)
}

/// Not delayed: it has 128 random bits, and is the way past an attacker who knows the password and keeps failing.
async fn show_backup(app: &App, session: &Session, token: &reverie_protocol::bytes::B64) -> Result<Done, ApiError> {
    let tx = app.db.begin().await?;
    if !second_factor::accept_backup(&tx, session.account, token).await? {
        drop(tx);
        return Err(note_failure(app, session, failed()).await);
    }
    second_factor::note_shown(&tx, session.id.uuid()).await?;
    let mut chain = Chain::hold(&tx).await?;
    chain.enter(&mut random::system(), &[app.act(session.account, AuditAct::UseBackupCode, None)]).await?;
    tx.commit().await?;
    Ok(Done::Done)
}

/// Enters that somebody had the password and not the second factor: its owner should see it.
pub(super) async fn note_failure(app: &App, session: &Session, refusal: ApiError) -> ApiError {
    match app.enter_today(app.act(session.account, AuditAct::FailSecondFactor, None)).await {
        Ok(()) => refusal,
        Err(error) => error,
    }
}

fn failed() -> ApiError {
    let detail = "The code is wrong, was used before, or its time is over. Wait for the next one and try again.";
    refuse(ProblemCode::SecondFactorFailed, detail)
}
