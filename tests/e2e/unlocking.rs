//! Unlocked for a while: who holds the key meanwhile, and that nobody does afterwards.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use reverie_journal::Kind;
use reverie_tests::memory::{as_root, times};
use reverie_tests::person::PASSWORD;
use reverie_tests::server::program;
use reverie_tests::{Practice, World};
use serde_json::Value;

use crate::shell::{goes_home, passphrase_file, program_at, reverie};

const DUST: &str = "Dust and buttons, and a key that turns.";

/// Runs a command that is given no password.
fn without_password(world: &World, profile: &str) -> Command {
    let mut command = program_at(world, profile);
    command.args(["--json", "--server", &format!("http://{}", world.addr)]).stdin(Stdio::null());
    command
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Unlocks, and returns the process that holds the key.
fn unlocks(world: &World, profile: &str) -> u32 {
    let unlocked = answer(&reverie(world, profile, &["--json", "unlock"]));
    unlocked["agent"].as_u64().unwrap().try_into().unwrap()
}

fn locks(world: &World, profile: &str) -> Value {
    answer(&without_password(world, profile).arg("lock").output().unwrap())
}

fn ask(socket: &Path, what: &[u8]) -> UnixStream {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(what).unwrap();
    stream
}

fn key(socket: &Path) -> String {
    let mut key = String::new();
    ask(socket, b"k").read_to_string(&mut key).unwrap();
    assert!(key.starts_with("AGE-SECRET-KEY-"), "{}", key.len());
    key
}

/// A third of it would be a third too much.
fn part(key: &str) -> &[u8] {
    &key.as_bytes()[20..44]
}

/// Waits until it is said that the key is forgotten; the process stays for as long as the stream is there.
fn is_told(mut stream: UnixStream) -> UnixStream {
    let mut said = [0; 7];
    stream.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"locked\n");
    stream
}

fn socket(world: &World, profile: &str) -> PathBuf {
    world.home("shells").join(profile).join("agent.sock")
}

/// Waits until nobody listens there.
fn ends(socket: &Path) {
    let begun = std::time::Instant::now();
    while UnixStream::connect(socket).is_ok() {
        assert!(begun.elapsed().as_secs() < 60, "somebody holds the key still");
        std::thread::yield_now();
    }
}

/// `reverie watch`, as it runs in a terminal.
struct Watch {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watch {
    fn begin(command: &mut Command) -> Self {
        let mut child = command.arg("watch").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut watch = Self { child, lines };
        assert_eq!(watch.line()["watching"], true);
        watch
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn own_socket(&self, world: &World, profile: &str) -> PathBuf {
        world.home("shells").join(profile).join(format!("watch-{}", self.child.id()))
    }

    /// Waits until it ends by itself, and checks that it says why.
    fn ends_locked(self) {
        let output = self.child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("\"locked\"") && said.contains("was locked, so watching has ended"), "{said}");
    }
}

fn with_password(world: &World, profile: &str) -> Command {
    let mut command = without_password(world, profile);
    command.args(["--passphrase-file", &passphrase_file(world)]);
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_core_dump_taken_after_lock_contains_no_key() {
    if !as_root("unlocking::a_core_dump_taken_after_lock_contains_no_key") {
        return;
    }
    let Practice { world, quill: _quill, heron } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    let agent = unlocks(&world, "heron-41");
    let socket = socket(&world, "heron-41");
    let key = key(&socket);
    assert_eq!(answer(&without_password(&world, "heron-41").arg("whoami").output().unwrap())["handle"], "heron-41");
    assert_eq!(times(agent, part(&key)), 1, "the search finds what is there, and there is one copy");
    assert_eq!(times(agent, PASSWORD.as_bytes()), 0);
    let waiting = ask(&socket, b"t");
    assert_eq!(locks(&world, "heron-41")["was_unlocked"], true);
    let waiting = is_told(waiting);
    assert_eq!(times(agent, part(&key)), 0);
    drop(waiting);
    assert!(!socket.exists());
    let asked = without_password(&world, "heron-41").arg("whoami").output().unwrap();
    assert!(String::from_utf8_lossy(&asked.stderr).contains("needs_password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_core_dump_taken_after_a_device_locked_itself_contains_no_key() {
    if !as_root("unlocking::a_core_dump_taken_after_a_device_locked_itself_contains_no_key") {
        return;
    }
    let Practice { world, quill: _quill, heron } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    unlocks(&world, "heron-41");
    let key = key(&socket(&world, "heron-41"));
    locks(&world, "heron-41");
    // The same program with the same key, and less patience than `reverie unlock` can be asked for.
    let socket = world.home("shells").join("impatient");
    let mut agent = Command::new(program("reverie"))
        .env_clear()
        .arg("agent")
        .arg(&socket)
        .arg("2")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    agent.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
    let mut ready = String::new();
    BufReader::new(agent.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let waiting = ask(&socket, b"t");
    assert_eq!(times(agent.id(), part(&key)), 1);
    // Its timer is one that counts while the machine sleeps, and rings as it wakes (CLOCK_BOOTTIME, 7).
    let timers: Vec<String> = fs::read_dir(format!("/proc/{}/fdinfo", agent.id()))
        .unwrap()
        .filter_map(|file| fs::read_to_string(file.unwrap().path()).ok())
        .filter(|about| about.contains("clockid"))
        .collect();
    assert!(timers.len() == 1 && timers[0].contains("clockid: 7\n"), "{timers:?}");
    let waiting = is_told(waiting);
    assert_eq!(times(agent.id(), part(&key)), 0);
    drop(waiting);
    assert!(agent.wait().unwrap().success());
    assert!(!socket.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_on_an_unlocked_device_ends_when_it_is_locked() {
    let Practice { world, quill, mut heron } = Practice::open().await;
    goes_home(&world, "quill", quill);
    unlocks(&world, "quill");
    let mut watch = Watch::begin(&mut without_password(&world, "quill"));
    assert!(!watch.own_socket(&world, "quill").exists(), "nobody but the agent holds the key");
    heron.shares(Kind::Image, "A greenhouse.").await.unwrap();
    assert_eq!(watch.line()["what"], "entry");
    assert_eq!(locks(&world, "quill")["was_unlocked"], true);
    watch.ends_locked();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_was_given_the_password_keeps_no_key_of_its_own_and_ends_when_the_device_is_locked() {
    let test = "a_watch_that_was_given_the_password_keeps_no_key_of_its_own_and_ends_when_the_device_is_locked";
    if !as_root(&format!("unlocking::{test}")) {
        return;
    }
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    for _ in 0..30 {
        heron.writes(Kind::Fragment, DUST).await.unwrap();
    }
    // One that waits to be proved is kept on the device.
    let kit = heron.make_kit().await.unwrap().words();
    goes_home(&world, "heron-41", heron);
    let watch = Watch::begin(&mut with_password(&world, "heron-41"));
    // Another command gets the folder when the watch is done with it.
    let asked = without_password(&world, "heron-41").arg("whoami").output().unwrap();
    assert!(String::from_utf8_lossy(&asked.stderr).contains("needs_password"), "other commands are not unlocked by it");
    let key = key(&watch.own_socket(&world, "heron-41"));
    let kit = kit.join(" ");
    let secrets = [part(&key), PASSWORD.as_bytes(), &kit.as_bytes()[20..60], DUST.as_bytes()];
    let left = secrets.map(|secret| times(watch.child.id(), secret));
    assert_eq!(
        left, [0; 4],
        "it borrows the key when it needs it, and nothing of password, kit and words is left over"
    );
    let own = watch.own_socket(&world, "heron-41");
    assert_eq!(locks(&world, "heron-41")["was_unlocked"], true);
    watch.ends_locked();
    assert!(!own.exists());

    // One that is killed leaves no key behind.
    let mut watch = Watch::begin(&mut with_password(&world, "heron-41"));
    let own = watch.own_socket(&world, "heron-41");
    watch.child.kill().unwrap();
    watch.child.wait().unwrap();
    ends(&own);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_locks_itself_after_a_quarter_of_an_hour_unless_it_is_told_otherwise() {
    let Practice { world, quill, heron } = Practice::open().await;
    goes_home(&world, "quill", quill);
    goes_home(&world, "heron-41", heron);
    for profile in ["quill", "heron-41"] {
        let unlocked = answer(&reverie(&world, profile, &["--json", "unlock"]));
        assert_eq!(unlocked["idle_minutes"], 15, "{profile}");
        let process = unlocked["agent"].as_u64().unwrap();
        let arguments = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap();
        assert_eq!(arguments.trim_end_matches('\0').rsplit('\0').next(), Some("900"), "{arguments}");
        locks(&world, profile);
    }
    let unlocked = answer(&reverie(&world, "quill", &["--json", "unlock", "--idle-minutes", "5"]));
    assert_eq!(unlocked["idle_minutes"], 5);
    locks(&world, "quill");
    let never = reverie(&world, "quill", &["unlock", "--idle-minutes", "0"]);
    assert_eq!(never.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_hand_the_password_over_by_a_descriptor() {
    let Practice { world, quill: _quill, heron } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    let asks = |descriptor: &str, password: &str| {
        let inner = without_password(&world, "heron-41");
        let script = "printf '%s\\n' \"$PASSWORD\" | { exec 7<&0; exec \"$@\" </dev/null; }";
        let mut shell = Command::new("sh");
        shell.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.env("PASSWORD", password).args(["-c", script, "sh"]).arg(inner.get_program()).args(inner.get_args());
        shell.args(["--passphrase-fd", descriptor, "whoami"]).output().unwrap()
    };
    assert_eq!(answer(&asks("7", PASSWORD))["handle"], "heron-41");
    for (descriptor, password, why) in
        [("7", "another one", "wrong_password"), ("7", "", "first line is empty"), ("9", PASSWORD, "could not be read")]
    {
        let refused = asks(descriptor, password);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(why) && !said.contains(PASSWORD), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_unlocked_a_device_before_its_account_was_recovered_on_it_is_locked_out() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    let words = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&words).await.unwrap();
    goes_home(&world, "heron-41", heron);
    let sheet = world.home("sheet");
    fs::write(&sheet, words).unwrap();
    unlocks(&world, "heron-41");
    let asks = || without_password(&world, "heron-41").arg("whoami").output().unwrap();
    assert_eq!(answer(&asks())["handle"], "heron-41");
    let recover = ["--json", "recover", "--handle", "heron-41", "--words-file", sheet.to_str().unwrap()];
    assert_eq!(answer(&reverie(&world, "heron-41", &recover))["recovered"], true);
    assert!(String::from_utf8_lossy(&asks().stderr).contains("needs_password"));
}
