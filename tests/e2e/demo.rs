//! The demo tells the same story every time, and shows what it says it shows.

use std::path::Path;
use std::process::Command;

fn demo(data: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        // The demo needs nothing but itself, on whatever database the tests run.
        .env_remove(reverie_test_database::TESTS_ON)
        .args(["--once", "--today", "2031-05-01", "--data"])
        .arg(data)
        .output()
        .expect("the demo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the demo speaks UTF-8")
}

/// The part of the demo that shows no key and no ciphertext.
fn screens(shown: &str) -> &str {
    shown.split("━━ 4. What the server holds").next().expect("a split has a first part")
}

#[test]
fn the_demo_tells_the_same_story_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let first = demo(&data);
    let second = demo(&data);
    assert_eq!(screens(&first), screens(&second));
    for part in [
        "heron-41",
        "Integration brief: heron-41",
        "The locked greenhouse",
        "Private (4)",
        "Shared with quill (6)",
        "30 Apr 2031",
        "age-encryption.o",
        "├── journal.json",
        "\"kind\": \"image\"",
    ] {
        assert!(first.contains(part), "the demo shows `{part}`:\n{first}");
    }
    assert!(!first.contains("2026"), "everything is told as of 2031");
}
