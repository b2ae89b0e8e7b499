//! The practice's accounts, for its administrators: who there is, and who may log in. Nothing of what they wrote.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use reverie_protocol::account::AccountState;
use reverie_protocol::api::{AccountEntry, Accounts};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::ids::AccountId;
use reverie_protocol::problem::ProblemCode;
use sea_orm::prelude::Expr;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::{Done, Part};
use crate::app::App;
use crate::audit::Chain;
use crate::caller::{AdministratorSession, Session};
use crate::clock::day_text;
use crate::entity::{account, invitation, name_of, named, session};
use crate::invitations::{OPEN, REVOKED};
use crate::refusal::{Answer, ApiError, not_found, refuse};
use crate::{random, second_factor};

pub(super) struct AdminApi;

#[OpenApi(prefix_path = "/v1/admin/accounts", tag = "Part::Admin")]
impl AdminApi {
    /// List the practice's accounts
    ///
    /// For administrators; `not_permitted` for everybody else. Who there is and since when, and nothing of what they
    /// wrote.
    #[oai(path = "/", method = "get", operation_id = "list_accounts")]
    async fn list(&self, app: Data<&Arc<App>>, administrator: AdministratorSession) -> Answer<Accounts> {
        app.enter_today(app.act(administrator.0.account, AuditAct::ListAccounts, None)).await?;
        let mut rows: Vec<Row> = entries().into_tuple().all(app.db.read()).await?;
        // Here and not in the query: databases do not agree on the order of texts.
        rows.sort_by(|(_, one, ..), (_, other, ..)| one.cmp(other));
        Ok(Json(Accounts { accounts: rows.into_iter().map(entry).collect::<Result<_, _>>()? }))
    }

    /// Suspend an account
    ///
    /// For administrators; nobody suspends its own account (`not_permitted`). Its sessions end at once, its open
    /// invitations are revoked, it cannot log in; its data is kept.
    #[oai(path = "/:account/suspend", method = "post", operation_id = "suspend_account")]
    async fn suspend(
        &self,
        app: Data<&Arc<App>>,
        administrator: AdministratorSession,
        /// The account's id, from the list.
        account: Path<AccountId>,
    ) -> Answer<AccountEntry> {
        not_oneself(&administrator, account.0)?;
        set_state(*app, &administrator.0, account.0, AccountState::Suspended).await
    }

    /// Let a suspended account log in again
    ///
    /// For administrators. Sessions that the suspension ended stay ended. An account that was off-boarded does not come
    /// back (`not_permitted`).
    #[oai(path = "/:account/reinstate", method = "post", operation_id = "reinstate_account")]
    async fn reinstate(
        &self,
        app: Data<&Arc<App>>,
        administrator: AdministratorSession,
        /// The account's id, from the list.
        account: Path<AccountId>,
    ) -> Answer<AccountEntry> {
        set_state(*app, &administrator.0, account.0, AccountState::Active).await
    }

    /// Off-board an account for good
    ///
    /// For administrators; nobody off-boards its own account (`not_permitted`). Its sessions end at once, its open
    /// invitations are revoked, it never logs in again. Its data is kept. The owners of journals that it reads see its
    /// state, and their clients remove it before they write again.
    #[oai(path = "/:account/off-board", method = "post", operation_id = "off_board_account")]
    async fn off_board(
        &self,
        app: Data<&Arc<App>>,
        administrator: AdministratorSession,
        /// The account's id, from the list.
        account: Path<AccountId>,
    ) -> Answer<AccountEntry> {
        not_oneself(&administrator, account.0)?;
        set_state(*app, &administrator.0, account.0, AccountState::OffBoarded).await
    }

    /// Take somebody's second factor away
    ///
    /// For administrators, when somebody has lost the authenticator and the backup codes; nobody does it to its own account
    /// (`not_permitted`). Be sure who asks: in the room, or by a voice that you know. Its sessions end, and a clinician or
    /// administrator enrols a new one at the next login; the password is as it was. The person sees it in the access log.
    #[oai(path = "/:account/reset-second-factor", method = "post", operation_id = "reset_second_factor")]
    async fn reset_second_factor(
        &self,
        app: Data<&Arc<App>>,
        administrator: AdministratorSession,
        /// The account's id, from the list.
        account: Path<AccountId>,
    ) -> Result<Done, ApiError> {
        not_oneself(&administrator, account.0)?;
        let (by, id) = (&administrator.0, account.0);
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        by.still_active(&tx).await?;
        if account::Entity::find_by_id(id.uuid()).count(&tx).await? == 0 {
            return Err(not_found("account"));
        }
        second_factor::forget(&tx, id).await?;
        session::Entity::delete_many().filter(session::Column::Account.eq(id.uuid())).exec(&tx).await?;
        let act = app.act(by.account, AuditAct::ResetSecondFactor, AuditSubject::account(id));
        chain.enter(&mut random::system(), &[act]).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }
}

fn not_oneself(administrator: &AdministratorSession, account: AccountId) -> Result<(), ApiError> {
    let detail = "You cannot do this to your own account. Another administrator can.";
    let own = administrator.0.account == account;
    if own { Err(refuse(ProblemCode::NotPermitted, detail)) } else { Ok(()) }
}

async fn set_state(app: &App, by: &Session, id: AccountId, state: AccountState) -> Answer<AccountEntry> {
    let tx = app.db.begin().await?;
    // One by one: of two administrators who suspend each other at once, the second is suspended already.
    let mut chain = Chain::hold(&tx).await?;
    by.still_active(&tx).await?;
    // What is off-boarded stays so.
    let set = account::Entity::update_many()
        .col_expr(account::Column::State, Expr::value(name_of(&state)))
        .filter(account::Column::Id.eq(id.uuid()))
        .filter(account::Column::State.is_not_in([name_of(&AccountState::OffBoarded)]))
        .exec(&tx)
        .await?;
    if state != AccountState::Active {
        session::Entity::delete_many().filter(session::Column::Account.eq(id.uuid())).exec(&tx).await?;
        invitation::Entity::update_many()
            .col_expr(invitation::Column::State, Expr::value(REVOKED))
            .filter(invitation::Column::Inviter.eq(id.uuid()))
            .filter(invitation::Column::State.eq(OPEN))
            .exec(&tx)
            .await?;
    }
    let row: Option<Row> = entries().filter(account::Column::Id.eq(id.uuid())).into_tuple().one(&tx).await?;
    let row = row.ok_or_else(|| not_found("account"))?;
    if set.rows_affected == 0 && state != AccountState::OffBoarded {
        let detail = "This account was off-boarded and does not come back. Invite the person anew.";
        return Err(refuse(ProblemCode::NotPermitted, detail));
    }
    let act = match state {
        AccountState::Suspended => AuditAct::SuspendAccount,
        AccountState::Active => AuditAct::ReinstateAccount,
        AccountState::OffBoarded => AuditAct::OffBoardAccount,
    };
    chain.enter(&mut random::system(), &[app.act(by.account, act, AuditSubject::account(id))]).await?;
    tx.commit().await?;
    Ok(Json(entry(row).map_err(ApiError::from)?))
}

type Row = (Uuid, String, String, String, i32);

fn entries() -> sea_orm::Select<account::Entity> {
    use account::Column;
    account::Entity::find().select_only().columns([
        Column::Id,
        Column::Handle,
        Column::Role,
        Column::State,
        Column::CreatedDay,
    ])
}

fn entry((id, handle, role, state, day): Row) -> Result<AccountEntry, DbErr> {
    let (role, state) = (named(&role)?, named(&state)?);
    Ok(AccountEntry { account: id.into(), handle, role, state, since_day: day_text(day) })
}
