//! Measures without any account or server: scoring, instruments, packs; and the sentence that nobody is watching.

use std::fs;
use std::path::{Path, PathBuf};

use reverie_journal::NOT_MONITORED;
use serde_json::Value;

use crate::support::{Device, Ran};

fn crate_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn score(arguments: &[&str]) -> Ran {
    Device::new().run(&[&["measure", "score"], arguments].concat())
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("with --json every answer is JSON")
}

/// Returns the text on one line, however it was wrapped.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn phq_9_is_scored_without_an_account_or_a_server() {
    let device = Device::new();
    let scored = json(&device.run(&["measure", "score", "phq-9", "2,0,2,2,2,0,0,0,0", "--json"]));
    assert_eq!(scored["score"]["total"]["value"], 8);
    assert_eq!(scored["score"]["total"]["band"], "mild");
    assert_eq!(scored["score"]["total"]["loinc"], "44261-6");
    assert_eq!(scored["help"].as_array().unwrap().len(), 0);
    assert_eq!(fs::read_dir(device.home()).unwrap().count(), 0, "scoring leaves nothing behind");
}

#[test]
fn an_incomplete_answer_has_no_total() {
    let scored = json(&score(&["PHQ-9", "1,1,,1,1,-,1,1,0", "--json"]));
    assert_eq!((&scored["completeness"], &scored["score"]["total"]), (&"7 of 9 answered".into(), &Value::Null));
    let told = score(&["PHQ-9", "1,1,,1,1,-,1,1,0"]);
    assert!(told.stdout.contains("7 of 9 answered, so there is no total."), "{}", told.stdout);
}

#[test]
fn help_comes_before_the_score() {
    let told = score(&["PHQ-9", "0,0,0,0,0,0,0,0,1"]);
    for part in ["Thank you for saying so. No one is reading this right now.", "988", "911", "833-773-2445"] {
        assert!(flat(&told.stderr).contains(part), "{}", told.stderr);
    }
    let json = score(&["PHQ-9", "0,0,0,0,0,0,0,0,1", "--json"]).stdout;
    assert!(json.find("No one is reading this right now.").unwrap() < json.find("\"score\"").unwrap());
    assert!(!score(&["PHQ-9", "3,3,3,3,3,3,3,3,0"]).stderr.contains("988"));
}

#[test]
fn answers_that_do_not_fit_are_told_and_nothing_is_scored() {
    for (arguments, part) in [
        (["PHQ-9", "0,0,0,0,0,0,0,0,4"], "q9: 4 is no answer; answers are 0 to 3."),
        (["PHQ-9", "0,0,0"], "PHQ-9 has 9 items, and 3 answers were given."),
        (["PHQ-9", "0,0,0,0,0,0,0,0,often"], "`often` is no answer."),
        (["PHQ-9", ",,,,,,,,"], "Nothing was answered."),
        (["PHQ-10", "0"], "There is no instrument `PHQ-10` here; there are PHQ-9, PHQ-8,"),
    ] {
        let ran = score(&arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{arguments:?}");
        assert!(flat(&ran.stderr).contains(part), "{}", ran.stderr);
    }
}

#[test]
fn a_pack_scores_and_a_bad_one_is_told_by_line_and_field() {
    let core = crate_file("shared/journal/packs/core-10.toml");
    let core_path = core.to_str().unwrap();
    let scored = json(&score(&["CORE-10", "0,4,4,0,0,0,0,0,0,0", "--pack", core_path, "--json"]));
    assert_eq!(scored["score"]["total"]["value"], 0);

    let device = Device::new();
    let good = device.run(&["measure", "pack", "check", core_path]);
    assert_eq!(good.stdout.trim(), "CORE-10 version 1: 10 items; scores: total");
    assert!(good.stderr.contains("has no wording"), "{}", good.stderr);
    let bad = device.home().join("bad.toml");
    fs::write(&bad, fs::read_to_string(&core).unwrap().replace("reverse(q3)", "reverse(q33)")).unwrap();
    let ran = device.run(&["measure", "pack", "check", bad.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(flat(&ran.stderr).contains("scores[1].expr: there is no item or score `q33`"), "{}", ran.stderr);
    let huge = device.home().join("huge.toml");
    fs::write(&huge, vec![b'#'; 70_000]).unwrap();
    assert!(device.run(&["measure", "pack", "check", huge.to_str().unwrap()]).stderr.contains("64 KiB"));
}

#[test]
fn what_ships_is_listed_and_shown_with_its_credit() {
    let device = Device::new();
    let listed = device.run(&["measure", "list"]);
    for name in ["PHQ-9", "PHQ-8", "PHQ-2", "GAD-7", "GAD-2", "PCL-5"] {
        assert!(listed.stdout.contains(name), "{}", listed.stdout);
    }
    let shown = flat(&device.run(&["measure", "show", "PCL-5"]).stdout);
    for part in ["memories of the stressful experience?", "Quite a bit", "National Center for PTSD", "Public domain"] {
        assert!(shown.contains(part), "{part}");
    }
}

#[test]
fn taking_needs_an_account_and_says_so() {
    let ran = Device::new().run(&["measure", "take", "PHQ-9"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("There is no account on this device yet."), "{}", ran.stderr);
}

/// The command line's share of the six places (domain.md 3.4): the help is where somebody begins. Writing, taking a
/// measure and joining are looked at in tests/e2e/measures.rs; the export's cover there too. There are no notification
/// settings yet.
#[test]
fn help_and_every_measure_say_that_nobody_is_watching() {
    let device = Device::new();
    for arguments in [&["--help"][..], &["measure", "show", "PHQ-9"], &["measure", "show", "GAD-7"]] {
        let shown = flat(&device.run(arguments).stdout);
        assert!(shown.contains(NOT_MONITORED), "{arguments:?}: {shown}");
    }
}

#[test]
fn the_page_on_packs_has_an_example_that_loads() {
    let page = fs::read_to_string(crate_file("docs/instrument-packs.md")).unwrap();
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let device = Device::new();
    let path = device.home().join("example.toml");
    fs::write(&path, example).unwrap();
    let checked = json(&device.run(&["measure", "pack", "check", path.to_str().unwrap(), "--json"]));
    assert_eq!((&checked["id"], &checked["can_be_taken"]), (&"EVENING-3".into(), &true.into()));
    let scored =
        json(&device.run(&["measure", "score", "EVENING-3", "1,2,0", "--pack", path.to_str().unwrap(), "--json"]));
    assert_eq!(scored["score"]["total"]["value"], 5, "the third is reversed");
}
