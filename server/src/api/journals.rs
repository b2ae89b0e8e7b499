//! Journals: listing one's own, appending, reading. Somebody else's journal is 404.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use reverie_protocol::api::{Append, Appended, Journals, RecordPage, Resent};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::bytes::B64;
use reverie_protocol::header::{MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::limits;
use sea_orm::prelude::Expr;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{Part, journal_list};
use crate::app::App;
use crate::append::{append, append_again};
use crate::caller::Caller;
use crate::entity::{journal, member, named, record, stored_count};
use crate::invitations;
use crate::refusal::{Answer, ApiError, malformed, not_found};

pub(super) struct JournalsApi;

#[OpenApi(prefix_path = "/v1/journals", tag = "Part::Journals")]
impl JournalsApi {
    /// List the journals that you are a member of
    ///
    /// For every account. A journal that you were removed from is no longer listed. Each comes with what the server says of
    /// its members' accounts: an owner's client removes who was off-boarded before it writes again, and follows changed
    /// cards by their signatures. Where the heads are those that you have, and all invitations that you wait for are
    /// open, there is nothing more to ask.
    #[oai(path = "/", method = "get", operation_id = "list_journals")]
    async fn list(&self, app: Data<&Arc<App>>, caller: Caller) -> Answer<Journals> {
        let journals = journal_list::of(*app, caller.0.account).await?;
        let open_invitations = invitations::open_of(app.db.read(), caller.0.account, app.clock.now()).await?;
        Ok(Json(Journals { journals, open_invitations }))
    }

    /// Append records
    ///
    /// For owners and writers; a reader's records are `invalid_record`. One to 100 records, all or none; each must
    /// extend the journal's head. After a `stale_head`, look for your own record in the log (the answer may have been
    /// lost), then build and sign anew on the new head. The same records sent twice are stored once and answered alike.
    /// The first record of a new journal is its owner's `open`.
    ///
    /// `invalid_record`: `detail` names the rule that it breaks. `body_mismatch`: a body is cut off or another one.
    /// `attachment_missing`: upload it first. `record_reused`: the id is taken by another record. `not_found`: you are
    /// not a member. `busy`: nothing was stored; send the same again.
    #[oai(path = "/:journal/records", method = "post", operation_id = "append_records")]
    async fn append(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The journal's id, made by its owner's client.
        journal: Path<JournalId>,
        records: Json<Append>,
    ) -> Answer<Appended> {
        let head = append(*app, caller.0.account, journal.0, &records.0.records).await?;
        Ok(Json(Appended { head }))
    }

    /// Send records again that the server lost
    ///
    /// For every member of the journal; `not_found` for everybody else. After a restore the server's log may end before
    /// the one that its members have verified. Takes records as they were signed, whoever wrote them: one to 100, in order,
    /// extending the head, or from `open` on if the server has nothing of the journal. A signed record fits at one place
    /// alone, so nothing new can be written this way. A record may lack its body if you wrote it, or if the same request
    /// withdraws it. Upload what is `missing`, if you have it.
    ///
    /// `stale_head`: the log goes on from another place; fetch it and begin there. `invalid_record`, `body_mismatch`: as in
    /// appending.
    #[oai(path = "/:journal/resend", method = "post", operation_id = "resend_records")]
    async fn resend(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The journal's id.
        journal: Path<JournalId>,
        records: Json<Append>,
    ) -> Answer<Resent> {
        Ok(Json(append_again(*app, caller.0.account, journal.0, &records.0.records).await?))
    }

    /// Read records
    ///
    /// For the journal's members; `not_found` for everybody else. In order of `seq`. A page ends early after 4 MiB of
    /// sealed bodies; ask on, with the last `seq`, while `more`. A withdrawn record has no `body` any more. Verify
    /// every record before you believe it: the server's word is not enough.
    #[oai(path = "/:journal/records", method = "get", operation_id = "list_records")]
    async fn records(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The journal's id, made by its owner's client.
        journal: Path<JournalId>,
        /// Begin after this `seq`; without it, at the first record.
        after: Query<Option<u64>>,
        /// At most this many, 1 to 500; without it, 500.
        limit: Query<Option<u64>>,
    ) -> Answer<RecordPage> {
        let limit = limit.0.unwrap_or(limits::RECORDS_PER_PAGE);
        if !(1..=limits::RECORDS_PER_PAGE).contains(&limit) {
            return Err(malformed("`limit` is between 1 and 500."));
        }
        let member = readable(*app, journal.0, caller.0.account).await?;
        let page = page(*app, journal.0, after.0, limit).await?;
        // Whoever asks and is handed nothing new has fetched nothing.
        if !page.records.is_empty() {
            app.enter_today(app.act(caller.0.account, AuditAct::FetchRecords, subject(&member)?)).await?;
        }
        Ok(Json(page))
    }
}

/// Accepts a reader of the journal.
pub(super) async fn readable(app: &App, journal: JournalId, reader: AccountId) -> Result<member::Model, ApiError> {
    let key = (journal.uuid(), reader.uuid());
    member::Entity::find_by_id(key).one(app.db.read()).await?.ok_or_else(|| not_found("journal"))
}

/// Returns the journal as what a member's act is about.
pub(super) fn subject(member: &member::Model) -> Result<AuditSubject, DbErr> {
    let own = named::<MemberRole>(&member.role)? == MemberRole::Owner;
    Ok(AuditSubject::journal(member.journal.into(), own))
}

async fn page(app: &App, journal: JournalId, after: Option<u64>, limit: u64) -> Result<RecordPage, ApiError> {
    let db = app.db.read();
    // The head first: a record appended meanwhile is then `more`, never lost.
    let head = journal::Entity::find_by_id(journal.uuid()).one(db).await?.map(|row| row.head()).transpose()?;
    let after = after.map_or(-1, stored_count);
    let of_journal = || {
        record::Entity::find()
            .filter(record::Column::Journal.eq(journal.uuid()))
            .filter(record::Column::Seq.gt(after))
            .order_by_asc(record::Column::Seq)
    };
    let sizes: Vec<(i64, i64)> = of_journal()
        .select_only()
        .column(record::Column::Seq)
        .column_as(Expr::cust("CAST(length(header) + coalesce(length(body), 0) AS bigint)"), "size")
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let mut bytes = 0;
    let fitting = sizes.iter().take_while(|(_, size)| {
        // The first record always fits, or a large one would end every page before it.
        let first = bytes == 0;
        bytes += size.unsigned_abs();
        first || bytes <= limits::PAGE_BYTES as u64
    });
    let Some(&(last, _)) = fitting.last() else {
        return Ok(RecordPage { records: Vec::new(), head, more: false });
    };
    let rows = of_journal().filter(record::Column::Seq.lte(last)).all(db).await?;
    let more = head.as_ref().is_some_and(|head| stored_count(head.seq) > last);
    let records = rows.into_iter().map(|row| SignedRecord {
        header: B64(row.header),
        signature: B64(row.signature),
        body: row.body.map(B64),
    });
    Ok(RecordPage { records: records.collect(), head, more })
}
