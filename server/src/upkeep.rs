//! Upkeep: what crashes and clients that went away leave behind is removed, when the server starts and every minute.
//!
//! The invariant: nothing is removed that a record names, unless that record was withdrawn. What waits for a record to
//! name it waits for a day; whoever names it later is told that it is not there, and sends it again.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reverie_protocol::ids::{AttachmentId, JournalId};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::attachment_files::AttachmentFiles;
use crate::database::Database;
use crate::entity::{attachment, record};
use crate::{passkeys, sessions};

/// How long an uploaded file waits for a record to name it.
const WAIT_SECONDS: i64 = 24 * 60 * 60;
/// Rows looked at in one step.
const PAGE: u64 = 500;

/// Why upkeep stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpkeepError {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Finishes what a crash cut short. Nobody may use the folder yet.
pub(crate) async fn after_a_crash(db: &Database, files: &AttachmentFiles) -> Result<(), UpkeepError> {
    finish_erasures(db, files).await?;
    remove_litter(db, files).await
}

/// Removes, at once and then again and again, what waited too long.
pub(crate) async fn run(app: Arc<App>, every: Duration, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(every);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = forget_attempts(&app).await {
            tracing::error!(%error, "Logins that nobody finished could not be removed; it is tried again");
        }
        if let Err(error) = remove_abandoned(&app).await {
            tracing::error!(%error, "Abandoned uploads could not be removed; it is tried again");
        }
    }
}

/// Removes logins and ceremonies of passkeys that nobody finished in time.
async fn forget_attempts(app: &App) -> Result<(), DbErr> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    sessions::forget_expired_attempts(&tx, now).await?;
    passkeys::forget_expired(&tx, now).await?;
    tx.commit().await
}

/// Removes uploads that no record named within a day.
async fn remove_abandoned(app: &App) -> Result<(), DbErr> {
    let waits_since = app.clock.now() - WAIT_SECONDS;
    loop {
        // An upload of the same file under the same id must not come between row and file.
        let publishing = app.publishing.lock().await;
        let tx = app.db.begin().await?;
        let abandoned: Vec<(Uuid, Uuid)> = attachment::Entity::find()
            .select_only()
            .columns([attachment::Column::Journal, attachment::Column::Id])
            .filter(attachment::Column::UnnamedSince.lte(waits_since))
            .limit(PAGE)
            .into_tuple()
            .all(&tx)
            .await?;
        let mut removed = Vec::with_capacity(abandoned.len());
        for key in &abandoned {
            // An append names attachments without waiting for its turn.
            let unnamed = attachment::Entity::delete_by_id(*key).filter(attachment::Column::Record.is_null());
            if unnamed.exec(&tx).await?.rows_affected == 1 {
                removed.push(key);
            }
        }
        tx.commit().await?;
        for (journal, id) in removed {
            app.files.remove((*journal).into(), (*id).into()).await;
        }
        drop(publishing);
        if abandoned.is_empty() {
            return Ok(());
        }
        tracing::info!(count = abandoned.len(), "Removed uploads that no record named within a day");
    }
}

/// Removes files whose withdrawal was committed and whose removal a crash cut off.
async fn finish_erasures(db: &Database, files: &AttachmentFiles) -> Result<(), DbErr> {
    let mut after: Option<(Uuid, Uuid)> = None;
    loop {
        let withdrawn = Query::select()
            .columns([record::Column::Journal, record::Column::Id])
            .from(record::Entity)
            .and_where(record::Column::Withdrawn.eq(true))
            .take();
        let named_by = Expr::tuple([attachment::Column::Journal.into_expr(), attachment::Column::Record.into_expr()]);
        let mut erased = attachment::Entity::find()
            .select_only()
            .columns([attachment::Column::Journal, attachment::Column::Id])
            .filter(named_by.in_subquery(withdrawn))
            .order_by_asc(attachment::Column::Journal)
            .order_by_asc(attachment::Column::Id)
            .limit(PAGE);
        if let Some((journal, id)) = after {
            let in_journal = attachment::Column::Journal.eq(journal).and(attachment::Column::Id.gt(id));
            erased = erased.filter(Condition::any().add(attachment::Column::Journal.gt(journal)).add(in_journal));
        }
        let erased: Vec<(Uuid, Uuid)> = erased.into_tuple().all(db.read()).await?;
        let Some(last) = erased.last() else { return Ok(()) };
        after = Some(*last);
        for (journal, id) in &erased {
            files.remove((*journal).into(), (*id).into()).await;
        }
    }
}

/// Removes files that arrived and whose row was never committed. Files that are not ours are left alone.
async fn remove_litter(db: &Database, files: &AttachmentFiles) -> Result<(), UpkeepError> {
    for journal in files.journals()? {
        let known: Vec<Uuid> = attachment::Entity::find()
            .select_only()
            .column(attachment::Column::Id)
            .filter(attachment::Column::Journal.eq(journal.uuid()))
            .into_tuple()
            .all(db.read())
            .await?;
        let known: BTreeSet<AttachmentId> = known.into_iter().map(Into::into).collect();
        let litter: Vec<_> = files.of_journal(journal)?.into_iter().filter(|id| !known.contains(id)).collect();
        for id in &litter {
            files.remove(journal, *id).await;
        }
        if !litter.is_empty() {
            tracing::info!(%journal, count = litter.len(), "Removed uploads that a crash cut short");
        }
    }
    Ok(())
}

/// Tells whether a file, as its path is in the folder of attachments, is one that [`after_a_crash`] removes.
pub(crate) fn is_litter(path: &Path) -> bool {
    let (folder, name) = (path.parent().and_then(Path::to_str), path.file_name().and_then(OsStr::to_str));
    folder.is_some_and(|journal| journal.parse::<JournalId>().is_ok())
        && name.is_some_and(|attachment| attachment.parse::<AttachmentId>().is_ok())
}
