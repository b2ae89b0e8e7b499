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
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, clock_gettime, timerfd_create,
    timerfd_settime,
};
use zeroize::Zeroize as _;

use super::{HOLD, KEY, LOCK, LOCKED, LOOK, MOST, PATIENCE, READY, TELL};

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

/// Who waits to be told that the key was forgotten.
#[derive(Default)]
struct Waiting {
    told: Vec<UnixStream>,
    /// The key is held for as long as this one is there.
    holding: Option<UnixStream>,
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
    let mut waiting = Waiting::default();
    let served = serve(&listener, &held, idle, &mut waiting);
    held.forget();
    let removed = fs::remove_file(socket);
    drop(listener);
    tell(waiting);
    served.and(removed)
}

/// Says that the key was forgotten, and stays until everybody who was told has gone, so that its memory can be searched: a
/// test does.
fn tell(waiting: Waiting) {
    let told: Vec<_> = waiting.told.into_iter().chain(waiting.holding).collect();
    // Whoever went away before is nobody's concern.
    told.iter().for_each(|mut stream| drop(stream.write_all(LOCKED)));
    for mut stream in told {
        let _ = stream.set_read_timeout(None).and_then(|()| stream.read(&mut [0]));
    }
}

/// Returns once the key is to be forgotten. The timer counts seconds while the machine sleeps as well, and wakes the agent
/// as the machine wakes: a lid that was closed overnight is a lock.
fn serve(listener: &UnixListener, held: &Held, idle: Duration, waiting: &mut Waiting) -> io::Result<()> {
    let seconds = i64::try_from(idle.as_secs()).unwrap_or(i64::MAX);
    let timer = timerfd_create(TimerfdClockId::Boottime, TimerfdFlags::CLOEXEC)?;
    let now = || clock_gettime(ClockId::Boottime).tv_sec;
    let mut used_last = now();
    loop {
        // Nothing, while somebody is there for whom the key is held.
        let rings = if waiting.holding.is_some() { 0 } else { used_last.saturating_add(seconds).max(1) };
        let none = Timespec { tv_sec: 0, tv_nsec: 0 };
        let rings = Itimerspec { it_interval: none, it_value: Timespec { tv_sec: rings, tv_nsec: 0 } };
        timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME, &rings)?;
        let streams = waiting.told.iter().chain(&waiting.holding);
        let mut watched = vec![PollFd::new(listener, PollFlags::IN), PollFd::new(&timer, PollFlags::IN)];
        watched.extend(streams.map(|stream| PollFd::new(stream, PollFlags::IN)));
        match poll(&mut watched, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let happened: Vec<bool> = watched.iter().map(|watched| !watched.revents().is_empty()).collect();
        drop(watched);
        if waiting.holding.is_none() && now().saturating_sub(used_last) >= seconds {
            return Ok(());
        }
        // They have nothing to say: something there is that they have gone.
        let mut gone = happened[2..].iter().copied();
        waiting.told.retain(|_| !gone.next().unwrap_or(false));
        if gone.next().unwrap_or(false) {
            return Ok(());
        }
        if !happened[0] {
            continue;
        }
        let (mut stream, _) = listener.accept()?;
        // Whoever asks and goes away is nobody's concern.
        match asked(&mut stream) {
            Ok(how @ (KEY | LOOK)) => {
                let _ = stream.write_all(&held.bytes[..held.length]);
                used_last = if how == KEY { now() } else { used_last };
            }
            Ok(TELL) => waiting.told.push(stream),
            Ok(HOLD) => waiting.holding = Some(stream),
            Ok(LOCK) => {
                waiting.told.push(stream);
                return Ok(());
            }
            _ => {}
        }
    }
}

fn asked(stream: &mut UnixStream) -> io::Result<u8> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut asked = [0];
    stream.read_exact(&mut asked)?;
    Ok(asked[0])
}
