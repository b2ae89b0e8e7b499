//! The clinician's side, played: consent before the first share, what was talked about, notes that nobody else holds.

use std::fs;

use reverie_client::native::ExportFolder;
use reverie_client::{CircleChange, ClientError};
use reverie_journal::{ConsentState, ConsentText, Kind, Mark, ReceiptKind, Session, SessionState, SessionType, Talk};
use reverie_tests::{Practice, World};

use crate::shell::{flat, goes_home, ok, reverie};

#[tokio::test]
async fn where_a_clinic_asks_nothing_is_shared_before_every_part_is_acknowledged() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    quill.ask_consent(patient, ConsentText::shipped().clone()).await.unwrap();
    heron.sync().await.unwrap();
    let entry = heron.writes(Kind::Image, "The greenhouse.").await.unwrap().document;
    let circle = heron.share_target(None).unwrap();
    let refused = heron.share(entry, &circle).await.unwrap_err();
    assert!(matches!(refused, ClientError::ConsentNeeded { taken_back: false }), "{refused}");
    let some = heron.give_consent(&circle, (1..=14).collect()).await.unwrap_err().to_string();
    assert!(some.contains("not acknowledged: 15"), "{some}");

    // Not in the day after a dose.
    heron.note_session(world.clock.now()).await.unwrap();
    assert!(matches!(heron.give_consent(&circle, (1..=15).collect()).await, Err(ClientError::Guarded(_))));
    world.clock.advance(86_400);
    heron.give_consent(&circle, (1..=15).collect()).await.unwrap();
    heron.share(entry, &circle).await.unwrap();

    // The clinic's receipt: her own signed record; then a changed text asks anew.
    quill.sync().await.unwrap();
    let consented = |state| matches!(state, ConsentState::Given(_));
    assert!(consented(quill.view(patient).shared[0].consent_state()));
    let mut changed = ConsentText::shipped().clone();
    changed.version = 2;
    quill.ask_consent(patient, changed).await.unwrap();
    heron.sync().await.unwrap();
    let next = heron.writes(Kind::Image, "The key.").await.unwrap().document;
    assert!(heron.share(next, &circle).await.is_err());
    heron.give_consent(&circle, (1..=15).collect()).await.unwrap();
    heron.share(next, &circle).await.unwrap();

    // Taking back never waits, and stops sharing alone: what is shared she withdraws by hand.
    heron.note_session(world.clock.now()).await.unwrap();
    heron.take_consent_back(&circle).await.unwrap();
    heron.withdraw(next).await.unwrap();
    world.clock.advance(86_400);
    let refused = heron.share(next, &circle).await.unwrap_err();
    assert!(matches!(refused, ClientError::ConsentNeeded { taken_back: true }), "{refused}");
}

#[tokio::test]
async fn what_was_talked_about_both_see_and_what_was_left_comes_again() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    let (door, key) =
        (heron.shares(Kind::Image, "A door.").await.unwrap(), heron.shares(Kind::Image, "A key.").await.unwrap());
    for (entry, rank) in [(door, 1), (key, 2)] {
        heron.mark(Mark { entry, talk: Talk::WantToTalk, rank: Some(rank), tender: false }).await.unwrap();
    }
    quill.sync().await.unwrap();
    assert_eq!(quill.queue()[0].talk, 2);
    world.clock.advance(3600);
    quill.state(ReceiptKind::Discussed, door).await.unwrap();
    quill.state(ReceiptKind::CarriedOver, key).await.unwrap();
    let session = Session::new(SessionType::Integration, SessionState::Completed, world.clock.now());
    quill.record_session(patient, session).await.unwrap();
    world.clock.advance(86_400);
    let brief = quill.brief(patient, None, None).unwrap();
    assert_eq!(brief.carried_over.iter().map(|item| item.entry).collect::<Vec<_>>(), [key]);
    assert_eq!(quill.queue()[0].talk, 1);
    heron.sync().await.unwrap();
    let view = heron.view(patient);
    assert_eq!(view.entry(door).unwrap().discussed[0].by, quill.account());
    assert!(view.entry(key).unwrap().is_carried_over());
}

#[tokio::test]
async fn process_notes_are_in_nothing_that_anybody_else_gets() {
    const CANARY: &str = "canary of the third hour";
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    heron.shares(Kind::Image, "A door.").await.unwrap();
    quill.sync().await.unwrap();
    quill.note(patient, format!("I noticed the {CANARY}.")).await.unwrap();
    quill.note(patient, "Again.".into()).await.unwrap();
    assert_eq!(quill.notes_about(patient).len(), 2);
    assert!(heron.note(patient, "no".into()).await.is_err(), "patients keep none");

    let brief = serde_json::to_string(&quill.brief(patient, None, None).unwrap()).unwrap();
    let queue = serde_json::to_string(&quill.queue()).unwrap();
    let view = serde_json::to_string(&quill.view(patient)).unwrap();
    heron.sync().await.unwrap();
    let hers = serde_json::to_string(&heron.view(patient)).unwrap();
    let folder = world.home("taken home");
    let mut sink = ExportFolder::create(&folder).unwrap();
    quill.export(patient, false, &mut sink, &mut |_, _| {}).await.unwrap();
    let exported = fs::read_to_string(folder.join("journal.json")).unwrap();
    for (what, text) in [("brief", brief), ("queue", queue), ("view", view), ("patient", hers), ("export", exported)] {
        assert!(!text.contains(CANARY), "{what}");
    }
    // No circle of hers or of the clinician's holds the notes, and nobody can be admitted to them by mistake.
    assert!(quill.circles().is_empty());
    let circle = heron.share_target(None).unwrap();
    assert!(heron.propose(circle.journal, CircleChange::Rotate).await.is_ok());
    // They are there when the device is unlocked again.
    drop(quill);
    let quill = world.unlocks("quill").await;
    assert_eq!(quill.notes_about(patient).len(), 2);
}

fn at_shell(world: &World, who: &str, line: &str) -> std::process::Output {
    reverie(world, who, &line.split(' ').collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_consent_notes_and_what_was_talked_about() {
    let Practice { world, quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "A door.").await.unwrap();
    let id = reverie_journal::short_id(entry.uuid());
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    ok(at_shell(&world, "quill", "consent ask heron-41"));
    let (shown, _) = ok(at_shell(&world, "heron-41", "consent show"));
    assert!(shown.contains("asked, and not given yet") && shown.contains("15. Measures"), "{shown}");
    let (other, _) = ok(at_shell(&world, "heron-41", "capture The key."));
    let refused = at_shell(&world, "heron-41", &format!("share {other} --yes"));
    assert!(flat(&refused.stderr).contains("Your clinic asks for your consent first"), "{}", flat(&refused.stderr));
    let all = "consent give --acknowledge 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15";
    ok(at_shell(&world, "heron-41", all));
    ok(at_shell(&world, "heron-41", &format!("share {other} --yes")));
    let (shown, _) = ok(at_shell(&world, "quill", "consent show heron-41"));
    assert!(shown.contains("given on 1 May 2031, 09:00"), "{shown}");

    let (_, said) = ok(at_shell(&world, "quill", "note heron-41 She took 40 mg at 14:05."));
    assert!(said.contains("It seems to name a dose") && said.contains("time of day"), "{said}");
    let (notes, _) = ok(at_shell(&world, "quill", "note heron-41 --list"));
    assert!(notes.contains("She took 40 mg"), "{notes}");
    let (due, _) = ok(at_shell(&world, "quill", "prepare heron-41"));
    assert!(due.contains(&id) && due.contains(&other), "{due}");
    ok(at_shell(&world, "quill", &format!("discuss {id}")));
    let (shown, _) = ok(at_shell(&world, "heron-41", &format!("show {id}")));
    assert!(shown.contains("discussed in session 1 May 2031"), "{shown}");
    let (page, _) = ok(at_shell(&world, "quill", "brief heron-41 --html"));
    assert!(page.starts_with("<!doctype html>") && page.contains("The key.") && !page.contains("40 mg"), "{page}");
}
