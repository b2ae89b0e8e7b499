//! One batch of appends and entries of the audit log, one transaction.
//!
//! Several processes may write to one PostgreSQL. Each locks the rows of the journals that its batch extends, in the order
//! of ids, before it looks at their heads, and holds them until it commits. So a journal's records become visible in the
//! order of `seq`, and nobody who reads on from the last one ever misses one (stack.md 2.3).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use reverie_protocol::api::Head;
use reverie_protocol::ids::{AttachmentId, JournalId, RecordId};
use sea_orm::prelude::Expr;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, SqlErr,
};
use uuid::Uuid;

use super::{Append, Refused, Work};
use crate::audit::{Act, Chain};
use crate::changes::Changes;
use crate::database::{Database, is_conflict};
use crate::entity::{self, attachment, journal, member, record, stored_count};
use crate::random;

/// Rows of one INSERT: SQLite binds at most 32 766 values, a record has eleven.
const ROWS: usize = 2000;
/// Values of one IN list.
const VALUES: usize = 5000;
/// How often a batch is tried that other processes' batches got in the way of. Two that open one journal do, once.
const TRIES: usize = 3;

type Outcome = Result<Vec<AttachmentId>, Refused>;

/// Writes everything and returns what became of each: the attachments that it erased, or why it was refused.
///
/// If the transaction fails, each is tried alone, so that one that cannot be written harms no other.
pub(super) async fn commit(db: &Database, works: &[Work]) -> Vec<Outcome> {
    match try_commit(db, works).await {
        Ok(outcomes) => outcomes,
        Err(refused) if works.len() == 1 => vec![Err(refused)],
        Err(_) => {
            let mut outcomes = Vec::with_capacity(works.len());
            for work in works {
                let alone = try_commit(db, std::slice::from_ref(work)).await;
                outcomes.push(alone.and_then(|mut outcomes| outcomes.pop().unwrap_or(Err(Refused::Busy))));
            }
            outcomes
        }
    }
}

async fn try_commit(db: &Database, works: &[Work]) -> Result<Vec<Outcome>, Refused> {
    for _ in 1..TRIES {
        match commit_all(db, works).await {
            Err(Refused::Database(error)) if is_conflict(&error) => {}
            outcomes => return outcomes,
        }
    }
    commit_all(db, works).await
}

async fn commit_all(db: &Database, works: &[Work]) -> Result<Vec<Outcome>, Refused> {
    let tx = db.begin_appends().await?;
    let mut heads = heads(&tx, works).await?;
    let mut fitting = Vec::new();
    let mut acts: Vec<Act> = Vec::new();
    let mut outcomes = Vec::with_capacity(works.len());
    for (position, work) in works.iter().enumerate() {
        outcomes.push(Ok(Vec::new()));
        match work {
            Work::Enter(act) => acts.push(*act),
            Work::Append(append) => {
                let head = heads.get(&append.journal);
                if head == append.extends.as_ref() {
                    heads.insert(append.journal, append.head);
                    fitting.push((position, &**append));
                    acts.extend(append.act);
                } else {
                    outcomes[position] = Err(Refused::StaleHead(head.cloned()));
                }
            }
        }
    }
    // Journals that are opened come first: who opens the same one elsewhere waits here, holding nothing that we need.
    move_heads(&tx, &fitting).await?;
    insert_records(&tx, &fitting).await?;
    for (position, append) in &fitting {
        replace_members(&tx, append).await?;
        name_attachments(&tx, append).await?;
        insert_lost(&tx, append).await?;
        outcomes[*position] = Ok(erase(&tx, append).await?);
    }
    if !acts.is_empty() {
        Chain::hold(&tx).await?.enter(&mut random::system(), &acts).await?;
    }
    let changes: Vec<_> = fitting.iter().map(|(_, append)| append.change()).collect();
    Changes::tell_with(&tx, &changes).await?;
    tx.commit().await?;
    Ok(outcomes)
}

/// Locks the journals, in the order of ids, and returns their heads.
async fn heads(tx: &DatabaseTransaction, works: &[Work]) -> Result<HashMap<JournalId, Head>, DbErr> {
    use journal::Column::{HeadHash, HeadSeq, Id};
    let ids: BTreeSet<_> = works
        .iter()
        .filter_map(|work| match work {
            Work::Append(append) => Some(append.journal.uuid()),
            Work::Enter(_) => None,
        })
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, i64, Vec<u8>)> = journal::Entity::find()
        .select_only()
        .columns([Id, HeadSeq, HeadHash])
        .filter(Id.is_in(ids))
        .order_by_asc(Id)
        .lock_exclusive()
        .into_tuple()
        .all(tx)
        .await?;
    rows.into_iter().map(|(id, seq, hash)| Ok((id.into(), head(seq, &hash)?))).collect()
}

fn head(seq: i64, hash: &[u8]) -> Result<Head, DbErr> {
    Ok(Head { seq: entity::count(seq)?, hash: entity::hash(hash)? })
}

impl journal::Model {
    /// Returns the journal's head.
    pub(crate) fn head(&self) -> Result<Head, DbErr> {
        head(self.head_seq, &self.head_hash)
    }
}

/// Appends that fit, each with its place in the batch.
type Fitting<'a> = [(usize, &'a Append)];

async fn insert_records(tx: &DatabaseTransaction, appends: &Fitting<'_>) -> Result<(), Refused> {
    let rows: Vec<_> = appends.iter().flat_map(|(_, append)| &append.records).collect();
    for rows in rows.chunks(ROWS) {
        let rows = rows.iter().map(|row| (*row).clone().into_active_model());
        let inserted = record::Entity::insert_many(rows).exec_without_returning(tx).await;
        // Its place is its own, since the head is ours: it can be the id alone.
        inserted.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Refused::RecordReused,
            _ => Refused::Database(error),
        })?;
    }
    Ok(())
}

/// Moves each journal's head once, in the order of ids, to where the batch leaves it.
async fn move_heads(tx: &DatabaseTransaction, appends: &Fitting<'_>) -> Result<(), DbErr> {
    struct Move<'a> {
        opens: bool,
        head: &'a Head,
        state: Option<&'a String>,
    }
    let mut moves = BTreeMap::<JournalId, Move<'_>>::new();
    for (_, append) in appends {
        let opens = append.extends.is_none();
        let to = moves.entry(append.journal).or_insert(Move { opens, head: &append.head, state: None });
        to.head = &append.head;
        to.state = append.state.as_ref().or(to.state);
    }
    let mut moved = Vec::new();
    for (id, to) in moves {
        let row = journal::ActiveModel {
            id: Set(id.uuid()),
            head_seq: Set(stored_count(to.head.seq)),
            head_hash: Set(to.head.hash.0.to_vec()),
            ..Default::default()
        };
        match to.state {
            Some(state) if to.opens => {
                let row = journal::ActiveModel { state: Set(state.clone()), ..row };
                journal::Entity::insert(row).exec_without_returning(tx).await?;
            }
            Some(state) => {
                let row = journal::ActiveModel { state: Set(state.clone()), ..row };
                journal::Entity::update_many().set(row).filter(journal::Column::Id.eq(id.uuid())).exec(tx).await?;
            }
            // In one statement, which costs little for a batch of many; each row is there and locked, so nothing is inserted.
            None => moved.push(journal::ActiveModel { state: Set(String::new()), ..row }),
        }
    }
    let heads_alone = OnConflict::column(journal::Column::Id)
        .update_columns([journal::Column::HeadSeq, journal::Column::HeadHash])
        .to_owned();
    for rows in moved.chunks(ROWS) {
        let rows = journal::Entity::insert_many(rows.to_vec()).on_conflict(heads_alone.clone());
        rows.exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn replace_members(tx: &DatabaseTransaction, append: &Append) -> Result<(), DbErr> {
    let Some(members) = &append.members else { return Ok(()) };
    let of_journal = member::Column::Journal.eq(append.journal.uuid());
    member::Entity::delete_many().filter(of_journal).exec(tx).await?;
    let rows = members.iter().map(|row| row.clone().into_active_model());
    member::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

async fn name_attachments(tx: &DatabaseTransaction, append: &Append) -> Result<(), Refused> {
    for (id, names_it) in &append.attachments {
        let named = attachment::Entity::update_many()
            .col_expr(attachment::Column::Record, Expr::value(Some(names_it.uuid())))
            .col_expr(attachment::Column::UnnamedSince, Expr::value(None::<i64>))
            .filter(attachment::Column::Journal.eq(append.journal.uuid()))
            .filter(attachment::Column::Id.eq(id.uuid()))
            .filter(attachment::Column::Record.is_null())
            .exec(tx)
            .await?;
        if named.rows_affected != 1 {
            return Err(Refused::AttachmentMissing);
        }
    }
    Ok(())
}

/// Notes which attachments are named and are not here.
async fn insert_lost(tx: &DatabaseTransaction, append: &Append) -> Result<(), DbErr> {
    for rows in append.lost.chunks(ROWS) {
        let rows = rows.iter().map(|row| row.clone().into_active_model());
        attachment::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Erases the bodies of withdrawn records and returns the attachments whose files have to go.
async fn erase(tx: &DatabaseTransaction, append: &Append) -> Result<Vec<AttachmentId>, DbErr> {
    let mut erased = Vec::new();
    for ids in append.withdrawn.chunks(VALUES) {
        let ids: Vec<_> = ids.iter().map(RecordId::uuid).collect();
        record::Entity::update_many()
            .col_expr(record::Column::Body, Expr::value(None::<Vec<u8>>))
            .col_expr(record::Column::Withdrawn, Expr::value(true))
            .filter(record::Column::Journal.eq(append.journal.uuid()))
            .filter(record::Column::Id.is_in(ids.clone()))
            .exec(tx)
            .await?;
        let gone = attachment::Entity::find()
            .filter(attachment::Column::Journal.eq(append.journal.uuid()))
            .filter(attachment::Column::Record.is_in(ids))
            .all(tx)
            .await?;
        if gone.iter().any(|row| row.lost) {
            attachment::Entity::update_many()
                .col_expr(attachment::Column::Lost, Expr::value(false))
                .filter(attachment::Column::Journal.eq(append.journal.uuid()))
                .filter(attachment::Column::Record.is_in(gone.iter().filter_map(|row| row.record)))
                .exec(tx)
                .await?;
        }
        erased.extend(gone.into_iter().map(|row| AttachmentId::from(row.id)));
    }
    Ok(erased)
}
