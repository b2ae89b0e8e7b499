//! Key cards: fetching those of the people around one, and following one's own by the next.
//!
//! A card is replaced by its successor and by nothing else, so whoever knows one of an account's cards can prove the rest.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use reverie_protocol::api::{AccountCard, PutCard};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::card::SignedCard;
use reverie_protocol::ids::AccountId;
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use sea_orm::prelude::Expr;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ColumnTrait as _, Condition, DbErr, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::{Done, Part};
use crate::app::App;
use crate::audit::Chain;
use crate::caller::Caller;
use crate::entity::{account, count, from_json, invitation, json_of, member, named, past_card, session, stored_count};
use crate::invitations::ACCEPTED;
use crate::random;
use crate::refusal::{Answer, ApiError, not_found, refuse};
use crate::sessions::{self, Reason};

pub(super) struct CardsApi;

#[OpenApi(prefix_path = "/v1/accounts", tag = "Part::Accounts")]
impl CardsApi {
    /// Store new keys
    ///
    /// For every account: its own. The card must follow the current one; card and bundle are stored together or not at
    /// all. The account's other sessions end: its other devices log in again and take the new keys over. The same sent
    /// twice is stored once and answered alike.
    ///
    /// `invalid_credentials`: the card does not follow the one that is stored. `version_conflict`: another device changed
    /// the bundle. `too_large`: a bundle over 1 MiB, or more than 100 cards.
    #[oai(path = "/me/card", method = "put", operation_id = "put_card")]
    async fn put_card(&self, app: Data<&Arc<App>>, caller: Caller, put: Json<PutCard>) -> Result<Done, ApiError> {
        let (app, me, put) = (*app, caller.0.account.uuid(), put.0);
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        let stored = account::Entity::find_by_id(me).one(&tx).await?.ok_or_else(|| not_found("account"))?;
        let current: SignedCard = from_json(&stored.card)?;
        if current == put.card && count(stored.bundle_version)? == put.version && stored.bundle == put.bundle.0 {
            return Ok(Done::Done);
        }
        let next = put.card.verify_successor_of(&current).map_err(|error| {
            let detail = format!("The card does not follow the account's current card: {error}. Nothing was stored.");
            refuse(ProblemCode::InvalidCredentials, detail)
        })?;
        if next.n as usize >= limits::CARDS {
            return Err(refuse(ProblemCode::TooLarge, "An account has at most 100 cards. Ask the practice."));
        }
        if put.bundle.0.len() > limits::BUNDLE_BYTES {
            return Err(refuse(ProblemCode::TooLarge, "The key bundle is over 1 MiB."));
        }
        let set = account::Entity::update_many()
            .col_expr(account::Column::Card, Expr::value(json_of(&put.card)))
            .col_expr(account::Column::Bundle, Expr::value(put.bundle.0))
            .col_expr(account::Column::BundleVersion, Expr::value(stored_count(put.version)))
            .filter(account::Column::Id.eq(me))
            .filter(account::Column::BundleVersion.eq(stored_count(put.version.saturating_sub(1))))
            .exec(&tx)
            .await?;
        if set.rows_affected != 1 {
            let detail = "The key bundle was changed from another device. Fetch it and make the change again.";
            return Err(refuse(ProblemCode::VersionConflict, detail));
        }
        let past = past_card::Model { account: me, n: i64::from(next.n - 1), card: stored.card };
        past_card::Entity::insert(past.into_active_model()).exec_without_returning(&tx).await?;
        let others = sessions::of(me).filter(session::Column::Id.ne(caller.0.id.uuid()));
        let ended = sessions::end(&tx, others, Reason::Rekeyed, app.clock.today()).await?;
        let by = caller.0.account;
        let mut acts = vec![app.act(by, AuditAct::ChangeKeys, AuditSubject::own_keys(by))];
        acts.extend(ended.into_iter().map(|id| app.act(by, AuditAct::EndSession, AuditSubject::session(id))));
        chain.enter(&mut random::system(), &acts).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }

    /// Fetch somebody's key card
    ///
    /// For those who are paired with the account by an invitation or share a journal with it; 404 for everybody else.
    /// What the server says of keys is its word: trust a card by your own pairing, and what follows it by its signatures.
    #[oai(path = "/:account/card", method = "get", operation_id = "get_card")]
    async fn card(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The account whose card it is.
        account: Path<AccountId>,
    ) -> Answer<AccountCard> {
        if !acquainted(*app, caller.0.account.uuid(), account.0.uuid()).await? {
            return Err(not_found("account"));
        }
        let card = card(*app, account.0).await?;
        app.enter_today(app.act(caller.0.account, AuditAct::FetchCard, AuditSubject::account(account.0))).await?;
        Ok(Json(card))
    }
}

async fn card(app: &App, account: AccountId) -> Result<AccountCard, ApiError> {
    let (handle, role, card): (String, String, String) = account::Entity::find_by_id(account.uuid())
        .select_only()
        .columns([account::Column::Handle, account::Column::Role, account::Column::Card])
        .into_tuple()
        .one(app.db.read())
        .await?
        .ok_or_else(|| not_found("account"))?;
    let past: Vec<String> = past_card::Entity::find()
        .select_only()
        .column(past_card::Column::Card)
        .filter(past_card::Column::Account.eq(account.uuid()))
        .order_by_asc(past_card::Column::N)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let earlier = past.iter().map(|card| from_json(card)).collect::<Result<_, _>>()?;
    Ok(AccountCard { account, handle, role: named(&role)?, card: from_json(&card)?, earlier })
}

/// Tells whether two accounts are the same, are paired, or share a journal.
async fn acquainted(app: &App, one: Uuid, other: Uuid) -> Result<bool, DbErr> {
    if one == other {
        return Ok(true);
    }
    use invitation::Column::{Guest, Inviter, State};
    let either = Condition::any().add(Inviter.eq(one).and(Guest.eq(other))).add(Inviter.eq(other).and(Guest.eq(one)));
    let paired = invitation::Entity::find().filter(State.eq(ACCEPTED)).filter(either).count(app.db.read()).await?;
    if paired > 0 {
        return Ok(true);
    }
    let journals: Vec<Uuid> = member::Entity::find()
        .select_only()
        .column(member::Column::Journal)
        .filter(member::Column::Account.eq(one))
        .into_tuple()
        .all(app.db.read())
        .await?;
    let shared = member::Entity::find()
        .filter(member::Column::Account.eq(other))
        .filter(member::Column::Journal.is_in(journals));
    Ok(shared.count(app.db.read()).await? > 0)
}
