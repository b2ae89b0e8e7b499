//! Appending and reading: the chain, who may do what, and what comes back.

use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Journals, RecordPage};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, BodyRef, Header, MemberRole};
use reverie_protocol::ids::JournalId;
use reverie_protocol::limits;
use reverie_protocol::problem::{Problem, ProblemCode};

use crate::world::{Log, Refusal, World, ok, refusal, rng, sign_as_is};

#[tokio::test]
async fn what_is_appended_is_read_back_byte_for_byte() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let first = log.write(&heron, b"a sealed dream", vec![]);
    let second = log.write(&heron, b"a sealed memory", vec![]);
    let head = log.append(&heron, &[first.clone(), second.clone()]).await;
    assert_eq!((head.seq, Some(head.hash)), (2, log.head));
    let page = log.read(&heron).await;
    assert_eq!(page.records[1..], [first, second.clone()]);
    assert_eq!((page.head, page.more), (Some(head), false));
    let page: RecordPage = ok(heron.get(&format!("{}?after=1", log.path())).await).await;
    assert_eq!(page.records, [second]);
    let page: RecordPage = ok(heron.get(&format!("{}?limit=1", log.path())).await).await;
    assert_eq!((page.records.len(), page.more), (1, true));
    let page: RecordPage = ok(heron.get(&format!("{}?after=2", log.path())).await).await;
    assert_eq!((page.records.len(), page.more), (0, false));
    let journals: Journals = ok(heron.get("/v1/journals").await).await;
    assert_eq!((journals.journals.len(), &journals.journals[0].head), (1, &head));
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let world = World::new().await;
    let mut heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let write = log.write(&heron, b"sealed", vec![]);
    log.append(&heron, std::slice::from_ref(&write)).await;
    let world = world.restart().await;
    heron.base = world.base();
    assert_eq!(log.read(&heron).await.records[1], write);
    let next = log.write(&heron, b"sealed too", vec![]);
    assert_eq!(log.append(&heron, &[next]).await.seq, 2);
}

#[tokio::test]
async fn a_stale_append_is_told_where_the_journal_is_before_anything_else() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let mut behind = log.clone();
    let write = log.write(&heron, b"sealed", vec![]);
    let head = log.append(&heron, &[write]).await;
    // This one would also break a rule: it names an epoch that does not exist.
    let header = Header { epoch: 7, ..behind.header(&heron, Action::Write) };
    let stale = behind.sign(&heron, header, Some(b"sealed"));
    let response = log.try_append(&heron, &[stale]).await;
    let problem: Problem = response.json().await.unwrap();
    assert_eq!((problem.code, problem.head), (ProblemCode::StaleHead, Some(head)));
}

#[tokio::test]
async fn the_same_records_sent_twice_are_stored_once_and_answered_alike() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let records = [log.write(&heron, b"one", vec![]), log.write(&heron, b"two", vec![])];
    let first = log.append(&heron, &records).await;
    let later = log.write(&heron, b"three", vec![]);
    log.append(&heron, &[later]).await;
    assert_eq!(log.append(&heron, &records).await, first);
    assert_eq!(log.read(&heron).await.records.len(), 4);
}

#[tokio::test]
async fn of_many_appends_to_the_same_head_exactly_one_is_stored() {
    let world = World::new().await;
    let heron = world.patient().await;
    let log = heron.opens_journal(&[]).await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..20_u8 {
        let (mut log, heron) = (log.clone(), heron.clone());
        tries.spawn(async move {
            let record = log.write(&heron, &[number], vec![]);
            log.try_append(&heron, &[record]).await.status().as_u16()
        });
    }
    let mut statuses = tries.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 409), "{statuses:?}");
    assert_eq!(log.read(&heron).await.records.len(), 2);
}

#[tokio::test]
async fn a_batch_with_one_bad_record_leaves_nothing_behind() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let good = log.write(&heron, b"sealed", vec![]);
    let mut bad = log.write(&heron, b"sealed too", vec![]);
    bad.signature.0[5] ^= 1;
    let response = log.try_append(&heron, &[good, bad]).await;
    assert_eq!(refusal(response).await, Refusal(422, ProblemCode::InvalidRecord));
    assert_eq!(log.read(&heron).await.records.len(), 1);
}

#[tokio::test]
async fn bodies_must_be_what_their_headers_name_and_within_limits() {
    let world = World::new().await;
    let heron = world.patient().await;
    let log = heron.opens_journal(&[]).await;
    let honest = log.clone().write(&heron, b"sealed", vec![]);
    let mut cut = honest.clone();
    cut.body = Some(B64(b"seal".to_vec()));
    assert_eq!(refusal(log.try_append(&heron, &[cut]).await).await, Refusal(422, ProblemCode::BodyMismatch));
    let mut gone = honest.clone();
    gone.body = None;
    assert_eq!(refusal(log.try_append(&heron, &[gone]).await).await, Refusal(422, ProblemCode::BodyMismatch));
    let wrong_size =
        Header { body: Some(BodyRef { sha256: Hash::of(b"sealed"), size: 7 }), ..log.header(&heron, Action::Write) };
    let lying = sign_as_is(&heron, &wrong_size, Some(b"sealed"));
    assert_eq!(refusal(log.try_append(&heron, &[lying]).await).await, Refusal(422, ProblemCode::BodyMismatch));
    let large = log.clone().write(&heron, &vec![0; limits::BODY_BYTES + 1], vec![]);
    assert_eq!(refusal(log.try_append(&heron, &[large]).await).await, Refusal(413, ProblemCode::TooLarge));
    assert_eq!(refusal(log.try_append(&heron, &[]).await).await, Refusal(400, ProblemCode::MalformedRequest));
    let many = vec![honest; limits::RECORDS_PER_APPEND + 1];
    assert_eq!(refusal(log.try_append(&heron, &many).await).await, Refusal(413, ProblemCode::TooLarge));
}

#[tokio::test]
async fn a_record_id_is_used_once_in_a_journal() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let write = log.write(&heron, b"sealed", vec![]);
    log.append(&heron, std::slice::from_ref(&write)).await;
    let header = Header { record: write.parse().unwrap().record, ..log.header(&heron, Action::Write) };
    let reused = log.sign(&heron, header, Some(b"other"));
    assert_eq!(refusal(log.try_append(&heron, &[reused]).await).await, Refusal(409, ProblemCode::RecordReused));
}

#[tokio::test]
async fn somebody_elses_journal_is_not_there() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[]).await;
    assert_eq!(refusal(quill.get(&log.path()).await).await, Refusal(404, ProblemCode::NotFound));
    let intruding = log.write(&quill, b"sealed", vec![]);
    assert_eq!(refusal(log.try_append(&quill, &[intruding]).await).await, Refusal(404, ProblemCode::NotFound));
    let nowhere = Log::new(JournalId::make(&mut rng()));
    assert_eq!(refusal(heron.get(&nowhere.path()).await).await, Refusal(404, ProblemCode::NotFound));
    let write = nowhere.clone().write(&heron, b"sealed", vec![]);
    assert_eq!(refusal(nowhere.try_append(&heron, &[write]).await).await, Refusal(404, ProblemCode::NotFound));
}

#[tokio::test]
async fn nobody_appends_in_another_name_and_a_reader_does_not_write() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let log = heron.opens_journal(&[quill.member(MemberRole::Reader)]).await;
    let forged = log.clone().write(&heron, b"sealed", vec![]);
    assert_eq!(refusal(log.try_append(&quill, &[forged]).await).await, Refusal(422, ProblemCode::InvalidRecord));
    let own = log.clone().write(&quill, b"sealed", vec![]);
    assert_eq!(refusal(log.try_append(&quill, &[own]).await).await, Refusal(422, ProblemCode::InvalidRecord));
    assert_eq!(log.read(&quill).await.records.len(), 1);
}

#[tokio::test]
async fn members_have_the_cards_that_the_server_knows() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut ghost = quill.member(MemberRole::Writer);
    ghost.card = crate::world::card(quill.account, &heron.key);
    let mut log = Log::new(JournalId::make(&mut rng()));
    let open = log.open(&heron, &[ghost]);
    assert_eq!(refusal(log.try_append(&heron, &[open]).await).await, Refusal(422, ProblemCode::InvalidRecord));
}

#[tokio::test]
async fn a_removed_member_finds_no_journal() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let haddon = world.person(AccountRole::Clinician, "haddon").await;
    let others = [quill.member(MemberRole::Writer), haddon.member(MemberRole::Writer)];
    let mut log = heron.opens_journal(&others).await;
    assert_eq!(log.read(&quill).await.records.len(), 1);
    let header = Header {
        epoch: 1,
        epoch_commitment: Some(Hash::of("epoch 1")),
        members: Some(vec![heron.member(MemberRole::Owner), haddon.member(MemberRole::Writer)]),
        ..log.header(&heron, Action::Remove)
    };
    let remove = log.sign(&heron, header, Some(b"{\"v\":1,\"grants\":[]}"));
    log.append(&heron, &[remove]).await;
    assert_eq!(refusal(quill.get(&log.path()).await).await, Refusal(404, ProblemCode::NotFound));
    assert_eq!(log.read(&haddon).await.records.len(), 2);
}

#[tokio::test]
async fn a_withdrawn_body_is_gone_and_the_chain_stays() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let write = log.write(&heron, b"sealed words", vec![]);
    let record = write.parse().unwrap().record;
    log.append(&heron, std::slice::from_ref(&write)).await;
    let withdraw = log.withdraw(&heron, vec![record]);
    log.append(&heron, &[withdraw]).await;
    let page = log.read(&heron).await;
    assert_eq!((&page.records[1].header, &page.records[1].body), (&write.header, &None));
    let again = log.withdraw(&heron, vec![record]);
    assert_eq!(refusal(log.try_append(&heron, &[again]).await).await, Refusal(422, ProblemCode::InvalidRecord));
}

#[tokio::test]
async fn a_page_ends_early_when_bodies_are_large_and_loses_nothing() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    for number in 0..6_u8 {
        let write = log.write(&heron, &vec![number; limits::BODY_BYTES], vec![]);
        log.append(&heron, &[write]).await;
    }
    let first: RecordPage = log.read(&heron).await;
    assert!(first.more && first.records.len() < 6, "{} records", first.records.len());
    let after = first.records.len() - 1;
    let rest: RecordPage = ok(heron.get(&format!("{}?after={after}", log.path())).await).await;
    assert_eq!((first.records.len() + rest.records.len(), rest.more), (7, false));
}
