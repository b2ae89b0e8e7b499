//! Opening a session: a token for the device, shown once, and the sealed key bundle.

use rand_core::CryptoRng;
use reverie_protocol::api::{Account, Bundle, OpenedSession};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::SessionId;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _};

use crate::entity::{account, count, from_json, named, session};
use crate::token::PlainToken;

/// Opens a session for an account, inside the caller's transaction.
pub(crate) async fn open(
    tx: &impl ConnectionTrait,
    rng: &mut impl CryptoRng,
    today: i32,
    account: &account::Model,
) -> Result<OpenedSession, DbErr> {
    let (id, token) = (SessionId::make(rng), PlainToken::make(rng));
    let row = session::Model {
        id: id.uuid(),
        account: account.id,
        token_sha256: token.hash().0.to_vec(),
        first_day: today,
        last_day: today,
    };
    session::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    let bundle = Bundle { version: count(account.bundle_version)?, bundle: B64(account.bundle.clone()) };
    Ok(OpenedSession { token: token.reveal(), session: id, account: view(account)?, bundle })
}

/// Returns an account as its owner sees it.
pub(crate) fn view(account: &account::Model) -> Result<Account, DbErr> {
    Ok(Account {
        account: account.id.into(),
        handle: account.handle.clone(),
        role: named(&account.role)?,
        card: from_json(&account.card)?,
    })
}
