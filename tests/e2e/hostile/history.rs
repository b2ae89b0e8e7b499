//! Histories: forged, altered, dropped, repeated, reordered, rolled back, forked, and revived.

use reverie_client::native::system::randomness;
use reverie_crypto::AccountKeys;
use reverie_journal::Kind;
use reverie_protocol::api::{Head, Journals};
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::DocumentId;
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_tests::{Answer, Asked, Fate, Person, Practice, World};

use super::{appended, header, lies_about_records, read, told, told_once};

#[tokio::test]
async fn an_altered_record_is_refused_and_what_came_before_it_is_kept() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    heron.shares(Kind::Feeling, "Waiting.").await.unwrap();

    lies_about_records(&quill.wire, |page| {
        let Some(record) = page.records.last_mut() else { return };
        // One character: another body, or so it says.
        let header = String::from_utf8(record.header.0.clone()).unwrap();
        let at = header.find("sha256\":\"").unwrap() + "sha256\":\"".len();
        record.header.0[at] = if record.header.0[at] == b'1' { b'2' } else { b'1' };
    });
    let told = told_once(&mut quill).await;
    assert!(told.contains("the record's signature does not verify"), "{told}");
    assert!(told.contains("It was not taken in; everything before it is untouched"), "{told}");
    assert_eq!(read(&quill, &heron), ["The greenhouse."]);

    quill.wire.is_honest();
    quill.sync().await.unwrap();
    assert_eq!(read(&quill, &heron), ["The greenhouse.", "Waiting."], "the truth is taken in once it is told");
}

#[tokio::test]
async fn a_record_that_the_server_forges_in_a_patients_name_is_refused() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();

    let servers_keys = AccountKeys::make(&mut randomness());
    lies_about_records(&quill.wire, move |page| {
        let Some(last) = page.records.last() else { return };
        let mut forged = header(last);
        forged.seq += 1;
        forged.prev = Some(last.chain_hash());
        forged.record = reverie_protocol::ids::RecordId::make(&mut randomness());
        page.records.push(servers_keys.sign_header(&forged, last.body.clone().map(|body| body.0)));
    });
    let told = told_once(&mut quill).await;
    assert!(told.contains("the record's signature does not verify"), "{told}");
    assert_eq!(read(&quill, &heron), ["The greenhouse."]);
}

/// What the server does to the records of a page.
type Lie = fn(&mut Vec<SignedRecord>);

#[tokio::test]
async fn dropped_repeated_and_reordered_records_are_named() {
    let lies: [(&str, Lie); 3] = [
        ("dropped", |records| drop(records.remove(records.len() - 2))),
        ("repeated", |records| records.extend(records.last().cloned())),
        ("reordered", |records| {
            let last = records.len() - 1;
            records.swap(last - 1, last);
        }),
    ];
    let Practice { world, quill, mut heron } = Practice::open().await;
    drop(quill);
    for words in ["One.", "Two.", "Three."] {
        heron.shares(Kind::Fragment, words).await.unwrap();
    }
    for (lie, change) in lies {
        let mut quill = on_a_device_that_knows_nothing(&world).await;
        lies_about_records(&quill.wire, move |page| {
            if page.records.len() > 2 {
                change(&mut page.records);
            }
        });
        let told = told_once(&mut quill).await;
        assert!(told.contains("records were dropped, repeated or reordered"), "{lie}: {told}");
    }
}

/// Unlocks quill's device after taking away the journals that it has cached: it hears everything for the first time.
async fn on_a_device_that_knows_nothing(world: &World) -> Person {
    let _ = std::fs::remove_dir_all(world.home("quill").join("log"));
    world.unlocks("quill").await
}

#[tokio::test]
async fn a_rolled_back_history_stops_the_client_and_nothing_more_is_written() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    let journal = quill.view(heron.account()).shared[0].journal;

    // The server takes the last record back: nothing is after the one before it, which is the head again.
    let taken_back = header(appended(&heron.wire, journal).last().unwrap());
    let old = Head { seq: taken_back.seq - 1, hash: taken_back.prev.unwrap() };
    quill.wire.lies(move |asked, answer| {
        if asked.is("GET", "/v1/journals") {
            let mut journals: Journals = answer.parse();
            journals.journals.iter_mut().filter(|entry| entry.journal == journal).for_each(|entry| entry.head = old);
            return Some(Answer::json(200, &journals));
        }
        let mut page: reverie_protocol::api::RecordPage = asked.is_reading().then(|| answer.parse())?;
        page.records.retain(|record| header(record).seq <= old.seq);
        page.head = Some(old);
        Some(Answer::json(200, &page))
    });
    let told = told_once(&mut quill).await;
    assert!(told.contains("a history that contradicts what this device has seen"), "{told}");
    assert!(told.contains("now nothing"), "{told}");

    writes_no_more(&mut quill, &heron, entry).await;
}

#[tokio::test]
async fn a_forked_history_shows_in_the_words_of_its_heads_and_is_named_with_both_hashes() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    quill.sync().await.unwrap();
    let journal = quill.view(heron.account()).shared[0].journal;

    // The server gets two signed records for one place out of heron's client: it says "stale" to the first.
    let mut said = false;
    heron.wire.requests(move |asked| {
        let shares = asked.is_append() && asked.path.contains(&journal.to_string());
        if shares && !std::mem::replace(&mut said, true) { Fate::Answer(stale()) } else { Fate::Pass }
    });
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let [refused, accepted] = appended(&heron.wire, journal).try_into().unwrap();
    assert_eq!(header(&refused).seq, header(&accepted).seq);
    assert_ne!(refused.chain_hash(), accepted.chain_hash());

    // It gives quill the one, and heron the other. Neither can know, until they compare.
    let (fork, at) = (refused.clone(), header(&refused).seq);
    lies_about_records(&quill.wire, move |page| {
        for record in page.records.iter_mut().filter(|record| header(record).seq == at) {
            *record = fork.clone();
        }
    });
    assert_eq!(told(&mut quill).await, Vec::<String>::new());
    let mut words = Vec::new();
    for person in [&mut heron, &mut quill] {
        let verified = person.verify(&mut |_, _| {}).await.unwrap();
        words.push(verified.journals.into_iter().find(|found| found.journal == journal).unwrap().words.unwrap());
    }
    assert_ne!(words[0], words[1]);

    // The next thing that heron writes says what came before it.
    heron.shares(Kind::Feeling, "Waiting.").await.unwrap();
    let told = told_once(&mut quill).await;
    for hash in [refused.chain_hash(), accepted.chain_hash()] {
        assert!(told.contains(&hash.to_string()), "{told}");
    }
    writes_no_more(&mut quill, &heron, entry).await;
}

#[tokio::test]
async fn a_fork_as_long_as_what_was_seen_is_noticed_by_a_device_that_has_to_fetch_everything_anew() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    quill.sync().await.unwrap();
    let journal = quill.view(heron.account()).shared[0].journal;
    let mut said = false;
    heron.wire.requests(move |asked| {
        let shares = asked.is_append() && asked.path.contains(&journal.to_string());
        if shares && !std::mem::replace(&mut said, true) { Fate::Answer(stale()) } else { Fate::Pass }
    });
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let [refused, accepted] = appended(&heron.wire, journal).try_into().unwrap();
    quill.sync().await.unwrap();
    drop(quill);

    // All that is left of what quill has seen is the place itself, and the server shows another record there.
    let mut quill = on_a_device_that_knows_nothing(&world).await;
    let (fork, at) = (refused.clone(), header(&refused).seq);
    lies_about_records(&quill.wire, move |page| {
        for record in page.records.iter_mut().filter(|record| header(record).seq == at) {
            *record = fork.clone();
        }
    });
    for _ in 0..2 {
        let told = told_once(&mut quill).await;
        for hash in [refused.chain_hash(), accepted.chain_hash()] {
            assert!(told.contains(&hash.to_string()), "{told}");
        }
    }
}

/// Checks that the device keeps to itself what it is asked to write, even when the server tells the truth again.
async fn writes_no_more(quill: &mut Person, heron: &Person, entry: DocumentId) {
    quill.wire.is_honest();
    let appends = quill.wire.count(Asked::is_append);
    assert!(told_once(quill).await.contains("contradicts"));
    let kept = quill.reply(entry, "May I ask about the key?".into(), true).await.unwrap();
    assert_eq!((kept.flushed.sent, kept.flushed.waiting), (0, 1));
    let stopped = kept.flushed.stopped_by.unwrap();
    assert!(stopped.to_string().contains("contradicts what this device has seen"), "{stopped}");
    assert_eq!(quill.wire.count(Asked::is_append), appends, "nothing was sent");
    assert!(!read(quill, heron).is_empty(), "what was read before can still be read");
}

/// Returns the refusal of an append that came too late.
fn stale() -> Answer {
    Answer::json(409, &Problem::new(ProblemCode::StaleHead, "Another record came first."))
}

#[tokio::test]
async fn what_was_withdrawn_stays_withdrawn_even_if_the_server_serves_it_again() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    heron.withdraw(entry).await.unwrap();
    quill.sync().await.unwrap();
    let journal = quill.view(heron.account()).shared[0].journal;
    let sent = appended(&heron.wire, journal);
    drop(quill);
    let mut quill = on_a_device_that_knows_nothing(&world).await;
    lies_about_records(&quill.wire, move |page| {
        for record in &mut page.records {
            let kept = sent.iter().find(|sent| sent.chain_hash() == record.chain_hash());
            record.body = kept.and_then(|kept| kept.body.clone()).or(record.body.take());
        }
    });
    assert_eq!(told(&mut quill).await, Vec::<String>::new());
    assert_eq!(read(&quill, &heron), Vec::<String>::new());
    assert_eq!(quill.view(heron.account()).shared[0].tombstones[0].count, 1);
}
