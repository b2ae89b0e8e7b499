//! A server from start to stop.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reverie_protocol::limits;
use reverie_protocol::opaque::KsfParams;
use sea_orm::DbErr;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api;
use crate::app::App;
use crate::append::Lately;
use crate::attachment_files::AttachmentFiles;
use crate::audit::Today;
use crate::changes::{Changes, Streams};
use crate::clock::Clock;
use crate::data::DataFolder;
use crate::database::{Database, DatabaseAddress, OpenError};
use crate::http::accept;
use crate::http::connection_limits::ConnectionLimits;
use crate::known_sessions::KnownSessions;
use crate::opaque::Opaque;
use crate::public_address::PublicAddress;
use crate::throttle::{Delays, Throttle};
use crate::upkeep::{self, UpkeepError};
use crate::writer::Writer;

/// How a server runs.
#[derive(Clone)]
pub struct Config {
    /// Where its data is; made by [`crate::init::init`].
    pub data: DataFolder,
    /// Where its database is, if not in the data folder.
    pub database: DatabaseAddress,
    /// Whether a proxy of ours is in front: then the client's address is the last of `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Where browsers reach it, for which they keep passkeys; without it there are none.
    pub public_address: Option<PublicAddress>,
    /// How failed tries are delayed.
    pub delays: Delays,
    /// How many clients at once, and how long to wait for a slow one.
    pub limits: ConnectionLimits,
    /// What time it is.
    pub clock: Clock,
    /// How often a stream of changes shows that it is alive, and looks whether its session still is.
    pub streams_alive_every: Duration,
    /// How often what was abandoned is looked for.
    pub upkeep_every: Duration,
    /// What the slow hash of a password costs: of new accounts at once, of others from their next login on.
    pub ksf: KsfParams,
}

impl Config {
    /// Returns the defaults for a data folder.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: DataFolder(data.into()),
            database: DatabaseAddress::default(),
            behind_proxy: false,
            public_address: None,
            delays: Delays::default(),
            limits: ConnectionLimits::default(),
            clock: Clock::system(),
            streams_alive_every: Duration::from_secs(limits::STREAM_ALIVE_SECONDS),
            upkeep_every: Duration::from_secs(60),
            ksf: KsfParams::DEFAULT,
        }
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no data folder, or it is not complete.
    #[error("there is no Reverie server in {}; make one with `reverie-server init --data {}`", .0.display(), .0.display())]
    NotInitialised(PathBuf),
    /// Another server runs on the data folder.
    #[error(
        "another server is running on {}; a data folder serves one at a time. Stop the other one, or give this one a \
         folder of its own with --data", .0.display()
    )]
    InUse(PathBuf),
    /// A file or the listener could not be used.
    #[error("the data folder or the listening address cannot be used; may this user read and write there?")]
    Io(#[from] io::Error),
    /// The database could not be opened or brought up to date.
    #[error("the database cannot be opened or brought up to date; `reverie-server check` says whether it is whole")]
    Database(#[from] DbErr),
    /// PostgreSQL, or a version of the database, is not one to use.
    #[error(transparent)]
    Open(OpenError),
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Embedded(error) => Self::Database(error),
            other => Self::Open(other),
        }
    }
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
        let not_initialised = || StartError::NotInitialised(config.data.0.clone());
        if !config.data.opaque_setup().try_exists()? {
            return Err(not_initialised());
        }
        let lock = config.data.lock()?.ok_or_else(|| StartError::InUse(config.data.0.clone()))?;
        let opaque = Opaque::open(&config.data)?;
        let db = Database::open(&config.database, &config.data.database()).await?.ok_or_else(not_initialised)?;
        let files = Arc::new(AttachmentFiles::open(config.data.attachments()).await?);
        upkeep::after_a_crash(&db, &files).await.map_err(|error| match error {
            UpkeepError::Database(error) => StartError::Database(error),
            UpkeepError::Io(error) => StartError::Io(error),
        })?;
        let (stop, changes) = (CancellationToken::new(), Changes::new());
        let (writer, writing) = Writer::start(db.clone(), Arc::clone(&files), changes.clone());
        let listening = tokio::spawn(changes.clone().listen(db.clone(), stop.clone()));
        let app = Arc::new(App {
            db: db.clone(),
            lately: Lately::default(),
            sessions: KnownSessions::new(!db.is_postgresql()),
            writer: writer.clone(),
            changes,
            streams: Streams::new(stop.clone()),
            entered: Today::default(),
            files,
            publishing: Mutex::new(()),
            opaque,
            throttle: Throttle::new(config.delays),
            clock: config.clock,
            ksf: config.ksf,
            behind_proxy: config.behind_proxy,
            streams_alive_every: config.streams_alive_every,
            public_address: config.public_address,
        });
        let addr = listener.local_addr()?;
        let limits = config.limits;
        let upkeep = tokio::spawn(upkeep::run(Arc::clone(&app), config.upkeep_every, stop.clone()));
        let serving = tokio::spawn({
            let stop = stop.clone();
            async move {
                accept::serve(listener, api::endpoint(app, limits), limits, stop).await;
                // Requests are done; what they left in the queue is written before the database closes.
                writer.stop();
                // Upkeep and listening end with `stop`.
                let (written, ..) = tokio::join!(writing, upkeep, listening);
                let closed = db.close().await;
                if let (Err(error), _) = (written, &closed) {
                    tracing::error!(%error, "The writer failed");
                }
                if let Err(error) = closed {
                    tracing::error!(%error, "The database did not close cleanly");
                }
                // Not by closing it alone: a process that another thread is starting at this moment has it open, too, for as
                // long as it has not begun.
                if let Err(error) = lock.unlock() {
                    tracing::error!(%error, "The data folder was not let go");
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
