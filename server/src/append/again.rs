//! Records that a member sends again because this server lost them: it was restored from a backup that lacks them.
//!
//! A signed record fits at exactly one `seq` and `prev`, so whoever sends it, nothing new can be written this way. What is
//! lost with the server stays lost, and is told: files that no device has any more, and bodies that were withdrawn since.

use reverie_protocol::header::{Action, AttachmentRef, Header};
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use crate::app::App;
use crate::entity::{attachment, stored_count};
use crate::refusal::ApiError;

/// Tells whether a record may come without its body: its author gives up nothing but her own words, and words that are
/// withdrawn in the same breath are gone anyway.
pub(super) fn may_lack_body(header: &Header, sender: AccountId, batch: &[Header]) -> bool {
    let withdrawn = || batch.iter().any(|later| later.withdraws.contains(&header.record));
    header.action == Action::Write && (header.author == sender || withdrawn())
}

/// Returns the row of a file that a record names and that is not here.
pub(super) fn lost(header: &Header, named: &AttachmentRef, day: i32) -> attachment::Model {
    attachment::Model {
        journal: header.journal.uuid(),
        id: named.id.uuid(),
        author: header.author.uuid(),
        sha256: named.sha256.0.to_vec(),
        size: stored_count(named.size),
        record: Some(header.record.uuid()),
        created_day: day,
        unnamed_since: None,
        lost: true,
    }
}

/// Removes uploads that no record names and that have the id, but not the content, of a file that these records name: an
/// id that was signed for belongs to what was signed.
pub(super) async fn make_room(app: &App, journal: JournalId, headers: &[Header]) -> Result<(), ApiError> {
    let named: Vec<_> = headers.iter().flat_map(|header| &header.attachments).collect();
    if named.is_empty() {
        return Ok(());
    }
    let _publishing = app.publishing.lock().await;
    let tx = app.db.begin().await?;
    let uploads = attachment::Entity::find()
        .filter(attachment::Column::Journal.eq(journal.uuid()))
        .filter(attachment::Column::Id.is_in(named.iter().map(|named| named.id.uuid())))
        .filter(attachment::Column::Record.is_null())
        .all(&tx)
        .await?;
    let fits = |row: &attachment::Model| {
        named.iter().any(|named| {
            row.id == named.id.uuid() && row.sha256 == named.sha256.0 && row.size == stored_count(named.size)
        })
    };
    let other: Vec<_> = uploads.into_iter().filter(|row| !fits(row)).collect();
    for row in &other {
        attachment::Entity::delete_by_id((row.journal, row.id)).exec(&tx).await?;
    }
    tx.commit().await?;
    for row in other {
        app.files.remove(journal, row.id.into()).await;
    }
    Ok(())
}

/// Returns the files that these records name and that are not here.
pub(super) async fn missing(app: &App, journal: JournalId, headers: &[Header]) -> Result<Vec<AttachmentId>, ApiError> {
    let records = headers.iter().map(|header| header.record.uuid());
    let lost: Vec<Uuid> = attachment::Entity::find()
        .select_only()
        .column(attachment::Column::Id)
        .filter(attachment::Column::Journal.eq(journal.uuid()))
        .filter(attachment::Column::Record.is_in(records))
        .filter(attachment::Column::Lost.eq(true))
        .order_by_asc(attachment::Column::Id)
        .into_tuple()
        .all(app.db.read())
        .await?;
    Ok(lost.into_iter().map(AttachmentId::from).collect())
}
