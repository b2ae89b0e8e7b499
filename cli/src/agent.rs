//! The unlock agent: a process of its own that holds this device's key for a while, so that the password need not be typed
//! for every command.
//!
//! It listens on a socket in the profile's folder, which is its owner's alone (0600, in a folder of 0700), and tells the
//! key to whoever may open that. It locks itself when nobody has asked for a while, and leaves nothing in its memory.
//! A watch that was given the password has an agent to itself, which ends with it, so that no key is anywhere else.

mod held;

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::task::{Context, Poll};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::error::{CommandError, user_error};
use crate::key_talk::unlocking::{NO_ANSWER, NO_ANSWER_NEXT, NOT_HELD, NOT_HELD_NEXT};
use crate::profile::Profile;

pub(crate) use self::held::hold;

/// Asks for the key.
const KEY: u8 = b'k';
/// Asks for it without using the device: the agent locks itself none the later.
const LOOK: u8 = b'o';
/// Asks to be told when the key is forgotten.
const TELL: u8 = b't';
/// Asks for the same, and to hold the key for as long as whoever asks is there.
const HOLD: u8 = b'h';
/// Asks to forget it.
const LOCK: u8 = b'l';
/// Says that it is forgotten.
const LOCKED: &[u8] = b"locked\n";
/// Says, once, that the agent can be asked.
const READY: &str = "ready\n";
/// Bytes of a key's text, at most.
const MOST: usize = 128;
/// How long a conversation with the agent may take: both ends are on this machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where an agent listens: the profile's folder.
const SOCKET: &str = "agent.sock";
/// What the sockets of watches begin with, which their processes' ids follow.
const OF_WATCH: &str = "watch-";
/// How long a watch may take to say that it is there.
const WATCH_BEGINS: Duration = Duration::from_secs(60);

fn socket(profile: &Profile) -> Result<PathBuf, CommandError> {
    Ok(profile.folder()?.join(SOCKET))
}

fn ask(socket: &Path, what: u8) -> Option<UnixStream> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(&[what]).ok()?;
    Some(stream)
}

/// Returns the key that an agent of this profile holds, if there is one.
pub(crate) fn key(profile: &Profile) -> Option<Zeroizing<String>> {
    key_at(&socket(profile).ok()?, KEY)
}

fn key_at(socket: &Path, how: u8) -> Option<Zeroizing<String>> {
    let stream = ask(socket, how)?;
    let mut text = Zeroizing::new(String::with_capacity(MOST));
    stream.take(MOST as u64).read_to_string(&mut text).ok()?;
    (!text.is_empty()).then_some(text)
}

/// Has the agent of this profile forget the key, and tells whether there was one.
pub(crate) fn lock(profile: &Profile) -> Result<bool, CommandError> {
    lock_at(&socket(profile)?)
}

/// Has every watch of this profile forget the key, and tells whether there was one.
pub(crate) fn lock_watches(profile: &Profile) -> Result<bool, CommandError> {
    let mut was_one = false;
    for file in fs::read_dir(profile.folder()?).into_iter().flatten().flatten() {
        if file.file_name().to_string_lossy().starts_with(OF_WATCH) {
            was_one |= lock_at(&file.path())?;
        }
    }
    Ok(was_one)
}

fn lock_at(socket: &Path) -> Result<bool, CommandError> {
    let Ok(mut stream) = UnixStream::connect(socket) else { return Ok(false) };
    let mut said = Vec::new();
    let locked = stream
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| stream.write_all(&[LOCK]))
        .and_then(|()| stream.take(LOCKED.len() as u64).read_to_end(&mut said));
    if locked.is_ok() && said == LOCKED {
        return Ok(true);
    }
    Err(user_error(NO_ANSWER).hint(NO_ANSWER_NEXT))
}

/// An agent that a watch asks, and that tells it when it is locked.
pub(crate) struct Lender {
    socket: PathBuf,
    told: tokio::net::UnixStream,
}

impl Lender {
    /// Returns the agent of this profile, if there is one.
    pub(crate) fn of(profile: &Profile) -> Option<Self> {
        Self::at(socket(profile).ok()?, TELL).ok()
    }

    /// Starts one that holds the key for this process alone, and for as long as it runs.
    pub(crate) fn alone(profile: &Profile, key: &str) -> Result<Self, CommandError> {
        let socket = profile.folder()?.join(format!("{OF_WATCH}{}", std::process::id()));
        start_at(&socket, key, WATCH_BEGINS)?;
        Self::at(socket, HOLD).map_err(not_held)
    }

    fn at(socket: PathBuf, what: u8) -> io::Result<Self> {
        let told = ask(&socket, what).ok_or(io::ErrorKind::NotConnected)?;
        told.set_nonblocking(true)?;
        Ok(Self { socket, told: tokio::net::UnixStream::from_std(told)? })
    }

    /// Returns the key, unless the agent was locked. That it is asked for here keeps nothing unlocked.
    pub(crate) fn key(&self) -> Option<Zeroizing<String>> {
        key_at(&self.socket, LOOK)
    }

    /// Is ready once the agent was locked or has gone.
    pub(crate) fn poll_locked(&self, context: &mut Context<'_>) -> Poll<()> {
        self.told.poll_read_ready(context).map(drop)
    }
}

/// Starts an agent that holds this key, and returns its process once it can be asked.
pub(crate) fn start(profile: &Profile, key: &str, idle: Duration) -> Result<u32, CommandError> {
    start_at(&socket(profile)?, key, idle)
}

fn not_held(error: io::Error) -> CommandError {
    user_error(format!("{NOT_HELD}: {error}")).hint(NOT_HELD_NEXT)
}

fn start_at(socket: &Path, key: &str, idle: Duration) -> Result<u32, CommandError> {
    let program = std::env::current_exe().map_err(not_held)?;
    let mut agent = Command::new(program)
        .arg("agent")
        .arg(socket)
        .arg(idle.as_secs().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What is typed at this terminal, Ctrl-C among it, is not for the agent.
        .process_group(0)
        .spawn()
        .map_err(not_held)?;
    let (input, output) = (agent.stdin.take(), agent.stdout.take());
    let told = input.map(|mut input| input.write_all(key.as_bytes())).transpose().map_err(not_held)?;
    let mut line = String::new();
    output.zip(told).map(|(output, ())| BufReader::new(output).read_line(&mut line)).transpose().map_err(not_held)?;
    if line == READY { Ok(agent.id()) } else { Err(not_held(io::Error::other("its socket cannot be made"))) }
}
