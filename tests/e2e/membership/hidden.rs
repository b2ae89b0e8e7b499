//! What a journal looks like that the server no longer shows: read as it was, marked, not written to, and forgotten on demand.

use reverie_client::{CircleChange, ClientError, Notice, Past, Unlocked};
use reverie_protocol::api::Journals;
use reverie_protocol::ids::AccountId;
use reverie_tests::{Answer, Person};

use super::{Care, change_circle, reads, syncs};
use crate::shell::{flat, goes_home, ok, reverie};

const DAY: i64 = 24 * 60 * 60;

/// quill has read an entry, is taken out, and a reply of his is still on the way.
async fn taken_out() -> Care {
    let mut care = Care::of_three(Past::All).await;
    let entry = care.shares("Before.").await;
    syncs(&mut care.quill).await;
    let out = CircleChange::Remove { account: care.quill.account() };
    change_circle(&mut care.heron, care.journal, out).await.unwrap();
    assert!(care.quill.reply(entry, "On the way.".into(), false).await.unwrap().flushed.stopped_by.is_some());
    care
}

fn asked_for_erasures(person: &Person) -> usize {
    person.wire.passed(|passed| passed.iter().filter(|passed| passed.asked.is("GET", "/erasure")).count())
}

fn hidden(account: &Unlocked, patient: AccountId) -> bool {
    let rows = account.queue();
    let row = rows.iter().find(|row| row.patient == patient).unwrap();
    let brief = account.brief(patient, None, None).unwrap();
    assert_eq!(row.hidden_since, brief.header.hidden_since);
    row.hidden_since.is_some()
}

#[tokio::test]
async fn who_is_taken_out_is_told_once_reads_on_and_is_asked_to_write_nothing() {
    let mut care = taken_out().await;
    let (patient, entry) = (care.heron.account(), care.shares("After.").await);
    assert!(!hidden(&care.quill, patient));
    let notices = care.quill.sync().await.unwrap();
    assert!(matches!(notices.as_slice(), [Notice::Hidden { handle: Some(handle), .. }] if handle == "heron-41"));
    assert!(hidden(&care.quill, patient));
    syncs(&mut care.quill).await;
    assert_eq!(asked_for_erasures(&care.quill), 1, "the server is not asked at every command");
    care.world.clock.advance(DAY);
    syncs(&mut care.quill).await;
    assert_eq!(asked_for_erasures(&care.quill), 2);
    // After a restart as well.
    drop(care.quill);
    care.quill = care.world.unlocks("quill").await;
    syncs(&mut care.quill).await;
    assert!(hidden(&care.quill, patient));

    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Before."]);
    let read = care.quill.view(patient).shared[0].entries[0].entry.id();
    assert_ne!(read, entry);
    let refused = care.quill.reply(read, "Too late.".into(), false).await.unwrap_err();
    assert!(matches!(&refused, ClientError::Hidden { handle, .. } if handle == "heron-41"), "{refused}");
    let brief = care.quill.brief(patient, None, None).unwrap();
    assert!(care.quill.receipt(&brief).await.unwrap().is_none(), "reading leaves nothing behind that waits for ever");
    assert_eq!(care.quill.waiting_count(), 1, "the reply of before");
}

#[tokio::test]
async fn who_is_let_in_again_goes_on_as_before() {
    let mut care = taken_out().await;
    care.quill.sync().await.unwrap();
    let quill = care.quill.account();
    let admit =
        CircleChange::Admit { account: quill, role: reverie_protocol::header::MemberRole::Writer, past: Past::All };
    change_circle(&mut care.heron, care.journal, admit).await.unwrap();
    care.shares("After.").await;
    syncs(&mut care.quill).await;
    assert!(!hidden(&care.quill, care.heron.account()));
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Before.", "After."]);
    assert_eq!(care.quill.flush().await.unwrap().waiting, 0, "the reply arrives after all");
}

#[tokio::test]
async fn what_is_not_shown_can_be_forgotten_and_what_is_shown_cannot() {
    let mut care = taken_out().await;
    let patient = care.heron.account();
    let refused = care.quill.forget_patient(patient).await.unwrap_err();
    assert!(refused.to_string().contains("heron-41 shares a journal with you, so nothing was forgotten"), "{refused}");
    care.quill.sync().await.unwrap();
    assert_eq!(care.quill.if_forgotten(patient).unwrap(), 1);
    care.quill.forget_patient(patient).await.unwrap();
    drop(care.quill);
    care.quill = care.world.unlocks("quill").await;
    syncs(&mut care.quill).await;
    assert!(care.quill.view(patient).shared.is_empty() && care.quill.queue().is_empty());
    assert_eq!(care.quill.waiting_count(), 0);
}

#[tokio::test]
async fn a_patient_is_told_every_time_that_the_server_hides_a_journal_of_her_own_and_her_words_wait() {
    let mut care = Care::open().await;
    let kept = care.heron.writes(reverie_journal::Kind::Image, "Mine.").await.unwrap();
    let private = care.heron.view(care.heron.account()).private.unwrap().journal;
    care.heron.wire.lies(move |asked, answer| {
        let hides = asked.is("GET", "/v1/journals");
        let mut listed: Journals = hides.then(|| answer.parse())?;
        listed.journals.retain(|entry| entry.journal != private);
        Some(Answer::json(200, &listed))
    });
    for _ in 0..2 {
        let notices = care.heron.sync().await.unwrap();
        assert!(matches!(notices.as_slice(), [Notice::Hidden { journal, handle: None }] if *journal == private));
    }
    care.heron.writes(reverie_journal::Kind::Image, "Mine too.").await.unwrap();
    assert_eq!(care.heron.view(care.heron.account()).private.unwrap().entries.len(), 2, "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_marks_it_and_forgetting_asks_first() {
    let mut care = taken_out().await;
    care.heron.sync().await.unwrap();
    goes_home(&care.world, "quill", care.quill);
    let (queue, said) = ok(reverie(&care.world, "quill", &["queue"]));
    assert!(
        said.contains("The server no longer shows you the journal of heron-41. You may have been taken out"),
        "{said}"
    );
    let waits = "Kept on this device, not on the server yet: the server has not shown you the journal of heron-41";
    assert!(said.contains(waits) && !said.contains("Not found"), "{said}");
    assert!(queue.contains("not shown since 1 May 2031") && queue.contains("`reverie forget HANDLE`"), "{queue}");
    let (brief, said) = ok(reverie(&care.world, "quill", &["brief", "heron-41"]));
    assert!(brief.contains("The server has not shown you this journal since 1 May 2031"), "{brief}");
    assert!(!said.contains("no longer shows"), "told once: {said}");

    let unasked = reverie(&care.world, "quill", &["forget", "heron-41"]);
    assert_eq!(unasked.status.code(), Some(1), "{}", flat(&unasked.stderr));
    let (_, said) = ok(reverie(&care.world, "quill", &["forget", "heron-41", "--yes"]));
    assert!(said.contains("1 thing that you wrote for heron-41 was never sent, and goes with it."), "{said}");
    assert!(said.contains("This device holds nothing of heron-41's journal any more."), "{said}");
    let (queue, _) = ok(reverie(&care.world, "quill", &["queue"]));
    assert!(!queue.contains("heron-41"), "{queue}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_that_ended_with_nothing_in_it_is_not_listed_any_more() {
    let mut care = Care::open().await;
    let entry = care.shares("Kept.").await;
    change_circle(&mut care.heron, care.journal, CircleChange::Close).await.unwrap();
    goes_home(&care.world, "heron", care.heron);
    let (list, _) = ok(reverie(&care.world, "heron", &["list"]));
    assert!(list.contains("Shared with quill (1)"), "{list}");
    ok(reverie(&care.world, "heron", &["withdraw", &entry.to_string(), "--yes"]));
    let (list, _) = ok(reverie(&care.world, "heron", &["list"]));
    assert!(!list.contains("Shared with quill") && list.contains("Kept."), "{list}");
    let (course, _) = ok(reverie(&care.world, "heron", &["course", "show"]));
    assert_eq!(course.matches("Course of").count(), 1, "the one with haddon: {course}");
    syncs(&mut care.quill).await;
    assert!(care.quill.queue().is_empty());
}
