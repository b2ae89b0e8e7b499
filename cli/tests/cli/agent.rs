//! The unlock agent as a process of its own. What its memory holds is searched in `tests/e2e/unlocking.rs`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

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
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_agent_that_is_locked_says_so_to_everybody_who_waits_for_it() {
    let mut agent = Agent::holding(KEY, 600);
    let waiting = agent.ask(b"t");
    let locking = agent.ask(b"l");
    for mut stream in [waiting, locking] {
        let mut said = [0; 7];
        stream.read_exact(&mut said).unwrap();
        assert_eq!(&said, b"locked\n");
        assert!(!agent.socket().exists());
    }
    assert!(agent.child.wait().unwrap().success());
}

#[test]
fn an_agent_that_nobody_asks_locks_itself_and_goes() {
    let mut agent = Agent::holding(KEY, 1);
    assert!(agent.child.wait().unwrap().success());
    assert!(!agent.socket().exists());
}

#[test]
fn a_watch_that_looks_again_and_again_keeps_nothing_unlocked() {
    let mut agent = Agent::holding(KEY, 2);
    let begun = Instant::now();
    let mut looks = 0;
    while agent.child.try_wait().unwrap().is_none() {
        let Ok(mut stream) = UnixStream::connect(agent.socket()) else { continue };
        let mut told = String::new();
        let _ = stream.write_all(b"o").and_then(|()| stream.read_to_string(&mut told).map(drop));
        looks += usize::from(told == KEY);
        assert!(begun.elapsed().as_secs() < 60, "it is unlocked still");
    }
    assert!(looks > 0);
}

#[test]
fn a_key_that_is_held_for_somebody_goes_with_them_and_not_before() {
    let mut agent = Agent::holding(KEY, 1);
    let somebody = agent.ask(b"h");
    let begun = Instant::now();
    // Longer than it would be held for nobody.
    while begun.elapsed().as_secs() < 3 {
        let mut told = String::new();
        agent.ask(b"o").read_to_string(&mut told).unwrap();
        assert_eq!(told, KEY);
    }
    drop(somebody);
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
