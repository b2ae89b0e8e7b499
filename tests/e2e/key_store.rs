//! The system's key store opens a device where its owner wanted that, and nowhere else: the real program, on a real bus, with
//! GNOME Keyring.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use reverie_journal::Kind;
use reverie_tests::person::PASSWORD;
use reverie_tests::search::{all_files, contains};
use reverie_tests::server::program;
use reverie_tests::{Desktop, Practice, World};

use crate::shell::{flat, goes_home, ok};

const WORDS: &str = "The heron stood in the reeds.";

/// heron's device, and the computer that it is on.
struct Computer {
    world: World,
    desktop: Option<Desktop>,
}

impl Computer {
    async fn with_an_entry() -> Self {
        let Practice { world, mut heron, .. } = Practice::open().await;
        heron.writes(Kind::Image, WORDS).await.unwrap();
        goes_home(&world, "heron", heron);
        fs::write(world.home("passphrase"), PASSWORD).unwrap();
        let mut computer = Self { world, desktop: None };
        computer.logs_in();
        computer
    }

    fn logs_in(&mut self) {
        self.desktop = Some(Desktop::log_in(&self.world.home("desk")));
    }

    fn logs_out(&mut self) {
        self.desktop = None;
    }

    /// Runs `reverie` as somebody who types no password.
    fn reverie(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(program("reverie"));
        command.env_clear();
        if let Some(desktop) = &self.desktop {
            desktop.inside(&mut command);
        }
        let (home, server) = (self.world.home("shells"), format!("http://{}", self.world.addr));
        command
            .env("REVERIE_NOW", self.world.clock.now().to_string())
            .args(["--home", &home.to_string_lossy(), "--profile", "heron", "--server", &server])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The same with the password.
    fn reverie_with_password(&self, arguments: &[&str]) -> Output {
        let passphrase = self.world.home("passphrase");
        self.reverie(&[&["--passphrase-file", &passphrase.to_string_lossy()], arguments].concat())
    }

    /// Tells whether the key store holds no key any more, also for who asks it: the mark is put back for that.
    fn key_is_out(&self) -> bool {
        fs::write(self.world.home("shells").join("heron/key-store"), "").unwrap();
        !self.reads()
    }

    fn reads(&self) -> bool {
        let output = self.reverie(&["list"]);
        let read = flat(&output.stdout).contains(WORDS);
        assert_eq!(output.status.code(), Some(if read { 0 } else { 1 }));
        assert!(read || flat(&output.stderr).contains("A password is needed"), "{}", flat(&output.stderr));
        read
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_store_opens_the_device_until_it_is_locked_also_after_a_restart() {
    let mut computer = Computer::with_an_entry().await;
    assert!(!computer.reads(), "nothing is given to the key store unasked");
    let (_, said) = ok(computer.reverie_with_password(&["unlock", "--key-store"]));
    assert!(said.contains("opens it without the password, also after a restart"), "{said}");
    assert!(computer.reads());
    computer.logs_out();
    computer.logs_in();
    assert!(computer.reads());
    ok(computer.reverie(&["lock"]));
    assert!(!computer.reads());
    computer.logs_out();
    computer.logs_in();
    assert!(!computer.reads());
    assert!(computer.key_is_out());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_login_the_key_store_gives_nothing_and_the_password_opens_as_always() {
    let mut computer = Computer::with_an_entry().await;
    ok(computer.reverie_with_password(&["unlock", "--key-store"]));
    computer.logs_out();
    assert!(!computer.reads());
    let said = flat(&computer.reverie(&["list"]).stderr);
    assert!(said.contains("key store does not give the key of this device: none answers here."), "{said}");
    assert!(said.contains("The password opens it as always."), "{said}");
    assert!(flat(&ok(computer.reverie_with_password(&["list"])).0.into_bytes()).contains(WORDS));
    // Locking must not say that it is done while the key is out of its reach.
    let locking = computer.reverie(&["lock"]);
    assert_eq!(locking.status.code(), Some(1));
    assert!(flat(&locking.stderr).contains("may still hold the key"), "{}", flat(&locking.stderr));
    // Nor does it stand in the way of the agent.
    let (_, said) = ok(computer.reverie_with_password(&["unlock"]));
    assert!(said.contains("may hold the key too") && said.contains("Unlocked. It locks itself"), "{said}");
    assert!(computer.reads());
    computer.logs_in();
    ok(computer.reverie(&["lock"]));
    assert!(!computer.reads());
    assert!(computer.key_is_out());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_key_store_nothing_changes_and_it_says_so() {
    let mut computer = Computer::with_an_entry().await;
    computer.logs_out();
    let refused = computer.reverie_with_password(&["unlock", "--key-store"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = flat(&refused.stderr);
    assert!(said.contains("key store does not take the key: none answers here."), "{said}");
    assert!(said.contains("The password opens this device as always."), "{said}");
    assert!(!flat(&computer.reverie(&["list"]).stderr).contains("key store"));
}

#[tokio::test(flavor = "multi_thread")]
async fn unlocking_for_a_while_takes_the_key_out_of_the_key_store() {
    let mut computer = Computer::with_an_entry().await;
    ok(computer.reverie_with_password(&["unlock", "--key-store"]));
    ok(computer.reverie_with_password(&["unlock"]));
    assert!(computer.reads());
    ok(computer.reverie(&["lock"]));
    computer.logs_out();
    computer.logs_in();
    assert!(!computer.reads());
    assert!(computer.key_is_out());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_key_store_keeps_on_disk_shows_no_key_and_a_forgotten_device_leaves_none() {
    let computer = Computer::with_an_entry().await;
    ok(computer.reverie_with_password(&["unlock", "--key-store"]));
    let (device, copy) = (computer.world.home("shells").join("heron"), computer.world.home("copy"));
    let keyrings = computer.world.home("desk").join(".local/share/keyrings");
    for folder in [&keyrings, &device] {
        let kept = all_files(folder);
        assert!(!kept.is_empty() && !contains(&kept, "AGE-SECRET-KEY-1"));
    }
    assert_eq!(fs::metadata(device.join("key-store")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(Command::new("cp").args(["-a".as_ref(), device.as_os_str(), copy.as_os_str()]).status().unwrap().success());
    for leaving in [&["delete-account", "--confirm", "heron-41"][..], &["logout", "--erase", "--yes"]] {
        ok(computer.reverie_with_password(&["unlock", "--key-store"]));
        ok(computer.reverie_with_password(leaving));
        fs::remove_dir_all(&device).unwrap();
        assert!(
            Command::new("cp").args(["-a".as_ref(), copy.as_os_str(), device.as_os_str()]).status().unwrap().success()
        );
        assert!(!computer.reads(), "the files are back, and the key store does not open them");
    }
}
