//! Keyrings: swapped between two records, or withheld. Nothing is sealed to a key that the owner did not announce.

use reverie_client::CircleChange;
use reverie_journal::Kind;
use reverie_protocol::header::SignedRecord;
use reverie_tests::{Hostile, Person, Practice, World};

use super::{appended, header, lies_about_records, read, told_once};

/// A practice in which quill's device knows nothing yet of a journal that got a second key, and the two keyrings.
async fn two_keyrings() -> (World, Person, Person, [SignedRecord; 2]) {
    let Practice { world, quill, mut heron } = Practice::open().await;
    let journal = heron.find_circle(Some("quill")).unwrap().journal;
    let proposal = heron.propose(journal, CircleChange::Rotate).await.unwrap();
    heron.enact(&proposal).await.unwrap();
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let page = heron.wire.passed(|passed| {
        let read = passed.iter().filter(|passed| passed.asked.is_reading()).filter_map(|passed| passed.answer.clone());
        read.flat_map(|answer| answer.parse::<reverie_protocol::api::RecordPage>().records).collect::<Vec<_>>()
    });
    let all = page.into_iter().chain(appended(&heron.wire, journal));
    let mut keyrings: Vec<SignedRecord> =
        all.filter(|record| header(record).journal == journal && header(record).members.is_some()).collect();
    if keyrings.len() == 1 {
        // The opening was sent before this test began; the server has it.
        keyrings.insert(0, opening(&heron, journal).await);
    }
    drop(quill);
    let _ = std::fs::remove_dir_all(world.home("quill").join("log"));
    let quill = world.unlocks("quill").await;
    (world, quill, heron, keyrings.try_into().unwrap_or_else(|_| panic!("there are two")))
}

async fn opening(person: &Person, journal: reverie_protocol::ids::JournalId) -> SignedRecord {
    let mut asked = person.wire.passed(|passed| passed.last().unwrap().asked.clone());
    (asked.method, asked.path) = ("GET".into(), format!("/v1/journals/{journal}/records?limit=1"));
    asked.body = Default::default();
    person.wire.ask_server(&asked).await.parse::<reverie_protocol::api::RecordPage>().records.remove(0)
}

/// Checks that quill reads and writes nothing, says so, and goes on once the server is honest.
async fn nothing_is_sealed_to_it(quill: &mut Person, heron: &mut Person) {
    let told = told_once(quill).await;
    assert!(told.contains("the server did not hand out the keys of journal"), "{told}");
    assert!(told.ends_with("as its owner signed them, so not all of it can be opened"), "{told}");
    assert_eq!(read(quill, heron), Vec::<String>::new());
    let findings = quill.verify(&mut |_, _| {}).await.unwrap().findings;
    let said: Vec<_> = findings.into_iter().map(|finding| finding.what).collect();
    assert!(said.iter().any(|what| what.contains("its body cannot be trusted")), "{said:?}");
    quill.wire.is_honest();
    quill.sync().await.unwrap();
    assert_eq!(read(quill, heron), ["The greenhouse."]);
}

#[tokio::test]
async fn keyrings_swapped_between_two_records_give_no_key() {
    let (_world, mut quill, mut heron, [first, second]) = two_keyrings().await;
    Hostile(&quill.wire).swaps_bodies(first, second);
    nothing_is_sealed_to_it(&mut quill, &mut heron).await;
}

#[tokio::test]
async fn a_withheld_keyring_gives_no_key_and_is_asked_for_again() {
    let (_world, mut quill, mut heron, _) = two_keyrings().await;
    lies_about_records(&quill.wire, |page| {
        page.records.iter_mut().filter(|record| header(record).members.is_some()).for_each(|record| record.body = None);
    });
    nothing_is_sealed_to_it(&mut quill, &mut heron).await;
}
