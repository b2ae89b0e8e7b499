//! Who fetched or changed a journal, or did something to an account, on which day: for the people whose it is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use reverie_protocol::audit::{AccessEntry, AccessLog, AuditSubjectKind};
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::JournalId;
use sea_orm::{
    ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::journals::readable;
use super::{Part, page_limit};
use crate::app::App;
use crate::caller::Caller;
use crate::clock::day_text;
use crate::entity::{account, audit, member, named};
use crate::refusal::Answer;

pub(super) struct AccessLogApi;

#[OpenApi(prefix_path = "/v1")]
impl AccessLogApi {
    /// Read who fetched or changed a journal
    ///
    /// For the journal's members; `not_found` for everybody else. One entry for each account, act and day, in the order in
    /// which they were entered; ask on, skipping what you have, while `more`. What the owner does herself is told to her
    /// alone.
    ///
    /// It is the server's word. The signed records prove who changed what; nothing proves who was handed a copy.
    #[oai(
        path = "/journals/:journal/access-log",
        method = "get",
        operation_id = "get_access_log",
        tag = "Part::Journals"
    )]
    async fn of_journal(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The journal's id, made by its owner's client.
        journal: Path<JournalId>,
        /// Leave out this many entries, which you have already; without it, none.
        skip: Query<Option<u32>>,
        /// At most this many, 1 to 500; without it, 500.
        limit: Query<Option<u64>>,
    ) -> Answer<AccessLog> {
        let limit = page_limit(limit.0)?;
        let member = readable(*app, journal.0, caller.0.account).await?;
        page(*app, about_journal(&member)?, skip.0, limit).await
    }

    /// Read what was done by your account, and to it
    ///
    /// For every account: its own, but for what it did with journals. Logins, invitations, keys; that somebody looked its
    /// card up; that an administrator suspended it, or was handed all that the server holds about it (`disclose_account`).
    /// In the order in which it was entered; ask on, skipping what you have, while `more`. It is the server's word.
    #[oai(
        path = "/accounts/me/access-log",
        method = "get",
        operation_id = "get_own_access_log",
        tag = "Part::Accounts"
    )]
    async fn of_account(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// Leave out this many entries, which you have already; without it, none.
        skip: Query<Option<u32>>,
        /// At most this many, 1 to 500; without it, 500.
        limit: Query<Option<u64>>,
    ) -> Answer<AccessLog> {
        let limit = page_limit(limit.0)?;
        page(*app, about_account(caller.0.account.uuid()), skip.0, limit).await
    }
}

/// Returns what a member is told of a journal.
fn about_journal(member: &member::Model) -> Result<Condition, DbErr> {
    use audit::Column::{Subject, SubjectKind};
    let mut kinds = vec![AuditSubjectKind::Journal.name()];
    if named::<MemberRole>(&member.role)? == MemberRole::Owner {
        kinds.push(AuditSubjectKind::OwnJournal.name());
    }
    Ok(Condition::all().add(Subject.eq(member.journal)).add(SubjectKind.is_in(kinds)))
}

/// Returns what an account is told of itself.
fn about_account(account: Uuid) -> Condition {
    use audit::Column::{Actor, Subject, SubjectKind};
    let journals = [AuditSubjectKind::Journal, AuditSubjectKind::OwnJournal].map(AuditSubjectKind::name);
    let elsewhere = Condition::any().add(SubjectKind.is_null()).add(SubjectKind.is_not_in(journals));
    Condition::all().add(Condition::any().add(Actor.eq(account)).add(Subject.eq(account))).add(elsewhere)
}

async fn page(app: &App, about: Condition, skip: Option<u32>, limit: u64) -> Answer<AccessLog> {
    let mut rows = audit::Entity::find()
        .filter(about)
        .order_by_asc(audit::Column::Seq)
        .offset(u64::from(skip.unwrap_or(0)))
        .limit(limit + 1)
        .all(app.db.read())
        .await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let handles = handles(app, &rows).await?;
    let entries = rows.into_iter().map(|row| access(row, &handles)).collect::<Result<_, _>>()?;
    Ok(Json(AccessLog { entries, more }))
}

async fn handles(app: &App, rows: &[audit::Model]) -> Result<HashMap<Uuid, String>, DbErr> {
    let actors: HashSet<Uuid> = rows.iter().filter_map(|row| row.actor).collect();
    let handles: Vec<(Uuid, String)> = account::Entity::find()
        .select_only()
        .columns([account::Column::Id, account::Column::Handle])
        .filter(account::Column::Id.is_in(actors))
        .into_tuple()
        .all(app.db.read())
        .await?;
    Ok(handles.into_iter().collect())
}

fn access(row: audit::Model, handles: &HashMap<Uuid, String>) -> Result<AccessEntry, DbErr> {
    let handle = row.actor.and_then(|actor| handles.get(&actor).cloned());
    Ok(AccessEntry { day: day_text(row.day), actor: row.actor.map(Into::into), handle, act: named(&row.act)? })
}
