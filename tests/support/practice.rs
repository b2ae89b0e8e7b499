//! Harbor Lane Practice (fictional): a server and the people who use it, ready in about a second.
//!
//! Joining costs slow hashes on purpose. So the practice is set up once for all tests, through the real server and the
//! real clients; each test gets a copy of the folders, and nobody sees anybody else's.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reverie_client::native::system::randomness;
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_server::init::{Initialised, init};
use reverie_server::{Config, RunningServer, Server};
use reverie_test_database::TestDatabase;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

use crate::database::tamper;
use crate::person::Person;
use crate::postgresql;
use crate::server::PUBLIC_ADDRESS;
use crate::story::StoryClock;
use crate::wire::Wire;

/// When tests begin.
const MORNING: &str = "2031-05-01T09:00:00-04:00";

/// The server's folder, beside those of the devices.
const SERVER: &str = "server";

/// A server with its data, and where the devices of its people are.
pub struct World {
    /// The time of everybody, the server's included.
    pub clock: StoryClock,
    /// Where the server listens.
    pub addr: SocketAddr,
    server: Option<RunningServer>,
    folder: TempDir,
    _database: Database,
}

/// The database of a data folder, forgotten when this is dropped.
struct Database(PathBuf);

impl Drop for Database {
    fn drop(&mut self) {
        postgresql::forget(&self.0);
    }
}

/// The smallest practice at work: a clinician, and a patient who is paired with her and has confirmed it.
pub struct Practice {
    /// The server.
    pub world: World,
    /// Dr. Ada Quill, clinician.
    pub quill: Person,
    /// heron-41, her patient.
    pub heron: Person,
}

/// Everything that a practice has: what is on its disks, and its database if that is on PostgreSQL.
struct Prepared {
    disks: Vec<(PathBuf, Vec<u8>)>,
    database: Option<Arc<TestDatabase>>,
}

/// All that a server had once.
pub struct Backup {
    files: Vec<(PathBuf, Vec<u8>)>,
    database: Option<TestDatabase>,
}

static PRACTICE: OnceCell<Prepared> = OnceCell::const_new();

impl World {
    /// Sets up a server without anybody, and returns the code for the first administrator.
    pub async fn empty() -> (Self, String) {
        let (folder, clock) = (temporary(), StoryClock::at(MORNING));
        let data = folder.path().join(SERVER);
        let made = init(&data, &postgresql::address(&data), &clock.for_server(), &mut randomness()).await;
        let Ok(Initialised::FirstAdministrator { code }) = made else { panic!("an empty folder can be set up") };
        (Self::start(folder, clock).await, code.to_string())
    }

    async fn start(folder: TempDir, clock: StoryClock) -> Self {
        let data = folder.path().join(SERVER);
        let (addr, server) = serve(&data, &clock, |config| config).await;
        Self { clock, addr, server: Some(server), folder, _database: Database(data) }
    }

    /// Starts the server again on another port, after [`Self::stop`].
    pub async fn restart(&mut self) {
        let (addr, server) = serve(&self.data(), &self.clock, |config| config).await;
        (self.addr, self.server) = (addr, Some(server));
    }

    /// Stops the server and starts it again with another configuration.
    pub async fn reconfigure(&mut self, change: impl FnOnce(Config) -> Config) {
        self.stop().await;
        let (addr, server) = serve(&self.data(), &self.clock, change).await;
        (self.addr, self.server) = (addr, Some(server));
    }

    /// Stops the server: everything is on disk.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Keeps a copy of all that the server has.
    pub async fn backup(&mut self) -> Backup {
        self.stop().await;
        let mut files = Vec::new();
        read_all(&self.data(), Path::new(""), &mut files);
        let database = postgresql::of(&self.data()).map(|database| database.copy());
        self.restart().await;
        Backup { files, database }
    }

    /// Gives the server what a backup has and nothing else. As after any restore, nobody is logged in.
    pub async fn restore(&mut self, backup: Backup) {
        self.stop().await;
        fs::remove_dir_all(self.data()).expect("the folder is ours");
        for (path, bytes) in &backup.files {
            write_private(&self.data().join(path), bytes);
        }
        backup.database.into_iter().for_each(|database| postgresql::give(&self.data(), database));
        tamper(&self.data(), "DELETE FROM session").await;
        self.restart().await;
    }

    /// Returns the server's data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join(SERVER)
    }

    /// Returns the folder of a device, or of anything else that a test keeps.
    pub fn home(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Lays a wire to the server.
    pub async fn wire(&self) -> Wire {
        Wire::to(self.addr).await
    }

    /// Joins with a code on a new device.
    pub async fn joins(&self, handle: &str, code: &str) -> Person {
        let joined = Person::join(&self.home(handle), self.wire().await, &self.clock, code).await;
        joined.unwrap_or_else(|error| panic!("{handle} joins: {error}"))
    }

    /// Unlocks the device of somebody who joined before.
    pub async fn unlocks(&self, handle: &str) -> Person {
        let unlocked = Person::unlock(&self.home(handle), self.wire().await, &self.clock).await;
        unlocked.unwrap_or_else(|error| panic!("{handle} unlocks: {error}"))
    }

    /// Returns the administrator, who joins as the first of all.
    pub async fn administrator(&self, code: &str) -> Person {
        self.joins("admin", code).await
    }

    /// Returns a new clinician, invited by the administrator.
    pub async fn clinician(&self, handle: &str, administrator: &mut Person) -> Person {
        let code = administrator.invite(AccountRole::Clinician, Some(handle), INVITATION_IN_ROOM_SECONDS).await;
        self.joins(handle, &code.expect("an administrator invites clinicians")).await
    }

    /// Returns a new patient of a clinician; both have compared the words, and she has consented to sharing.
    pub async fn patient(&self, handle: &str, clinician: &mut Person) -> Person {
        let mut patient = self.newcomer(handle, clinician).await;
        patient.consents().await.expect("the patient may share with her clinician");
        clinician.sync().await.expect("the server can be asked");
        patient
    }

    /// Returns a new patient of a clinician; both have compared the words, and she has not consented to anything yet.
    pub async fn newcomer(&self, handle: &str, clinician: &mut Person) -> Person {
        let code = clinician.invite(AccountRole::Patient, Some(handle), INVITATION_IN_ROOM_SECONDS).await;
        let mut patient = self.joins(handle, &code.expect("a clinician invites patients")).await;
        clinician.collect_guests().await.expect("the guest has joined");
        patient.confirm(clinician.handle()).await.expect("the clinician is known");
        clinician.confirm(handle).await.expect("the patient is known");
        clinician.sync().await.expect("the server can be asked");
        patient
    }
}

impl Practice {
    /// Returns a practice of its own.
    pub async fn open() -> Self {
        let prepared = PRACTICE.get_or_init(set_up).await;
        let folder = temporary();
        for (path, bytes) in &prepared.disks {
            write_private(&folder.path().join(path), bytes);
        }
        if let Some(database) = &prepared.database {
            postgresql::give(&folder.path().join(SERVER), database.copy());
        }
        let world = World::start(folder, StoryClock::at(MORNING)).await;
        let (quill, heron) = (world.unlocks("quill").await, world.unlocks("heron-41").await);
        Self { world, quill, heron }
    }
}

async fn serve(data: &Path, clock: &StoryClock, change: impl FnOnce(Config) -> Config) -> (SocketAddr, RunningServer) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback address has a free port");
    let database = postgresql::address(data);
    let public_address = PUBLIC_ADDRESS.parse().ok();
    let config = change(Config { clock: clock.for_server(), database, public_address, ..Config::new(data) });
    let server = Server::start(config, listener).await.expect("a server starts on its own data");
    (server.addr, server)
}

/// Sets the practice up once, as everybody does: by codes, in the room.
async fn set_up() -> Prepared {
    let (mut world, code) = World::empty().await;
    let mut administrator = world.administrator(&code).await;
    let mut quill = world.clinician("quill", &mut administrator).await;
    let heron = world.patient("heron-41", &mut quill).await;
    // A second clinician, whom nobody is paired with yet.
    drop(world.clinician("haddon", &mut administrator).await);
    // Locks and half-written state must not be copied: everybody goes home first.
    drop((administrator, quill, heron));
    world.stop().await;
    let mut disks = Vec::new();
    read_all(world.folder.path(), Path::new(""), &mut disks);
    Prepared { disks, database: postgresql::of(&world.data()) }
}

fn read_all(root: &Path, inside: &Path, disks: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(root.join(inside)).expect("the folder is ours") {
        let entry = entry.expect("the folder is ours");
        let path = inside.join(entry.file_name());
        if entry.path().is_dir() {
            read_all(root, &path, disks);
        } else {
            disks.push((path, fs::read(entry.path()).expect("the file is ours")));
        }
    }
}

fn write_private(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    let folder = path.parent().expect("every file is in a folder");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).expect("the folder is ours");
    fs::write(path, bytes).expect("the folder is ours");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("the file is ours");
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("the system has room for temporary files")
}
