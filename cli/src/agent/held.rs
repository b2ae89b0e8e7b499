//! The agent's own side: one buffer that holds the key, one loop that answers, and nothing left afterwards.
//!
//! The key is read into the buffer straight from the pipe and written from it straight into the socket; there is no other
//! copy of it in this process, and like every command's its memory is closed to others (`closed_memory.rs`).

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::setsid;
use rustix::time::{ClockId, clock_gettime};
use zeroize::Zeroize as _;

use super::{KEY, LOCK, LOCKED, MOST, PATIENCE, READY};

/// The key, in the one place that it has.
struct Held {
    bytes: Box<[u8; MOST]>,
    length: usize,
}

impl Held {
    fn read(mut from: File) -> io::Result<Self> {
        let mut held = Self { bytes: Box::new([0; MOST]), length: 0 };
        loop {
            match from.read(&mut held.bytes[held.length..])? {
                0 => return Ok(held),
                read => held.length += read,
            }
        }
    }

    fn forget(&mut self) {
        self.bytes.zeroize();
        self.length = 0;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Reads a key from the standard input and tells it to whoever asks at this socket, until somebody locks it or nobody has
/// asked for so long.
pub(crate) fn hold(socket: &Path, idle: Duration) -> io::Result<()> {
    // A terminal that is closed does not take the agent along.
    let _ = setsid();
    let mut held = Held::read(File::from(io::stdin().as_fd().try_clone_to_owned()?))?;
    // One that nobody listens at is left over from an agent that was killed.
    if UnixStream::connect(socket).is_err() && socket.exists() {
        fs::remove_file(socket)?;
    }
    let listener = UnixListener::bind(socket)?;
    fs::set_permissions(socket, Permissions::from_mode(0o600))?;
    io::stdout().write_all(READY.as_bytes())?;
    io::stdout().flush()?;
    let served = serve(&listener, &mut held, idle, || clock_gettime(ClockId::Boottime).tv_sec);
    held.forget();
    fs::remove_file(socket)?;
    served
}

/// `now` counts seconds while the machine sleeps as well: a lid that was closed overnight is a lock.
fn serve(listener: &UnixListener, held: &mut Held, idle: Duration, now: impl Fn() -> i64) -> io::Result<()> {
    let seconds = i64::try_from(idle.as_secs()).unwrap_or(i64::MAX);
    let wait = Timespec { tv_sec: seconds, tv_nsec: 0 };
    let mut asked_last = now();
    loop {
        let mut watched = [PollFd::new(listener, PollFlags::IN)];
        match poll(&mut watched, Some(&wait)) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let (stream, _) = listener.accept()?;
        if now() - asked_last >= seconds {
            return Ok(());
        }
        asked_last = now();
        // Whoever asks and goes away is nobody's concern.
        if answer(stream, held).unwrap_or(false) {
            return Ok(());
        }
    }
}

/// Answers, and tells whether the key was forgotten by it.
fn answer(mut stream: UnixStream, held: &mut Held) -> io::Result<bool> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut asked = [0];
    stream.read_exact(&mut asked)?;
    match asked[0] {
        KEY => stream.write_all(&held.bytes[..held.length]).map(|()| false),
        LOCK => {
            held.forget();
            // It stays until whoever locked it has gone, so that its memory can be searched: a test does.
            let _ = stream.write_all(LOCKED).and_then(|()| stream.set_read_timeout(None));
            let _ = stream.read(&mut asked);
            Ok(true)
        }
        _ => Ok(false),
    }
}
