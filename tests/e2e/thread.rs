//! The first thread: written after dosing, shared, read before the integration session, answered, exported.

use reverie_client::native::ExportFolder;
use reverie_client::verify_export;
use reverie_crypto::InvitationCode;
use reverie_journal::{Kind, Mark, Session, SessionState, SessionType, ShareState, Talk, WithdrawCase};
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::media::{drawing, voice_memo};
use reverie_tests::person::entry_with;
use reverie_tests::{Practice, World, search, stock};

#[tokio::test]
async fn a_practice_begins_with_one_code_and_people_who_compare_words() {
    let (world, code) = World::empty().await;
    let mut administrator = world.administrator(&code).await;
    assert_eq!(administrator.role(), AccountRole::Administrator);

    let code = administrator.invite(AccountRole::Clinician, Some("quill"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    assert!(InvitationCode::parse(&code).is_ok());
    let mut quill = world.joins("quill", &code).await;

    let code = quill.invite(AccountRole::Patient, Some("heron-41"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let mut heron = world.joins("heron-41", &code).await;
    assert_eq!(heron.role(), AccountRole::Patient);
    assert!(quill.collect_guests().await.unwrap().is_empty(), "nobody is waited for any more");

    // Both screens show the same six words; before they are compared nothing can be shared.
    let (on_hers, on_quills) = (heron.pairings(), quill.pairings());
    let patient = on_quills.iter().find(|pairing| pairing.contact.handle == "heron-41").unwrap();
    assert_eq!(on_hers[0].words, patient.words);
    let entry = heron.writes(Kind::Fragment, "Glass, and something green behind it.").await.unwrap();
    let refused = heron.share_target(Some("quill")).unwrap_err();
    assert_eq!(refused.to_string(), "you have not compared the words with quill yet, so nothing goes to quill");

    heron.confirm("quill").await.unwrap();
    quill.confirm("heron-41").await.unwrap();
    heron.consents().await.unwrap();
    let target = heron.share_target(Some("quill")).unwrap();
    heron.share(entry.document, &target).await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(quill.queue().len(), 1);
}

#[tokio::test]
async fn what_is_written_after_dosing_is_read_before_the_session_answered_and_taken_home() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let heron_id = heron.account();

    // Quill plans the day, the dose is taken.
    let planned = |session_type, state, at: &str| Session::new(session_type, state, at.parse().unwrap());
    let dosing = planned(SessionType::Dosing, SessionState::Completed, "2031-05-01T10:00:00-04:00");
    quill.record_session(heron_id, dosing).await.unwrap();
    let integration = planned(SessionType::Integration, SessionState::Scheduled, "2031-05-04T14:00:00-04:00");
    quill.record_session(heron_id, integration).await.unwrap();

    // She writes: text, a voice memo, a drawing; some of it stays hers.
    let mut entries = Vec::new();
    for (hour, kind, title, words, files) in [
        (3, Kind::Image, "The locked greenhouse", "Warm light inside. I stood outside with wet shoes.", vec![]),
        (4, Kind::Memory, "Grandmother's key", "She kept it in a tin of buttons.", vec![voice_memo("key.wav", 2)]),
        (5, Kind::Symbol, "Vines", "", vec![drawing("greenhouse.svg")]),
        (6, Kind::Feeling, "Not locked out, asked to wait", "Tender, and a little angry.", vec![]),
        (8, Kind::Body, "Hands", "Warm for the first time in weeks.", vec![]),
        (20, Kind::Dream, "The tin again", "The buttons were seeds.", vec![]),
        (22, Kind::Conflict, "For me alone", "I am not ready to say why the door was shut.", vec![]),
    ] {
        world.clock.set(heron_time(hour));
        let kept = heron.write(entry_with(kind, title, words, files)).await.unwrap();
        assert!(kept.flushed.stopped_by.is_none(), "{:?}", kept.flushed.stopped_by);
        entries.push(kept.document);
    }
    let wants = Mark { entry: entries[0], talk: Talk::WantToTalk, rank: Some(1), tender: false };
    heron.mark(wants).await.unwrap();
    let tender = Mark { entry: entries[3], talk: Talk::KnowOnly, rank: None, tender: true };
    heron.mark(tender).await.unwrap();
    heron.elaborate(entries[0], "It was raining inside, too.".into(), vec![], false).await.unwrap();

    // Until she shares, quill has nothing to read; and sharing waits for a day after the dose.
    world.clock.set("2031-05-02T10:30:00-04:00".parse().unwrap());
    quill.sync().await.unwrap();
    assert_eq!((quill.queue()[0].unread, quill.queue()[0].talk), (0, 0));
    let target = heron.share_target(None).unwrap();
    for entry in &entries[..6] {
        let flushed = heron.share(*entry, &target).await.unwrap();
        assert!(flushed.stopped_by.is_none(), "{:?}", flushed.stopped_by);
    }

    quill.sync().await.unwrap();
    let row = quill.queue().remove(0);
    assert_eq!((row.patient, row.unread, row.talk), (heron_id, 6, 1));
    assert_eq!(row.next_session.unwrap().session_type, SessionType::Integration);

    let brief = quill.brief(heron_id, None, None).unwrap();
    assert_eq!((brief.header.new, brief.header.unread), (6, 6));
    assert_eq!(brief.patients_list.want_to_talk[0].headline, "The locked greenhouse");
    assert_eq!(brief.patients_list.tender[0].headline, "Not locked out, asked to wait");
    let shown = serde_json::to_string(&brief).unwrap();
    assert!(shown.contains("It was raining inside, too."), "what was added travels along");
    assert!(!shown.contains("why the door was shut"), "what is private does not");
    quill.receipt(&brief).await.unwrap().expect("there was something new");
    let again = quill.brief(heron_id, None, None).unwrap();
    assert!(quill.receipt(&again).await.unwrap().is_none(), "a receipt is written once per brief");

    quill.reply(entries[0], "Who else has a key to it?".into(), true).await.unwrap();
    heron.sync().await.unwrap();
    let view = heron.view(heron_id);
    let greenhouse = view.entry(entries[0]).unwrap();
    assert_eq!(greenhouse.replies[0].reply.body().words.as_str(), "Who else has a key to it?");
    assert_eq!(greenhouse.state, ShareState::SharedOpened);
    assert_eq!(view.private.as_ref().unwrap().entries.len(), 1);

    // She takes one back; its words stay hers, and quill sees a number.
    assert!(matches!(heron.withdraw_case(entries[4]).unwrap(), WithdrawCase::Opened { .. }));
    heron.withdraw(entries[4]).await.unwrap();
    assert_eq!(heron.view(heron_id).entry(entries[4]).unwrap().state, ShareState::Private);
    quill.sync().await.unwrap();
    let after = quill.brief(heron_id, None, None).unwrap();
    assert_eq!(after.withdrawn.records, 1);
    assert!(!serde_json::to_string(&after).unwrap().contains("Warm for the first time"));

    // Both take home what is theirs to read.
    for (person, private) in [(&heron, true), (&quill, false)] {
        let folder = world.home(&format!("export of {}", person.handle()));
        let mut sink = ExportFolder::create(&folder).unwrap();
        let exported = person.export(heron_id, true, &mut sink, &mut |_, _| {}).await.unwrap();
        assert!(exported.missing.is_empty());
        let verified = verify_export(&ExportFolder::open(&folder), None, &mut |_, _| {}).unwrap();
        assert_eq!(verified.findings, [], "an export verifies with nothing but itself");
        let journal = std::fs::read_to_string(folder.join("journal.md")).unwrap();
        assert!(journal.contains("She kept it in a tin of buttons."));
        assert_eq!(journal.contains("why the door was shut"), private);

        // Programs that are not ours open it.
        let (sealed, key) = exported.try_age.unwrap();
        for opened in [stock::age, stock::rage].map(|open| open(&folder.join(&key), &folder.join(&sealed))) {
            assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
            let document: serde_json::Value = serde_json::from_slice(&opened.stdout).unwrap();
            assert_eq!(document["document"]["v"], 1);
        }
        opens_attachments(&folder);
    }
}

/// Opens every sealed attachment of an export with stock `age` and with rage's code, and unpacks it with stock `tar`.
fn opens_attachments(folder: &std::path::Path) {
    let mut names = Vec::new();
    for journal in std::fs::read_dir(folder.join("sealed")).unwrap() {
        let journal = journal.unwrap().path();
        let Ok(sealed) = std::fs::read_dir(journal.join("attachments")) else { continue };
        for sealed in sealed {
            let sealed = sealed.unwrap().path();
            let by_age = stock::age(&journal.join("epoch-0.key"), &sealed);
            assert!(by_age.status.success(), "{}", String::from_utf8_lossy(&by_age.stderr));
            assert_eq!(stock::rage(&journal.join("epoch-0.key"), &sealed).stdout, by_age.stdout);
            let unpacked = folder.join("unpacked").join(sealed.file_stem().unwrap());
            for (name, bytes) in stock::untar(&by_age.stdout, &unpacked) {
                assert!(bytes.starts_with(b"RIFF") || search::contains(&bytes, "<svg"), "{name} is as it was attached");
                names.push(name);
            }
        }
    }
    names.sort();
    assert_eq!(names, ["greenhouse.svg", "key.wav"]);
}

fn heron_time(hours_after_dose: i64) -> reverie_journal::Timestamp {
    let dose: reverie_journal::Timestamp = "2031-05-01T10:00:00-04:00".parse().unwrap();
    dose.plus_seconds(hours_after_dose * 3600).unwrap()
}

#[tokio::test]
async fn a_session_that_took_place_takes_the_place_of_what_was_planned() {
    let Practice { world: _world, mut quill, heron } = Practice::open().await;
    let starts_at = "2031-05-04T14:00:00-04:00".parse().unwrap();
    for state in [SessionState::Scheduled, SessionState::Completed] {
        let session = Session::new(SessionType::Integration, state, starts_at);
        quill.record_session(heron.account(), session).await.unwrap();
    }
    let sessions = &quill.view(heron.account()).shared[0].sessions;
    let states: Vec<_> = sessions.iter().map(|session| session.body().state).collect();
    assert_eq!(states, [SessionState::Completed]);
}
