//! The list of an account's journals: where each is, and what there is to say of its members' accounts.
//!
//! One answer tells a client everything that could have changed while it was away, in a fixed number of queries.

use std::collections::HashMap;

use reverie_protocol::account::AccountState;
use reverie_protocol::api::{Head, JournalEntry, MemberAccount};
use reverie_protocol::card::SignedCard;
use reverie_protocol::ids::{AccountId, AttachmentId};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use crate::app::App;
use crate::entity::{account, attachment, count, from_json, hash, journal, member, named};

/// Values of one IN list.
const VALUES: usize = 5000;

/// Returns the journals that an account is a member of, by id.
pub(super) async fn of(app: &App, reader: AccountId) -> Result<Vec<JournalEntry>, DbErr> {
    let memberships: Vec<(Uuid, String)> = member::Entity::find()
        .select_only()
        .columns([member::Column::Journal, member::Column::Role])
        .filter(member::Column::Account.eq(reader.uuid()))
        .order_by_asc(member::Column::Journal)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let ids: Vec<Uuid> = memberships.iter().map(|(journal, _)| *journal).collect();
    let (heads, members, missing) = (heads(app, &ids).await?, members(app, &ids).await?, missing(app, &ids).await?);
    let entry = |(id, role): &(Uuid, String)| {
        // A journal that was opened between two queries is in the next list.
        let head = *heads.get(id)?;
        let members = members.get(id).cloned().unwrap_or_default();
        let missing = missing.get(id).cloned().unwrap_or_default();
        Some(named(role).map(|role| JournalEntry { journal: (*id).into(), role, head, members, missing }))
    };
    memberships.iter().filter_map(entry).collect()
}

async fn heads(app: &App, journals: &[Uuid]) -> Result<HashMap<Uuid, Head>, DbErr> {
    let mut heads = HashMap::new();
    for ids in journals.chunks(VALUES) {
        let rows: Vec<(Uuid, i64, Vec<u8>)> = journal::Entity::find()
            .select_only()
            .columns([journal::Column::Id, journal::Column::HeadSeq, journal::Column::HeadHash])
            .filter(journal::Column::Id.is_in(ids.to_vec()))
            .into_tuple()
            .all(app.db.read())
            .await?;
        for (id, seq, bytes) in rows {
            heads.insert(id, Head { seq: count(seq)?, hash: hash(&bytes)? });
        }
    }
    Ok(heads)
}

/// Returns the files that are lost, by journal. There are none, unless the server was restored.
async fn missing(app: &App, journals: &[Uuid]) -> Result<HashMap<Uuid, Vec<AttachmentId>>, DbErr> {
    let mut missing: HashMap<Uuid, Vec<AttachmentId>> = HashMap::new();
    for ids in journals.chunks(VALUES) {
        let rows = attachment::Entity::find()
            .select_only()
            .columns([attachment::Column::Journal, attachment::Column::Id])
            .filter(attachment::Column::Lost.eq(true))
            .filter(attachment::Column::Journal.is_in(ids.to_vec()))
            .order_by_asc(attachment::Column::Id)
            .into_tuple::<(Uuid, Uuid)>()
            .all(app.db.read())
            .await?;
        for (journal, id) in rows {
            missing.entry(journal).or_default().push(id.into());
        }
    }
    Ok(missing)
}

async fn members(app: &App, journals: &[Uuid]) -> Result<HashMap<Uuid, Vec<MemberAccount>>, DbErr> {
    let mut pairs: Vec<(Uuid, Uuid)> = Vec::new();
    for ids in journals.chunks(VALUES) {
        let rows = member::Entity::find()
            .select_only()
            .columns([member::Column::Journal, member::Column::Account])
            .filter(member::Column::Journal.is_in(ids.to_vec()))
            .order_by_asc(member::Column::Account)
            .into_tuple::<(Uuid, Uuid)>()
            .all(app.db.read())
            .await?;
        pairs.extend(rows);
    }
    let mut accounts: Vec<Uuid> = pairs.iter().map(|(_, account)| *account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let mut said = HashMap::new();
    for ids in accounts.chunks(VALUES) {
        let rows: Vec<(Uuid, String, String)> = account::Entity::find()
            .select_only()
            .columns([account::Column::Id, account::Column::State, account::Column::Card])
            .filter(account::Column::Id.is_in(ids.to_vec()))
            .into_tuple()
            .all(app.db.read())
            .await?;
        for (id, state, card) in rows {
            let (state, card): (AccountState, SignedCard) = (named(&state)?, from_json(&card)?);
            said.insert(id, MemberAccount { account: id.into(), state, card: card.fingerprint() });
        }
    }
    let mut members: HashMap<Uuid, Vec<MemberAccount>> = HashMap::new();
    for (journal, account) in pairs {
        members.entry(journal).or_default().extend(said.get(&account));
    }
    Ok(members)
}
