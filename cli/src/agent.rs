//! The unlock agent: a process of its own that holds this device's key for a while, so that the password need not be typed
//! for every command.
//!
//! It listens on a socket in the profile's folder, which is its owner's alone (0600, in a folder of 0700), and tells the
//! key to whoever may open that. It locks itself when nobody has asked for a while, and leaves nothing in its memory.

mod held;

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::error::{CommandError, user_error};
use crate::key_talk::unlocking::{NO_ANSWER, NO_ANSWER_NEXT, NOT_HELD, NOT_HELD_NEXT};
use crate::profile::Profile;

pub(crate) use self::held::hold;

/// Asks for the key.
const KEY: u8 = b'k';
/// Asks to forget it.
const LOCK: u8 = b'l';
/// Answers that it is forgotten.
const LOCKED: &[u8] = b"locked\n";
/// Says, once, that the agent can be asked.
const READY: &str = "ready\n";
/// Bytes of a key's text, at most.
const MOST: usize = 128;
/// How long a conversation with the agent may take: both ends are on this machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where an agent listens: the profile's folder.
const SOCKET: &str = "agent.sock";

fn socket(profile: &Profile) -> Result<PathBuf, CommandError> {
    Ok(profile.folder()?.join(SOCKET))
}

fn connect(profile: &Profile) -> Option<UnixStream> {
    let stream = UnixStream::connect(socket(profile).ok()?).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    Some(stream)
}

/// Returns the key that an agent of this profile holds, if there is one.
pub(crate) fn key(profile: &Profile) -> Option<Zeroizing<String>> {
    let mut stream = connect(profile)?;
    stream.write_all(&[KEY]).ok()?;
    let mut text = Zeroizing::new(String::with_capacity(MOST));
    stream.take(MOST as u64).read_to_string(&mut text).ok()?;
    (!text.is_empty()).then_some(text)
}

/// Has the agent of this profile forget the key, and tells whether there was one.
pub(crate) fn lock(profile: &Profile) -> Result<bool, CommandError> {
    let Some(mut stream) = connect(profile) else { return Ok(false) };
    let mut said = Vec::new();
    let locked = stream.write_all(&[LOCK]).and_then(|()| stream.take(LOCKED.len() as u64).read_to_end(&mut said));
    if locked.is_ok() && said == LOCKED {
        return Ok(true);
    }
    Err(user_error(NO_ANSWER).hint(NO_ANSWER_NEXT))
}

/// Starts an agent that holds this key, and returns its process once it can be asked.
pub(crate) fn start(profile: &Profile, key: &str, idle: Duration) -> Result<u32, CommandError> {
    let failed = |error: io::Error| user_error(format!("{NOT_HELD}: {error}")).hint(NOT_HELD_NEXT);
    let program = std::env::current_exe().map_err(failed)?;
    let mut agent = Command::new(program)
        .arg("agent")
        .arg(socket(profile)?)
        .arg(idle.as_secs().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What is typed at this terminal, Ctrl-C among it, is not for the agent.
        .process_group(0)
        .spawn()
        .map_err(failed)?;
    let (input, output) = (agent.stdin.take(), agent.stdout.take());
    let told = input.map(|mut input| input.write_all(key.as_bytes())).transpose().map_err(failed)?;
    let mut line = String::new();
    output.zip(told).map(|(output, ())| BufReader::new(output).read_line(&mut line)).transpose().map_err(failed)?;
    if line == READY { Ok(agent.id()) } else { Err(failed(io::Error::other("its socket cannot be made"))) }
}
