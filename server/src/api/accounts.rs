//! The caller's own account and its key bundle.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use reverie_protocol::api::{Account, Bundle, PutBundle};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::bytes::B64;
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use sea_orm::prelude::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{Done, Part, passwords};
use crate::app::App;
use crate::audit::Chain;
use crate::caller::Caller;
use crate::entity::{account, count, json_of, session, stored_count};
use crate::random;
use crate::refusal::{Answer, ApiError, malformed, not_found, refuse};
use crate::sessions::{self, Reason};

pub(super) struct AccountsApi;

#[OpenApi(prefix_path = "/v1/accounts", tag = "Part::Accounts")]
impl AccountsApi {
    /// Who am I?
    ///
    /// For every account: its own id, handle, role and card.
    #[oai(path = "/me", method = "get", operation_id = "get_own_account")]
    async fn me(&self, app: Data<&Arc<App>>, caller: Caller) -> Answer<Account> {
        let found = account::Entity::find_by_id(caller.0.account.uuid()).one(app.db.read()).await?;
        Ok(Json(sessions::view(&found.ok_or_else(|| not_found("account"))?)?))
    }

    /// Fetch the key bundle
    ///
    /// For every account: its own, as it was stored last. Refuse a version older than one you have seen.
    #[oai(path = "/me/credentials", method = "get", operation_id = "get_bundle")]
    async fn bundle(&self, app: Data<&Arc<App>>, caller: Caller) -> Answer<Bundle> {
        let (version, bundle): (i64, Vec<u8>) = account::Entity::find_by_id(caller.0.account.uuid())
            .select_only()
            .columns([account::Column::BundleVersion, account::Column::Bundle])
            .into_tuple()
            .one(app.db.read())
            .await?
            .ok_or_else(|| not_found("account"))?;
        app.enter_today(app.act(caller.0.account, AuditAct::FetchBundle, AuditSubject::own_keys(caller.0.account)))
            .await?;
        Ok(Json(Bundle { version: count(version)?, bundle: B64(bundle) }))
    }

    /// Store a new version of the key bundle
    ///
    /// For every account: its own. Compare-and-set: the version must be one more than the stored one. After a
    /// `version_conflict`, fetch the bundle, make the change again on it and send that. A new password, a new recovery
    /// code and the end of all other sessions (their devices are told `device_revoked`) come with it: all or nothing.
    /// If the stored version is older than one that you have seen, the server was restored from a backup: `replaces` names
    /// the stored one, and `version` goes on from what you have seen.
    ///
    /// `invalid_credentials`: the slow-hash parameters or `upload` are not acceptable.
    #[oai(path = "/me/credentials", method = "put", operation_id = "put_bundle")]
    async fn put_bundle(&self, app: Data<&Arc<App>>, caller: Caller, put: Json<PutBundle>) -> Result<Done, ApiError> {
        let (put, account) = (put.0, caller.0.account.uuid());
        if put.bundle.0.len() > limits::BUNDLE_BYTES {
            return Err(refuse(ProblemCode::TooLarge, "The key bundle is over 1 MiB."));
        }
        if put.replaces.is_some_and(|replaces| replaces >= put.version) {
            return Err(malformed("`replaces` is less than `version`."));
        }
        let replaces = stored_count(put.replaces.unwrap_or(put.version.saturating_sub(1)));
        let mut update = account::Entity::update_many()
            .col_expr(account::Column::Bundle, Expr::value(put.bundle.0))
            .col_expr(account::Column::BundleVersion, Expr::value(stored_count(put.version)))
            .filter(account::Column::Id.eq(account))
            .filter(account::Column::BundleVersion.eq(replaces));
        if let Some(password) = &put.password {
            update = update
                .col_expr(account::Column::OpaqueRecord, Expr::value(passwords::judge(password)?))
                .col_expr(account::Column::Ksf, Expr::value(json_of(&password.ksf)));
        }
        if let Some(recovery) = put.recovery_sha256 {
            update = update.col_expr(account::Column::RecoverySha256, Expr::value(recovery.0.to_vec()));
        }
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        if update.exec(&tx).await?.rows_affected != 1 {
            let detail = "The key bundle was changed from another device. Fetch it and make the change again.";
            return Err(refuse(ProblemCode::VersionConflict, detail));
        }
        let own = AuditSubject::own_keys(caller.0.account);
        let mut acts = vec![app.act(caller.0.account, AuditAct::StoreBundle, own)];
        if put.end_other_sessions {
            let others = sessions::of(account).filter(session::Column::Id.ne(caller.0.id.uuid()));
            let ended = sessions::end(&tx, others, Reason::Recovered, app.clock.today()).await?;
            acts.extend(
                ended.into_iter().map(|id| app.act(caller.0.account, AuditAct::EndSession, AuditSubject::session(id))),
            );
        }
        chain.enter(&mut random::system(), &acts).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }
}
