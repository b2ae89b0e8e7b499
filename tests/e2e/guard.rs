//! The guard window, played: what waits, what never does, what a clinician and a clock cannot do, and the morning after.

use reverie_client::{CircleChange, ClientError, Kept};
use reverie_journal::{Kind, Session, SessionState, SessionType, ShareState};
use reverie_tests::{Person, Practice, World};

use crate::shell::{flat, goes_home, ok, reverie};

/// A dose at the world's time, which both devices know of.
async fn dosed() -> Practice {
    let mut practice = Practice::open().await;
    let dose = Session::new(SessionType::Dosing, SessionState::Completed, practice.world.clock.now());
    practice.quill.record_session(practice.heron.account(), dose).await.unwrap();
    practice.heron.sync().await.unwrap();
    practice
}

async fn writes(heron: &mut Person, words: &str) -> Kept {
    heron.writes(Kind::Fragment, words).await.unwrap()
}

/// What she may not do now, each by what the client says.
async fn refused(heron: &mut Person) -> Vec<String> {
    let entry = writes(heron, "salt").await.document;
    let circle = heron.share_target(None).unwrap();
    let answers = [
        heron.share(entry, &circle).await.err(),
        heron.withdraw(entry).await.err(),
        heron.propose(circle.journal, CircleChange::Close).await.err(),
        heron.propose(circle.journal, CircleChange::Rotate).await.err(),
        heron.hand_over().await.err(),
        heron.change_keys().await.err(),
        heron.make_kit().await.err(),
        heron.change_password("the stairs smell of rain", "another password that is long").await.err(),
    ];
    answers.into_iter().map(|error| error.map_or("done".to_owned(), |error| error.to_string())).collect()
}

#[tokio::test]
async fn decisions_wait_for_a_day_and_what_protects_never_does() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let shared_before = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let dose = Session::new(SessionType::Dosing, SessionState::Completed, world.clock.now());
    quill.record_session(heron.account(), dose).await.unwrap();
    heron.sync().await.unwrap();
    world.clock.advance(60);
    for answer in refused(&mut heron).await {
        assert_eq!(answer, "this can wait until 2 May 2031, 09:00; nothing is lost");
    }

    // Capturing, reading, taking back, ending somebody's reading.
    writes(&mut heron, "The water was warm.").await;
    heron.elaborate(shared_before, "It hummed.".into(), vec![], false).await.unwrap();
    heron.withdraw(shared_before).await.unwrap();
    assert_eq!(heron.view(heron.account()).entry(shared_before).unwrap().state, ShareState::Private);
    let circle = heron.share_target(None).unwrap();
    let remove = CircleChange::Remove { account: quill.account() };
    let proposal = heron.propose(circle.journal, remove).await.unwrap();
    heron.enact(&proposal).await.unwrap();

    world.clock.advance(86_400 - 61);
    assert!(matches!(heron.make_kit().await, Err(ClientError::Guarded(_))), "one second is left");
    world.clock.advance(1);
    heron.make_kit().await.unwrap();
}

#[tokio::test]
async fn neither_a_clinician_nor_a_clock_that_is_turned_back_ends_it() {
    let Practice { world, mut quill, heron } = dosed().await;
    let until = heron.guard().unwrap().until;
    // Turned back by a week, on this run and the next.
    world.clock.advance(-7 * 86_400);
    assert_eq!(heron.guard().unwrap().until, until);
    drop(heron);
    let mut heron = world.unlocks("heron-41").await;
    assert_eq!(heron.guard().unwrap().until, until);
    world.clock.advance(7 * 86_400 + 3600);

    let patient = heron.account();
    quill.set_course(patient, |course| course.guard_hours = 12).await.unwrap();
    let session = quill.view(patient).shared[0].sessions[0].clone();
    let called_off = Session { state: SessionState::NoShow, ..session.body().clone() };
    quill.update_session(patient, session.id(), called_off).await.unwrap();
    heron.sync().await.unwrap();
    assert_eq!(heron.guard().unwrap().until, until);
    let again = Session::new(SessionType::Dosing, SessionState::Completed, world.clock.now());
    quill.record_session(patient, again).await.unwrap();
    quill.set_course(patient, |course| course.guard_hours = 48).await.unwrap();
    heron.sync().await.unwrap();
    assert!(heron.guard().unwrap().until > until, "lengthening counts at once");
}

#[tokio::test]
async fn one_entry_may_be_shared_after_four_hours_and_is_offered_back_the_next_morning() {
    let Practice { world, mut quill, mut heron } = dosed().await;
    let (first, second) = (writes(&mut heron, "salt").await.document, writes(&mut heron, "stones").await.document);
    let circle = heron.share_target(None).unwrap();
    let early = heron.share_during_guard(first, &circle).await.unwrap_err().to_string();
    assert!(early.contains("from 13:00 on"), "{early}");
    world.clock.advance(4 * 3600);
    heron.share_during_guard(first, &circle).await.unwrap();
    assert!(heron.share_during_guard(second, &circle).await.unwrap_err().to_string().contains("today already"));
    quill.sync().await.unwrap();
    assert_eq!(quill.queue()[0].unread, 1);

    world.clock.advance(20 * 3600);
    let now = world.clock.now();
    assert!(heron.view(heron.account()).to_release(heron.guard(), now).is_empty(), "it is 09:00, and 08:00 was before");
    world.clock.advance(86_400);
    let (view, now) = (heron.view(heron.account()), world.clock.now());
    let due = view.to_release(heron.guard(), now);
    assert_eq!(due.held.iter().map(|view| view.entry.id()).collect::<Vec<_>>(), [second]);
    assert_eq!(due.shared_during_guard[0].entry.id(), first);
    heron.withdraw(first).await.unwrap();
    heron.keep_as_it_is(second).await.unwrap();
    assert!(heron.view(heron.account()).to_release(None, now).is_empty(), "what was answered is not asked again");
}

/// At the shell, as `who`, what `line` says.
fn at_shell(world: &World, who: &str, line: &str) -> std::process::Output {
    reverie(world, who, &line.split(' ').collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_what_waits_is_held_and_asked_about_after() {
    let Practice { world, quill, heron } = dosed().await;
    drop(quill);
    goes_home(&world, "heron-41", heron);
    let (id, _) = ok(at_shell(&world, "heron-41", "write salt"));
    let refused = at_shell(&world, "heron-41", &format!("share {id} --yes"));
    let said = flat(&refused.stderr);
    assert!(said.contains("This can wait until 2 May 2031, 09:00; nothing is lost."), "{said}");
    assert!(said.contains("It is held: `reverie release` asks you the morning after."), "{said}");
    let json = at_shell(&world, "heron-41", &format!("share {id} --yes --json"));
    assert!(flat(&json.stderr).contains("\"code\":\"guard_active\""), "{}", flat(&json.stderr));

    world.clock.advance(5 * 3600);
    let once = at_shell(&world, "heron-41", &format!("share {id} --today --yes"));
    assert_eq!(once.status.code(), Some(1), "it is said twice");
    let (_, said) = ok(at_shell(&world, "heron-41", "list"));
    assert!(said.contains("Until 2 May 2031, 09:00 decisions wait, and nothing is lost."), "{said}");
    // The window is over at nine, and she is asked on the morning after that.
    world.clock.advance(20 * 3600);
    let (_, said) = ok(at_shell(&world, "heron-41", "release"));
    assert!(said.contains("You are asked from 3 May 2031, 08:00 on."), "{said}");
    world.clock.advance(28 * 3600);
    let (_, said) = ok(at_shell(&world, "heron-41", "list"));
    assert!(said.contains("1 entry waits for your answer: `reverie release`."), "{said}");
    let (cards, said) = ok(at_shell(&world, "heron-41", "release"));
    assert!(cards.contains(&id) && said.contains("You made 1 capture. Nobody but you can read it"), "{cards} {said}");
    ok(at_shell(&world, "heron-41", &format!("release --keep {id}")));
    let (_, said) = ok(at_shell(&world, "heron-41", "release"));
    assert!(said.contains("Nothing waits for your answer."), "{said}");
}
