//! What whoever runs the server could hand over about an account: every row that names it, every row of the journals that
//! it owns, column by column, as stored.
//!
//! The columns are those of [`crate::sees`], which a test compares with the schema; which rows of a table are about an
//! account is said here, once for each table, and a table without a rule does not compile into a disclosure: a test asks.

use reverie_protocol::bytes::B64;
use reverie_protocol::disclosure::{DisclosedCell, DisclosedRow, DisclosurePage, DisclosurePlace};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, MemberRole};
use reverie_protocol::limits;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, IntoIden as _, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait as _, QueryFilter as _, QueryResult,
    QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use crate::entity::{
    account, attachment, audit, authenticator, backup_code, ended_session, handover, invitation, journal,
    login_attempt, member, name_of, passkey, passkey_ceremony, past_card, record, session,
};
use crate::sees::{Column, Handed, Holds, TABLES, Table};

/// Rows read at once; a page ends early after 4 MiB.
const ROWS: u64 = 50;

/// Whom a disclosure is about.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) account: Uuid,
    pub(crate) handle: String,
}

/// Returns the rows from `place` on, or from the beginning; nothing if there is no such table.
pub(crate) async fn page(
    db: &impl ConnectionTrait,
    about: &About,
    place: Option<DisclosurePlace>,
) -> Result<Option<DisclosurePage>, DbErr> {
    let mut place = place.unwrap_or(DisclosurePlace { table: TABLES[0].name.into(), skip: 0 });
    let Some(at) = TABLES.iter().position(|table| table.name == place.table) else { return Ok(None) };
    let mut rows = Vec::new();
    let mut bytes = 0;
    let found = match rows_about(db, &TABLES[at], about) {
        Some(these) => read(db, &TABLES[at], these, place.skip).await?,
        None => Vec::new(),
    };
    let more = found.len() as u64 == ROWS;
    for row in found {
        bytes += size(&row);
        // The first row always fits, or a large one would stop the disclosure.
        if bytes > limits::PAGE_BYTES && !rows.is_empty() {
            place.skip += rows.len() as u64;
            return Ok(Some(DisclosurePage { rows, next: Some(place) }));
        }
        rows.push(row);
    }
    let next = if more {
        Some(DisclosurePlace { skip: place.skip + rows.len() as u64, ..place })
    } else {
        TABLES.get(at + 1).map(|table| DisclosurePlace { table: table.name.into(), skip: 0 })
    };
    Ok(Some(DisclosurePage { rows, next }))
}

/// Tells whether a file is about the account.
pub(crate) async fn is_about(
    db: &impl ConnectionTrait,
    about: &About,
    journal: Uuid,
    file: Uuid,
) -> Result<bool, DbErr> {
    let row = attachment::Entity::find_by_id((journal, file)).filter(files(about)).one(db).await?;
    Ok(row.is_some())
}

/// Returns which rows of a table are about an account; nothing for tables that are about nobody.
fn rows_about(db: &impl ConnectionTrait, table: &Table, about: &About) -> Option<Condition> {
    let (id, any) = (about.account, Condition::any());
    Some(match table.name {
        "account" => any.add(account::Column::Id.eq(id)),
        "session" => any.add(session::Column::Account.eq(id)),
        "authenticator" => any.add(authenticator::Column::Account.eq(id)),
        "passkey" => any.add(passkey::Column::Account.eq(id)),
        "passkey_ceremony" => any.add(passkey_ceremony::Column::Account.eq(id)),
        "backup_code" => any.add(backup_code::Column::Account.eq(id)),
        "ended_session" => any.add(ended_session::Column::Account.eq(id)),
        "handover" => any.add(handover::Column::Account.eq(id)),
        "login_attempt" => {
            any.add(login_attempt::Column::Account.eq(id)).add(login_attempt::Column::Handle.eq(about.handle.as_str()))
        }
        "invitation" => any
            .add(invitation::Column::Inviter.eq(id))
            .add(invitation::Column::Guest.eq(id))
            .add(invitation::Column::Handle.eq(about.handle.as_str())),
        "journal" => {
            any.add(journal::Column::Id.in_subquery(joined(id))).add(journal::Column::Id.in_subquery(naming(db, id)))
        }
        "member" => any.add(member::Column::Account.eq(id)).add(member::Column::Journal.in_subquery(owned(id))),
        "past_card" => any.add(past_card::Column::Account.eq(id)),
        "record" => any
            .add(record::Column::Author.eq(id))
            .add(record::Column::Journal.in_subquery(owned(id)))
            .add(names(db, id)),
        "attachment" => files(about),
        // Whose it was stands in the statement alone.
        "erased_journal" => any.add(holds_text(db, "erasure", id)),
        "audit" => {
            let invitations = invitation::Entity::find()
                .select_only()
                .column(invitation::Column::Id)
                .filter(invitation::Column::Inviter.eq(id).or(invitation::Column::Guest.eq(id)))
                .into_query();
            any.add(audit::Column::Actor.eq(id))
                .add(audit::Column::Subject.eq(id))
                .add(audit::Column::Subject.in_subquery(owned(id)))
                .add(audit::Column::Subject.in_subquery(invitations))
        }
        // Where a chain ends and which schema this is: about nobody.
        "audit_head" | "seaql_migrations" => return None,
        _ => unreachable!("a test asks for a rule for every declared table"),
    })
}

fn files(about: &About) -> Condition {
    Condition::any()
        .add(attachment::Column::Author.eq(about.account))
        .add(attachment::Column::Journal.in_subquery(owned(about.account)))
}

/// Journals that the account owns.
fn owned(account: Uuid) -> SelectStatement {
    let owner = member::Column::Role.eq(name_of(&MemberRole::Owner));
    member::Entity::find()
        .select_only()
        .column(member::Column::Journal)
        .filter(member::Column::Account.eq(account))
        .filter(owner)
        .into_query()
}

/// Journals of which the account is a member now.
fn joined(account: Uuid) -> SelectStatement {
    let memberships = member::Entity::find().select_only().column(member::Column::Journal);
    memberships.filter(member::Column::Account.eq(account)).into_query()
}

/// Journals whose signed records name the account: it is or once was a member.
fn naming(db: &impl ConnectionTrait, account: Uuid) -> SelectStatement {
    record::Entity::find().select_only().column(record::Column::Journal).filter(names(db, account)).into_query()
}

/// Records that list the account as a member. Only records that change members have a list, and most are none.
fn names(db: &impl ConnectionTrait, account: Uuid) -> Expr {
    let listed = holds_text(db, "header", account);
    let without = [Action::Write, Action::Withdraw, Action::Close].map(|action| name_of(&action));
    record::Column::Action.is_not_in(without).and(listed)
}

/// Tells whether an account's id stands as text in a column of bytes.
fn holds_text(db: &impl ConnectionTrait, column: &str, account: Uuid) -> Expr {
    let text = account.to_string().into_bytes();
    match db.get_database_backend() {
        DbBackend::Postgres => Expr::cust_with_values(format!("position($1 in {column}) > 0"), [text]),
        _ => Expr::cust_with_values(format!("instr({column}, ?) > 0"), [text]),
    }
}

async fn read(
    db: &impl ConnectionTrait,
    table: &Table,
    about: Condition,
    skip: u64,
) -> Result<Vec<DisclosedRow>, DbErr> {
    let name = |column: &Column| Alias::new(column.name).into_iden();
    let mut select = Query::select();
    select.columns(table.columns.iter().map(name)).from(Alias::new(table.name)).cond_where(about);
    // The columns that name a row come first, so this order is the same at every page.
    for column in table.columns.iter().take(2) {
        select.order_by(name(column), Order::Asc);
    }
    select.limit(ROWS).offset(skip);
    let rows = db.query_all(&select).await?;
    rows.iter().map(|row| disclosed(row, table)).collect()
}

fn disclosed(row: &QueryResult, table: &Table) -> Result<DisclosedRow, DbErr> {
    let cells = table.columns.iter().map(|column| cell(row, column)).collect::<Result<_, _>>()?;
    Ok(DisclosedRow { table: table.name.into(), cells })
}

fn cell(row: &QueryResult, column: &Column) -> Result<DisclosedCell, DbErr> {
    let mut cell =
        DisclosedCell { column: column.name.into(), text: None, number: None, flag: None, bytes: None, sha256: None };
    match (column.holds, column.handed) {
        (Holds::Id, _) => cell.text = row.try_get::<Option<Uuid>>("", column.name)?.map(|id| id.to_string()),
        (Holds::Text, _) => cell.text = row.try_get("", column.name)?,
        (Holds::Number, _) => cell.number = row.try_get("", column.name)?,
        (Holds::Small, _) => cell.number = row.try_get::<Option<i32>>("", column.name)?.map(i64::from),
        (Holds::Flag, _) => cell.flag = row.try_get("", column.name)?,
        (Holds::Bytes, Handed::AsIs) => cell.bytes = row.try_get::<Option<Vec<u8>>>("", column.name)?.map(B64),
        (Holds::Bytes, Handed::AsHash) => {
            cell.sha256 = row.try_get::<Option<Vec<u8>>>("", column.name)?.map(Hash::of);
        }
    }
    Ok(cell)
}

fn size(row: &DisclosedRow) -> usize {
    let cell = |cell: &DisclosedCell| {
        let text = cell.text.as_ref().map_or(0, String::len);
        text + cell.bytes.as_ref().map_or(0, |bytes| bytes.0.len())
    };
    row.cells.iter().map(cell).sum()
}
