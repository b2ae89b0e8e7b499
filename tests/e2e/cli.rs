//! The thin thread once more, through the real `reverie` and `reverie-server` binaries, as a script would run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use reverie_client::native::system::now;
use reverie_tests::ServerProcess;
use reverie_tests::authenticator::code_file;
use reverie_tests::database::tamper;
use reverie_tests::json::text;
use reverie_tests::person::PASSWORD;
use reverie_tests::server::program;
use serde_json::Value;

/// Somebody at a shell.
struct Shell<'a> {
    folder: &'a Path,
    server: String,
    profile: &'static str,
}

impl Shell<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        let passphrase: PathBuf = self.folder.join("passphrase");
        self.run_without_password(&[&["--passphrase-file", &passphrase.to_string_lossy()], arguments].concat())
    }

    fn run_without_password(&self, arguments: &[&str]) -> Output {
        let run = Command::new(program("reverie"))
            .env_clear()
            .args(["--json", "--home", &self.folder.to_string_lossy(), "--profile", self.profile])
            .args(["--server", &self.server])
            .args(arguments)
            .stdin(Stdio::null())
            .output();
        run.unwrap()
    }

    /// Runs a command that is to succeed, and returns what it prints.
    fn ok(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}: {said}", self.profile);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    }

    /// Joins, and proves the kit as somebody would who typed it back.
    fn joins(&self, code: &str) {
        let joined = self.ok(&["join", code, "--yes"]);
        let words: Vec<_> = joined["recovery_words"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
        let kit = self.folder.join("words");
        std::fs::write(&kit, words.join(" ")).unwrap();
        self.ok(&["kit", "prove", "--words-file", &kit.to_string_lossy()]);
    }

    /// Enrols an authenticator, which goes by the time of this machine, as the server does.
    fn enrols(&self) {
        let secret = text(&self.ok(&["second-factor", "add"]), "secret");
        let file = code_file(self.folder, &secret, now().unix());
        self.ok(&["second-factor", "confirm", "--second-factor-file", &file.to_string_lossy()]);
    }
}

#[tokio::test]
async fn the_first_thread_runs_from_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    let code = ServerProcess::init(&data).await;
    let server = ServerProcess::serve(&data).await;
    std::fs::write(folder.path().join("passphrase"), format!("{PASSWORD}\n")).unwrap();
    let at = |profile| Shell { folder: folder.path(), server: format!("http://{}", server.addr), profile };
    let (admin, quill, heron) = (at("admin"), at("quill"), at("heron-41"));

    admin.joins(&code);
    let refused = admin.run(&["admin", "accounts"]);
    let refused: Value = serde_json::from_slice(&refused.stderr).unwrap();
    assert_eq!(refused["error"]["message"], "The server wants to see your second factor before this device goes on.");
    admin.enrols();
    let code = text(&admin.ok(&["admin", "invite", "quill", "--role", "clinician"]), "code");
    quill.joins(&code);
    quill.enrols();
    let code = text(&quill.ok(&["invite", "heron-41"]), "code");
    heron.joins(&code);
    heron.ok(&["pair", "--confirm", "quill"]);
    quill.ok(&["pair", "--confirm", "heron-41"]);

    heron.ok(&["consent", "give", "--acknowledge", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"]);
    heron.ok(&["write", "--kind", "conflict", "For me alone."]);
    let written = heron.ok(&["write", "--kind", "image", "--title", "The locked greenhouse", "Warm light inside."]);
    let entry = text(&written, "document");
    heron.ok(&["mark", &entry, "--talk"]);
    heron.ok(&["share", &entry, "--yes"]);

    assert!(quill.ok(&["queue"]).to_string().contains("\"unread\":1"));
    let brief = quill.ok(&["brief", "heron-41"]).to_string();
    assert!(brief.contains("Warm light inside.") && !brief.contains("For me alone."), "{brief}");
    quill.ok(&["reply", &entry, "--question", "Who keeps the key?"]);
    assert!(heron.ok(&["list"]).to_string().contains("Who keeps the key?"));

    let accessed = heron.ok(&["access-log"]).to_string();
    assert!(accessed.contains("\"fetch_records\"") && accessed.contains("\"quill\""), "{accessed}");
    let audited = admin.ok(&["admin", "audit", "show"]).to_string();
    assert!(audited.contains("\"fetch_records\"") && !audited.contains("own_journal"), "{audited}");
    assert_eq!(admin.ok(&["admin", "audit", "verify"])["broken"], Value::Null);
    let disclosed = admin.ok(&["admin", "disclose", "heron-41"]);
    assert!(disclosed["rows"].as_array().unwrap().iter().any(|row| row["table"] == "record"));
    assert!(!disclosed.to_string().contains("Warm light"));
    assert!(heron.ok(&["access-log"]).to_string().contains("\"disclose_account\""));

    // Whoever runs the server changes what was entered: the administrator's next look tells.
    tamper(&data, "UPDATE audit SET day = day + 1 WHERE seq = 2").await;
    let broken = admin.run(&["admin", "audit", "verify"]);
    let told = String::from_utf8_lossy(&broken.stderr);
    assert_eq!(broken.status.code(), Some(1));
    assert!(told.contains("\"audit_broken\"") && told.contains("entry 2 does not follow"), "{told}");

    let export = folder.path().join("export");
    heron.ok(&["export", &export.to_string_lossy(), "--sealed"]);
    server.stop().await;
    heron.ok(&["verify", "--export", &export.to_string_lossy()]);
    std::fs::write(export.join("journal.md"), "Something else.").unwrap();
    let found = heron.run(&["verify", "--export", &export.to_string_lossy()]);
    assert_eq!(found.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&found.stdout).contains("the file was changed"));

    // The server is gone: what is written is kept, and the shell says so.
    let kept = heron.run(&["write", "--kind", "dream", "The buttons were seeds."]);
    assert!(kept.status.success());
    assert!(String::from_utf8_lossy(&kept.stderr).contains("not on the server yet"), "{kept:?}");
}

#[tokio::test]
async fn a_device_that_is_unlocked_asks_for_no_password_until_it_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    let code = ServerProcess::init(&data).await;
    let server = ServerProcess::serve(&data).await;
    std::fs::write(folder.path().join("passphrase"), format!("{PASSWORD}\n")).unwrap();
    let address = format!("http://{}", server.addr);
    let admin = Shell { folder: folder.path(), server: address, profile: "admin" };
    admin.joins(&code);
    admin.enrols();
    let asked = |arguments: &[&str]| {
        let output = admin.run_without_password(arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).contains("needs_password"))
    };
    assert_eq!(asked(&["admin", "accounts"]), (Some(1), true));
    admin.ok(&["unlock"]);
    assert_eq!(asked(&["admin", "accounts"]), (Some(0), false));
    // The server is not needed for it.
    server.kill().await;
    assert_eq!(asked(&["whoami"]), (Some(0), false));
    // What changes the password wants to know it all the same.
    assert_eq!(asked(&["password"]), (Some(1), true));
    let locked = admin.run_without_password(&["lock"]);
    assert!(String::from_utf8_lossy(&locked.stdout).contains("\"was_unlocked\": true"));
    assert_eq!(asked(&["whoami"]), (Some(1), true));
}
