//! A device's disk that is full in the middle of what keys hang on: it is said, with what to do, and with room again the same
//! command goes through, or went through before. One of two passwords, or kits, is valid throughout, and nothing is lost.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::person::PASSWORD;
use reverie_tests::server::{has_small_disks, in_own_namespace, program, small_disk};
use reverie_tests::{Person, Practice, World};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::shell::flat;

/// How many pages of the disk are free: from nothing to enough.
const FREE: [u64; 5] = [0, 1, 2, 4, 8];
const PAGE: u64 = 4096;

/// A device whose disk is small, and whose disk alone is.
struct SmallDevice<'a> {
    world: &'a World,
    disk: PathBuf,
    /// Holds the mount, until it is dropped.
    holder: Child,
}

impl<'a> SmallDevice<'a> {
    async fn of(world: &'a World) -> Self {
        let disk = world.home("small");
        fs::create_dir(&disk).unwrap();
        let script = format!("{} && echo mounted && exec sleep infinity", small_disk(4, &disk));
        let mut holder = in_own_namespace(&script).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut said = BufReader::new(holder.stdout.take().unwrap()).lines();
        assert_eq!(said.next_line().await.unwrap().as_deref(), Some("mounted"));
        Self { world, disk, holder }
    }

    fn inside(&self) -> PathBuf {
        let path = format!("/proc/{}/root{}", self.holder.id().unwrap(), self.disk.display());
        PathBuf::from(path)
    }

    /// Takes a device here that was elsewhere.
    fn takes(&self, profile: &str, home: &Path) {
        let to = self.inside().join(profile);
        fs::create_dir_all(&to).unwrap();
        let copied = Command::new("cp").arg("-r").arg(home).arg(to.join("store")).status().unwrap();
        assert!(copied.success());
    }

    /// Leaves this many pages free, while something is done.
    fn with_free<T>(&self, pages: u64, deed: impl FnOnce() -> T) -> T {
        let ballast = self.inside().join("ballast");
        let mut file = File::create(&ballast).unwrap();
        while file.write_all(&[0; PAGE as usize]).is_ok() {}
        file.set_len(file.metadata().unwrap().len() / PAGE * PAGE - pages * PAGE).unwrap();
        let done = deed();
        fs::remove_file(ballast).unwrap();
        done
    }

    /// Writes something that is only read, on another disk.
    fn note(&self, name: &str, text: &str) -> String {
        let path = self.world.home(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn reverie(&self, profile: &str, password: &str, arguments: &[&str]) -> Output {
        let password = self.note("password", password);
        self.locked(profile, &[&["--passphrase-file", &password], arguments].concat())
    }

    /// The same for somebody who gives no password.
    fn locked(&self, profile: &str, arguments: &[&str]) -> Output {
        let run = Command::new("nsenter")
            .args(["-t", &self.holder.id().unwrap().to_string(), "-U", "-m", "--preserve-credentials"])
            .arg(program("reverie"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("REVERIE_NOW", self.world.clock.now().to_string())
            .arg("--home")
            .arg(&self.disk)
            .args(["--profile", profile, "--server", &format!("http://{}", self.world.addr)])
            .args(arguments)
            .stdin(Stdio::null())
            .output();
        run.unwrap()
    }

    /// Does it with this many pages free, and tells whether it was done. If it was not, that was said as it should be.
    fn tries(&self, pages: u64, profile: &str, password: &str, arguments: &[&str]) -> (bool, Output) {
        self.saying(pages, arguments, || self.reverie(profile, password, arguments))
    }

    fn saying(&self, pages: u64, arguments: &[&str], deed: impl FnOnce() -> Output) -> (bool, Output) {
        let output = self.with_free(pages, deed);
        let said = flat(&output.stderr);
        if !output.status.success() {
            assert_eq!(output.status.code(), Some(1), "{pages} {arguments:?}: {said}");
            assert!(said.contains("disk is full") && said.contains("ake room"), "{pages} {arguments:?}: {said}");
            assert!(said.contains("run the same again"), "{pages} {arguments:?}: {said}");
        }
        (output.status.success(), output)
    }

    /// The same, and does it again with room if it was not done.
    fn manages(&self, pages: u64, profile: &str, password: &str, arguments: &[&str]) -> Output {
        let (done, output) = self.tries(pages, profile, password, arguments);
        if done { output } else { self.succeeds(profile, password, arguments) }
    }

    fn succeeds(&self, profile: &str, password: &str, arguments: &[&str]) -> Output {
        let output = self.reverie(profile, password, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", flat(&output.stderr));
        output
    }

    fn does(&self, profile: &str, password: &str, arguments: &[&str]) -> (String, String) {
        let output = self.succeeds(profile, password, arguments);
        (flat(&output.stdout), flat(&output.stderr))
    }

    fn opens(&self, profile: &str, password: &str) -> bool {
        self.reverie(profile, password, &["login"]).status.success()
    }

    fn kit_words(&self, output: &str) -> String {
        let json: serde_json::Value = serde_json::from_str(output).unwrap();
        let words = json["recovery_words"].as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
    }
}

/// heron-41 on a small disk, with one entry.
async fn heron_at_home(world: &World, mut heron: Person) -> SmallDevice<'_> {
    heron.writes(Kind::Fragment, "Dust.").await.unwrap();
    let home = heron.home.clone();
    drop(heron);
    let device = SmallDevice::of(world).await;
    device.takes("heron", &home);
    device
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_passwords_one_is_valid_however_full_the_disk_is() {
    if !has_small_disks().await {
        return;
    }
    let Practice { world, quill: _quill, heron } = Practice::open().await;
    let device = heron_at_home(&world, heron).await;
    let mut valid = PASSWORD.to_owned();
    let mut refused = 0;
    for pages in FREE {
        let next = format!("the stairs smell of snow {pages}");
        let file = device.note("next", &next);
        let change = ["password", "--new-passphrase-file", &file];
        let (done, _) = device.tries(pages, "heron", &valid, &change);
        refused += u32::from(!done);
        // The same again, with room: it is done now, or was before.
        let again = device.reverie("heron", &valid, &change);
        let opens = [device.opens("heron", &valid), device.opens("heron", &next)];
        assert_eq!(opens, [false, true], "{pages} {done}: {}", flat(&again.stderr));
        valid = next;
        assert!(device.does("heron", &valid, &["list"]).0.contains("Dust."));
    }
    assert!(refused > 0, "some were too full");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_kits_one_is_valid_however_full_the_disk_is() {
    if !has_small_disks().await {
        return;
    }
    let Practice { world, quill: _quill, heron } = Practice::open().await;
    let device = heron_at_home(&world, heron).await;
    for pages in FREE {
        device.tries(pages, "heron", PASSWORD, &["kit", "--json"]);
        let made = device.reverie("heron", PASSWORD, &["kit", "--json"]);
        let words = device.note("words", &device.kit_words(&String::from_utf8_lossy(&made.stdout)));
        let (done, _) = device.tries(pages, "heron", PASSWORD, &["kit", "prove", "--words-file", &words]);
        if !done {
            // The same again: it is proved now, or the change that was cut off turns out to have arrived.
            device.reverie("heron", PASSWORD, &["kit", "prove", "--words-file", &words]);
        }
        device.does("heron", PASSWORD, &["kit", "drill", "--words-file", &words]);
    }
    assert!(device.does("heron", PASSWORD, &["list"]).0.contains("Dust."));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_are_whole_or_not_there_however_full_the_disk_is() {
    if !has_small_disks().await {
        return;
    }
    let Practice { world, quill: _quill, heron } = Practice::open().await;
    let device = heron_at_home(&world, heron).await;
    for pages in FREE {
        device.tries(pages, "heron", PASSWORD, &["rekey", "--yes"]);
        device.does("heron", PASSWORD, &["rekey", "--yes"]);
        let words = format!("Rain {pages}.");
        // What was not kept is done again, and what was kept is not: either way it is there once.
        device.manages(pages, "heron", PASSWORD, &["write", &words]);
    }
    device.does("heron", PASSWORD, &["verify"]);
    let (shown, _) = device.does("heron", PASSWORD, &["list"]);
    assert!(shown.contains("Dust.") && !shown.contains("not on the server yet"), "{shown}");
    for pages in FREE {
        assert_eq!(shown.matches(&format!("Rain {pages}.")).count(), 1, "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_and_recovering_go_on_with_room_however_full_the_disk_was() {
    if !has_small_disks().await {
        return;
    }
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let device = SmallDevice::of(&world).await;
    for pages in FREE {
        let handle = format!("cedar-{pages:02}");
        let code = quill.invite(AccountRole::Patient, Some(&handle), INVITATION_IN_ROOM_SECONDS).await.unwrap();
        let join = ["join", code.as_str(), "--yes", "--json"];
        if !device.tries(pages, &handle, PASSWORD, &join).0 {
            let again = device.reverie(&handle, PASSWORD, &join);
            if !again.status.success() {
                assert!(
                    flat(&again.stderr).contains("`reverie login` finishes it"),
                    "{pages}: {}",
                    flat(&again.stderr)
                );
                device.does(&handle, PASSWORD, &["login"]);
            }
        }
        let kit = device.reverie(&handle, PASSWORD, &["kit", "show", "--json"]);
        let words = device.kit_words(&String::from_utf8_lossy(&kit.stdout));
        let file = device.note("words", &words);
        device.does(&handle, PASSWORD, &["kit", "prove", "--words-file", &file]);
        device.does(&handle, PASSWORD, &["write", "Written."]);

        // Her device is lost, and the new one is as full.
        let (profile, password) = (format!("new-{pages:02}"), format!("the stairs smell of snow {pages}"));
        let recover = ["recover", "--handle", &handle, "--words-file", &file];
        if !device.tries(pages, &profile, &password, &recover).0 {
            let again = device.reverie(&profile, &password, &recover);
            if !again.status.success() {
                device.does(&profile, &password, &["login"]);
            }
        }
        assert!(device.does(&profile, &password, &["list"]).0.contains("Written."));
        device.does(&profile, &password, &["kit", "drill", "--words-file", &file]);
        for gone in [handle, profile] {
            fs::remove_dir_all(device.inside().join(gone)).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_she_writes_shares_and_takes_back_is_whole_and_there_once_however_full_the_disk_is() {
    if !has_small_disks().await {
        return;
    }
    let Practice { world, mut quill, heron } = Practice::open().await;
    let patient = heron.account();
    let device = heron_at_home(&world, heron).await;
    let drawing = device.note("drawing.txt", &"a stair. ".repeat(600));
    let hers = |quill: &Person, words: &str| {
        quill.view(patient).entries().filter(|view| view.entry.body().words.as_str() == words).count()
    };
    for pages in FREE {
        let words = format!("Salt {pages}.");
        let write = ["write", &words, "--attach", &drawing, "--json"];
        let output = device.manages(pages, "heron", PASSWORD, &write);
        let kept: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let id = kept["short_id"].as_str().unwrap();

        for (deed, there) in [(["share", id, "--yes"], 1), (["withdraw", id, "--yes"], 0)] {
            device.manages(pages, "heron", PASSWORD, &deed);
            // Whatever was left half done is finished by the next command that has room.
            device.does("heron", PASSWORD, &["list"]);
            quill.sync().await.unwrap();
            assert_eq!(hers(&quill, &words), there, "{pages} {deed:?}");
        }
        let saved = device.note(&format!("saved-{pages}"), "");
        fs::remove_file(&saved).unwrap();
        device.does("heron", PASSWORD, &["show", id, "--save-attachments", &saved]);
        let file = fs::read_dir(&saved).unwrap().next().unwrap().unwrap().path();
        assert_eq!(fs::read(file).unwrap(), fs::read(&drawing).unwrap(), "{pages}");
    }
    let (shown, _) = device.does("heron", PASSWORD, &["list"]);
    for pages in FREE {
        assert_eq!(shown.matches(&format!("Salt {pages}.")).count(), 1, "{shown}");
    }
    device.does("heron", PASSWORD, &["verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn capturing_logging_in_exporting_and_leaving_go_on_with_room_however_full_the_disk_was() {
    if !has_small_disks().await {
        return;
    }
    let Practice { world, quill: _quill, heron } = Practice::open().await;
    let device = heron_at_home(&world, heron).await;
    for pages in FREE {
        let words = format!("Warm stones {pages}.");
        let capture = ["capture", words.as_str(), "--json"];
        let (done, output) = device.saying(pages, &capture, || device.locked("heron", &capture));
        let output = if done { output } else { device.locked("heron", &capture) };
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let keep = ["captured", "--keep", told["short_id"].as_str().unwrap()];
        device.manages(pages, "heron", PASSWORD, &keep);
        device.tries(pages, "heron", PASSWORD, &["login"]);
        device.does("heron", PASSWORD, &["login"]);

        let folder = device.disk.join(format!("export-{pages}"));
        let export = ["export", folder.to_str().unwrap()];
        // If it is not done, the same again goes into the same folder.
        device.manages(pages, "heron", PASSWORD, &export);
        device.does("heron", PASSWORD, &["verify", "--export", folder.to_str().unwrap()]);
        fs::remove_dir_all(device.inside().join(format!("export-{pages}"))).unwrap();
    }
    let (shown, _) = device.does("heron", PASSWORD, &["list"]);
    assert_eq!(shown.matches("Warm stones").count(), FREE.len(), "{shown}");
    // To leave needs no room.
    let (left, output) = device.tries(0, "heron", PASSWORD, &["delete-account", "--confirm", "heron-41"]);
    assert!(left, "{}", flat(&output.stderr));
    let gone = device.reverie("heron", PASSWORD, &["list"]);
    assert!(flat(&gone.stderr).contains("There is no account"), "{}", flat(&gone.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn unlocking_and_giving_back_go_on_with_room_however_full_the_disk_was() {
    if !has_small_disks().await {
        return;
    }
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "Two keys, one door.").await.unwrap();
    let mut anew = world.patient("heron-42", &mut quill).await;
    quill.sync().await.unwrap();
    let home = quill.home.clone();
    drop(quill);
    let device = SmallDevice::of(&world).await;
    device.takes("quill", &home);
    for pages in FREE {
        device.manages(pages, "quill", PASSWORD, &["unlock"]);
        let list = device.locked("quill", &["queue"]);
        assert!(list.status.success(), "{pages}: unlocked, it asks for nothing: {}", flat(&list.stderr));
        device.does("quill", PASSWORD, &["lock"]);
        device.manages(pages, "quill", PASSWORD, &["give-back", "heron-41", "--to", "heron-42", "--yes"]);
    }
    anew.sync().await.unwrap();
    let view = anew.view(anew.account());
    let earlier = view.earlier();
    let entries = earlier.iter().flat_map(|earlier| &earlier.view.shared).flat_map(|shared| &shared.entries);
    assert_eq!(entries.count(), 1, "given back once");
    let verified = anew.verify_copies().await.unwrap();
    assert!(verified.genuine > 0 && verified.findings.is_empty(), "{verified:?}");
}
