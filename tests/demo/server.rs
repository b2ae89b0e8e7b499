//! The demo's server: started detached, so that it stays up when the demo ends, and stopped when the next one begins.

use std::fs::{self, File};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};
use reverie_tests::server::program;

const FIRST_PORT: u16 = 8787;
const PID: &str = "server.pid";
const SERVER: &str = "server";

/// Tells whether an earlier demo made this folder.
pub fn is_demo(data: &Path) -> bool {
    data.join(PID).is_file()
}

/// Marks the folder as a demo's.
pub fn mark(data: &Path) -> io::Result<()> {
    fs::write(data.join(PID), "")
}

/// Kills the server that an earlier demo left, if it still runs. Its data is thrown away next.
pub fn kill_earlier(data: &Path) {
    let Ok(pid) = fs::read_to_string(data.join(PID)) else { return };
    let pid = pid.trim();
    // The number may belong to another program by now: it is killed only if it is a server of this folder.
    let ours = format!("--data {}", data.join(SERVER).display());
    let is_ours = Command::new("ps")
        .args(["-o", "args=", "-p", pid])
        .output()
        .is_ok_and(|ps| String::from_utf8_lossy(&ps.stdout).contains(&ours));
    if is_ours {
        let _ = Command::new("kill").args(["-KILL", pid]).status();
    }
}

/// Stops the server that this demo started.
pub fn stop(mut server: Child) -> io::Result<()> {
    server.kill()?;
    server.wait().map(drop)
}

/// Starts the server on the first free port from 8787 on, and returns when it can be asked.
pub fn start(data: &Path) -> anyhow::Result<(SocketAddr, Child)> {
    let listen = (FIRST_PORT..).map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let free = |addr: &SocketAddr| TcpListener::bind(addr).is_ok();
    let addr = listen.take(100).find(free).context("no port from 8787 to 8886 is free on this computer")?;
    let log = File::create(data.join("server.log"))?;
    let mut server = Command::new(program("reverie-server"))
        .env_remove("REVERIE_DATABASE_URL")
        .args(["serve", "--listen", &addr.to_string(), "--data"])
        .arg(data.join(SERVER))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        // A group of its own: Ctrl-C in the demo's terminal is not for the server.
        .process_group(0)
        .spawn()
        .context("reverie-server does not start")?;
    fs::write(data.join(PID), server.id().to_string())?;
    while let Err(error) = TcpStream::connect(addr) {
        if error.kind() != io::ErrorKind::ConnectionRefused || server.try_wait()?.is_some() {
            bail!("the server did not start; {} says why", data.join("server.log").display());
        }
        std::thread::yield_now();
    }
    Ok((addr, server))
}
