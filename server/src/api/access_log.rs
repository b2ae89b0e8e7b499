//! Who fetched or changed a journal, on which day, for the people whose journal it is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use reverie_protocol::audit::{AccessEntry, AccessLog, AuditAct, AuditSubjectKind};
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::JournalId;
use sea_orm::sea_query::ExprTrait as _;
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

#[OpenApi(prefix_path = "/v1/journals", tag = "Part::Journals")]
impl AccessLogApi {
    /// Read who fetched or changed a journal
    ///
    /// For the journal's members; `not_found` for everybody else. One entry for each account, act and day, in the order in
    /// which they were entered; ask on, skipping what you have, while `more`. What the owner does herself is told to her
    /// alone, and so is that an administrator was handed what the server holds about her account (`disclose_account`).
    ///
    /// It is the server's word. The signed records prove who changed what; nothing proves who was handed a copy.
    #[oai(path = "/:journal/access-log", method = "get", operation_id = "get_access_log")]
    async fn access_log(
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
        let skip = u64::from(skip.0.unwrap_or(0));
        let member = readable(*app, journal.0, caller.0.account).await?;
        let mut rows = audit::Entity::find()
            .filter(told_to(&member)?)
            .order_by_asc(audit::Column::Seq)
            .offset(skip)
            .limit(limit + 1)
            .all(app.db.read())
            .await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let handles = handles(*app, &rows).await?;
        let entries = rows.into_iter().map(|row| access(row, &handles)).collect::<Result<_, _>>()?;
        Ok(Json(AccessLog { entries, more }))
    }
}

/// Returns which entries a member is told.
fn told_to(member: &member::Model) -> Result<Condition, DbErr> {
    use audit::Column::{Act, Subject, SubjectKind};
    let others = SubjectKind.eq(AuditSubjectKind::Journal.name()).and(Subject.eq(member.journal));
    let told = Condition::any().add(others);
    if named::<MemberRole>(&member.role)? != MemberRole::Owner {
        return Ok(told);
    }
    let own = SubjectKind.eq(AuditSubjectKind::OwnJournal.name()).and(Subject.eq(member.journal));
    Ok(told.add(own).add(Act.eq(AuditAct::DiscloseAccount.name()).and(Subject.eq(member.account))))
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
