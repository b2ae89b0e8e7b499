//! The chain in the database. Whoever enters something holds its head, so that the entries of many processes follow each
//! other: on SQLite by the one connection that writes, on PostgreSQL by the lock on the head's row.

use std::collections::{BTreeSet, HashSet};

use rand_core::CryptoRng;
use reverie_protocol::api::Head;
use reverie_protocol::audit::next_head;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _, Set,
};
use uuid::Uuid;

use super::Act;
use crate::entity::{audit, audit_head, count, hash, name_of, stored_count};

/// Entries of one INSERT: SQLite binds at most 32 766 values, an entry has eight.
const ROWS: usize = 2000;
/// Values of one IN list.
const VALUES: usize = 5000;

/// The chain, held until the caller's transaction ends.
pub(crate) struct Chain<'a, C> {
    tx: &'a C,
    head: Option<Head>,
}

impl<'a, C: ConnectionTrait> Chain<'a, C> {
    /// Waits for the head and holds it.
    ///
    /// It comes first in a transaction that also changes accounts, sessions or invitations: then such changes happen one
    /// by one, and no two of them wait for each other. In one that changes journals or files it comes last, as in the
    /// writer's.
    pub(crate) async fn hold(tx: &'a C) -> Result<Self, DbErr> {
        let row = audit_head::Entity::find_by_id(0).lock_exclusive().one(tx).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the head of the audit log".into()))?;
        Ok(Self { tx, head: row.head()? })
    }

    /// Enters acts; those of which the day has an entry already are left out. They are on disk when, and only when, what
    /// else the transaction does is.
    pub(crate) async fn enter(&mut self, rng: &mut impl CryptoRng, acts: &[Act]) -> Result<(), DbErr> {
        let mut entered = entered(self.tx, acts).await?;
        let mut rows: Vec<audit::Model> = Vec::with_capacity(acts.len());
        for act in acts {
            if !act.act.is_daily() || entered.insert(key(act)) {
                rows.push(self.link(rng, act)?);
            }
        }
        for rows in rows.chunks(ROWS) {
            let rows = rows.iter().map(|row| row.clone().into_active_model());
            audit::Entity::insert_many(rows).exec_without_returning(self.tx).await?;
        }
        let Some(last) = rows.pop() else { return Ok(()) };
        let head = audit_head::ActiveModel { id: Set(0), seq: Set(Some(last.seq)), hash: Set(Some(last.hash)) };
        audit_head::Entity::update(head).exec(self.tx).await?;
        Ok(())
    }

    /// Gives an act its place, and moves the head there.
    fn link(&mut self, rng: &mut impl CryptoRng, act: &Act) -> Result<audit::Model, DbErr> {
        let mut salt = vec![0; 16];
        rng.fill_bytes(&mut salt);
        let mut row = audit::Model {
            seq: 0,
            day: act.day,
            actor: act.actor.map(|actor| actor.uuid()),
            act: name_of(&act.act),
            subject_kind: act.subject.map(|subject| name_of(&subject.kind)),
            subject: act.subject.map(|subject| subject.id.uuid()),
            salt,
            hash: Vec::new(),
        };
        let next = next_head(self.head, &row.entry()?.digest());
        (row.seq, row.hash) = (stored_count(next.seq), next.hash.0.to_vec());
        self.head = Some(next);
        Ok(row)
    }
}

/// Returns which of the acts have an entry already.
async fn entered(tx: &impl ConnectionTrait, acts: &[Act]) -> Result<HashSet<Key>, DbErr> {
    let daily: Vec<Key> = acts.iter().filter(|act| act.act.is_daily()).map(key).collect();
    let mut entered = HashSet::new();
    for keys in daily.chunks(VALUES) {
        let days: BTreeSet<i32> = keys.iter().map(|key| key.0).collect();
        let subjects: Vec<Uuid> = keys.iter().filter_map(|key| key.3).collect();
        let found: Vec<Key> = audit::Entity::find()
            .select_only()
            .columns([audit::Column::Day, audit::Column::Actor, audit::Column::Act, audit::Column::Subject])
            .filter(audit::Column::Day.is_in(days))
            .filter(audit::Column::Subject.is_in(subjects).or(audit::Column::Subject.is_null()))
            .into_tuple()
            .all(tx)
            .await?;
        entered.extend(found);
    }
    Ok(entered)
}

/// Day, actor, act and subject, as they are stored.
type Key = (i32, Option<Uuid>, String, Option<Uuid>);

fn key(act: &Act) -> Key {
    let actor = act.actor.map(|actor| actor.uuid());
    (act.day, actor, name_of(&act.act), act.subject.map(|subject| subject.id.uuid()))
}

impl audit_head::Model {
    /// Returns where the chain is.
    pub(crate) fn head(&self) -> Result<Option<Head>, DbErr> {
        match (self.seq, &self.hash) {
            (Some(seq), Some(stored)) => Ok(Some(Head { seq: count(seq)?, hash: hash(stored)? })),
            _ => Ok(None),
        }
    }
}
