//! Handovers: an old device leaves something sealed for a new one, which takes it once with a code that the server never
//! sees.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use reverie_protocol::api::{Handover, HandoverKey, NewHandover};
use reverie_protocol::bytes::B64;
use reverie_protocol::limits::{HANDOVER_BYTES, HANDOVER_SECONDS};
use reverie_protocol::problem::ProblemCode;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _};

use super::{Done, Part};
use crate::app::App;
use crate::caller::Caller;
use crate::entity::handover;
use crate::http::peer::Peer;
use crate::refusal::{Answer, ApiError, not_found, refuse};
use crate::token;

pub(super) struct HandoversApi;

#[OpenApi(prefix_path = "/v1/handovers", tag = "Part::Sessions")]
impl HandoversApi {
    /// Leave something for a new device
    ///
    /// For every account. Good for ten minutes and one taking; one that was left before is void. The code goes from
    /// screen to screen, never here.
    #[oai(path = "/", method = "post", operation_id = "leave_handover")]
    async fn leave(&self, app: Data<&Arc<App>>, caller: Caller, new: Json<NewHandover>) -> Result<Done, ApiError> {
        let new = new.0;
        if new.sealed.0.len() > HANDOVER_BYTES {
            return Err(refuse(ProblemCode::TooLarge, "A handover is over 16 KiB."));
        }
        let now = app.clock.now();
        let row = handover::Model {
            id: new.handover.uuid(),
            account: caller.0.account.uuid(),
            token_sha256: new.token_sha256.0.to_vec(),
            sealed: new.sealed.0,
            expires_at: now + i64::from(HANDOVER_SECONDS),
        };
        let tx = app.db.begin().await?;
        let over = handover::Column::ExpiresAt.lte(now).or(handover::Column::Account.eq(row.account));
        handover::Entity::delete_many().filter(over).exec(&tx).await?;
        if handover::Entity::find_by_id(row.id).count(&tx).await? > 0 {
            return Err(refuse(ProblemCode::AlreadyExists, "There is a handover with this id. Make a new code."));
        }
        handover::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }

    /// Take what an old device left
    ///
    /// For whoever has the code; needs no session. Afterwards it is gone. `not_found`: a wrong code, one that was used,
    /// or one that is older than ten minutes.
    #[oai(path = "/take", method = "post", operation_id = "take_handover")]
    async fn take(&self, app: Data<&Arc<App>>, peer: Peer, key: Json<HandoverKey>) -> Answer<Handover> {
        let (app, key) = (*app, key.0);
        let tx = app.db.begin().await?;
        let found = handover::Entity::find_by_id(key.handover.uuid()).one(&tx).await?;
        let taken =
            found.filter(|row| row.expires_at > app.clock.now() && token::opens(&key.token.0, &row.token_sha256));
        let taken = taken.ok_or_else(|| app.wrong_token(peer, not_found("handover")))?;
        handover::Entity::delete_by_id(taken.id).exec(&tx).await?;
        tx.commit().await?;
        Ok(Json(Handover { sealed: B64(taken.sealed) }))
    }
}
