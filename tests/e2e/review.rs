//! The clinician's side, played: what was talked about, notes that nobody else holds.

use std::fs;

use reverie_client::native::ExportFolder;
use reverie_client::{CircleChange, Notice};
use reverie_journal::{Kind, Mark, ReceiptKind, Session, SessionState, SessionType, Talk};
use reverie_tests::{Fate, Practice, World};

use crate::shell::{goes_home, ok, reverie, reverie_answering};

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

/// Somebody at a shell, whose answers are piped in.
fn answering(world: &World, who: &str, line: &str, answers: &str) -> std::process::Output {
    reverie_answering(world, who, &line.split(' ').collect::<Vec<_>>(), answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_one_prepares_with_single_keys_and_receipts_say_what_was_read() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    let coverage = crate::measures::coverage(None);
    quill.state_coverage(patient, coverage).await.unwrap();
    heron.sync().await.unwrap();
    let mut entries = Vec::new();
    for words in ["A door.", "A key.", "A stair."] {
        entries.push(heron.shares(Kind::Image, words).await.unwrap());
        // What was written at the same moment has no order.
        world.clock.advance(60);
    }
    let mark = Mark { entry: entries[1], talk: Talk::WantToTalk, rank: Some(1), tender: false };
    heron.mark(mark).await.unwrap();
    crate::measures::takes(&mut heron, "PHQ-9", &crate::measures::FLAGGED, false).await;
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    // Flagged: called, with a note. Then what she wishes for: a question, then on. Then one new entry, and stop at the next.
    let answers = "c\nWe spoke.\nq\nWhat does it open?\n?\nn\nn\nx\n";
    let (shown, said) = ok(answering(&world, "quill", "prepare heron-41 --lines", answers));
    let places: Vec<_> = ["PHQ-9", "A key.", "A door.", "A stair."].map(|words| shown.find(words).unwrap()).to_vec();
    assert!(places.is_sorted(), "{shown}");
    assert!(said.contains("1 of 4: a flagged answer, which needs a disposition"), "{said}");
    assert!(said.contains("Noted. The flag is closed.") && said.contains("One of the letters in brackets."), "{said}");
    assert!(said.contains("wants to talk about it, place 1 on the list"), "{said}");
    assert!(said.contains("3 of 4 read for the session. A receipt says so."), "{said}");
    // Whoever pipes nothing in has looked at one thing and read none.
    let (_, said) = ok(answering(&world, "quill", "prepare heron-41 --lines", ""));
    assert!(!said.contains("read for the session"), "{said}");

    // She reads the question and the note; what was read for the session only if her practice tells.
    let key = reverie_journal::short_id(entries[1].uuid());
    let (shown, _) = ok(at_shell(&world, "heron-41", &format!("show {key}")));
    assert!(shown.contains("What does it open?") && !shown.contains("seen before"), "{shown}");
    ok(at_shell(&world, "quill", "course set heron-41 --tell-when-read yes"));
    let (shown, _) = ok(at_shell(&world, "heron-41", &format!("show {key}")));
    assert!(shown.contains("seen before your session by quill, 1 May 2031"), "{shown}");
    let last = reverie_journal::short_id(entries[2].uuid());
    let (shown, _) = ok(at_shell(&world, "heron-41", &format!("show {last}")));
    assert!(shown.contains("opened 1 May 2031 by quill"), "{shown}");
}

fn at_shell(world: &World, who: &str, line: &str) -> std::process::Output {
    reverie(world, who, &line.split(' ').collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_notes_and_what_was_talked_about() {
    let Practice { world, quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "A door.").await.unwrap();
    let id = reverie_journal::short_id(entry.uuid());
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    let (other, _) = ok(at_shell(&world, "heron-41", "capture The key."));
    ok(at_shell(&world, "heron-41", &format!("share {other} --yes")));
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

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_queue_and_brief_say_that_a_reply_is_on_this_device_alone() {
    let Practice { mut world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    let brief = quill.brief(heron.account(), None, None).unwrap();
    quill.receipt(&brief).await.unwrap();
    goes_home(&world, "quill", quill);
    world.stop().await;
    ok(reverie(&world, "quill", &["reply", &entry.to_string(), "Who keeps the key?"]));
    for looks in [&["queue"][..], &["queue", "--json"], &["brief", "heron-41"], &["brief", "heron-41", "--markdown"]] {
        let (_, said) = ok(reverie(&world, "quill", looks));
        let told = said.matches("1 thing that you did is on this device alone").count();
        assert_eq!(told, 1, "{looks:?}: {said}");
        assert!(said.contains("do not lose this device"), "{looks:?}: {said}");
    }
    world.restart().await;
    let (_, said) = ok(reverie(&world, "quill", &["queue"]));
    assert!(!said.contains("alone"), "{said}");
}

#[tokio::test]
async fn an_answer_to_what_was_taken_back_meanwhile_is_told_of_and_is_there_if_it_is_shared_again() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    quill.wire.requests(|_| Fate::HangUp);
    let kept = quill.reply(entry, "Who keeps the key?".into(), true).await.unwrap();
    assert!(kept.flushed.stopped_by.is_some() && kept.flushed.notices.is_empty());
    heron.withdraw(entry).await.unwrap();
    quill.wire.is_honest();
    let flushed = quill.flush().await.unwrap();
    assert!(flushed.stopped_by.is_none(), "{flushed:?}");
    assert!(
        matches!(flushed.notices.as_slice(), [Notice::Unseen { handle, .. }] if handle == "heron-41"),
        "{flushed:?}"
    );
    assert!(quill.flush().await.unwrap().notices.is_empty(), "it is told once");

    heron.sync().await.unwrap();
    let circle = heron.share_target(None).unwrap();
    heron.share(entry, &circle).await.unwrap();
    let view = heron.view(heron.account());
    let replies = &view.entry(entry).unwrap().replies;
    assert_eq!(replies[0].reply.body().words.as_str(), "Who keeps the key?");
}
