//! A server from start to stop.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use reverie_protocol::ids::{AttachmentId, JournalId};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api;
use crate::app::App;
use crate::attachment_files::AttachmentFiles;
use crate::clock::Clock;
use crate::data::DataFolder;
use crate::database::Database;
use crate::entity::{attachment, record};
use crate::http::accept;
use crate::opaque::Opaque;
use crate::throttle::{Delays, Throttle};
use crate::writer::Writer;

/// How a server runs.
#[derive(Clone)]
pub struct Config {
    /// Where its data is; made by [`crate::init::init`].
    pub data: DataFolder,
    /// Whether a proxy of ours is in front: then the client's address is the last of `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// How failed tries are delayed.
    pub delays: Delays,
    /// What time it is.
    pub clock: Clock,
}

impl Config {
    /// Returns the defaults for a data folder.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: DataFolder(data.into()), behind_proxy: false, delays: Delays::default(), clock: Clock::system() }
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no data folder, or it is not complete.
    #[error("there is no Reverie server in {}; make one with `reverie-server init --data {}`", .0.display(), .0.display())]
    NotInitialised(PathBuf),
    /// A file or the listener could not be used.
    #[error("the data folder or the listening address cannot be used: {0}")]
    Io(#[from] io::Error),
    /// The database could not be opened or brought up to date.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] DbErr),
}

/// Reverie's server.
#[derive(Debug)]
pub struct Server;

/// A server that runs until [`Self::stop`].
#[derive(Debug)]
pub struct RunningServer {
    /// Where it listens.
    pub addr: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Server {
    /// Starts a server on `listener`: runs pending migrations, finishes what a crash cut short, serves.
    ///
    /// # Errors
    /// [`StartError`] if the data folder was not made, or something in it or the listener cannot be used.
    pub async fn start(config: Config, listener: TcpListener) -> Result<RunningServer, StartError> {
        if !config.data.opaque_setup().exists() || !config.data.database().exists() {
            return Err(StartError::NotInitialised(config.data.0));
        }
        let opaque = Opaque::open(&config.data)?;
        let db = Database::open(&config.data.database()).await?;
        let files = Arc::new(AttachmentFiles::open(config.data.attachments()).await?);
        finish_erasures(&db, &files).await?;
        let (writer, writing) = Writer::start(db.clone(), Arc::clone(&files));
        let app = Arc::new(App {
            db: db.clone(),
            writer: writer.clone(),
            files,
            publishing: Mutex::new(()),
            opaque,
            throttle: Throttle::new(config.delays),
            clock: config.clock,
            behind_proxy: config.behind_proxy,
        });
        let addr = listener.local_addr()?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn({
            let stop = stop.clone();
            async move {
                accept::serve(listener, api::endpoint(app), stop).await;
                // Requests are done; what they left in the queue is written before the database closes.
                writer.stop();
                let written = writing.await;
                let closed = db.close().await;
                if let (Err(error), _) = (written, &closed) {
                    tracing::error!(%error, "The writer failed");
                }
                if let Err(error) = closed {
                    tracing::error!(%error, "The database did not close cleanly");
                }
            }
        });
        Ok(RunningServer { addr, stop, serving })
    }
}

impl RunningServer {
    /// Takes no more requests, lets those that run finish, and returns when everything is on disk.
    pub async fn stop(self) {
        self.stop.cancel();
        // A panic of the serving task was reported where it happened.
        let _ = self.serving.await;
    }
}

/// Removes files whose withdrawal was committed and whose removal a crash cut off.
async fn finish_erasures(db: &Database, files: &AttachmentFiles) -> Result<(), DbErr> {
    let withdrawn = record::Entity::find().filter(record::Column::Withdrawn.eq(true)).all(db.read()).await?;
    for record in withdrawn {
        let named = attachment::Entity::find()
            .filter(attachment::Column::Journal.eq(record.journal))
            .filter(attachment::Column::Record.eq(record.id))
            .all(db.read())
            .await?;
        for row in named {
            files.remove(JournalId::from(row.journal), AttachmentId::from(row.id)).await;
        }
    }
    Ok(())
}
