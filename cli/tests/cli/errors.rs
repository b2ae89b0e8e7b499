//! What a tired person reads when something is not right.

use std::fs;

use crate::support::Device;

/// A code that nobody made: its checksum is right.
const CODE: &str = "reve-rie1-md83-xq64-5h7w-mn92-x5nm-xhaj-853w-hy3l";
/// Nothing listens there: port 9 is `discard`.
const NOWHERE: &str = "http://127.0.0.1:9";

#[test]
fn an_unknown_kind_is_answered_with_the_sixteen() {
    let ran = Device::new().run(&["write", "--kind", "dreem", "A heron"]);
    assert_eq!(ran.code, 2);
    for kind in reverie_journal::Kind::ALL {
        assert!(ran.stderr.contains(kind.name()), "{}", ran.stderr);
    }
    assert!(ran.stderr.contains("a similar value exists: 'dream'"), "{}", ran.stderr);
}

#[test]
fn a_handle_that_is_none_is_a_usage_error() {
    for arguments in [["invite", "Imogen Vale"], ["brief", "Heron"], ["pair", "--confirm=a"]] {
        let ran = Device::new().run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("handle"), "{}", ran.stderr);
    }
}

#[test]
fn without_an_account_every_command_says_how_to_begin() {
    let device = Device::new();
    for arguments in
        [&["list"][..], &["write", "A heron"], &["queue"], &["whoami"], &["admin", "accounts"], &["logout"]]
    {
        let ran = device.run(arguments);
        assert_eq!(ran.code, 1);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.starts_with("Error: There is no account on this device yet."), "{}", ran.stderr);
        assert!(ran.stderr.contains("`reverie join CODE --server URL`"), "{}", ran.stderr);
    }
    assert_eq!(fs::read_dir(device.home()).unwrap().count(), 0, "looking leaves nothing behind");
}

#[test]
fn without_a_server_joining_asks_which() {
    let ran = Device::new().run(&["join", CODE, "--yes"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("--server URL"), "{}", ran.stderr);
}

#[test]
fn a_server_that_is_away_is_named_and_nothing_is_kept() {
    let ran = Device::new().run(&["join", CODE, "--yes", "--server", NOWHERE]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("127.0.0.1:9 cannot be reached"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Hint: "), "{}", ran.stderr);
}

#[test]
fn a_mistyped_code_is_told_before_any_server_is_asked() {
    let ran = Device::new().run(&["join", "reve-rie1-md83", "--yes", "--server", NOWHERE]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("too short"), "{}", ran.stderr);
}

#[test]
fn words_never_go_to_another_computer_unencrypted() {
    let ran = Device::new().run(&["join", CODE, "--yes", "--server", "http://reverie.example"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("unencrypted"), "{}", ran.stderr);
}

#[test]
fn joining_shows_recovery_words_to_somebody_or_not_at_all() {
    let ran = Device::new().run(&["join", CODE, "--server", NOWHERE]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
}

#[test]
fn without_a_terminal_the_two_ways_to_give_a_password_are_named() {
    let device = Device::new();
    // A profile that looks lived in: it is asked for its password before anything of it is opened.
    let store = device.home().join("default/store");
    fs::create_dir_all(&store).unwrap();
    fs::write(store.join("keys.age"), "sealed").unwrap();
    let ran = device.run(&["list", "--server", NOWHERE]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("--passphrase-file FILE"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--passphrase-fd N"), "{}", ran.stderr);
}

#[test]
fn what_is_wrong_with_one_profile_is_not_wrong_with_the_other() {
    let device = Device::new();
    let store = device.home().join("quill/store");
    fs::create_dir_all(&store).unwrap();
    fs::write(store.join("keys.age"), "sealed").unwrap();
    let password = device.home().join("password.txt");
    fs::write(&password, "a heron stands still\n").unwrap();
    let password = password.to_str().unwrap();
    let quill = device.run(&["--profile", "quill", "whoami", "--server", NOWHERE, "--passphrase-file", password]);
    assert_eq!(quill.code, 1);
    assert!(quill.stderr.contains("`keys.age` on this device is damaged"), "{}", quill.stderr);
    let heron = device.run(&["--profile", "heron", "whoami", "--server", NOWHERE, "--passphrase-file", password]);
    assert!(heron.stderr.contains("no account in profile `heron`"), "{}", heron.stderr);
}

#[test]
fn a_profile_is_a_name_and_no_path() {
    for name in ["../quill", "", ".hidden", "a/b"] {
        let ran = Device::new().run(&[&format!("--profile={name}"), "list"]);
        assert_ne!(ran.code, 0);
        assert!(ran.stderr.contains("profile"), "{}", ran.stderr);
    }
}

#[test]
fn errors_are_json_where_json_is_asked_for() {
    for (arguments, code) in [(&["list", "--json"][..], 1), (&["--json", "no-such-verb"], 2)] {
        let ran = Device::new().run(arguments);
        assert_eq!(ran.code, code);
        assert_eq!(ran.stdout, "");
        let told: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
        assert!(told["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{told}");
    }
}

#[test]
fn what_is_no_export_is_told_apart_from_a_broken_one() {
    let device = Device::new();
    let ran = device.run(&["verify", "--export", device.home().to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("not an exported folder"), "{}", ran.stderr);
}

#[test]
fn whoever_stops_reading_is_told_nothing() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("reverie"));
    let ran = command.env_clear().args(["completions", "bash"]).stdout(writer).output().unwrap();
    assert_eq!((ran.status.code(), String::from_utf8(ran.stderr).unwrap()), (Some(0), String::new()));
}
