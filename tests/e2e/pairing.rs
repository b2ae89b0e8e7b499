//! Inviting and pairing over a line that breaks: what the server may have done is not forgotten, and what it refused is.

use reverie_client::{ClientError, Unlocked};
use reverie_crypto::InvitationCode;
use reverie_protocol::account::AccountRole::{self, Clinician, Patient};
use reverie_protocol::limits::{INVITATION_IN_ROOM_SECONDS, INVITATION_SECONDS};
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_tests::{Answer, Asked, Fate, Practice, Wire};

use crate::shell::{flat, goes_home, ok, reverie, reverie_at};

fn failing() -> Fate {
    Fate::Answer(Answer::json(500, &Problem::new(ProblemCode::Internal, "Try again.")))
}

/// Lets a request to this path be lost on its way, or its answer.
type Loses = fn(&Wire, &'static str);

/// What becomes of the next request of this kind: it never arrives, or the server does it and the answer is lost.
const LOSSES: [(&str, Loses); 3] = [
    ("never arrives", |wire, path| {
        wire.requests(move |asked| if asked.is("POST", path) { Fate::HangUp } else { Fate::Pass });
    }),
    ("the answer is lost", |wire, path| {
        wire.answers(move |asked, _| if asked.is("POST", path) { Fate::HangUp } else { Fate::Pass });
    }),
    ("something in between fails", |wire, path| {
        wire.answers(move |asked, _| if asked.is("POST", path) { failing() } else { Fate::Pass });
    }),
];

async fn invite(account: &mut Unlocked, role: AccountRole, handle: &str) -> Result<String, ClientError> {
    account.invite(role, Some(handle), INVITATION_IN_ROOM_SECONDS).await.map(|code| code.to_string())
}

#[tokio::test]
async fn an_invitation_whose_answer_was_lost_is_taken_up_by_asking_again() {
    for (what, loses) in LOSSES {
        let Practice { world, mut quill, heron: _heron } = Practice::open().await;
        loses(&quill.wire, "/invitations");
        invite(&mut quill, Patient, "cedar-07").await.expect_err(what);
        // Neither now nor later is somebody told of a guest who was never asked.
        quill.wire.is_honest();
        assert!(quill.sync().await.unwrap().is_empty(), "{what}");

        let asked = quill.wire.count(|asked| asked.is("POST", "/invitations"));
        let code = invite(&mut quill, Patient, "cedar-07").await.unwrap();
        let cedar = world.joins("cedar-07", &code).await;
        assert!(quill.collect_guests().await.unwrap().is_empty(), "{what}: nobody is waited for any more");
        assert_eq!(quill.contact_of("cedar-07").unwrap().account, cedar.account(), "{what}");
        assert!(quill.wire.count(|asked| asked.is("POST", "/invitations")) <= asked + 2, "{what}");
    }
}

#[tokio::test]
async fn what_is_taken_up_is_good_for_as_long_as_is_said_and_for_whom_is_said() {
    let Practice { world, quill: _quill, heron: _heron } = Practice::open().await;
    let mut admin = world.unlocks("admin").await;
    let (_, loses) = LOSSES[1];
    loses(&admin.wire, "/invitations");
    admin.invite(Patient, Some("alder-03"), INVITATION_SECONDS).await.expect_err("the answer is lost");
    admin.wire.is_honest();
    // Ten minutes later, as somebody else, and for a quarter of an hour.
    world.clock.advance(600);
    let code = invite(&mut admin, Clinician, "alder-03").await.unwrap();
    world.clock.advance(600);
    let alder = world.joins("alder-03", &code).await;
    assert_eq!(alder.role(), Clinician);
}

#[tokio::test]
async fn an_invitation_that_is_surely_refused_leaves_nothing_behind() {
    let Practice { world: _world, mut quill, heron: _heron } = Practice::open().await;
    let refused = invite(&mut quill, Patient, "heron-41").await.unwrap_err();
    assert!(refused.is(ProblemCode::HandleTaken), "{refused}");
    assert!(quill.collect_guests().await.unwrap().is_empty());
    assert!(quill.sync().await.unwrap().is_empty());
    assert_eq!(quill.wire.count(|asked: &Asked| asked.method == "GET" && asked.path.contains("/invitations/")), 0);
}

#[tokio::test]
async fn whoever_accepted_an_invitation_and_got_no_answer_is_paired_with_whoever_invited() {
    for (what, loses) in &LOSSES[1..] {
        let Practice { world, quill: _quill, mut heron } = Practice::open().await;
        let mut haddon = world.unlocks("haddon").await;
        let code = heron.invite(Clinician, None, INVITATION_IN_ROOM_SECONDS).await.unwrap();
        loses(&haddon.wire, "/redeem");
        haddon.pair(&code).await.expect_err(what);
        haddon.wire.is_honest();
        heron.collect_guests().await.unwrap();
        let heron_knows = heron.contact_of("haddon").unwrap().account;
        assert_eq!((heron_knows, haddon.contact_of("heron-41").unwrap().account), (haddon.account(), heron.account()));
    }
    // Surely refused, nobody is known.
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let mut haddon = world.unlocks("haddon").await;
    let code = quill.invite(Patient, None, INVITATION_IN_ROOM_SECONDS).await.unwrap();
    haddon.pair(&code).await.expect_err("it is for a patient");
    assert!(haddon.contact_of("quill").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_says_that_a_code_which_was_used_may_have_been_used_here() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    let haddon = world.unlocks("haddon").await;
    let code = heron.invite(Clinician, None, INVITATION_IN_ROOM_SECONDS).await.unwrap().to_string();
    goes_home(&world, "haddon", haddon);
    let wire = world.wire().await;
    LOSSES[1].1(&wire, "/redeem");
    let lost = reverie_at(&world, &wire.url(), "haddon", &["pair", &code]);
    assert_eq!(lost.status.code(), Some(1));

    let again = reverie(&world, "haddon", &["pair", &code]);
    assert_eq!(again.status.code(), Some(1));
    let told = flat(&again.stderr);
    assert!(told.contains("If the line broke off when you used it here, it worked"), "{told}");
    let (listed, _) = ok(reverie(&world, "haddon", &["pair"]));
    assert!(listed.contains("heron-41"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_a_code_that_is_no_good_says_why_and_leaves_the_device_clean() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let [mut revoked, mut expired] = [String::new(), String::new()];
    for (code, handle) in [(&mut revoked, "alder-03"), (&mut expired, "lantern-19")] {
        *code = invite(&mut quill, Patient, handle).await.unwrap();
    }
    let mut revoke = quill.wire.passed(|passed| passed.last().unwrap().asked.clone());
    (revoke.method, revoke.body) = ("DELETE".into(), Default::default());
    revoke.path = format!("/v1/invitations/{}", InvitationCode::parse(&revoked).ok().unwrap().id());
    assert_eq!(quill.wire.ask_server(&revoke).await.status, 204);
    let used = invite(&mut quill, Patient, "cedar-07").await.unwrap();
    let _cedar = world.joins("cedar-07", &used).await;
    world.clock.advance(i64::from(INVITATION_IN_ROOM_SECONDS) + 1);
    let mut mistyped = revoked.clone();
    let last = mistyped.pop();
    mistyped.push(if last == Some('q') { 'p' } else { 'q' });
    for (code, says) in [
        (
            &revoked,
            "Error: This invitation was taken back. Ask whoever invited you for a new one. Hint: Nothing was made",
        ),
        (&expired, "This invitation has expired"),
        (&used, "This invitation was already used"),
        (&mistyped, "yped"),
    ] {
        let refused = reverie(&world, "new", &["join", code, "--yes"]);
        let told = flat(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(told.contains(says) && told.contains("Hint: "), "{told}");
        // The device is as it was.
        let told = flat(&reverie(&world, "new", &["list"]).stderr);
        assert!(told.contains("no account"), "{told}");
    }
    let good = invite(&mut quill, Patient, "lantern-19").await.unwrap();
    ok(reverie(&world, "new", &["join", &good, "--yes"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_programs_that_join_at_once_with_one_code_one_joins_and_the_other_is_told() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let code = invite(&mut quill, Patient, "cedar-07").await.unwrap();
    let join = |profile: &'static str| reverie(&world, profile, &["join", &code, "--yes"]);
    let joined = std::thread::scope(|both| {
        let joining = ["phone", "laptop"].map(|profile| both.spawn(move || join(profile)));
        joining.map(|joining| joining.join().unwrap())
    });
    let (won, lost): (Vec<_>, Vec<_>) =
        ["phone", "laptop"].into_iter().zip(joined).partition(|(_, output)| output.status.success());
    assert_eq!((won.len(), lost.len()), (1, 1));
    let told = flat(&lost[0].1.stderr);
    assert!(told.contains("This invitation was already used"), "{told}");
    let (whose, _) = ok(reverie(&world, won[0].0, &["whoami"]));
    assert!(whose.contains("cedar-07"), "{whose}");
    // What lost is free for another.
    let (profile, _) = lost[0];
    let code = invite(&mut quill, Patient, "lantern-19").await.unwrap();
    ok(reverie(&world, profile, &["join", &code, "--yes"]));
}
