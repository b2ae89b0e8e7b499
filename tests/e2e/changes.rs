//! Whoever follows hears what happens as it happens, and whoever was away asks once.

use std::process::Stdio;
use std::time::Duration;

use reverie_client::{ChangeStream, Told};
use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::authenticator::code_file;
use reverie_tests::person::PASSWORD;
use reverie_tests::server::program;
use reverie_tests::{Person, Practice, World};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// Waits for what is told next; a stream that stays silent fails the test instead of hanging it.
async fn told(stream: &mut ChangeStream) -> Told {
    let next = tokio::time::timeout(Duration::from_secs(60), stream.next()).await;
    next.expect("something is told").unwrap().expect("the stream goes on")
}

/// Returns how many requests a device sends while it catches up.
async fn requests_to_catch_up(person: &mut Person) -> usize {
    let before = person.wire.count(|_| true);
    assert_eq!(person.flush().await.unwrap().sent, 0);
    assert!(person.sync().await.unwrap().is_empty());
    person.wire.count(|_| true) - before
}

#[tokio::test]
async fn a_device_that_was_away_asks_once_when_nothing_is_new() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "A greenhouse.").await.unwrap();
    // Somebody has not joined yet: that costs no request either.
    quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    for person in [&mut quill, &mut heron] {
        person.flush().await.unwrap();
        person.sync().await.unwrap();
        assert_eq!(requests_to_catch_up(person).await, 1);
    }
    drop(quill);
    let mut quill = world.unlocks("quill").await;
    assert_eq!(requests_to_catch_up(&mut quill).await, 1, "after a night, too");
    heron.shares(Kind::Dream, "Buttons.").await.unwrap();
    assert!(requests_to_catch_up(&mut quill).await > 1, "positive control");
    // Whoever has joined is met without being asked for.
    let code = quill.invite(AccountRole::Patient, Some("lantern-19"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    world.joins("lantern-19", &code).await;
    assert!(requests_to_catch_up(&mut quill).await > 1);
    assert!(quill.contact_of("lantern-19").is_ok());
    assert_eq!(requests_to_catch_up(&mut quill).await, 1);
}

#[tokio::test]
async fn a_clinician_hears_what_is_shared_and_after_a_cut_what_was_missed() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let mut stream = quill.changes(None).await.unwrap();
    let first = told(&mut stream).await;
    assert!(first.changes.whole && !quill.lacks(&first.changes), "he has it all");
    let asked = quill.wire.count(|_| true);
    heron.writes(Kind::Conflict, "For me alone.").await.unwrap();
    heron.shares(Kind::Image, "A greenhouse.").await.unwrap();
    let second = told(&mut stream).await;
    assert!(quill.lacks(&second.changes));
    assert_eq!(quill.wire.count(|_| true), asked, "he did not ask");
    let before = quill.seen();
    quill.sync().await.unwrap();
    assert!(!quill.lacks(&second.changes));
    let news = before.news(&quill.seen());
    assert_eq!((news.len(), news[0].count, news[0].patient), (1, 1, heron.account()));

    // The line is cut; he comes back with the last id.
    drop(stream);
    heron.shares(Kind::Dream, "Buttons.").await.unwrap();
    let mut stream = quill.changes(Some(&second.id)).await.unwrap();
    let third = told(&mut stream).await;
    assert!(third.changes.whole && quill.lacks(&third.changes));
}

/// `reverie watch`, as it runs in somebody's terminal.
struct Watching {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watching {
    async fn line(&mut self) -> serde_json::Value {
        let line = tokio::time::timeout(Duration::from_secs(60), self.lines.next_line()).await;
        serde_json::from_str(&line.expect("something is told").unwrap().expect("the watch goes on")).unwrap()
    }
}

/// A profile of the command line on a device of this practice.
struct Shell {
    home: tempfile::TempDir,
    server: String,
}

impl Shell {
    fn command(&self) -> Command {
        let mut command = Command::new(program("reverie"));
        command.env_clear().arg("--json").arg("--home").arg(self.home.path());
        command.args(["--server", &self.server, "--passphrase-file"]).arg(self.home.path().join("passphrase"));
        command.stdin(Stdio::null());
        command
    }

    async fn ok(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).output().await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Begins to watch, and returns when it does.
    async fn watch(&self) -> Watching {
        let mut child = self.command().arg("watch").stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut watching = Watching { _child: child, lines };
        assert_eq!(watching.line().await["watching"], true);
        watching
    }
}

#[tokio::test]
async fn a_watch_says_what_came_and_leaves_the_device_to_other_commands() {
    let (world, code) = World::empty().await;
    let mut admin = world.administrator(&code).await;
    let code = admin.invite(AccountRole::Clinician, Some("quill"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("passphrase"), format!("{PASSWORD}\n")).unwrap();
    let quill = Shell { home, server: format!("http://{}", world.addr) };
    quill.ok(&["join", &code, "--yes"]).await;
    let new: serde_json::Value = serde_json::from_str(&quill.ok(&["second-factor", "add"]).await).unwrap();
    let code = code_file(quill.home.path(), new["secret"].as_str().unwrap(), world.clock.now().unix());
    quill.ok(&["second-factor", "confirm", "--second-factor-file", &code.to_string_lossy()]).await;
    let invited = quill.ok(&["invite", "heron-41"]).await;
    let invited: serde_json::Value = serde_json::from_str(&invited).unwrap();
    let mut watching = quill.watch().await;

    let mut heron = world.joins("heron-41", invited["code"].as_str().unwrap()).await;
    heron.confirm("quill").await.unwrap();
    heron.consents().await.unwrap();
    heron.shares(Kind::Image, "The locked greenhouse.").await.unwrap();
    let line = watching.line().await;
    assert_eq!((&line["handle"], &line["what"], &line["count"]), (&"heron-41".into(), &"entry".into(), &1.into()));
    assert!(!line.to_string().contains("greenhouse"), "{line}");

    assert!(quill.ok(&["queue"]).await.contains("\"unread\": 1"));
    heron.shares(Kind::Dream, "Buttons.").await.unwrap();
    assert_eq!(watching.line().await["what"], "entry");
}
