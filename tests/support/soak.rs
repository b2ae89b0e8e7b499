//! `kill -9` at random moments, of the server and of the command line, again and again.
//!
//! The promise that it holds the product to: what a person was told is kept, is kept; what she was told is shared, or taken
//! back, is so; nothing is there twice; and the server's data is whole, with no file that nothing names.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use chacha20::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use reverie_client::native::system::now;
use reverie_protocol::ids::DocumentId;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::authenticator::code_file;
use crate::json::text;
use crate::person::PASSWORD;
use crate::server::program;
use crate::{Person, ServerProcess, StoryClock, Wire};

/// Who writes.
const PATIENTS: [&str; 2] = ["heron-41", "cedar-07"];

/// Where an entry was left by the last thing that was said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Private,
    Shared,
    /// A share or a withdrawal was killed: it happened, or it did not.
    Either,
}

/// What a patient was told.
#[derive(Default)]
struct Told {
    /// Entries that she was told are kept.
    entries: BTreeMap<DocumentId, Left>,
    /// Commands that were killed before they said anything.
    killed: usize,
}

/// What somebody does at the command line.
enum Deed {
    Write { attach: bool },
    Share(DocumentId),
    Withdraw(DocumentId),
}

/// How often what was killed, and what was there at the end.
#[derive(Debug, Clone, Copy)]
pub struct Survived {
    /// How often the server was killed.
    pub servers: usize,
    /// How many commands were killed.
    pub clients: usize,
    /// Entries that were acknowledged, all of which are there.
    pub entries: usize,
}

/// A practice that is killed all the time.
struct Soak {
    folder: TempDir,
    server: ServerProcess,
    rng: ChaCha20Rng,
    told: BTreeMap<&'static str, Told>,
    /// How long a command takes when nobody kills anything.
    usual: Duration,
}

/// Kills so many times, half of them the server and half of them a client, and checks everything in the end.
///
/// # Panics
/// If anything that was acknowledged is not there, is there twice, or the server's data is not whole.
pub async fn soak(kills: usize, seed: u64, progress: &mut dyn FnMut(usize)) -> Survived {
    let mut soak = Soak::begin(seed).await;
    let mut survived = Survived { servers: 0, clients: 0, entries: 0 };
    for kill in 0..kills {
        if kill % 2 == 0 {
            soak = soak.kill_the_server().await;
            survived.servers += 1;
        } else {
            soak.kill_a_client().await;
            survived.clients += 1;
        }
        progress(kill + 1);
    }
    survived.entries = soak.end().await;
    survived
}

impl Soak {
    async fn begin(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("the system has room for temporary files");
        let data = folder.path().join("server");
        let code = ServerProcess::init(&data).await;
        let server = ServerProcess::serve(&data).await;
        std::fs::write(folder.path().join("passphrase"), PASSWORD).expect("the folder is ours");
        std::fs::write(folder.path().join("memo.wav"), [7; 40_000]).expect("the folder is ours");
        let told = PATIENTS.map(|patient| (patient, Told::default())).into();
        let usual = Duration::from_secs(1);
        let mut soak = Self { folder, server, rng: ChaCha20Rng::seed_from_u64(seed), told, usual };
        soak.joins("admin", &code).await;
        soak.enrols("admin").await;
        let code = text(&soak.ok("admin", &["admin", "invite", "quill", "--role", "clinician"]).await, "code");
        soak.joins("quill", &code).await;
        soak.enrols("quill").await;
        for patient in PATIENTS {
            let code = text(&soak.ok("quill", &["invite", patient]).await, "code");
            soak.joins(patient, &code).await;
            soak.ok(patient, &["pair", "--confirm", "quill"]).await;
            soak.ok("quill", &["pair", "--confirm", patient]).await;
            soak.ok(patient, &["consent", "give", "--acknowledge", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"]).await;
        }
        let began = Instant::now();
        let child = soak.start(PATIENTS[0], &Deed::Write { attach: true });
        soak.ended(PATIENTS[0], &Deed::Write { attach: true }, child).await;
        soak.usual = began.elapsed();
        soak
    }

    async fn joins(&self, profile: &str, code: &str) {
        let joined = self.ok(profile, &["join", code, "--yes"]).await;
        let words = joined["recovery_words"].as_array().expect("joining gives words");
        let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
        let file = self.folder.path().join("words");
        std::fs::write(&file, words.join(" ")).expect("the folder is ours");
        self.ok(profile, &["kit", "prove", "--words-file", &file.to_string_lossy()]).await;
    }

    async fn enrols(&self, profile: &str) {
        let secret = text(&self.ok(profile, &["second-factor", "add"]).await, "secret");
        let code = code_file(self.folder.path(), &secret, now().unix());
        self.ok(profile, &["second-factor", "confirm", "--second-factor-file", &code.to_string_lossy()]).await;
    }

    fn command(&self, profile: &str, arguments: &[&str]) -> Command {
        let (home, passphrase) = (self.folder.path(), self.folder.path().join("passphrase"));
        let mut command = Command::new(program("reverie"));
        command.env_clear().args(["--json", "--profile", profile, "--home"]).arg(home);
        command.args(["--server", &format!("http://{}", self.server.addr), "--passphrase-file"]).arg(passphrase);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    async fn ok(&self, profile: &str, arguments: &[&str]) -> Value {
        let output = self.command(profile, arguments).output().await.expect("the command line starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{profile} {arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).expect("the answer is JSON")
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.rng.next_u32()).expect("it fits") % bound
    }

    /// Returns a moment in the life of a command, or a little after it.
    fn moment(&mut self) -> Duration {
        self.usual.mul_f64(f64::from(self.rng.next_u32()) / f64::from(u32::MAX) * 1.2)
    }

    fn deed(&mut self, patient: &'static str) -> Deed {
        let choice = self.below(8);
        let left = |left| {
            let of = move |(document, is): (&DocumentId, &Left)| (*is == left).then_some(*document);
            self.told[patient].entries.iter().filter_map(of).collect::<Vec<_>>()
        };
        let (private, shared) = (left(Left::Private), left(Left::Shared));
        match choice {
            0 | 1 if !private.is_empty() => Deed::Share(private[self.below(private.len())]),
            2 if !shared.is_empty() => Deed::Withdraw(shared[self.below(shared.len())]),
            choice => Deed::Write { attach: choice % 2 == 1 },
        }
    }

    fn start(&self, patient: &str, deed: &Deed) -> Child {
        let memo = self.folder.path().join("memo.wav").to_string_lossy().into_owned();
        let id = |document: &DocumentId| document.to_string();
        let arguments = match deed {
            Deed::Write { attach: false } => vec!["write".into(), "A grey heron.".into()],
            Deed::Write { attach: true } => vec!["write".into(), "Said aloud.".into(), "--attach".into(), memo],
            Deed::Share(document) => vec!["share".into(), id(document), "--yes".into()],
            Deed::Withdraw(document) => vec!["withdraw".into(), id(document), "--yes".into()],
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.command(patient, &arguments).spawn().expect("the command line starts")
    }

    /// Waits for a command that nobody killed, and notes what it said.
    async fn ended(&mut self, patient: &'static str, deed: &Deed, child: Child) {
        let Output { status, stdout, stderr } = child.wait_with_output().await.expect("the command is our child");
        let said = String::from_utf8_lossy(&stderr);
        let told = self.told.get_mut(patient).expect("both are there from the start");
        match deed {
            Deed::Write { .. } => {
                assert!(status.success(), "the device keeps what is written, whatever becomes of the server: {said}");
                let answer: Value = serde_json::from_slice(&stdout).expect("the answer is JSON");
                let document = text(&answer, "document").parse().expect("it is an id");
                assert_eq!(told.entries.insert(document, Left::Private), None);
            }
            Deed::Share(document) | Deed::Withdraw(document) => {
                let after = if matches!(deed, Deed::Share(_)) { Left::Shared } else { Left::Private };
                // Files have to be fetched: without a server nothing is done, and that is said.
                let left = if status.success() { after } else { Left::Either };
                told.entries.insert(*document, left);
            }
        }
    }

    async fn kill_the_server(mut self) -> Self {
        let deeds = PATIENTS.map(|patient| (patient, self.deed(patient)));
        let children: Vec<_> = deeds.iter().map(|(patient, deed)| self.start(patient, deed)).collect();
        tokio::time::sleep(self.moment()).await;
        let Self { folder, server, rng, told, usual } = self;
        let data = server.data.clone();
        server.kill().await;
        let server = ServerProcess::serve(&data).await;
        let mut soak = Self { folder, server, rng, told, usual };
        for ((patient, deed), child) in deeds.iter().zip(children) {
            soak.ended(patient, deed, child).await;
        }
        soak
    }

    async fn kill_a_client(&mut self) {
        let patient = PATIENTS[self.below(PATIENTS.len())];
        let deed = self.deed(patient);
        let mut child = self.start(patient, &deed);
        match tokio::time::timeout(self.moment(), child.wait()).await {
            Ok(_) => self.ended(patient, &deed, child).await,
            Err(_) => {
                child.kill().await.expect("the command is ours to kill");
                let told = self.told.get_mut(patient).expect("both are there from the start");
                told.killed += 1;
                if let Deed::Share(document) | Deed::Withdraw(document) = deed {
                    told.entries.insert(document, Left::Either);
                }
            }
        }
    }

    /// Lets everybody catch up, and returns how many entries are there as they were acknowledged.
    async fn end(self) -> usize {
        let clock = StoryClock::at("2031-05-01T09:00:00-04:00");
        let mut entries = 0;
        for (patient, told) in &self.told {
            let store = self.folder.path().join(patient).join("store");
            let wire = Wire::to(self.server.addr).await;
            let mut person = Person::unlock(&store, wire, &clock).await.expect("the device opens");
            let flushed = person.flush().await.expect("the device's storage works");
            assert_eq!(flushed.waiting, 0, "{patient}: {:?}", flushed.stopped_by);
            let notices = person.sync().await.expect("the server can be asked");
            assert!(notices.is_empty(), "{patient}: {notices:?}");
            let verified = person.verify(&mut |_, _| {}).await.expect("the server can be asked");
            assert_eq!(verified.findings, [], "{patient}");
            let view = person.view(person.account());
            let private: Vec<_> =
                view.private.iter().flat_map(|view| &view.entries).map(|view| view.entry.id()).collect();
            let shared: Vec<_> =
                view.shared.iter().flat_map(|view| &view.entries).map(|view| view.entry.id()).collect();
            for (document, left) in &told.entries {
                let count = |list: &[DocumentId]| list.iter().filter(|there| *there == document).count();
                let there = (count(&private), count(&shared));
                let right = match left {
                    Left::Private => there == (1, 0),
                    Left::Shared => there == (0, 1),
                    Left::Either => there == (1, 0) || there == (0, 1),
                };
                assert!(right, "{patient}: {document} was left {left:?}, and is there {there:?} times");
            }
            let all = private.len() + shared.len();
            assert!(
                all <= told.entries.len() + told.killed,
                "{patient}: of what was killed each is there once at most"
            );
            entries += told.entries.len();
        }
        let data = self.server.data.clone();
        self.server.stop().await;
        check(&data).await;
        entries
    }
}

/// The data is whole, with no file that belongs to nothing. Uploads that no record named go after a day (`upkeep.rs`).
async fn check(data: &Path) {
    let checked = ServerProcess::check(data).await;
    let found = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{found}");
    let remarks = String::from_utf8_lossy(&checked.stderr);
    assert!(
        !remarks.contains("left from a crash"),
        "the start after the last kill removed what it had left: {remarks}"
    );
}
