//! Backups of a server that runs, and what becomes of them: restored whole, drilled, sealed, kept, refused.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use reqwest::StatusCode;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{OpenedSession, StoredAttachment};
use reverie_protocol::audit::{AuditAct, AuditPage};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::AttachmentRef;
use reverie_protocol::ids::AttachmentId;
use reverie_server::check_data::check_data;
use reverie_server::{Config, DatabaseAddress, Server};
use tempfile::TempDir;

use crate::home::Home;
use crate::world::{Log, PASSWORD, Person, World, enter, login, ok};

/// Returns `reverie-server` with these arguments.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reverie-server"));
    command.env_remove("REVERIE_DATA").args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// Runs a command that succeeds, and returns what it prints and what it says.
fn done(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

/// Runs a command that fails, and returns what it says.
fn complaint(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_database_on_postgresql_is_not_backed_up_and_it_is_said_what_to_do() {
    let folder = TempDir::new().unwrap();
    let (data, to) = (folder.path().display().to_string(), folder.path().join("backups").display().to_string());
    let address = "postgres://reverie@localhost/reverie";
    let said = complaint(&["backup", "--data", &data, "--database", address, "--to", &to]);
    assert!(said.contains("pg_dump") && said.contains("attachments") && said.contains("docs/operations.md"), "{said}");
    assert!(!Path::new(&to).exists(), "nothing looks like a backup");
}

/// A server with a journal in it, and a place beside it.
struct Kept {
    world: World,
    heron: Person,
    log: Log,
    /// A file that a record names.
    named: AttachmentRef,
    beside: TempDir,
}

impl Kept {
    async fn new() -> Self {
        let world = World::at(Home::embedded(), |config| config).await;
        let heron = world.patient().await;
        let log = heron.opens_journal(&[]).await;
        let beside = TempDir::new().unwrap();
        let named = attachment(1, b"sealed file");
        let mut kept = Self { world, heron, log, named, beside };
        kept.writes_with(named, b"sealed file").await;
        kept
    }

    /// Uploads a file and appends a record that names it.
    async fn writes_with(&mut self, named: AttachmentRef, bytes: &[u8]) -> reverie_protocol::ids::RecordId {
        let path = self.log.attachment_path(named.id);
        ok::<StoredAttachment>(self.heron.upload(&path, bytes.to_vec()).await).await;
        let record = self.log.write(&self.heron, b"sealed", vec![named]);
        self.log.append(&self.heron, std::slice::from_ref(&record)).await;
        record.parse().unwrap().record
    }

    fn data(&self) -> String {
        self.world.folder.path().display().to_string()
    }

    fn path(&self, name: &str) -> String {
        self.beside.path().join(name).display().to_string()
    }

    fn key(&self) -> String {
        self.world.folder.path().join("keys/opaque-setup").display().to_string()
    }

    fn file(&self, named: AttachmentRef) -> PathBuf {
        self.world.folder.path().join("attachments").join(self.log.journal.to_string()).join(named.id.to_string())
    }

    /// Makes a backup and returns its path.
    fn backup(&self, more: &[&str]) -> String {
        let (data, to) = (self.data(), self.path("backups"));
        let arguments = [&["backup", "--data", &data, "--to", &to], more].concat();
        done(&arguments).0.trim().to_owned()
    }
}

fn attachment(number: u8, bytes: &[u8]) -> AttachmentRef {
    AttachmentRef {
        id: AttachmentId::from_random_bytes([number; 16]),
        sha256: Hash::of(bytes),
        size: bytes.len() as u64,
    }
}

fn names(folder: &str) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_of_a_running_server_is_restored_to_one_that_has_the_same() {
    let kept = Kept::new().await;
    let (printed, said) = done(&["backup", "--data", &kept.data(), "--to", &kept.path("backups")]);
    assert!(
        said.contains("the database and 1 attachment") && said.contains("Read back, every hash is right"),
        "{said}"
    );
    assert!(said.contains("Not in it: the OPAQUE set-up key"), "{said}");

    let restored = kept.path("restored");
    let (_, said) = done(&["restore", printed.trim(), "--data", &restored, "--key", &kept.key(), "--verify"]);
    assert!(said.contains("Checked 1 journal, 2 records and 1 attachment: everything is whole"), "{said}");
    assert_eq!(names(&kept.path("")), ["backups", "restored"], "nothing else is left");

    // The new server has the log, the file and the account; the session has ended.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(Config::new(&restored), listener).await.unwrap();
    let base = format!("http://{}", server.addr);
    let mut heron = Person { base: base.clone(), ..kept.heron.clone() };
    assert_eq!(heron.get(&kept.log.path()).await.status(), StatusCode::UNAUTHORIZED);
    heron.token = ok::<OpenedSession>(login(&base, "heron-41", PASSWORD).await).await.token;
    assert_eq!(kept.log.read(&heron).await, kept.log.read(&kept.heron).await);
    let file = heron.get(&kept.log.attachment_path(kept.named.id)).await.bytes().await.unwrap();
    assert_eq!(file, "sealed file");
}

#[tokio::test]
async fn what_is_withdrawn_and_written_while_a_backup_is_made_leaves_it_whole() {
    let mut kept = Kept::new().await;
    let large = vec![7; 1 << 20];
    kept.writes_with(attachment(2, &large), &large).await;
    let withdrawn = [kept.writes_with(attachment(3, b"later erased"), b"later erased").await];
    let early = kept.log.clone();
    assert_eq!(early.seq, Some(3));

    // The backup waits amid the large file, since nobody reads what it writes.
    let mut backing_up = program(&["backup", "--data", &kept.data(), "--to", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut archive = vec![0; 100 << 10];
    let mut stdout = backing_up.stdout.take().unwrap();
    stdout.read_exact(&mut archive).unwrap();
    let withdraw = kept.log.withdraw(&kept.heron, withdrawn.to_vec());
    kept.log.append(&kept.heron, &[withdraw]).await;
    kept.writes_with(attachment(4, b"came late"), b"came late").await;
    stdout.read_to_end(&mut archive).unwrap();
    assert!(backing_up.wait_with_output().unwrap().status.success());

    fs::write(kept.path("backup.tar"), archive).unwrap();
    let (proved, _) = done(&["drill", &kept.path("backup.tar"), "--key", &kept.key()]);
    assert!(proved.contains("1 journal, 6 records and 4 attachments"), "{proved}");
    done(&["restore", &kept.path("backup.tar"), "--data", &kept.path("restored"), "--key", &kept.key()]);
    let report = check_data(Path::new(&kept.path("restored")), &DatabaseAddress::default()).await.unwrap();
    assert_eq!((report.findings, report.remarks), (vec![], vec![]));
}

#[tokio::test]
async fn a_restore_touches_neither_a_running_server_nor_anything_else_that_is_there() {
    let kept = Kept::new().await;
    let backup = kept.backup(&[]);
    let said = complaint(&["restore", &backup, "--data", &kept.data(), "--key", &kept.key()]);
    assert!(said.contains("a server is running") && said.contains("move its folder away first"), "{said}");
    let Kept { world, beside, .. } = kept;
    let key = beside.path().join("key");
    fs::copy(world.folder.path().join("keys/opaque-setup"), &key).unwrap();
    world.server.stop().await;
    let data = world.folder.path().display().to_string();
    let said = complaint(&["restore", &backup, "--data", &data, "--key", &key.display().to_string()]);
    assert!(said.contains("is not empty") && said.contains(".before"), "{said}");
    let report = check_data(world.folder.path(), &world.folder.database()).await.unwrap();
    assert_eq!((report.findings, report.records), (vec![], 2));
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_leaves_nothing() {
    let kept = Kept::new().await;
    let backup = kept.backup(&[]);
    let mut damaged = fs::read(&backup).unwrap();
    damaged[512 + 3] ^= 1;
    let cut = damaged[..damaged.len() / 2].to_vec();
    for (bytes, reason) in
        [(damaged, "is not what its manifest lists"), (cut, "cut short"), (vec![1; 999], "not a backup")]
    {
        fs::write(kept.path("damaged.tar"), bytes).unwrap();
        for command in ["restore", "drill"] {
            let into = ["--data".to_owned(), kept.path("restored")];
            let mut arguments = vec![command.to_owned(), kept.path("damaged.tar"), "--key".into(), kept.key()];
            arguments.extend(into.into_iter().filter(|_| command == "restore"));
            let said = complaint(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
            assert!(said.contains(reason), "{said}");
        }
        assert_eq!(names(&kept.path("")), ["backups", "damaged.tar"]);
    }
}

#[tokio::test]
async fn what_a_killed_restore_left_is_no_server_and_the_next_restore_removes_it() {
    let kept = Kept::new().await;
    let backup = kept.backup(&[]);
    // Half of it arrives, then the program is killed.
    let mut command = program(&["restore", "-", "--data", &kept.path("restored"), "--key", &kept.key()]);
    let mut restoring = command.stdin(Stdio::piped()).spawn().unwrap();
    let archive = fs::read(&backup).unwrap();
    let mut stdin = restoring.stdin.take().unwrap();
    stdin.write_all(&archive[..archive.len() / 2]).unwrap();
    while !Path::new(&kept.path("restored.restoring/attachments")).join(kept.log.journal.to_string()).exists() {
        std::thread::yield_now();
    }
    let said = complaint(&["restore", &backup, "--data", &kept.path("restored"), "--key", &kept.key()]);
    assert!(said.contains("another restore"), "{said}");
    restoring.kill().unwrap();
    restoring.wait().unwrap();
    assert_eq!(names(&kept.path("")), ["backups", "restored.restoring"]);
    done(&["restore", &backup, "--data", &kept.path("restored"), "--key", &kept.key(), "--verify"]);
    assert_eq!(names(&kept.path("")), ["backups", "restored"]);
}

#[tokio::test]
async fn the_key_that_is_kept_apart_is_asked_for_and_must_be_the_right_one() {
    let kept = Kept::new().await;
    let (backup, restored) = (kept.backup(&[]), kept.path("restored"));
    let said = complaint(&["restore", &backup, "--data", &restored]);
    assert!(said.contains("OPAQUE set-up key is not in this backup") && said.contains("--key FILE"), "{said}");
    fs::write(kept.path("other"), "another key").unwrap();
    let said = complaint(&["restore", &backup, "--data", &restored, "--key", &kept.path("other")]);
    assert!(said.contains("not the OPAQUE set-up key of the server that was backed up"), "{said}");
    assert_eq!(names(&kept.path("")), ["backups", "other"]);

    let (_, said) = done(&["restore", &backup, "--data", &restored, "--without-key"]);
    assert!(said.contains("nobody can log in with a password"), "{said}");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(Config::new(&restored), listener).await.unwrap();
    let base = format!("http://{}", server.addr);
    assert_eq!(login(&base, "heron-41", PASSWORD).await.status(), StatusCode::UNAUTHORIZED);
    let heron = Person { base, ..kept.heron.clone() };
    assert_eq!(heron.get(&kept.log.path()).await.status(), StatusCode::OK, "whoever was logged in still is");
}

#[tokio::test]
async fn a_backup_with_the_key_needs_no_other() {
    let kept = Kept::new().await;
    let backup = kept.backup(&["--with-key"]);
    let (proved, _) = done(&["drill", &backup]);
    assert!(proved.ends_with("and the OPAQUE set-up key is in it.\n"), "{proved}");
    done(&["restore", &backup, "--data", &kept.path("restored")]);
    assert_eq!(fs::read(kept.path("restored/keys/opaque-setup")).unwrap(), fs::read(kept.key()).unwrap());
}

#[tokio::test]
async fn a_drill_says_in_one_line_what_it_proved_and_leaves_nothing() {
    let kept = Kept::new().await;
    let backup = kept.backup(&[]);
    fs::create_dir(kept.path("scratch")).unwrap();
    let (proved, _) = done(&["drill", &backup, "--scratch", &kept.path("scratch"), "--key", &kept.key()]);
    assert_eq!(proved.lines().count(), 1);
    assert!(
        proved.contains("1 journal, 2 records and 1 attachment; every hash, signature and chain is right"),
        "{proved}"
    );
    assert!(proved.contains("and the OPAQUE set-up key is the right one"), "{proved}");
    assert_eq!(names(&kept.path("scratch")), Vec::<String>::new());
    let (proved, _) = done(&["drill", &backup]);
    assert!(proved.contains("but the OPAQUE set-up key was not tried"), "{proved}");
}

#[tokio::test]
async fn older_backups_go_once_the_new_one_is_whole_and_nothing_else_does() {
    let kept = Kept::new().await;
    let shelf = kept.path("backups");
    fs::create_dir(&shelf).unwrap();
    for name in ["reverie-20010101T000000Z.tar", "reverie-20010102T000000Z.tar.age", "reverie-before.tar", "notes.txt"]
    {
        fs::write(Path::new(&shelf).join(name), "old").unwrap();
    }
    fs::create_dir(Path::new(&shelf).join(".unfinished-Xy12z3")).unwrap();

    // The server has lost a file: what older backups hold may be all that is left of it.
    let file = kept.file(kept.named);
    fs::rename(&file, file.with_extension("away")).unwrap();
    let said = complaint(&["backup", "--data", &kept.data(), "--to", &shelf, "--keep", "1"]);
    assert!(
        said.contains(&format!("{}: it is missing", kept.named.id)) && said.contains("Nothing older was removed"),
        "{said}"
    );
    let left = names(&shelf);
    assert!(
        left.contains(&"reverie-20010101T000000Z.tar".into())
            && left.contains(&"reverie-20010102T000000Z.tar.age".into())
    );
    assert!(!left.contains(&".unfinished-Xy12z3".into()), "what was left unfinished is gone");
    for new in left.iter().filter(|name| name.starts_with("reverie-20") && !name.starts_with("reverie-2001")) {
        fs::remove_file(Path::new(&shelf).join(new)).unwrap();
    }

    fs::rename(file.with_extension("away"), &file).unwrap();
    let (path, said) = done(&["backup", "--data", &kept.data(), "--to", &shelf, "--keep", "2"]);
    assert!(said.contains("Removed 1 older backup"), "{said}");
    let new = Path::new(path.trim()).file_name().unwrap().to_str().unwrap().to_owned();
    let mut expected = vec![".lock", "notes.txt", "reverie-20010102T000000Z.tar.age", &new, "reverie-before.tar"];
    expected.sort_unstable();
    assert_eq!(names(&shelf), expected);
}

#[tokio::test]
async fn a_sealed_backup_opens_with_its_identity_alone() {
    let kept = Kept::new().await;
    let identity = kept.path("identity.txt");
    let made = Command::new("age-keygen").args(["-o", &identity]).stderr(Stdio::null()).status();
    assert!(made.expect("`age` is installed; `make setup` does it").success());
    let recipient = fs::read_to_string(&identity).unwrap();
    let recipient = recipient.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    let backup = kept.backup(&["--with-key", "--seal-to", recipient, "--keep", "3"]);
    assert!(backup.ends_with("Z.tar.age"), "{backup}");
    assert!(fs::read(&backup).unwrap().starts_with(b"age-encryption.org/v1"));

    let said = complaint(&["drill", &backup]);
    assert!(said.contains("is sealed") && said.contains("age -d -i IDENTITY"), "{said}");
    let mut opening =
        Command::new("age").args(["-d", "-i", &identity, &backup]).stdout(Stdio::piped()).spawn().unwrap();
    let drilled = program(&["drill", "-"]).stdin(opening.stdout.take().unwrap()).output().unwrap();
    assert!(opening.wait().unwrap().success());
    let proved = String::from_utf8(drilled.stdout).unwrap();
    assert!(proved.contains("1 journal, 2 records and 1 attachment"), "{proved}");

    let said = complaint(&["backup", "--data", &kept.data(), "--to", &kept.path("other"), "--seal-to", "age1nobody"]);
    assert!(said.contains("is the recipient right?"), "{said}");
    assert_eq!(names(&kept.path("other")), [".lock"]);
}

#[test]
fn a_backup_of_nothing_names_the_folder() {
    let folder = TempDir::new().unwrap();
    let (nowhere, to) =
        (folder.path().join("nowhere").display().to_string(), folder.path().join("to").display().to_string());
    assert!(complaint(&["backup", "--data", &nowhere, "--to", &to]).contains("is `--data` right?"));
    assert!(complaint(&["backup", "--data", &nowhere, "--to", "-", "--keep", "2"]).contains("need a folder"));
}

#[tokio::test]
async fn everybody_comes_back_and_the_audit_log_says_that_the_server_was_restored() {
    let kept = Kept::new().await;
    kept.world.person(AccountRole::Clinician, "quill").await;
    let backup = kept.backup(&["--with-key"]);
    done(&["restore", &backup, "--data", &kept.path("restored")]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(Config::new(kept.path("restored")), listener).await.unwrap();
    let base = format!("http://{}", server.addr);
    for handle in ["quill", "heron-41"] {
        enter(&base, handle).await;
    }
    let token = enter(&base, "admin").await.token;
    let admin = Person { base, token, ..kept.world.admin.clone() };
    let page: AuditPage = ok(admin.get("/v1/admin/audit").await).await;
    let entries = page.links.iter().filter_map(|link| link.entry.as_ref());
    let restored: Vec<_> = entries.filter(|entry| entry.act == AuditAct::Restore).collect();
    assert!(restored.len() == 1 && restored[0].actor.is_none(), "the audit log says that the host restored it");
}
