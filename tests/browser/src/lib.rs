//! A browser with passkeys, for tests: a program beside them (`device/`), made of 1Password's `passkey`, so that answers are
//! those of code that is not ours. It is built when the first test wants it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Value, json};

/// Where the program is, once it was built.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (manifest, target) = (here.join("device/Cargo.toml"), here.join("../../target/browser"));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(&target);
    let built = build.status().expect("cargo is what runs the tests");
    assert!(built.success(), "the browser of the tests was not built");
    target.join("debug/reverie-test-device")
});

/// The program as it runs, and what it is asked and answers by.
struct Program {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    devices: u64,
}

impl Program {
    fn start() -> Self {
        let mut child = Command::new(&*PROGRAM)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program was built just now");
        let asks = child.stdin.take().expect("it is piped");
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, asks, answers, devices: 1 }
    }

    fn ask(&mut self, question: &Value) -> Option<String> {
        writeln!(self.asks, "{question}").expect("the program listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the program answers");
        serde_json::from_str(&line).expect("its answer is text or nothing")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It ends by itself when nobody asks any more; a test that fails does not wait for that.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser that shows a page, on a device that keeps one passkey.
pub struct Browser {
    program: Arc<Mutex<Program>>,
    device: u64,
    page: String,
    verified: bool,
}

impl Browser {
    /// Returns a browser that shows a page, like `https://reverie.example`, and has no passkey yet.
    pub fn at(page: &str) -> Self {
        let program = Arc::new(Mutex::new(Program::start()));
        Self { program, device: 0, page: page.to_owned(), verified: true }
    }

    /// Goes to another page.
    pub fn visit(&mut self, page: &str) {
        page.clone_into(&mut self.page);
    }

    /// From now on asks nobody for a finger, whatever a page wants.
    pub const fn stop_verifying(&mut self) {
        self.verified = false;
    }

    /// Returns another device with a copy of the passkey, as malware on this one might make.
    pub fn copy(&self) -> Self {
        let mut program = self.program.lock().unwrap_or_else(PoisonError::into_inner);
        let device = program.devices;
        program.devices += 1;
        program.ask(&json!({ "device": self.device, "copy": device }));
        Self { program: Arc::clone(&self.program), device, page: self.page.clone(), verified: self.verified }
    }

    /// Makes a passkey, as `navigator.credentials.create` does, and returns `RegistrationResponseJSON`; nothing if the
    /// browser itself refuses.
    pub fn create(&self, options: &str) -> Option<String> {
        self.ask("create", options)
    }

    /// Shows the passkey, as `navigator.credentials.get` does, and returns `AuthenticationResponseJSON`; nothing if the
    /// browser itself refuses, or keeps none of those that were asked for.
    pub fn get(&self, options: &str) -> Option<String> {
        self.ask("get", options)
    }

    fn ask(&self, deed: &str, options: &str) -> Option<String> {
        let mut program = self.program.lock().unwrap_or_else(PoisonError::into_inner);
        program.ask(&json!({ "device": self.device, "verified": self.verified, "page": self.page, deed: options }))
    }
}
