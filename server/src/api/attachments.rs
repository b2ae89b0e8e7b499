//! Sealed files: streamed in, streamed out, gone when their record is withdrawn.

use std::sync::Arc;

use futures_util::StreamExt as _;
use poem::Body;
use poem::web::Data;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::{Binary, Json};
use poem_openapi::{ApiResponse, OpenApi};
use reverie_protocol::api::StoredAttachment;
use reverie_protocol::audit::AuditAct;
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId};
use reverie_protocol::problem::ProblemCode;
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
    Set,
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, SeekFrom};
use tokio_util::io::ReaderStream;

use super::journals::{readable, subject};
use super::{Done, Part};
use crate::app::App;
use crate::attachment_files::{CHUNK, Received};
use crate::audit::{Act, Chain};
use crate::byte_range::{Asked, asked};
use crate::caller::Caller;
use crate::entity::{attachment, count, hash, named, record, stored_count};
use crate::random;
use crate::refusal::{Answer, ApiError, malformed, not_found, refuse};

pub(super) struct AttachmentsApi;

/// A sealed file, or the part of it that was asked for.
#[derive(ApiResponse)]
enum Download {
    /// The sealed file.
    #[oai(status = 200)]
    Whole(
        Binary<Body>,
        /// Its size in bytes.
        #[oai(header = "Content-Length")]
        u64,
        /// `bytes`: a part can be asked for with `Range`.
        #[oai(header = "Accept-Ranges")]
        String,
    ),
    /// The part that `Range` asked for.
    #[oai(status = 206)]
    Part(
        Binary<Body>,
        /// The part's size in bytes.
        #[oai(header = "Content-Length")]
        u64,
        /// Where the part is: `bytes first-last/size`.
        #[oai(header = "Content-Range")]
        String,
    ),
}

#[OpenApi(prefix_path = "/v1/journals", tag = "Part::Attachments")]
impl AttachmentsApi {
    /// Upload a sealed file
    ///
    /// For the journal's owner and writers; `not_permitted` for readers, `not_found` for everybody else. Up to 512 MiB,
    /// streamed. Upload first, then append the record that names it: until then only its uploader sees it. Sending the
    /// same content again is answered the same; other content under a known id is `attachment_reused`.
    ///
    /// A file that no record names within 24 hours is removed; upload it again before you append.
    ///
    /// `request_timeout`: it stopped arriving, and nothing was kept. `erased`: its record was withdrawn.
    #[oai(path = "/:journal/attachments/:attachment", method = "put", operation_id = "put_attachment")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The journal.
        journal: Path<JournalId>,
        /// The attachment's id, made by the client.
        attachment: Path<AttachmentId>,
        file: Binary<Body>,
    ) -> Answer<StoredAttachment> {
        let (app, author) = (*app, caller.0.account);
        let member = readable(app, journal.0, author).await?;
        if named::<MemberRole>(&member.role)? == MemberRole::Reader {
            return Err(refuse(ProblemCode::NotPermitted, "You may read this journal, but not write to it."));
        }
        let mut receiving = app.files.receive(&mut random::system()).await?;
        let mut pieces = Box::pin(file.0.into_bytes_stream());
        while let Some(piece) = pieces.next().await {
            let cut = |_| malformed("The file did not arrive whole. Send it again.");
            receiving.write(&piece.map_err(cut)?).await?;
        }
        let received = receiving.finish().await?;
        let act = app.act(author, AuditAct::UploadAttachment, subject(&member)?);
        Ok(Json(publish(app, act, author, journal.0, attachment.0, received).await?))
    }

    /// Download a sealed file
    ///
    /// For the journal's members once a record names it; before that for its uploader. `Range` takes one range.
    /// Check size and SHA-256 against the record's header.
    ///
    /// `not_found`: there is none, or it is not yours to see. `erased`: its record was withdrawn.
    #[oai(path = "/:journal/attachments/:attachment", method = "get", operation_id = "get_attachment")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The journal.
        journal: Path<JournalId>,
        /// The attachment.
        attachment: Path<AttachmentId>,
        /// One range of bytes, as in `bytes=0-1023`.
        range: Header<Option<String>>,
    ) -> Result<Download, ApiError> {
        let app = *app;
        let member = readable(app, journal.0, caller.0.account).await?;
        let row = find(app.db.read(), journal.0, attachment.0).await?;
        let row = row.filter(|row| row.record.is_some() || row.author == caller.0.account.uuid());
        let row = row.ok_or_else(|| not_found("attachment"))?;
        if is_erased(app.db.read(), &row).await? {
            return Err(erased());
        }
        if row.lost {
            let detail = "The server was restored from a backup without this file. Whoever has it can upload it again.";
            return Err(refuse(ProblemCode::NotFound, detail));
        }
        let size = count(row.size)?;
        let mut file = app.files.open_file(journal.0, attachment.0).await?;
        let (first, length, partial) = match asked(range.0.as_deref(), size) {
            Asked::Whole => (0, size, false),
            Asked::Part { first, length } => (first, length, true),
            Asked::Outside => {
                let detail = format!("The file has {size} bytes; the range is outside of them.");
                return Err(refuse(ProblemCode::RangeNotSatisfiable, detail));
            }
        };
        app.enter_today(app.act(caller.0.account, AuditAct::FetchAttachment, subject(&member)?)).await?;
        file.seek(SeekFrom::Start(first)).await?;
        let body = Binary(Body::from_bytes_stream(ReaderStream::with_capacity(file.take(length), CHUNK)));
        Ok(if partial {
            Download::Part(body, length, format!("bytes {first}-{}/{size}", first + length - 1))
        } else {
            Download::Whole(body, length, "bytes".into())
        })
    }

    /// Delete a sealed file that no record names
    ///
    /// For its uploader, who changed her mind before the record was appended. `attachment_reused`: a record names it;
    /// withdraw that record to erase both.
    #[oai(path = "/:journal/attachments/:attachment", method = "delete", operation_id = "delete_attachment")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        /// The journal.
        journal: Path<JournalId>,
        /// The attachment.
        attachment: Path<AttachmentId>,
    ) -> Result<Done, ApiError> {
        let app = *app;
        let member = readable(app, journal.0, caller.0.account).await?;
        let _publishing = app.publishing.lock().await;
        let tx = app.db.begin().await?;
        let row = find(&tx, journal.0, attachment.0).await?;
        let row = row.filter(|row| row.author == caller.0.account.uuid()).ok_or_else(|| not_found("attachment"))?;
        if row.record.is_some() {
            return Err(named_already());
        }
        // An append names attachments without waiting for its turn, and holds their rows before the audit log's head.
        let unnamed =
            attachment::Entity::delete_by_id((row.journal, row.id)).filter(attachment::Column::Record.is_null());
        if unnamed.exec(&tx).await?.rows_affected == 0 {
            return Err(named_already());
        }
        let act = app.act(caller.0.account, AuditAct::DeleteAttachment, subject(&member)?);
        Chain::hold(&tx).await?.enter(&mut random::system(), &[act]).await?;
        tx.commit().await?;
        app.files.remove(journal.0, attachment.0).await;
        Ok(Done::Done)
    }
}

/// Gives a received file its name and row, unless the id is taken by something else.
async fn publish(
    app: &App,
    act: Act,
    author: AccountId,
    journal: JournalId,
    id: AttachmentId,
    received: Received,
) -> Result<StoredAttachment, ApiError> {
    let stored = StoredAttachment { attachment: id, sha256: received.sha256, size: received.size };
    let row = attachment::Model {
        journal: journal.uuid(),
        id: id.uuid(),
        author: author.uuid(),
        sha256: received.sha256.0.to_vec(),
        size: stored_count(received.size),
        record: None,
        created_day: app.clock.today(),
        unnamed_since: Some(app.clock.now()),
        lost: false,
    };
    let _publishing = app.publishing.lock().await;
    let tx = app.db.begin().await?;
    if let Some(there) = find(&tx, journal, id).await? {
        if is_erased(&tx, &there).await? {
            return Err(erased());
        }
        // What was lost may come from anybody who has it.
        let same = there.lost || there.author == row.author;
        if !same || hash(&there.sha256)? != stored.sha256 || there.size != row.size {
            let detail = "There is another attachment with this id. Upload this one under a new id.";
            return Err(refuse(ProblemCode::AttachmentReused, detail));
        }
        if !there.lost {
            waits_anew(&tx, &row).await?;
            tx.commit().await?;
            return Ok(stored);
        }
        let found = attachment::ActiveModel { lost: Set(false), ..there.into() };
        attachment::Entity::update(found).exec(&tx).await?;
    } else {
        attachment::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
    }
    // The file first: a row without its file would be a promise broken, a file without its row is only litter.
    app.files.publish(received, journal, id).await?;
    if !app.entered.holds(&act) {
        Chain::hold(&tx).await?.enter(&mut random::system(), &[act]).await?;
    }
    tx.commit().await?;
    app.entered.note(act);
    Ok(stored)
}

/// Counts the day that an upload waits for its record from now on, since it was sent again.
async fn waits_anew(tx: &impl ConnectionTrait, row: &attachment::Model) -> Result<(), ApiError> {
    attachment::Entity::update_many()
        .col_expr(attachment::Column::UnnamedSince, Expr::value(row.unnamed_since))
        .filter(attachment::Column::Journal.eq(row.journal))
        .filter(attachment::Column::Id.eq(row.id))
        .filter(attachment::Column::Record.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

async fn find(
    db: &impl ConnectionTrait,
    journal: JournalId,
    id: AttachmentId,
) -> Result<Option<attachment::Model>, ApiError> {
    Ok(attachment::Entity::find_by_id((journal.uuid(), id.uuid())).one(db).await?)
}

/// Tells whether the record that names the attachment was withdrawn.
async fn is_erased(db: &impl ConnectionTrait, row: &attachment::Model) -> Result<bool, ApiError> {
    let Some(named_by) = row.record else { return Ok(false) };
    let withdrawn = record::Entity::find()
        .filter(record::Column::Journal.eq(row.journal))
        .filter(record::Column::Id.eq(named_by))
        .filter(record::Column::Withdrawn.eq(true))
        .count(db)
        .await?;
    Ok(withdrawn > 0)
}

fn named_already() -> ApiError {
    refuse(ProblemCode::AttachmentReused, "A record names this attachment. Withdraw the record to erase both.")
}

fn erased() -> ApiError {
    refuse(ProblemCode::Erased, "The record that named this attachment was withdrawn, and the file was erased.")
}
