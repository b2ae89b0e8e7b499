//! "This journal is not monitored" stands at its six places (domain.md 3.4): where somebody begins, under what she
//! writes, at every measure, where she is told of news, in what she consents to, and on the cover of what she takes away.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use reverie_journal::{Away, NOT_MONITORED, NOT_MONITORED_IN_FULL, Person, PersonName, Phone};
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::person::PASSWORD;
use reverie_tests::server::program;
use reverie_tests::{Practice, World};

use crate::measures::coverage;
use crate::shell::{goes_home, ok, reverie};

/// Returns what watching says before anything comes.
fn begins_to_watch(world: &World, profile: &str) -> String {
    let home = world.home("shells");
    fs::write(home.join("passphrase"), PASSWORD).unwrap();
    let mut watching = Command::new(program("reverie"))
        .env_clear()
        .args(["--home", &home.to_string_lossy(), "--profile", profile, "--server", &format!("http://{}", world.addr)])
        .args(["--passphrase-file", &home.join("passphrase").to_string_lossy(), "watch"])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(watching.stderr.take().unwrap()).lines();
    let said: Vec<_> = lines.map(|line| line.unwrap()).take(2).collect();
    watching.kill().unwrap();
    watching.wait().unwrap();
    said.join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_six_places_say_that_nobody_is_watching() {
    let Practice { world, mut quill, heron } = Practice::open().await;
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    goes_home(&world, "heron-41", heron);
    let at = |who: &str, line: &[&str]| {
        let (shown, said) = ok(reverie(&world, who, line));
        format!("{shown} {said}")
    };
    let export = world.home("export");
    let places = [
        ("1, where somebody begins: help", at("heron-41", &["--help"]), NOT_MONITORED),
        ("1, where somebody begins: joining", at("cedar-07", &["join", &code, "--yes"]), NOT_MONITORED_IN_FULL),
        ("2, under what she writes: capture", at("heron-41", &["capture", "salt"]), NOT_MONITORED),
        ("2, under what she writes: write", at("heron-41", &["write", "The greenhouse."]), NOT_MONITORED),
        ("2, under what she writes: a prompt", at("heron-41", &["prompt", "--nothing-came"]), NOT_MONITORED),
        ("2, beside what she wrote", at("heron-41", &["list"]), NOT_MONITORED),
        ("3, at every measure", at("heron-41", &["measure", "list"]), NOT_MONITORED),
        (
            "3, at every measure: taking one",
            at("heron-41", &["measure", "take", "GAD-7", "--answers", "0,0,0,0,0,0,0"]),
            NOT_MONITORED_IN_FULL,
        ),
        ("3, and whom to call", at("heron-41", &["crisis"]), NOT_MONITORED),
        ("4, where she is told of news", begins_to_watch(&world, "heron-41"), NOT_MONITORED),
        ("5, what she consents to", at("heron-41", &["consent", "show"]), NOT_MONITORED),
    ];
    for (place, said, sentence) in places {
        assert!(said.contains(sentence), "{place}: {said}");
    }
    at("heron-41", &["export", &export.to_string_lossy()]);
    assert!(fs::read_to_string(export.join("README.txt")).unwrap().contains(NOT_MONITORED_IN_FULL), "6, the cover");
    assert!(fs::read_to_string(export.join("measures.csv")).unwrap().starts_with("instrument,date,item_1,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_her_clinician_is_away_a_patient_reads_who_covers_where_she_writes_and_at_measures() {
    let Practice { world, mut quill, heron } = Practice::open().await;
    let covering =
        Person { name: PersonName::new("Noor Haddon, LICSW").unwrap(), phone: Phone::new("617-555-0142").unwrap() };
    let until = Some(world.clock.now().plus_seconds(10 * 86_400).unwrap());
    let away = Away { from: world.clock.now(), until, covering: Some(covering) };
    quill.state_coverage(heron.account(), coverage(Some(away))).await.unwrap();
    goes_home(&world, "heron-41", heron);
    let sentence = "Your clinician is away until 11 May 2031. Noor Haddon, LICSW covers: 617-555-0142.";
    let answers = ["measure", "take", "GAD-7", "--answers", "0,0,0,0,0,0,0"];
    for line in [&["capture", "salt"][..], &["write", "The greenhouse."], &answers] {
        let (_, said) = ok(reverie(&world, "heron-41", line));
        assert!(said.contains(sentence), "{line:?}: {said}");
    }
    let refused = reverie(&world, "heron-41", &["measure", "take", "PHQ-9", "--answers", "0,0,0,0,0,0,0,0,0"]);
    let said = crate::shell::flat(&refused.stderr);
    assert!(said.contains(sentence) && said.contains("`reverie measure take PHQ-8`"), "{said}");
    world.clock.advance(11 * 86_400);
    let (_, said) = ok(reverie(&world, "heron-41", &["capture", "sugar"]));
    assert!(!said.contains("away"), "{said}");
}

#[test]
fn whom_to_call_is_shown_without_an_account() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(program("reverie"))
        .env_clear()
        .args(["--home", &home.path().to_string_lossy(), "crisis"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let shown = crate::shell::flat(&output.stdout);
    assert!(output.status.success() && shown.contains("988") && shown.contains("833-773-2445"), "{shown}");
}
