//! Who fetched or changed what: the patient can read it, an administrator can verify it, and whoever runs the server cannot
//! quietly change it afterwards.

use reverie_client::{ClientError, VerifiedAudit};
use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::audit::{AuditAct, AuditPage, AuditSubject, next_head};
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_protocol::problem::ProblemCode;
use reverie_tests::database::tamper;
use reverie_tests::{Answer, Person, Practice, ServerProcess, World};

/// Returns who did what with each kind of journal, as this person is told.
async fn told(person: &mut Person) -> Vec<(Option<&'static str>, String, String, AuditAct)> {
    let names = person.names();
    let mut told = Vec::new();
    for log in person.access_logs().await.unwrap() {
        for entry in log.entries {
            told.push((log.compartment, entry.day, names.of(entry.actor.unwrap()), entry.act));
        }
    }
    told.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    told
}

#[tokio::test]
async fn a_patient_reads_who_fetched_her_journal_and_on_which_day() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    heron.writes(Kind::Conflict, "For me alone.").await.unwrap();
    world.clock.advance(2 * 24 * 60 * 60);
    quill.sync().await.unwrap();
    quill.sync().await.unwrap();
    use AuditAct::{AppendRecords, FetchRecords};
    let hers = told(&mut heron).await;
    let of = |compartment: &str, day: &str, who: &str, act: AuditAct| {
        hers.iter()
            .filter(|it| (it.0, it.1.as_str(), it.2.as_str(), it.3) == (Some(compartment), day, who, act))
            .count()
    };
    assert_eq!(of("shared", "2031-05-03", "quill", FetchRecords), 1, "{hers:?}");
    assert_eq!(of("shared", "2031-05-01", "heron-41", AppendRecords), 1, "{hers:?}");
    assert_eq!(of("private", "2031-05-01", "heron-41", AppendRecords), 1, "{hers:?}");
    assert!(hers.iter().all(|it| it.0 == Some("shared") || it.2 == "heron-41"), "{hers:?}");
    // Her clinician is told what he did, and nothing of what she does.
    let his = told(&mut quill).await;
    assert!(!his.is_empty() && his.iter().all(|it| it.2 == "quill"), "{his:?}");
}

#[tokio::test]
async fn what_was_handed_out_is_entered_even_if_the_server_dies_the_next_moment() {
    let Practice { mut world, mut quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    world.stop().await;
    let server = ServerProcess::serve(&world.data()).await;
    quill.wire.reroute(server.addr);
    quill.sync().await.unwrap();
    server.kill().await;
    world.restart().await;
    heron.wire.reroute(world.addr);
    let hers = told(&mut heron).await;
    // The process goes by the machine's clock, so its day tells its entry from those before.
    let today = hers.iter().filter(|it| it.1 != "2031-05-01");
    let entered: Vec<_> = today.map(|it| (it.2.as_str(), it.3)).collect();
    assert_eq!(entered, [("quill", AuditAct::FetchRecords)], "{hers:?}");
}

/// A practice of one administrator who verified the audit log once, and then invited somebody.
async fn verified_once() -> (World, Person, VerifiedAudit) {
    let (world, code) = World::empty().await;
    let mut admin = world.administrator(&code).await;
    let _quill = world.clinician("quill", &mut admin).await;
    let first = verify(&mut admin).await;
    assert_eq!((first.broken.as_ref(), first.seen_before), (None, None), "{first:?}");
    admin.invite(AccountRole::Clinician, Some("haddon"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    (world, admin, first)
}

async fn verify(admin: &mut Person) -> VerifiedAudit {
    admin.verify_audit(None, &mut |_, _| {}).await.unwrap()
}

#[tokio::test]
async fn an_audit_log_that_grew_verifies_against_what_was_seen() {
    let (_world, mut admin, first) = verified_once().await;
    let second = verify(&mut admin).await;
    assert_eq!((second.broken.as_ref(), second.seen_before), (None, first.head.map(|head| head.seq)));
    assert!(second.entries > first.entries);
    // Two administrators who ask for the words of one entry see the same.
    let again = admin.verify_audit(first.words_at, &mut |_, _| {}).await.unwrap();
    assert_eq!(again.words, first.words);
}

#[tokio::test]
async fn an_entry_that_was_changed_in_the_database_is_named() {
    let (world, mut admin, _) = verified_once().await;
    tamper(&world.data(), "UPDATE audit SET act = 'fetch_card' WHERE seq = 1").await;
    let broken = verify(&mut admin).await.broken.unwrap();
    assert_eq!(broken, "entry 1 does not follow from the entries before it");
}

#[tokio::test]
async fn entries_that_were_cut_off_or_left_out_are_missed() {
    let (world, mut admin, first) = verified_once().await;
    let seen = first.head.unwrap().seq;
    let hash = "(SELECT hash FROM audit WHERE seq = (SELECT max(seq) FROM audit))";
    tamper(
        &world.data(),
        &format!(
            "DELETE FROM audit WHERE seq >= {seen}; \
             UPDATE audit_head SET seq = (SELECT max(seq) FROM audit), hash = {hash}"
        ),
    )
    .await;
    let broken = verify(&mut admin).await.broken.unwrap();
    let said = format!("the log ended with entry {seen} when this device saw it last, and now it ends before that");
    assert_eq!(broken, said);
    // Who knows of a restore begins anew, and is told what was given up.
    assert_eq!(admin.forget_audit_end().await.unwrap(), first.head);
    let anew = verify(&mut admin).await;
    assert_eq!((anew.broken, anew.seen_before), (None, None));
    tamper(&world.data(), "DELETE FROM audit WHERE seq = 1").await;
    let broken = verify(&mut admin).await.broken.unwrap();
    assert_eq!(broken, "entry 1 was expected, and entry 2 was shown");
}

#[tokio::test]
async fn a_log_that_was_written_anew_looks_whole_and_is_still_told_from_the_one_that_was_seen() {
    let (_world, mut admin, first) = verified_once().await;
    admin.wire.lies(|asked, answer| {
        asked.is("GET", "/v1/admin/audit").then(|| {
            let mut page: AuditPage = answer.parse();
            let mut head = None;
            for link in &mut page.links {
                // Nobody invited anybody, says this server, and computes its chain anew.
                if let Some(entry) = link.entry.as_mut().filter(|entry| entry.act == AuditAct::Invite) {
                    entry.act = AuditAct::ListAccounts;
                }
                link.digest = link.entry.as_ref().map_or(link.digest, |entry| entry.digest());
                let next = next_head(head, &link.digest);
                (link.hash, head) = (next.hash, Some(next));
            }
            page.head = head;
            Answer::json(200, &page)
        })
    });
    let broken = verify(&mut admin).await.broken.unwrap();
    let seen = first.head.unwrap().seq;
    assert_eq!(broken, format!("entry {seen} is not the one that this device saw there before"));
    // What was seen is not forgotten over it, and an honest server is believed again.
    admin.wire.is_honest();
    assert_eq!(verify(&mut admin).await.broken, None);
}

#[tokio::test]
async fn of_two_administrators_who_invite_the_same_handle_at_once_one_is_told() {
    let (_world, mut admin, mut second) = two_administrators().await;
    let (one, other) = tokio::join!(
        admin.invite(AccountRole::Clinician, Some("quill"), INVITATION_IN_ROOM_SECONDS),
        second.invite(AccountRole::Clinician, Some("quill"), INVITATION_IN_ROOM_SECONDS),
    );
    let refused: Vec<ClientError> = [one.map(drop), other.map(drop)].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].is(ProblemCode::HandleTaken), "{refused:?}");
}

#[tokio::test]
async fn two_administrators_who_suspend_each_other_at_once_do_not_lock_the_practice_out() {
    let (_world, mut admin, mut second) = two_administrators().await;
    let (one, other) = tokio::join!(admin.set_suspended("second", true), second.set_suspended("admin", true));
    assert_eq!([&one, &other].iter().filter(|outcome| outcome.is_ok()).count(), 1, "{one:?} {other:?}");
    let left = if one.is_ok() { &mut admin } else { &mut second };
    let suspended = if one.is_ok() { "second" } else { "admin" };
    left.set_suspended(suspended, false).await.unwrap();
    let entries = left.audit_log(10).await.unwrap();
    let acts: Vec<_> = entries.iter().filter_map(|link| Some(link.entry.as_ref()?.act)).collect();
    assert_eq!(acts.iter().filter(|act| **act == AuditAct::SuspendAccount).count(), 1, "{acts:?}");
}

#[tokio::test]
async fn two_administrators_verify_at_once_and_see_the_same_log() {
    let (_world, mut admin, mut second) = two_administrators().await;
    let (mut quiet, mut silent) = (|_, _| {}, |_, _| {});
    let (one, other) = tokio::join!(admin.verify_audit(Some(3), &mut quiet), second.verify_audit(Some(3), &mut silent));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.broken.as_ref(), other.broken.as_ref()), (None, None));
    assert!(one.words.is_some() && one.words == other.words, "{one:?} {other:?}");
}

async fn two_administrators() -> (World, Person, Person) {
    let (world, code) = World::empty().await;
    let mut admin = world.administrator(&code).await;
    let code = admin.invite(AccountRole::Administrator, Some("second"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let second = world.joins("second", &code).await;
    let joined = admin.audit_log(10).await.unwrap();
    let about = AuditSubject::account(second.account());
    assert!(joined.iter().filter_map(|link| link.entry.as_ref()).all(|entry| entry.subject != Some(about)));
    (world, admin, second)
}
