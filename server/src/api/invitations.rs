//! Invitations: who may invite whom, reading one, accepting one, taking one back.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{
    Guest, Invitation, InvitationKey, InvitationOffer, InvitationState, NewInvitation, RedeemInvitation,
};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::InvitationId;
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use super::{Done, Part};
use crate::app::App;
use crate::audit::Chain;
use crate::caller::{Caller, Session};
use crate::entity::{account, from_json, invitation, name_of, named};
use crate::http::peer::Peer;
use crate::invitations::{self, Acceptance, OPEN, REVOKED};
use crate::random;
use crate::refusal::{Answer, ApiError, malformed, not_found, refuse};

/// Bytes of a pairing statement's HMAC.
const MAC_BYTES: usize = 32;

pub(super) struct InvitationsApi;

#[OpenApi(prefix_path = "/v1/invitations", tag = "Part::Invitations")]
impl InvitationsApi {
    /// Invite somebody
    ///
    /// With a handle: to a new account. Administrators invite anybody, clinicians invite patients. Without a handle: a
    /// patient and a clinician who both have accounts pair. The code stays with the inviter; the server gets the hash
    /// of the redeem token that is derived from it.
    ///
    /// `not_permitted`: this role may not invite that role. `handle_taken`: choose another handle. `already_exists`:
    /// make a new code.
    #[oai(path = "/", method = "post", operation_id = "create_invitation")]
    async fn create(&self, app: Data<&Arc<App>>, caller: Caller, new: Json<NewInvitation>) -> Answer<Invitation> {
        let (app, inviter, new) = (*app, caller.0, new.0);
        permitted(&inviter, &new)?;
        well_formed(&new)?;
        let now = app.clock.now();
        let tx = app.db.begin().await?;
        // One by one: of two who promise the same handle at once, the second is told.
        let mut chain = Chain::hold(&tx).await?;
        inviter.still_active(&tx).await?;
        if invitation::Entity::find_by_id(new.invitation.uuid()).one(&tx).await?.is_some() {
            let detail = "There is an invitation with this id. Make a new code and try again.";
            return Err(refuse(ProblemCode::AlreadyExists, detail));
        }
        if let Some(handle) = &new.handle {
            handle_free(&tx, handle, now).await?;
        }
        let row = invitation::Model {
            id: new.invitation.uuid(),
            inviter: Some(inviter.account.uuid()),
            role: name_of(&new.role),
            handle: new.handle.clone(),
            token_sha256: new.token_sha256.0.to_vec(),
            inviter_mac: Some(new.mac.0),
            inviter_card: Some(card_of(&tx, inviter.account.uuid()).await?),
            state: OPEN.into(),
            expires_at: now + i64::from(new.seconds),
            guest: None,
            guest_card: None,
            guest_mac: None,
        };
        invitation::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
        let act = app.act(inviter.account, AuditAct::Invite, AuditSubject::invitation(new.invitation));
        chain.enter(&mut random::system(), &[act]).await?;
        tx.commit().await?;
        let (invitation, role, handle) = (new.invitation, new.role, new.handle);
        Ok(Json(Invitation { invitation, role, handle, state: InvitationState::Open, guest: None }))
    }

    /// Look at an invitation that you made
    ///
    /// For its inviter; `not_found` for everybody else. Once it is accepted, `guest` says by whom. Check the guest's
    /// `mac` with the code before you trust the card.
    #[oai(path = "/:invitation", method = "get", operation_id = "get_invitation")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The invitation's id, derived from its code.
        invitation: Path<InvitationId>,
    ) -> Answer<Invitation> {
        let db = app.db.read();
        let row = find_own(db, &caller.0, invitation.0).await?;
        let state = row.state(app.clock.now())?;
        let guest = match (row.guest, &row.guest_card, row.guest_mac) {
            (Some(id), Some(card), Some(mac)) => {
                let (handle, role): (String, String) = account::Entity::find_by_id(id)
                    .select_only()
                    .columns([account::Column::Handle, account::Column::Role])
                    .into_tuple()
                    .one(db)
                    .await?
                    .ok_or_else(|| not_found("invitation"))?;
                let (role, card) = (named(&role)?, from_json(card)?);
                Some(Guest { account: id.into(), handle, role, card, mac: B64(mac) })
            }
            _ => None,
        };
        Ok(Json(Invitation { invitation: invitation.0, role: named(&row.role)?, handle: row.handle, state, guest }))
    }

    /// Take back an invitation that nobody has accepted
    ///
    /// For its inviter; `not_found` for everybody else. Its code is void from then on. `invitation_used`: somebody
    /// accepted it first.
    #[oai(path = "/:invitation", method = "delete", operation_id = "revoke_invitation")]
    async fn revoke(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The invitation's id, derived from its code.
        invitation: Path<InvitationId>,
    ) -> Result<Done, ApiError> {
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        let row = find_own(&tx, &caller.0, invitation.0).await?;
        if row.state(app.clock.now())? == InvitationState::Accepted {
            let detail = "This invitation was accepted already, so it can no longer be taken back.";
            return Err(refuse(ProblemCode::InvitationUsed, detail));
        }
        invitation::Entity::update_many()
            .col_expr(invitation::Column::State, Expr::value(REVOKED))
            .filter(invitation::Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
        let revoked = AuditSubject::invitation(invitation.0);
        chain.enter(&mut random::system(), &[app.act(caller.0.account, AuditAct::RevokeInvitation, revoked)]).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }

    /// Read an invitation by its code
    ///
    /// For whoever has the code; needs no session and does not use the invitation up. Check the inviter's `mac` with
    /// the code before you trust the card.
    ///
    /// `not_found`: the code is mistyped, or of another server. `invitation_used`, `invitation_expired`: ask for a new
    /// one. `too_many_requests`: too many codes were tried from this address.
    #[oai(path = "/read", method = "post", operation_id = "read_invitation")]
    async fn read(&self, app: Data<&Arc<App>>, peer: Peer, key: Json<InvitationKey>) -> Answer<InvitationOffer> {
        let row = invitations::find(app.db.read(), &key.0, *app, peer).await?.usable(app.clock.now())?;
        Ok(Json(invitations::offer(app.db.read(), row).await?))
    }

    /// Accept an invitation with the account that you have
    ///
    /// For a patient or clinician, whichever role was invited; uses the invitation up. Pairs the two accounts: each may
    /// then fetch the other's card.
    ///
    /// `not_permitted`: it is for another role, or makes a new account. `not_found`, `invitation_used`,
    /// `invitation_expired`, `too_many_requests`: as when it is read.
    #[oai(path = "/redeem", method = "post", operation_id = "redeem_invitation")]
    async fn redeem(
        &self,
        app: Data<&Arc<App>>,
        peer: Peer,
        caller: Caller,
        redeem: Json<RedeemInvitation>,
    ) -> Answer<InvitationOffer> {
        let (app, guest, redeem) = (*app, caller.0, redeem.0);
        let key = InvitationKey { invitation: redeem.invitation, token: redeem.token };
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        let row = invitations::find(&tx, &key, app, peer).await?.usable(app.clock.now())?;
        if row.handle.is_some() {
            let detail = "This invitation makes a new account. Join with it instead of accepting it with yours.";
            return Err(refuse(ProblemCode::NotPermitted, detail));
        }
        if named::<AccountRole>(&row.role)? != guest.role {
            let detail = format!("This invitation is for a {}, and your account is a {}'s.", row.role, guest.role);
            return Err(refuse(ProblemCode::NotPermitted, detail));
        }
        mac_bytes(&redeem.mac)?;
        let card = card_of(&tx, guest.account.uuid()).await?;
        let acceptance = Acceptance { guest: guest.account.uuid(), card, mac: Some(redeem.mac) };
        invitations::accept(&tx, row.id, acceptance).await?;
        let offer = invitations::offer(&tx, row).await?;
        let accepted = AuditSubject::invitation(redeem.invitation);
        chain.enter(&mut random::system(), &[app.act(guest.account, AuditAct::AcceptInvitation, accepted)]).await?;
        tx.commit().await?;
        Ok(Json(offer))
    }
}

/// Says who may invite whom.
fn permitted(inviter: &Session, new: &NewInvitation) -> Result<(), ApiError> {
    use AccountRole::{Administrator, Clinician, Patient};
    let (may, otherwise) = match (inviter.role, new.role, &new.handle) {
        (Administrator, _, Some(_)) | (Clinician, Patient, Some(_)) => (true, ""),
        (Clinician, Patient, None) | (Patient, Clinician, None) => (true, ""),
        (Clinician, _, Some(_)) => (false, "Clinicians invite patients; an administrator invites everybody else."),
        (Patient, _, Some(_)) => (false, "Patients make no accounts; ask your practice to invite the person."),
        (_, _, None) => (false, "An invitation without a handle pairs a patient with a clinician."),
    };
    if may { Ok(()) } else { Err(refuse(ProblemCode::NotPermitted, otherwise)) }
}

fn well_formed(new: &NewInvitation) -> Result<(), ApiError> {
    if let Some(handle) = &new.handle {
        limits::check_handle(handle).map_err(|error| malformed(format!("This is not a handle: {error}.")))?;
    }
    if !(1..=limits::INVITATION_SECONDS).contains(&new.seconds) {
        return Err(malformed("An invitation lasts between 1 second and 72 hours."));
    }
    mac_bytes(&new.mac)
}

fn mac_bytes(mac: &B64) -> Result<(), ApiError> {
    if mac.0.len() == MAC_BYTES { Ok(()) } else { Err(malformed("`mac` is an HMAC-SHA256: 32 bytes.")) }
}

/// Accepts a handle that no account has and no open invitation promises.
async fn handle_free(tx: &DatabaseTransaction, handle: &str, now: i64) -> Result<(), ApiError> {
    let accounts = account::Entity::find().filter(account::Column::Handle.eq(handle)).count(tx).await?;
    let promised = invitation::Entity::find()
        .filter(invitation::Column::Handle.eq(handle))
        .filter(invitation::Column::State.eq(OPEN))
        .filter(invitation::Column::ExpiresAt.gt(now))
        .filter(invitation::Column::ExpiresAt.lte(now + i64::from(limits::INVITATION_SECONDS)))
        .count(tx)
        .await?;
    let detail = "This handle belongs to an account or to an open invitation. Choose another one.";
    if accounts + promised == 0 { Ok(()) } else { Err(refuse(ProblemCode::HandleTaken, detail)) }
}

async fn find_own(
    db: &impl ConnectionTrait,
    inviter: &Session,
    id: InvitationId,
) -> Result<invitation::Model, ApiError> {
    invitation::Entity::find_by_id(id.uuid())
        .filter(invitation::Column::Inviter.eq(inviter.account.uuid()))
        .one(db)
        .await?
        .ok_or_else(|| not_found("invitation"))
}

/// Returns an account's card, as stored.
async fn card_of(db: &impl ConnectionTrait, account: Uuid) -> Result<String, ApiError> {
    let card: Option<String> =
        account::Entity::find_by_id(account).select_only().column(account::Column::Card).into_tuple().one(db).await?;
    card.ok_or_else(|| not_found("account"))
}
