//! Group commit: appends of many journals, and the entries of the audit log, one transaction, one fsync.
//!
//! Every append says which head it extends. The writer knows each journal's head including the appends earlier in the
//! same batch, so of two that extend the same head the second is refused, alone. An append is written whole or not at
//! all, and success is answered only after the commit (`synchronous=FULL`): an answer means it is on disk.

mod batch;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use reverie_protocol::api::Head;
use reverie_protocol::ids::{AttachmentId, JournalId, RecordId};
use sea_orm::DbErr;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::attachment_files::AttachmentFiles;
use crate::audit::Act;
use crate::changes::{Change, Changes};
use crate::database::Database;
use crate::entity::{attachment, member, record};

/// Appends that may wait; more are refused as busy.
const QUEUE: usize = 1024;
/// Appends in one transaction.
const BATCH: usize = 256;
/// How often other requests are let run before a batch is closed.
const TURNS: usize = 8;

/// A checked append, ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Append {
    pub(crate) journal: JournalId,
    /// The head that it extends; absent if it opens the journal.
    pub(crate) extends: Option<Head>,
    /// The head afterwards.
    pub(crate) head: Head,
    pub(crate) records: Vec<record::Model>,
    /// The journal's state as JSON, if more than the head changed.
    pub(crate) state: Option<String>,
    /// All members, if they changed.
    pub(crate) members: Option<Vec<member::Model>>,
    /// Which record names which attachment.
    pub(crate) attachments: Vec<(AttachmentId, RecordId)>,
    /// Attachments that its records name and that are not here.
    pub(crate) lost: Vec<attachment::Model>,
    /// Records whose bodies and attachments are erased.
    pub(crate) withdrawn: Vec<RecordId>,
    /// Who appends; absent if today's entry is known to be there.
    pub(crate) act: Option<Act>,
}

impl Append {
    /// Returns what it changes, as it is told.
    fn change(&self) -> Change {
        let members = self.members.as_ref().map(|members| members.iter().map(|member| member.account.into()).collect());
        Change { journal: self.journal, head: self.head, members }
    }
}

/// What is written.
#[derive(Debug, Clone)]
enum Work {
    Append(Box<Append>),
    /// An entry of the audit log about something that is not written: it was only looked at.
    Enter(Act),
}

/// Why an append was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the journal has moved on")]
    StaleHead(Option<Head>),
    #[error("an attachment is gone or was named meanwhile")]
    AttachmentMissing,
    #[error("a record with this id is already in the journal")]
    RecordReused,
    #[error("the server is stopping or has too much to write")]
    Busy,
    #[error(transparent)]
    Database(#[from] DbErr),
}

struct Job {
    work: Work,
    reply: oneshot::Sender<Result<(), Refused>>,
}

/// Takes appends to the task that writes them.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Job>,
    stopping: CancellationToken,
}

impl Writer {
    /// Starts the task. It ends, with its queue written, after [`Self::stop`].
    pub(crate) fn start(
        db: Database,
        files: Arc<AttachmentFiles>,
        changes: Changes,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, mut jobs) = mpsc::channel(QUEUE);
        let stopping = CancellationToken::new();
        let stop = stopping.clone();
        let task = tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            loop {
                tokio::select! {
                    biased;
                    () = stop.cancelled(), if !jobs.is_closed() => jobs.close(),
                    taken = jobs.recv_many(&mut batch, BATCH) => {
                        if taken == 0 {
                            return;
                        }
                        gather(&mut jobs, &mut batch).await;
                        write(&db, &files, &changes, std::mem::take(&mut batch)).await;
                    }
                }
            }
        });
        (Self { queue, stopping }, task)
    }

    /// Writes an append and returns when it is on disk.
    ///
    /// # Errors
    /// [`Refused`]; nothing of it was written then.
    pub(crate) async fn append(&self, append: Append) -> Result<(), Refused> {
        self.write(Work::Append(Box::new(append))).await
    }

    /// Enters an act and returns when it is on disk.
    ///
    /// # Errors
    /// [`Refused`]; nothing was entered then.
    pub(crate) async fn enter(&self, act: Act) -> Result<(), Refused> {
        self.write(Work::Enter(act)).await
    }

    async fn write(&self, work: Work) -> Result<(), Refused> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Job { work, reply }).map_err(|_| Refused::Busy)?;
        answer.await.unwrap_or(Err(Refused::Busy))
    }

    /// Tells whether appends are still taken.
    pub(crate) fn is_running(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Takes no more appends; those that wait are written.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }
}

/// Lets requests that are ready to run run first: those that append share the commit. Whoever is alone waits for nobody.
async fn gather(jobs: &mut mpsc::Receiver<Job>, batch: &mut Vec<Job>) {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
        while batch.len() < BATCH
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
    }
}

async fn write(db: &Database, files: &Arc<AttachmentFiles>, changes: &Changes, jobs: Vec<Job>) {
    let (works, replies): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.work, job.reply)).unzip();
    let outcomes = batch::commit(db, &works).await;
    let changed = works.iter().zip(&outcomes).filter_map(|(work, outcome)| match (work, outcome) {
        (Work::Append(append), Ok(_)) => Some(append.change()),
        _ => None,
    });
    changes.tell(db, changed.collect());
    for ((work, reply), outcome) in works.into_iter().zip(replies).zip(outcomes) {
        let files = Arc::clone(files);
        match (outcome, work) {
            // Whoever withdraws is answered when the files are gone; the next batch does not wait for that.
            (Ok(erased), Work::Append(append)) if !erased.is_empty() => {
                tokio::spawn(async move {
                    for attachment in erased {
                        files.remove(append.journal, attachment).await;
                    }
                    let _ = reply.send(Ok(()));
                });
            }
            // The asker may have gone; what was written stays written.
            (outcome, _) => drop(reply.send(outcome.map(drop))),
        }
    }
}
