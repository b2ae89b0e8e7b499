//! Invitations as they are stored: found by id and token, and used up once.

use reverie_protocol::api::{InvitationKey, InvitationOffer, InvitationState, Inviter};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::{AccountId, InvitationId};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use uuid::Uuid;

use crate::app::App;
use crate::entity::{account, from_json, invitation, named};
use crate::http::peer::Peer;
use crate::refusal::{ApiError, not_found, refuse};
use crate::token;

/// The stored names of [`InvitationState`]; `expired` is told by the time.
pub(crate) const OPEN: &str = "open";
pub(crate) const ACCEPTED: &str = "accepted";
pub(crate) const REVOKED: &str = "revoked";

impl invitation::Model {
    /// Returns whether the invitation can still be used.
    pub(crate) fn state(&self, now: i64) -> Result<InvitationState, DbErr> {
        let state = named(&self.state)?;
        // A clock that was set back makes no invitation good for longer than the longest.
        let in_time = (1..=i64::from(limits::INVITATION_SECONDS)).contains(&(self.expires_at - now));
        Ok(if state == InvitationState::Open && !in_time { InvitationState::Expired } else { state })
    }

    /// Accepts an invitation that can still be used.
    pub(crate) fn usable(self, now: i64) -> Result<Self, ApiError> {
        let again = "Ask whoever invited you for a new one.";
        match self.state(now)? {
            InvitationState::Open => Ok(self),
            InvitationState::Accepted => {
                let detail =
                    format!("This invitation was already used. {again} If it was not you who used it, say that too.");
                Err(refuse(ProblemCode::InvitationUsed, detail))
            }
            InvitationState::Revoked => {
                Err(refuse(ProblemCode::InvitationUsed, format!("This invitation was taken back. {again}")))
            }
            InvitationState::Expired => {
                Err(refuse(ProblemCode::InvitationExpired, format!("This invitation has expired. {again}")))
            }
        }
    }
}

/// Finds the invitation that a key opens; a wrong token is counted and answers like an unknown invitation.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    key: &InvitationKey,
    app: &App,
    peer: Peer,
) -> Result<invitation::Model, ApiError> {
    let found = invitation::Entity::find_by_id(key.invitation.uuid()).one(db).await?;
    found
        .filter(|row| token::opens(&key.token.0, &row.token_sha256))
        .ok_or_else(|| app.wrong_token(peer, not_found("invitation")))
}

/// Returns the invitations of somebody that can still be used, by id.
pub(crate) async fn open_of(
    db: &impl ConnectionTrait,
    inviter: AccountId,
    now: i64,
) -> Result<Vec<InvitationId>, DbErr> {
    let ids: Vec<Uuid> = invitation::Entity::find()
        .select_only()
        .column(invitation::Column::Id)
        .filter(invitation::Column::Inviter.eq(inviter.uuid()))
        .filter(invitation::Column::State.eq(OPEN))
        .filter(invitation::Column::ExpiresAt.gt(now))
        .order_by_asc(invitation::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Returns the invitation as its guest sees it.
pub(crate) async fn offer(db: &impl ConnectionTrait, row: invitation::Model) -> Result<InvitationOffer, ApiError> {
    let inviter = match (row.inviter, &row.inviter_card, row.inviter_mac) {
        (Some(id), Some(card), Some(mac)) => {
            let (handle, role): (String, String) = account::Entity::find_by_id(id)
                .select_only()
                .columns([account::Column::Handle, account::Column::Role])
                .into_tuple()
                .one(db)
                .await?
                .ok_or_else(|| not_found("invitation"))?;
            let (role, card) = (named(&role)?, from_json(card)?);
            Some(Inviter { account: id.into(), handle, role, card, mac: B64(mac) })
        }
        _ => None,
    };
    Ok(InvitationOffer { invitation: row.id.into(), role: named(&row.role)?, handle: row.handle, inviter })
}

/// Who accepts an invitation.
pub(crate) struct Acceptance {
    pub(crate) guest: Uuid,
    pub(crate) card: String,
    pub(crate) mac: Option<B64>,
}

/// Uses an invitation up, inside the caller's transaction.
pub(crate) async fn accept(tx: &impl ConnectionTrait, invitation: Uuid, acceptance: Acceptance) -> Result<(), DbErr> {
    let mac = acceptance.mac.map(|mac| mac.0);
    invitation::Entity::update_many()
        .col_expr(invitation::Column::State, Expr::value(ACCEPTED))
        .col_expr(invitation::Column::Guest, Expr::value(Some(acceptance.guest)))
        .col_expr(invitation::Column::GuestCard, Expr::value(Some(acceptance.card)))
        .col_expr(invitation::Column::GuestMac, Expr::value(mac))
        .filter(invitation::Column::Id.eq(invitation))
        .exec(tx)
        .await?;
    Ok(())
}
