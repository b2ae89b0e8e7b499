//! Several clinicians in one journal, with all of the past or from now on.

use reverie_client::{CircleChange, ClientError, Past};
use reverie_journal::render::{Page, Receipts, Style, journal_text};
use reverie_journal::{Compartment, Session, SessionState, SessionType};
use reverie_protocol::header::MemberRole;
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_tests::{Answer, Asked, Fate};

use super::{Care, change_circle, reads, shares_in, syncs};

#[tokio::test]
async fn a_second_clinician_is_admitted_with_everything_and_all_read_each_others_replies() {
    let mut care = Care::open().await;
    let entry = care.shares("The greenhouse.").await;
    care.admit(Past::All).await.unwrap();
    care.shares("The key.").await;
    syncs(&mut care.haddon).await;
    syncs(&mut care.quill).await;
    let both = ["The greenhouse.", "The key."];
    assert_eq!(reads(&care.haddon, &care.heron, care.journal), both);
    assert_eq!(reads(&care.quill, &care.heron, care.journal), both);

    care.quill.reply(entry, "Who has it?".into(), true).await.unwrap();
    care.haddon.reply(entry, "I wonder, too.".into(), false).await.unwrap();
    let Care { heron, quill, haddon, journal, .. } = &mut care;
    for person in [&mut *heron, quill, haddon] {
        syncs(person).await;
        let view = person.view(heron_id(person));
        let shared = view.shared.into_iter().find(|shared| shared.journal == *journal).unwrap();
        let replies: Vec<_> = shared.entries[0].replies.iter().map(|reply| reply.reply.body().words.as_str()).collect();
        assert_eq!(replies, ["Who has it?", "I wonder, too."], "{}", person.handle());
    }
}

/// Returns heron's account, as heron and her clinicians know it.
fn heron_id(person: &reverie_tests::Person) -> reverie_protocol::ids::AccountId {
    if person.handle() == "heron-41" { person.account() } else { person.contact_of("heron-41").unwrap().account }
}

#[tokio::test]
async fn whoever_is_admitted_from_now_on_opens_nothing_of_before_and_misses_nothing() {
    let mut care = Care::open().await;
    care.shares("The greenhouse.").await;
    care.admit(Past::FromNowOn).await.unwrap();
    care.shares("The key.").await;
    syncs(&mut care.haddon).await;
    assert_eq!(reads(&care.haddon, &care.heron, care.journal), ["The key."]);
    let view = care.haddon.view(care.heron.account());
    let shared = view.shared.iter().find(|shared| shared.journal == care.journal).unwrap();
    assert!(shared.unshown.is_empty(), "what was not given is not broken: {:?}", shared.unshown);
    let verified = care.haddon.verify(&mut |_, _| {}).await.unwrap();
    assert_eq!(verified.findings, [], "nor does verifying call it so");
    // The patient is not told that haddon reads what haddon cannot open.
    let view = care.heron.view(care.heron.account());
    let shared = view.shared.iter().find(|shared| shared.journal == care.journal).unwrap();
    let closed_to = |at: usize| shared.closed_to(&shared.entries[at]).collect::<Vec<_>>();
    assert_eq!((closed_to(0), closed_to(1)), (vec![care.haddon.account()], vec![]));
    let page = Page { width: 80, style: Style::Plain, receipts: Receipts::Hidden };
    let list = journal_text(&view, &care.heron.names(), page);
    assert_eq!(list.matches("closed to haddon, who came later").count(), 1, "{list}");
    // quill, who was there before, goes on.
    syncs(&mut care.quill).await;
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["The greenhouse.", "The key."]);
}

#[tokio::test]
async fn who_could_read_what_is_told_from_the_log_alone_with_the_server_gone() {
    let mut care = Care::open().await;
    care.shares("The greenhouse.").await;
    care.admit(Past::FromNowOn).await.unwrap();
    care.shares("The key.").await;
    let quill = CircleChange::Remove { account: care.quill.account() };
    change_circle(&mut care.heron, care.journal, quill).await.unwrap();
    care.shares("The lock.").await;
    syncs(&mut care.haddon).await;
    care.world.stop().await;

    for reader in [&care.heron, &care.haddon] {
        let told = reader.histories().into_iter().find(|told| told.journal == care.journal).unwrap();
        assert_eq!((told.owner, told.compartment), (care.heron.account(), Some(Compartment::Shared)));
        let people = [("heron-41", &care.heron), ("quill", &care.quill), ("haddon", &care.haddon)];
        let name = |account| people.iter().find(|(_, person)| person.account() == account).unwrap().0;
        let stays: Vec<_> = told
            .stays
            .iter()
            .map(|stay| {
                assert_eq!(stay.admitted_by, care.heron.account());
                (name(stay.account), stay.since_record, stay.reads_from_record, stay.removed_at_record)
            })
            .collect();
        assert_eq!(stays, [("heron-41", 0, 0, None), ("quill", 0, 0, Some(5)), ("haddon", 3, 3, None)]);
        let periods: Vec<_> = told
            .periods
            .iter()
            .map(|period| {
                let mut readers: Vec<_> = period.readers.iter().map(|reader| name(*reader)).collect();
                readers.sort_unstable();
                (period.from_record, period.to_record, readers.join(" "))
            })
            .collect();
        let expected = [(0, 2, "heron-41 quill"), (3, 4, "haddon heron-41 quill"), (5, 6, "haddon heron-41")];
        assert_eq!(periods, expected.map(|(from, to, readers)| (from, to, readers.to_owned())));
    }
}

#[tokio::test]
async fn a_clinician_in_two_circles_of_one_patient_is_briefed_on_both_and_each_gets_its_receipt() {
    let mut care = Care::open().await;
    let with_haddon = care.heron.find_circle(Some("haddon")).unwrap();
    care.heron.consents_with(&with_haddon).await.unwrap();
    let (quill, patient) = (care.quill.account(), care.heron.account());
    let change = CircleChange::Admit { account: quill, role: MemberRole::Writer, past: Past::All };
    change_circle(&mut care.heron, with_haddon.journal, change).await.unwrap();
    let of_two = care.shares("The greenhouse.").await;
    let of_three = shares_in(&mut care.heron, with_haddon.journal, "The key.").await;
    let _ = care.quill.sync().await.unwrap();

    let queue = care.quill.queue();
    assert_eq!((queue.len(), queue[0].unread), (1, 2), "she stands in the queue once");
    let brief = care.quill.brief(patient, None, None).unwrap();
    let mut shown: Vec<_> = brief.unread().collect();
    shown.sort();
    let mut both = [of_two, of_three];
    both.sort();
    assert_eq!(shown, both);
    care.quill.receipt(&brief).await.unwrap().unwrap();
    assert_eq!(care.quill.queue()[0].unread, 0);
    let _ = care.heron.sync().await.unwrap();
    let view = care.heron.view(patient);
    for entry in both {
        assert_eq!(view.entry(entry).unwrap().opened[0].by, quill);
    }
    // What is asked about an entry is read by those who read the entry.
    care.quill.reply(of_three, "Who has the key?".into(), true).await.unwrap();
    care.quill.reply(of_two, "For us alone.".into(), false).await.unwrap();
    let _ = care.haddon.sync().await.unwrap();
    let read = serde_json::to_string(&care.haddon.view(patient)).unwrap();
    assert!(read.contains("Who has the key?") && !read.contains("For us alone."));
}

#[tokio::test]
async fn a_change_that_was_looked_at_is_not_made_on_another_state() {
    let mut care = Care::open().await;
    let entry = care.shares("The greenhouse.").await;
    syncs(&mut care.quill).await;
    let change = CircleChange::Admit { account: care.haddon.account(), role: MemberRole::Writer, past: Past::All };
    let seen = care.heron.propose(care.journal, change.clone()).await.unwrap();
    // quill writes while heron reads what it means.
    care.quill.reply(entry, "Who has the key?".into(), true).await.unwrap();
    let appends = care.heron.wire.count(Asked::is_append);
    let refused = care.heron.enact(&seen).await.unwrap_err();
    assert!(matches!(refused, ClientError::MovedOn), "{refused}");
    assert_eq!(refused.to_string(), "the journal has moved on since you looked, so nothing was done");
    assert_eq!(care.heron.wire.count(Asked::is_append), appends + 1, "it was signed once and not again");
    let again = care.heron.enact(&seen).await.unwrap_err();
    assert!(matches!(again, ClientError::MovedOn), "what was looked at is over");
    assert_eq!(care.heron.wire.count(Asked::is_append), appends + 1);
    change_circle(&mut care.heron, care.journal, change).await.unwrap();
    syncs(&mut care.haddon).await;
    assert_eq!(reads(&care.haddon, &care.heron, care.journal), ["The greenhouse."]);
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_made_once() {
    let mut care = Care::open().await;
    let mut lost = false;
    care.heron.wire.answers(move |asked, _| {
        if asked.is_append() && !std::mem::replace(&mut lost, true) { Fate::HangUp } else { Fate::Pass }
    });
    care.admit(Past::FromNowOn).await.unwrap();
    let told = care.heron.histories().into_iter().find(|told| told.journal == care.journal).unwrap();
    assert_eq!((told.head.seq, told.members().count()), (2, 3));
}

#[tokio::test]
async fn whoever_was_not_confirmed_is_not_admitted_and_nobody_but_the_owner_admits() {
    let mut care = Care::open().await;
    let stranger = care.world.unlocks("admin").await;
    let change = CircleChange::Admit { account: stranger.account(), role: MemberRole::Reader, past: Past::All };
    let refused = change_circle(&mut care.heron, care.journal, change).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotConfirmed { .. }), "{refused}");
    let change = CircleChange::Remove { account: care.heron.account() };
    let refused = change_circle(&mut care.quill, care.journal, change).await.unwrap_err();
    assert_eq!(refused.to_string(), "only who owns a journal changes who reads it");
}

#[tokio::test]
async fn a_server_that_says_stale_for_ever_makes_the_owner_sign_nothing_twice() {
    let mut care = Care::open().await;
    let stale = Answer::json(409, &Problem::new(ProblemCode::StaleHead, "Another record came first."));
    care.heron.wire.requests(move |asked| if asked.is_append() { Fate::Answer(stale.clone()) } else { Fate::Pass });
    let appends = care.heron.wire.count(Asked::is_append);
    let refused = care.admit(Past::All).await.unwrap_err();
    assert!(matches!(refused, ClientError::MovedOn), "{refused}");
    assert_eq!(care.heron.wire.count(Asked::is_append), appends + 1);
}

#[tokio::test]
async fn a_closed_journal_is_shared_into_no_more_and_words_can_still_be_taken_back() {
    let mut care = Care::open().await;
    let entry = care.shares("The greenhouse.").await;
    change_circle(&mut care.heron, care.journal, CircleChange::Close).await.unwrap();
    assert!(care.heron.find_circle(Some("quill")).is_err());
    syncs(&mut care.quill).await;
    let kept = care.quill.reply(entry, "Who has the key?".into(), true).await.unwrap();
    assert!(kept.flushed.stopped_by.is_some(), "nobody writes to it");
    let flushed = care.heron.withdraw(entry).await.unwrap();
    assert!(flushed.stopped_by.is_none(), "{flushed:?}");
    let _ = care.quill.sync().await.unwrap();
    assert_eq!(reads(&care.quill, &care.heron, care.journal), Vec::<String>::new());
    // Confirming quill again opens a new one.
    care.heron.confirm("quill").await.unwrap();
    let journal = care.heron.find_circle(Some("quill")).unwrap().journal;
    assert_ne!(journal, care.journal);
    // It is a circle of its own, and she agrees to it for itself.
    let again = care.heron.find_circle(Some("quill")).unwrap();
    care.heron.consents_with(&again).await.unwrap();
    shares_in(&mut care.heron, journal, "Once more.").await;
}

#[tokio::test]
async fn whoever_is_admitted_and_left_alone_in_a_closed_journal_works_on_in_the_one_that_goes_on() {
    let mut care = Care::open().await;
    let entry = care.shares("The greenhouse.").await;
    care.admit(Past::All).await.unwrap();
    // Pairing had opened a journal for heron and haddon alone; she ends it, and quill's reading.
    let alone = care.heron.find_circle(Some("haddon")).unwrap();
    change_circle(&mut care.heron, alone.journal, CircleChange::Close).await.unwrap();
    let quill = CircleChange::Remove { account: care.quill.account() };
    change_circle(&mut care.heron, care.journal, quill).await.unwrap();

    syncs(&mut care.haddon).await;
    let heron = care.heron.account();
    let queue = care.haddon.queue();
    assert_eq!(queue.iter().map(|row| (row.journal, row.unread)).collect::<Vec<_>>(), [(care.journal, 1)]);
    let brief = care.haddon.brief(heron, None, None).unwrap();
    assert_eq!((brief.header.journal, brief.entries.len()), (care.journal, 1));
    let session = Session::new(SessionType::Integration, SessionState::Scheduled, care.world.clock.now());
    let kept = care.haddon.record_session(heron, session).await.unwrap();
    assert!(kept.flushed.stopped_by.is_none(), "{:?}", kept.flushed);
    care.haddon.reply(entry, "Who has the key?".into(), true).await.unwrap();
    syncs(&mut care.heron).await;
    let view = care.heron.view(heron);
    let shared = view.shared.iter().find(|shared| shared.journal == care.journal).unwrap();
    assert_eq!((shared.sessions.len(), shared.entries[0].replies.len()), (1, 1));
}
