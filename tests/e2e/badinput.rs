//! Bad input and bad lines: each gets its own clear error, and what was not accepted stays in the outbox and is sent
//! once.

use std::time::Duration;

use reverie_client::native::system::randomness;
use reverie_client::{ClientError, Invited, Unlocked};
use reverie_crypto::InvitationCode;
use reverie_journal::{Kind, Mark, Talk};
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_tests::person::environment;
use reverie_tests::{Answer, Asked, Fate, Person, Practice, World};

/// Looks a code up on a device that has no account, and returns what it is told.
async fn refused(world: &World, code: &str) -> String {
    let wire = world.wire().await;
    let environment = environment(&world.home("new"), &wire.url(), &world.clock, Box::new(randomness())).unwrap();
    Invited::look(environment, code).await.err().expect("the code is no good").to_string()
}

#[tokio::test]
async fn invitations_that_are_mistyped_expired_or_used_say_which() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let mut mistyped = code.to_string();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == 'q' { 'p' } else { 'q' });
    let told = refused(&world, &mistyped).await;
    assert!(told.contains("mistyped") || told.contains("typed"), "{told}");

    let _cedar = world.joins("cedar-07", &code).await;
    let told = refused(&world, &code).await;
    assert!(told.starts_with("This invitation was already used"), "{told}");

    // Taken back by whoever made it, over the API.
    let code = quill.invite(AccountRole::Patient, Some("alder-03"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let mut revoke = quill.wire.passed(|passed| passed.last().unwrap().asked.clone());
    (revoke.method, revoke.body) = ("DELETE".into(), Default::default());
    revoke.path = format!("/v1/invitations/{}", InvitationCode::parse(&code).ok().unwrap().id());
    assert_eq!(quill.wire.ask_server(&revoke).await.status, 204);
    let told = refused(&world, &code).await;
    assert!(told.contains("This invitation was taken back"), "{told}");

    let code = quill.invite(AccountRole::Patient, Some("lantern-19"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    world.clock.advance(i64::from(INVITATION_IN_ROOM_SECONDS) + 1);
    let told = refused(&world, &code).await;
    assert!(told.starts_with("This invitation has expired"), "{told}");
}

#[tokio::test]
async fn a_wrong_password_opens_neither_the_device_nor_the_server() {
    let Practice { world, mut quill, heron } = Practice::open().await;
    let refused = quill.login("the stairs smell of snow").await.unwrap_err();
    assert!(matches!(refused, ClientError::WrongPassword), "{refused}");
    let wire = world.wire().await;
    drop(heron);
    let environment = environment(&world.home("heron-41"), &wire.url(), &world.clock, Box::new(randomness())).unwrap();
    let refused = Unlocked::unlock(environment, "the stairs smell of snow").await.err().unwrap();
    assert_eq!(refused.to_string(), "this password does not open the keys on this device");
}

/// What happens to the first append, and what the person is told.
fn bad_lines() -> [(&'static str, Fate, &'static str); 6] {
    let problem = |code: ProblemCode| Answer::json(code.status(), &Problem::new(code, "Try again."));
    let mut strange = Answer::json(200, &"not what was asked for");
    strange.body = "{\"head\": ".into();
    [
        ("hung up before", Fate::HangUp, "cannot be reached"),
        ("cut off", Fate::CutOff, "went away in the middle of its answer"),
        ("busy", Fate::Answer(problem(ProblemCode::Busy)), "The server is busy"),
        ("failing", Fate::Answer(problem(ProblemCode::Internal)), "Something went wrong on the server"),
        ("broken JSON", Fate::Answer(strange), "this does not look like a Reverie server"),
        ("stalled", Fate::Stall, "did not answer in time"),
    ]
}

#[tokio::test]
async fn whatever_the_line_does_an_entry_is_kept_told_of_and_stored_once() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    let mut heron = heron.impatient(&world.clock, Duration::from_secs(3)).await.unwrap();
    for (number, (what, fate, told)) in bad_lines().into_iter().enumerate() {
        // The server gets the request and stores it; what comes back is lost in one way or another.
        let mut fate = Some(fate);
        heron
            .wire
            .answers(move |asked, _| if asked.is_append() { fate.take().unwrap_or(Fate::Pass) } else { Fate::Pass });
        let kept = heron.writes(Kind::Fragment, what).await.unwrap();
        assert_eq!((kept.flushed.sent, kept.flushed.waiting), (0, 1), "{what}");
        let stopped = kept.flushed.stopped_by.unwrap().to_string();
        assert!(stopped.contains(told), "{what}: {stopped}");
        assert_eq!(heron.waiting_count(), 1, "{what}");

        heron.wire.is_honest();
        assert_eq!(heron.flush().await.unwrap().sent, 1, "{what}");
        let verified = heron.verify(&mut |_, _| {}).await.unwrap();
        let private = verified.journals.iter().find(|journal| journal.compartment == Some("private")).unwrap();
        assert_eq!(private.records, number + 2, "{what}: the opening record, and each entry once");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_named_and_all_is_sent_once_when_it_is_back() {
    let Practice { mut world, mut heron, quill: _quill } = Practice::open().await;
    world.stop().await;
    let mut entries = Vec::new();
    for words in ["One.", "Two.", "Three."] {
        let kept = heron.writes(Kind::Fragment, words).await.unwrap();
        let stopped = kept.flushed.stopped_by.unwrap();
        assert!(stopped.is_offline(), "{stopped}");
        assert!(stopped.to_string().starts_with(&format!("the server at {}", heron.wire.url())), "{stopped}");
        entries.push(kept.document);
    }
    heron.mark(Mark { entry: entries[0], talk: Talk::WantToTalk, rank: None, tender: false }).await.unwrap();
    assert_eq!(heron.waiting_count(), 4);
    // The device is locked and unlocked meanwhile: the outbox is on disk.
    drop(heron);
    world.restart().await;
    let mut heron = world.unlocks("heron-41").await;
    assert_eq!(heron.waiting_count(), 4);
    assert_eq!(heron.flush().await.unwrap().sent, 4);
    heron.sync().await.unwrap();
    let view = heron.view(heron.account());
    let words: Vec<_> = view.private.iter().flat_map(|private| &private.entries).map(|e| e.entry.id()).collect();
    assert_eq!(words, entries);
}

#[tokio::test]
async fn two_devices_that_write_at_once_both_arrive() {
    let (world, code) = World::empty().await;
    let mut admin = world.administrator(&code).await;
    let code = admin.invite(AccountRole::Patient, Some("heron-41"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let mut phone = world.joins("heron-41", &code).await;
    let mut laptop = phone.second_device(&world.home("laptop"), world.wire().await, &world.clock).await.unwrap();
    laptop.sync().await.unwrap();
    for round in 0..3 {
        let (on_phone, on_laptop) = (format!("Phone {round}."), format!("Laptop {round}."));
        let both = tokio::join!(phone.writes(Kind::Image, &on_phone), laptop.writes(Kind::Dream, &on_laptop));
        for kept in [both.0.unwrap(), both.1.unwrap()] {
            assert!(kept.flushed.stopped_by.is_none(), "{:?}", kept.flushed.stopped_by);
        }
    }
    for device in [&mut phone, &mut laptop] {
        device.sync().await.unwrap();
        let view = device.view(device.account());
        assert_eq!(view.private.unwrap().entries.len(), 6);
    }
    let conflicts = |person: &Person| {
        person.wire.passed(|passed| {
            let appends = passed.iter().filter(|passed| passed.asked.is_append());
            appends.filter(|passed| passed.answer.as_ref().is_some_and(|answer| answer.status == 409)).count()
        })
    };
    assert!(conflicts(&phone) + conflicts(&laptop) >= 3, "each round one of the two had to build anew");
}

#[tokio::test]
async fn requests_that_no_client_of_ours_sends_are_refused_each_with_its_code() {
    let Practice { world: _world, mut heron, quill: _quill } = Practice::open().await;
    heron.writes(Kind::Fragment, "Something.").await.unwrap();
    let append = heron.wire.passed(|passed| passed.iter().rev().find(|p| p.asked.is_append()).unwrap().asked.clone());
    let changed = |change: fn(&mut Asked)| {
        let mut asked = append.clone();
        change(&mut asked);
        asked
    };
    for (what, asked, code) in [
        ("malformed JSON", changed(|asked| asked.body = "{\"records\": [".into()), "malformed_request"),
        ("truncated", changed(|asked| asked.body.truncate(asked.body.len() / 2)), "malformed_request"),
        ("an unknown field", changed(|asked| asked.body = "{\"records\": [], \"x\": 1}".into()), "malformed_request"),
        ("oversized", changed(|asked| asked.body = vec![b' '; 5 * 1024 * 1024].into()), "too_large"),
        ("without a token", changed(|asked| drop(asked.headers.remove("authorization"))), "unauthenticated"),
    ] {
        let answer = heron.wire.ask_server(&asked).await;
        let problem: Problem = answer.parse();
        assert_eq!(problem.code.code(), code, "{what}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
    }
}
