//! The audit log, for the practice's administrators: to look at, and to verify.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use reverie_protocol::audit::{AuditAct, AuditEntry, AuditLink, AuditPage};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{Part, page_limit};
use crate::app::App;
use crate::caller::AdministratorSession;
use crate::entity::{audit, audit_head, stored_count};
use crate::refusal::Answer;

pub(super) struct AuditLogApi;

#[OpenApi(prefix_path = "/v1/admin/audit", tag = "Part::Admin")]
impl AuditLogApi {
    /// Read the audit log
    ///
    /// For administrators; `not_permitted` for everybody else. Who fetched or changed what, on which day, in order of
    /// `seq`; ask on, with the last `seq`, while `more`. Recompute the chain before you believe it, and compare it with the
    /// head that you saw last: a log that was written anew looks whole by itself.
    ///
    /// What somebody does in a journal of her own, or with her own keys, is told to her alone. Such a link has no `entry`,
    /// and its digest is enough to follow the chain.
    #[oai(path = "/", method = "get", operation_id = "get_audit_log")]
    async fn audit_log(
        &self,
        app: Data<&Arc<App>>,
        administrator: AdministratorSession,
        /// Begin after this `seq`; without it, at the first entry.
        after: Query<Option<u64>>,
        /// At most this many, 1 to 500; without it, 500.
        limit: Query<Option<u64>>,
    ) -> Answer<AuditPage> {
        let limit = page_limit(limit.0)?;
        app.enter_today(app.act(administrator.0.account, AuditAct::ReadAudit, None)).await?;
        // The head first: an entry that is made meanwhile is then `more`, or in the next page.
        let head = audit_head::Entity::find_by_id(0).one(app.db.read()).await?;
        let head = head.map(|row| row.head()).transpose()?.flatten();
        let rows = audit::Entity::find()
            .filter(audit::Column::Seq.gt(after.0.map_or(-1, stored_count)))
            .filter(audit::Column::Seq.lte(head.map_or(-1, |head| stored_count(head.seq))))
            .order_by_asc(audit::Column::Seq)
            .limit(limit)
            .all(app.db.read())
            .await?;
        let links = rows.iter().map(told).collect::<Result<Vec<_>, _>>()?;
        let more = links.last().zip(head).is_some_and(|(last, head)| last.seq < head.seq);
        Ok(Json(AuditPage { links, head, more }))
    }
}

/// Returns a link as administrators are told it.
fn told(row: &audit::Model) -> Result<AuditLink, DbErr> {
    let link = row.link()?;
    let own = |entry: &AuditEntry| entry.subject.is_some_and(|subject| subject.kind.is_own());
    let entry = link.entry.filter(|entry| !own(entry));
    Ok(AuditLink { entry, ..link })
}
