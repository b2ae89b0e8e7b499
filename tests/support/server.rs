//! The real `reverie-server` binary as a process: started, read, killed and started again.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;

use crate::postgresql;

/// How the line begins that says that the server can be asked.
const LISTENING: &str = "Listening on http://";

/// Where browsers reach the servers here.
pub const PUBLIC_ADDRESS: &str = "https://reverie.example";

/// A server process. Dropping it kills it.
pub struct ServerProcess {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The data folder.
    pub data: PathBuf,
    child: Child,
    log: Arc<Mutex<String>>,
    reading: JoinHandle<()>,
}

impl ServerProcess {
    /// Makes a data folder and returns the code for the first administrator.
    pub async fn init(data: &Path) -> String {
        let output = run("init", data).await;
        assert!(output.status.success(), "reverie-server init: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Starts a server on a free port and returns when it can be asked.
    pub async fn serve(data: &Path) -> Self {
        let mut child = command("serve", data)
            .args(["--listen", "127.0.0.1:0", "--public-address", PUBLIC_ADDRESS])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server's binary starts");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        let (addr, before) = listening(&mut lines).await;
        let log = Arc::new(Mutex::new(before));
        let reading = tokio::spawn(keep(lines, Arc::clone(&log)));
        Self { addr, data: data.to_owned(), child, log, reading }
    }

    /// Starts a server with everything it has on a small disk of its own, and returns it with the code for the first
    /// administrator.
    pub async fn on_small_disk(mebibytes: u32, disk: &Path) -> (Self, String) {
        let data = disk.join("server");
        let script = format!(
            "{} && reverie_server=$1 data=$2 && code=$($reverie_server init --data $data 2>/dev/null) && echo $code && \
             exec $reverie_server serve --data $data --listen 127.0.0.1:0",
            small_disk(mebibytes, disk)
        );
        let mut child = in_own_namespace(&script)
            .arg(program("reverie-server"))
            .arg(&data)
            .env_remove("REVERIE_DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("unshare is part of every Linux");
        let mut code = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        let (addr, before) = listening(&mut lines).await;
        let code = code.next_line().await.ok().flatten().expect("init prints the code");
        let log = Arc::new(Mutex::new(before));
        let reading = tokio::spawn(keep(lines, Arc::clone(&log)));
        (Self { addr, data, child, log, reading }, code)
    }

    /// Returns the way to a folder as this process sees it: on its small disk.
    pub fn inside(&self, folder: &Path) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.process(), folder.display()))
    }

    /// Returns the process's id.
    pub fn process(&self) -> u32 {
        self.child.id().expect("the process runs")
    }

    /// Kills the process as a power cut would (SIGKILL) and returns when it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the process is ours to kill");
    }

    /// Asks the process to stop (SIGTERM), and returns everything that it logged.
    pub async fn stop(mut self) -> String {
        let pid = self.child.id().expect("the process runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(asked.is_ok_and(|status| status.success()), "the server could not be asked to stop");
        let status = self.child.wait().await.expect("the process is our child");
        assert!(status.success(), "the server stops cleanly when it is asked to");
        // All that it wrote has been read when its end of the pipe is closed.
        let _ = self.reading.await;
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs `reverie-server check` on a data folder.
    pub async fn check(data: &Path) -> Output {
        run("check", data).await
    }
}

/// Returns the path of one of the workspace's binaries, beside which the running test or demo was built.
///
/// # Panics
/// If it was not built: Cargo builds other packages' binaries only when it is asked to.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the system knows which program runs");
    let folders = own.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("`{name}` was not built; run `cargo build -p reverie-server -p reverie` first, or `make test`")
    })
}

/// Returns a command of the server's, on a data folder and its database.
fn command(verb: &str, data: &Path) -> Command {
    let mut command = Command::new(program("reverie-server"));
    command
        .env_remove("REVERIE_DATABASE_URL")
        .env_remove("REVERIE_PUBLIC_ADDRESS")
        .arg(verb)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::null());
    postgresql::url(data).map(|url| command.arg("--database").arg(url));
    command
}

/// Returns a shell command that mounts a small disk on a folder.
pub fn small_disk(mebibytes: u32, folder: &Path) -> String {
    format!("mount -t tmpfs -o size={mebibytes}m,mode=700 tmpfs {}", folder.display())
}

/// Tells whether this system lets a process mount a disk of its own; where it does not, `make test` says so.
pub async fn has_small_disks() -> bool {
    let tried = in_own_namespace("mount -t tmpfs tmpfs /mnt").output().await;
    tried.is_ok_and(|output| output.status.success())
}

/// Returns a shell that may mount what nobody else sees; `$1` and so on are the arguments that are added.
pub fn in_own_namespace(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    command
}

async fn run(verb: &str, data: &Path) -> Output {
    command(verb, data).output().await.expect("the server's binary starts")
}

async fn listening(lines: &mut Lines<BufReader<ChildStderr>>) -> (SocketAddr, String) {
    let mut before = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        before.push_str(&line);
        before.push('\n');
        if let Some(addr) = line.strip_prefix(LISTENING).and_then(|addr| addr.parse().ok()) {
            return (addr, before);
        }
    }
    panic!("the server did not start: {before}");
}

async fn keep(mut lines: Lines<BufReader<impl AsyncRead + Unpin>>, log: Arc<Mutex<String>>) {
    while let Ok(Some(line)) = lines.next_line().await {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push_str(&line);
        log.push('\n');
    }
}
