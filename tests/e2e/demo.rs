//! The demo tells the same stories every time, and what it shows is what it says it shows.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use reverie_tests::fiction::Fiction;
use reverie_tests::search::contains;
use tempfile::TempDir;

/// What a demo printed, and where its people and its server were.
struct Played {
    shown: String,
    folder: TempDir,
}

/// The demo is played once for all tests: it is a whole practice's sixteen weeks.
static PLAYED: LazyLock<Played> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let shown = demo(&folder.path().join("demo"), &[]);
    Played { shown, folder }
});

fn demo(data: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        // The demo needs nothing but itself, on whatever database the tests run.
        .env_remove(reverie_test_database::TESTS_ON)
        .args(["--once", "--today", "2031-05-01", "--data"])
        .arg(data)
        .args(arguments)
        .output()
        .expect("the demo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the demo speaks UTF-8")
}

/// Returns the screen of this heading, up to the next one.
fn screen<'a>(shown: &'a str, heading: &str) -> &'a str {
    let found = shown.split("\n━━ ").find(|screen| screen.lines().next().unwrap_or_default().contains(heading));
    found.unwrap_or_else(|| panic!("there is no screen `{heading}` in\n{shown}"))
}

fn shows(heading: &str, parts: &[&str]) {
    let screen = screen(&PLAYED.shown, heading);
    let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(flat.contains(part), "`{part}` is not on the screen:\n{screen}");
    }
}

#[test]
fn heron_41_has_to_wait_with_sharing_and_finds_the_greenhouse_three_times() {
    shows("sharing waits", &["This can wait until 2 Feb 2031, 10:00; nothing is lost."]);
    shows(
        "the brief",
        &["8 new · 4 unread", "1. The locked greenhouse", "Tender: \"please don't raise this unless I do\""],
    );
    shows("for the third time", &["The greenhouse without glass", "Only the frame was left."]);
    shows("What keeps coming back", &["the locked greenhouse"]);
    shows("looking back over fourteen weeks", &["24 Jan 2031 19", "29 Apr 2031 6", "dose"]);
}

#[test]
fn cedar_07_is_told_what_withdrawing_means_and_his_flagged_answer_stays_until_it_is_answered() {
    shows("nobody has opened", &["Nobody has opened this entry.", "is withdrawn."]);
    shows("something that asks for care", &["1 flagged answer waits for a disposition.", "1 OPEN, today"]);
    shows(
        "for her alone to read",
        &["PHQ-9 item 9 = 1: \"Several days\"", "needs a disposition", "told someone: I will"],
    );
    shows("The morning after", &["called by quill, 1 Apr 2031, 20:25"]);
    assert!(!screen(&PLAYED.shown, "The morning after").contains("needs a disposition"));
    shows("was read", &["First opened on 1 Apr 2031 by quill. What was read cannot be unread"]);
    shows("Quill is away", &["Noor Haddon, LICSW covers: 617-555-0142.", "`reverie measure take PHQ-8`"]);
}

#[test]
fn lantern_19_writes_nothing_draws_it_changes_the_clinician_and_loses_a_phone() {
    shows("nothing, and drawings of it", &["Blank (no words)", "square.svg", "Shared with quill (3)"]);
    shows(
        "Dr. Quill leaves",
        &["you admitted haddon as writer: everything from the first record on", "you took quill out"],
    );
    shows("lost", &["this device was removed from the account"]);
    shows("Noor Haddon reads", &["it's my abuela", "doorway.svg", "shared with haddon"]);
}

#[test]
fn the_demo_tells_the_same_story_every_time() {
    let again = tempfile::tempdir().unwrap();
    let until = demo(&again.path().join("demo"), &["--until", "2031-02-01"]);
    let told = until.trim_end();
    assert!(told.contains("sharing waits") && told.ends_with("`--today`."), "two screens of the first weeks:\n{told}");
    assert!(PLAYED.shown.starts_with(told), "{told}\n\nis not how this begins:\n\n{}", PLAYED.shown);
}

#[test]
fn no_word_of_it_is_readable_in_the_servers_data() {
    let database = PLAYED.folder.path().join("demo/server/database");
    let mut bytes = fs::read(PLAYED.folder.path().join("demo/server.log")).unwrap();
    for file in fs::read_dir(database).unwrap() {
        bytes.extend(fs::read(file.unwrap().path()).unwrap());
    }
    assert!(contains(&bytes, "heron-41"), "the search finds what is there");
    let fiction = Fiction::load();
    let notes = fiction.patients.iter().flat_map(|tale| &tale.notes).filter_map(|note| note.canary());
    for canary in notes.chain(["The locked greenhouse", "palm on the glass", "Several days", "the locked greenhouse"]) {
        assert!(!contains(&bytes, canary), "`{canary}` is readable");
    }
    // Of all that was written, searched as it is, in everything that the server has.
    shows("What no search of the server finds", &["(nothing)", "reverie.sqlite"]);
}
