//! The unlock agent, as a process whose memory somebody searches.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

const KEY: &str = "AGE-SECRET-KEY-1QQPQYXQUG0WHEREANDWHENTHEHERONSTOODINTHEREEDS4H2K9";

struct Agent {
    folder: TempDir,
    child: Child,
}

impl Agent {
    fn holding(key: &str, idle_seconds: u32) -> Self {
        let folder = TempDir::new().unwrap();
        let mut child = Command::new(cargo_bin("reverie"))
            .env_clear()
            .arg("agent")
            .arg(folder.path().join("socket"))
            .arg(idle_seconds.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { folder, child }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    fn ask(&self, what: &[u8]) -> UnixStream {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.write_all(what).unwrap();
        stream
    }

    /// Tells how often these bytes stand in what the process can write to; nothing if its memory is closed to us.
    fn holds(&self, needle: &[u8]) -> Option<usize> {
        let process = Path::new("/proc").join(self.child.id().to_string());
        let (maps, memory) = match (fs::read_to_string(process.join("maps")), File::open(process.join("mem"))) {
            (Ok(maps), Ok(memory)) => (maps, memory),
            (Err(error), _) | (_, Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::PermissionDenied);
                return None;
            }
        };
        let mut found = 0;
        for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
            let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
            let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
            let read = memory.read_at(&mut bytes, from).unwrap_or(0);
            found += bytes[..read].windows(needle.len()).filter(|window| *window == needle).count();
        }
        Some(found)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_agents_memory_holds_the_key_until_it_is_locked_and_nothing_of_it_afterwards() {
    let mut agent = Agent::holding(KEY, 600);
    let mut told = String::new();
    agent.ask(b"k").read_to_string(&mut told).unwrap();
    assert_eq!(told, KEY);
    // A third of it would be a third too much.
    let part = &KEY.as_bytes()[20..44];
    let before = agent.holds(part);
    let mut locking = agent.ask(b"l");
    let mut said = [0; 7];
    locking.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"locked\n");
    // It lives on as long as this end of the socket does.
    assert_eq!(agent.child.try_wait().unwrap(), None);
    // Whoever is not root cannot look at all, and that is as well.
    if let Some(before) = before {
        assert_eq!(before, 1, "the search finds what is there, and there is one copy");
        assert_eq!(agent.holds(part), Some(0));
    }
    drop(locking);
    assert!(agent.child.wait().unwrap().success());
    assert!(!agent.socket().exists());
}

#[test]
fn an_agent_that_nobody_asks_locks_itself_and_goes() {
    let mut agent = Agent::holding(KEY, 1);
    assert!(agent.child.wait().unwrap().success());
    assert!(!agent.socket().exists());
}

#[test]
fn only_its_owner_may_ask_an_agent_and_it_writes_no_core_dump() {
    let agent = Agent::holding(KEY, 600);
    assert_eq!(fs::metadata(agent.socket()).unwrap().permissions().mode() & 0o777, 0o600);
    let limits = fs::read_to_string(format!("/proc/{}/limits", agent.child.id())).unwrap();
    let core: Vec<_> = limits.lines().find(|line| line.starts_with("Max core")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{core:?}");
}

#[test]
fn an_agent_answers_whoever_comes_after_somebody_who_says_nothing_or_nonsense() {
    let agent = Agent::holding(KEY, 600);
    drop(UnixStream::connect(agent.socket()).unwrap());
    drop(agent.ask(b"?"));
    let mut told = String::new();
    agent.ask(b"k").read_to_string(&mut told).unwrap();
    assert_eq!(told, KEY);
}
