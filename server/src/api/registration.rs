//! Joining: two calls, and everything that makes the account in one transaction.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use reverie_protocol::account::AccountState;
use reverie_protocol::api::{
    InvitationKey, NewPassword, OpenedSession, RegistrationFinish, RegistrationStart, RegistrationStarted,
};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::bytes::B64;
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use sea_orm::QueryFilter as _;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _};

use super::{Part, passwords};
use crate::app::App;
use crate::audit::Chain;
use crate::entity::{account, invitation, journal, json_of, member, name_of};
use crate::http::peer::Peer;
use crate::invitations::{self, Acceptance};
use crate::refusal::{Answer, ApiError, malformed, refuse};
use crate::sessions::By;
use crate::{random, sessions};

pub(super) struct RegistrationApi;

#[OpenApi(prefix_path = "/v1/registration", tag = "Part::Registration")]
impl RegistrationApi {
    /// Begin to join
    ///
    /// For whoever has the code of an invitation with a handle; needs no session and stores nothing. Takes the OPAQUE
    /// registration request. What OPAQUE is given is not the password but HKDF(account secret, password), so that the
    /// host cannot guess. Neither side names an identity (RFC 9807, section 6): the handle is bound as the credential
    /// identifier.
    ///
    /// `not_permitted`: the invitation is for somebody who has an account. `not_found`, `invitation_used`,
    /// `invitation_expired`, `too_many_requests`: as when an invitation is read.
    #[oai(path = "/start", method = "post", operation_id = "start_registration")]
    async fn start(
        &self,
        app: Data<&Arc<App>>,
        peer: Peer,
        start: Json<RegistrationStart>,
    ) -> Answer<RegistrationStarted> {
        let (app, start) = (*app, start.0);
        let key = InvitationKey { invitation: start.invitation, token: start.token };
        let row = invitations::find(app.db.read(), &key, app, peer).await?.usable(app.clock.now())?;
        let response = app.opaque.start_registration(&handle(&row)?, &start.request.0);
        let response = response.map_err(|_| invalid("`request` is not an OPAQUE registration request."))?;
        Ok(Json(RegistrationStarted { response: B64(response), ksf: app.ksf }))
    }

    /// Join
    ///
    /// For whoever has the code of an invitation with a handle. Makes the account, uses the invitation up and opens the
    /// first session: all of it or nothing. Keep the account id and the keys until the answer is there: after a lost
    /// answer `invitation_used` means that the account may exist, so try to log in.
    ///
    /// `invalid_credentials`: the card, the slow-hash parameters or `upload` are not acceptable. `handle_taken`,
    /// `already_exists`: ask for a new invitation, or begin again.
    #[oai(path = "/finish", method = "post", operation_id = "finish_registration")]
    async fn finish(
        &self,
        app: Data<&Arc<App>>,
        peer: Peer,
        finish: Json<RegistrationFinish>,
    ) -> Answer<OpenedSession> {
        let (app, finish) = (*app, finish.0);
        let key = InvitationKey { invitation: finish.invitation, token: finish.token.clone() };
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        let row = invitations::find(&tx, &key, app, peer).await?.usable(app.clock.now())?;
        let handle = handle(&row)?;
        let account = account(&finish, &row, &handle, app.clock.today())?;
        free(&tx, &account).await?;
        account::Entity::insert(account.clone().into_active_model()).exec_without_returning(&tx).await?;
        let acceptance = Acceptance { guest: account.id, card: account.card.clone(), mac: finish.mac };
        invitations::accept(&tx, row.id, acceptance).await?;
        let opened =
            sessions::open(&tx, &mut random::system(), app.clock.today(), &account, app.ksf, By::Password).await?;
        let used = AuditSubject::invitation(finish.invitation);
        chain.enter(&mut random::system(), &[app.act(finish.account, AuditAct::Join, used)]).await?;
        tx.commit().await?;
        Ok(Json(opened))
    }
}

fn handle(row: &invitation::Model) -> Result<String, ApiError> {
    let detail = "This invitation is for somebody who has an account. Log in and accept it there.";
    row.handle.clone().ok_or_else(|| refuse(ProblemCode::NotPermitted, detail))
}

fn invalid(detail: impl Into<String>) -> ApiError {
    refuse(ProblemCode::InvalidCredentials, detail)
}

/// Judges what the client made and returns the account to store.
fn account(
    finish: &RegistrationFinish,
    invitation: &invitation::Model,
    handle: &str,
    created_day: i32,
) -> Result<account::Model, ApiError> {
    let card = finish.card.verify().map_err(|error| invalid(format!("The key card is not acceptable: {error}.")))?;
    if card.account != finish.account || card.n != 0 {
        return Err(invalid("The key card is not the new account's first card."));
    }
    let password = NewPassword { upload: finish.upload.clone(), ksf: finish.ksf };
    let opaque_record = passwords::judge(&password)?;
    if finish.bundle.0.len() > limits::BUNDLE_BYTES {
        return Err(refuse(ProblemCode::TooLarge, "The key bundle is over 1 MiB."));
    }
    match (&finish.mac, invitation.inviter) {
        (Some(mac), Some(_)) if mac.0.len() == 32 => {}
        (None, None) => {}
        (None, Some(_)) => return Err(malformed("`mac` is missing: the inviter checks your card by it.")),
        (Some(_), _) => {
            return Err(malformed("`mac` is an HMAC-SHA256 (32 bytes), for an invitation made by somebody."));
        }
    }
    Ok(account::Model {
        id: finish.account.uuid(),
        handle: handle.to_owned(),
        role: invitation.role.clone(),
        state: name_of(&AccountState::Active),
        card: json_of(&finish.card),
        opaque_record,
        ksf: json_of(&finish.ksf),
        recovery_sha256: finish.recovery_sha256.0.to_vec(),
        bundle: finish.bundle.0.clone(),
        bundle_version: 1,
        created_day,
        second_factor: false,
    })
}

/// Accepts an account whose id and handle nobody has.
async fn free(tx: &impl ConnectionTrait, account: &account::Model) -> Result<(), ApiError> {
    let taken = || refuse(ProblemCode::AlreadyExists, "There is an account with this id. Begin again.");
    if account::Entity::find_by_id(account.id).count(tx).await? > 0 {
        return Err(taken());
    }
    // After a restore somebody may be known as a member alone: the id belongs to whoever has the keys that journals name.
    let membership = member::Entity::find().filter(member::Column::Account.eq(account.id)).one(tx).await?;
    if let Some(membership) = membership
        && let Some(journal) = journal::Entity::find_by_id(membership.journal).one(tx).await?
        && !journal.state()?.members.iter().any(|member| json_of(&member.card) == account.card)
    {
        return Err(taken());
    }
    let of_handle = account::Column::Handle.eq(account.handle.as_str());
    if account::Entity::find().filter(of_handle).count(tx).await? > 0 {
        let detail = "This handle was taken meanwhile. Ask whoever invited you for a new invitation.";
        return Err(refuse(ProblemCode::HandleTaken, detail));
    }
    Ok(())
}
