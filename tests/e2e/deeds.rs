//! Deeds that were cut in two, or done while the server was away: nothing is lost, doubled, or told to the wrong people.

use reverie_client::ClientError;
use reverie_journal::{Kind, ShareState};
use reverie_protocol::ids::DocumentId;
use reverie_tests::Practice;
use reverie_tests::media::voice_memo;
use reverie_tests::person::{Person, entry_with};
use reverie_tests::wire::{Answer, Fate};

use crate::shell::{goes_home, ok, reverie};

/// The server is away: every connection is closed.
fn away(person: &Person) {
    person.wire.requests(|_| Fate::HangUp);
}

fn words_of(person: &Person, patient: &Person, entry: DocumentId) -> Option<(String, ShareState)> {
    let view = person.view(patient.account());
    view.entry(entry).map(|entry| (entry.entry.body().words.as_str().to_owned(), entry.state))
}

#[tokio::test]
async fn sharing_and_taking_back_while_the_server_is_away_loses_no_word() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let files = vec![voice_memo("rain.wav", 1)];
    let kept = heron.write(entry_with(Kind::Memory, "Rain", "It rained on the glass.", files)).await.unwrap();
    assert!(kept.flushed.stopped_by.is_none(), "{:?}", kept.flushed.stopped_by);
    let entry = kept.document;
    let with = heron.share_target(None).unwrap();
    // The file is fetched while the server is there; the deed itself is cut off at its first append.
    heron.wire.requests(|asked| if asked.is_append() { Fate::HangUp } else { Fate::Pass });
    assert!(heron.share(entry, &with).await.unwrap().stopped_by.is_some());
    assert!(heron.withdraw(entry).await.unwrap().stopped_by.is_some());
    assert_eq!(words_of(&heron, &heron, entry).unwrap().1, ShareState::Private, "she sees where it will be");

    heron.wire.is_honest();
    let flushed = heron.flush().await.unwrap();
    assert!(flushed.stopped_by.is_none(), "{:?}", flushed.stopped_by);
    let kept = ("It rained on the glass.".to_owned(), ShareState::Private);
    assert_eq!(words_of(&heron, &heron, entry), Some(kept));
    quill.sync().await.unwrap();
    assert_eq!(words_of(&quill, &heron, entry), None);
    let verified = heron.verify(&mut |_, _| {}).await.unwrap();
    assert_eq!((verified.findings, verified.files), (vec![], 1), "the memo came back with the words");
}

#[tokio::test]
async fn taking_back_and_sharing_again_while_the_server_is_away_loses_no_word() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Dream, "The tin was full of seeds.").await.unwrap();
    away(&heron);
    heron.withdraw(entry).await.unwrap();
    let with = heron.share_target(None).unwrap();
    heron.share(entry, &with).await.unwrap();
    heron.wire.is_honest();
    assert_eq!(heron.flush().await.unwrap().waiting, 0);
    quill.sync().await.unwrap();
    assert_eq!(words_of(&quill, &heron, entry).unwrap().0, "The tin was full of seeds.");
}

#[tokio::test]
async fn what_is_added_after_taking_an_entry_back_stays_private() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Conflict, "Half of me stayed outside.").await.unwrap();
    quill.sync().await.unwrap();
    away(&heron);
    heron.withdraw(entry).await.unwrap();
    heron.elaborate(entry, "And I know which half.".into(), vec![], false).await.unwrap();
    heron.wire.is_honest();
    assert_eq!(heron.flush().await.unwrap().waiting, 0);
    quill.sync().await.unwrap();
    let seen = quill.view(heron.account());
    assert!(!serde_json::to_string(&seen).unwrap().contains("which half"));
    assert!(!serde_json::to_string(&quill.view(heron.account())).unwrap().contains("my sister"));
    assert_eq!(heron.view(heron.account()).entry(entry).unwrap().layers.len(), 1);
}

/// heron's phone and tablet, an entry that is shared, and her clinician.
async fn two_devices(practice: &mut Practice) -> (Person, DocumentId) {
    let Practice { world, quill, heron } = practice;
    let entry = heron.shares(Kind::Conflict, "Half of me stayed outside.").await.unwrap();
    let mut tablet = heron.by_code(&world.home("tablet"), world.wire().await, &world.clock).await.unwrap();
    tablet.sync().await.unwrap();
    quill.sync().await.unwrap();
    (tablet, entry)
}

/// Everybody looks again: what was added is with its entry on both devices, once, and with nobody else.
async fn came_home(practice: &mut Practice, tablet: &mut Person, entry: DocumentId) {
    let Practice { quill, heron, .. } = practice;
    for _ in 0..2 {
        for device in [&mut *heron, &mut *tablet] {
            let flushed = device.flush().await.unwrap();
            assert!(flushed.stopped_by.is_none(), "{:?}", flushed.stopped_by);
            device.sync().await.unwrap();
        }
    }
    for device in [&*heron, &*tablet] {
        let view = device.view(device.account());
        let found = view.entry(entry).unwrap();
        let added: Vec<_> = found.layers.iter().map(|layer| layer.layer.body().words.as_str()).collect();
        assert_eq!((found.state, added), (ShareState::Private, vec!["And I know which half."]));
        assert_eq!((found.themes.len(), found.people.len()), (1, 1), "and what it is part of, and who is in it");
        let file = found.attachments().next().unwrap();
        let mut heard = Vec::new();
        device.save_file(found.journal, file, &mut heard).await.unwrap();
        assert!(heard.starts_with(b"RIFF"));
        assert!(device.waiting_count() == 0);
    }
    quill.sync().await.unwrap();
    assert!(!serde_json::to_string(&quill.view(heron.account())).unwrap().contains("which half"));
    assert!(!serde_json::to_string(&quill.view(heron.account())).unwrap().contains("my sister"));
    assert!(heron.verify(&mut |_, _| {}).await.unwrap().findings.is_empty());
}

#[tokio::test]
async fn what_one_device_adds_while_another_takes_the_entry_back_comes_home_with_it() {
    let mut practice = Practice::open().await;
    let (mut tablet, entry) = two_devices(&mut practice).await;
    away(&tablet);
    let files = vec![voice_memo("which.wav", 1)];
    tablet.elaborate(entry, "And I know which half.".into(), files, false).await.unwrap();
    tablet.put_in_theme("the door", &[entry], false).await.unwrap();
    tablet.label_person("my sister", &[entry], false).await.unwrap();
    practice.heron.withdraw(entry).await.unwrap();
    tablet.wire.is_honest();
    came_home(&mut practice, &mut tablet, entry).await;
}

#[tokio::test]
async fn what_was_added_elsewhere_before_a_withdrawal_arrives_comes_home_too() {
    let mut practice = Practice::open().await;
    let (mut tablet, entry) = two_devices(&mut practice).await;
    away(&practice.heron);
    practice.heron.withdraw(entry).await.unwrap();
    let files = vec![voice_memo("which.wav", 1)];
    tablet.elaborate(entry, "And I know which half.".into(), files, false).await.unwrap();
    tablet.put_in_theme("the door", &[entry], false).await.unwrap();
    tablet.label_person("my sister", &[entry], false).await.unwrap();
    practice.heron.wire.is_honest();
    came_home(&mut practice, &mut tablet, entry).await;
}

#[tokio::test]
async fn a_deed_that_the_disk_damaged_is_told_and_holds_nothing_up() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    away(&heron);
    let home = heron.home.clone();
    heron.writes(Kind::Fragment, "First.").await.unwrap();
    let lost = heron.writes(Kind::Fragment, "Second.").await.unwrap().document;
    heron.writes(Kind::Fragment, "Third.").await.unwrap();
    // What is damaged was shared by a later deed, which cannot be done without it.
    let with = heron.share_target(None).unwrap();
    heron.share(lost, &with).await.unwrap();
    heron.withdraw(lost).await.unwrap();
    drop(heron);
    let mut items: Vec<_> = std::fs::read_dir(home.join("outbox")).unwrap().map(|item| item.unwrap().path()).collect();
    items.sort();
    std::fs::write(&items[1], b"not what was written").unwrap();

    let mut heron = world.unlocks("heron-41").await;
    assert_eq!(
        (heron.damaged_count().await.unwrap(), heron.waiting_count()),
        (1, 4),
        "the device unlocks, and says so"
    );
    let flushed = heron.flush().await.unwrap();
    assert!(flushed.stopped_by.is_none(), "{:?}", flushed.stopped_by);
    heron.sync().await.unwrap();
    assert_eq!(heron.view(heron.account()).entries().count(), 3, "a later deed had its words as well");
    drop(heron);
    let mut heron = world.unlocks("heron-41").await;
    assert_eq!(heron.damaged_count().await.unwrap(), 1, "until she was told");
    heron.told_of_damaged().await.unwrap();
    assert_eq!(heron.damaged_count().await.unwrap(), 0);
    assert_eq!(std::fs::read_dir(home.join("damaged")).unwrap().count(), 1, "evidence is kept");
}

#[tokio::test]
async fn taking_back_twice_while_the_server_is_away_holds_nothing_up() {
    let Practice { world: _world, mut heron, .. } = Practice::open().await;
    let entry = heron.writes(Kind::Fragment, "Dust.").await.unwrap().document;
    away(&heron);
    heron.withdraw(entry).await.unwrap();
    assert!(matches!(heron.withdraw(entry).await, Err(ClientError::NotPossible(_))), "it is gone already");
    heron.writes(Kind::Fragment, "Light on dust.").await.unwrap();
    heron.wire.is_honest();
    let flushed = heron.flush().await.unwrap();
    assert_eq!((flushed.sent, flushed.waiting), (2, 0));
}

#[tokio::test]
async fn a_deed_that_the_server_refuses_holds_up_its_own_journal_alone() {
    let Practice { world: _world, mut heron, .. } = Practice::open().await;
    let entry = heron.shares(Kind::Feeling, "A little angry.").await.unwrap();
    let shared = heron.view(heron.account()).shared[0].journal.to_string();
    let refusal = reverie_protocol::problem::Problem::new(
        reverie_protocol::problem::ProblemCode::InvalidRecord,
        "The journal is closed. Nothing was stored.",
    );
    heron.wire.requests(move |asked| {
        let refused = asked.is_append() && asked.path.contains(&shared);
        if refused { Fate::Answer(Answer::json(422, &refusal)) } else { Fate::Pass }
    });
    let added = heron.elaborate(entry, "Less now.".into(), vec![], false).await.unwrap();
    let why = added.flushed.stopped_by.unwrap().to_string();
    assert!(why.contains("The journal is closed"), "{why}");
    let kept = heron.writes(Kind::Body, "Warm hands.").await.unwrap();
    assert_eq!((kept.flushed.sent, kept.flushed.waiting), (1, 1), "her own journal goes on");
}

#[tokio::test]
async fn a_body_that_was_withheld_once_is_read_when_the_server_gives_it() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "A green lamp.").await.unwrap();
    quill.wire.lies(|asked, answer| {
        let mut page: serde_json::Value = asked.is_reading().then(|| answer.parse())?;
        for record in page["records"].as_array_mut()? {
            record.as_object_mut()?.remove("body");
        }
        Some(Answer::json(200, &page))
    });
    quill.sync().await.unwrap();
    assert_eq!(words_of(&quill, &heron, entry), None);
    drop(quill);
    let mut quill = world.unlocks("quill").await;
    assert_eq!(words_of(&quill, &heron, entry), None, "the cache holds no more than was given");
    quill.sync().await.unwrap();
    assert_eq!(words_of(&quill, &heron, entry).unwrap().0, "A green lamp.");
}

#[tokio::test]
async fn a_damaged_cache_is_fetched_again_and_the_outbox_is_not_lost_with_it() {
    let Practice { world, mut heron, .. } = Practice::open().await;
    let entry = heron.writes(Kind::Fragment, "First.").await.unwrap().document;
    away(&heron);
    let waiting = heron.writes(Kind::Fragment, "Second.").await.unwrap().document;
    let home = heron.home.clone();
    drop(heron);
    let mut damaged = 0;
    for journal in std::fs::read_dir(home.join("log")).unwrap() {
        for part in std::fs::read_dir(journal.unwrap().path()).unwrap() {
            std::fs::write(part.unwrap().path(), b"not what was written").unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 0);
    let mut heron = world.unlocks("heron-41").await;
    assert_eq!(heron.waiting_count(), 1);
    heron.sync().await.unwrap();
    assert_eq!(heron.flush().await.unwrap().waiting, 0);
    assert!(words_of(&heron, &heron, entry).is_some() && words_of(&heron, &heron, waiting).is_some());
}

/// Returns the name of the one sealed file that a device keeps.
fn file_here(person: &Person) -> std::ffi::OsString {
    let files: Vec<_> =
        std::fs::read_dir(person.home.join("files")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[tokio::test]
async fn a_recording_opens_on_the_device_that_made_it_without_the_network_and_goes_with_its_record() {
    let Practice { world: _world, quill: _quill, mut heron } = Practice::open().await;
    let files = vec![voice_memo("rain.wav", 1)];
    let entry = heron.write(entry_with(Kind::Memory, "Rain", "It rained.", files)).await.unwrap().document;
    let private = file_here(&heron);
    away(&heron);
    let view = heron.view(heron.account());
    let view = view.entry(entry).unwrap();
    let mut heard = Vec::new();
    heron.save_file(view.journal, view.attachments().next().unwrap(), &mut heard).await.unwrap();
    assert!(heard.starts_with(b"RIFF"));

    heron.wire.is_honest();
    let with = heron.share_target(None).unwrap();
    assert!(heron.share(entry, &with).await.unwrap().stopped_by.is_none());
    // Sealed anew for the other journal each time; the one whose record was withdrawn went.
    let shared = file_here(&heron);
    assert!(heron.withdraw(entry).await.unwrap().stopped_by.is_none());
    let private_again = file_here(&heron);
    assert!(private != shared && shared != private_again);
}

#[tokio::test]
async fn a_file_that_the_server_withholds_does_not_keep_the_words_from_being_taken_back() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let files = vec![voice_memo("rain.wav", 1)];
    let entry = heron.write(entry_with(Kind::Memory, "Rain", "It rained.", files)).await.unwrap().document;
    let with = heron.share_target(None).unwrap();
    heron.share(entry, &with).await.unwrap();
    // The device that recorded it would have it still; one that has lost it has to fetch it.
    std::fs::remove_dir_all(heron.home.join("files")).unwrap();
    heron.wire.requests(|asked| {
        let is_file = asked.method == "GET" && asked.path.contains("/attachments/");
        if is_file { Fate::HangUp } else { Fate::Pass }
    });
    let refused = heron.withdraw(entry).await.unwrap_err();
    assert!(matches!(refused, ClientError::FileUnavailable(_)));
    assert!(refused.next_step().unwrap().contains("--without-files"));
    assert_eq!(words_of(&heron, &heron, entry).unwrap().1, ShareState::SharedUnopened, "nothing was changed");

    assert_eq!(heron.withdraw_without_files(entry).await.unwrap().waiting, 0);
    assert_eq!(words_of(&heron, &heron, entry), Some(("It rained.".to_owned(), ShareState::Private)));
    quill.sync().await.unwrap();
    assert_eq!(words_of(&quill, &heron, entry), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_what_the_server_does_not_have_yet_is_said_with_its_number_and_why() {
    let Practice { mut world, quill: _quill, mut heron } = Practice::open().await;
    let sent = heron.writes(Kind::Dream, "The pool, without water.").await.unwrap().document;
    goes_home(&world, "heron-41", heron);
    let short = reverie_journal::short_id(sent.uuid());
    world.stop().await;
    let (new, said) = ok(reverie(&world, "heron-41", &["write", "Light on dust."]));
    assert!(said.contains("Kept on this device, not on the server yet"), "{said}");
    ok(reverie(&world, "heron-41", &["elaborate", &short, "It was green."]));
    let (listed, said) = ok(reverie(&world, "heron-41", &["list"]));
    let marks = listed.matches("on this device alone, not on the server yet").count();
    assert_eq!(marks, 2, "each entry that it is about is marked: {listed}");
    assert!(listed.contains("what was added last is on this device alone"), "{listed}");
    for part in ["2 things that you did are on this device alone", "cannot be reached", "do not lose this device"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (shown, said) = ok(reverie(&world, "heron-41", &["show", &new]));
    assert!(shown.contains("private · on this device alone, not on the server yet"), "{shown}");
    assert!(said.contains("2 things that you did are on this device alone"), "{said}");
    let (json, _) = ok(reverie(&world, "heron-41", &["list", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["waiting"], json["unsent"].as_array().unwrap().len()), (&2.into(), 2));
    assert!(json["waiting_because"].as_str().unwrap().contains("cannot be reached"), "{json}");

    world.restart().await;
    let (listed, said) = ok(reverie(&world, "heron-41", &["list"]));
    assert!(!listed.contains("on this device alone") && !said.contains("on this device alone"), "{listed} {said}");
    let (json, _) = ok(reverie(&world, "heron-41", &["list", "--json"]));
    assert!(json.contains("\"unsent\": []") && json.contains("\"waiting\": 0"), "{json}");
}
