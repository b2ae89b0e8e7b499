//! `kill -9` amid concurrent writes: what was acknowledged is there afterwards, and the data is whole.

use reverie_client::NewEntry;
use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::DocumentId;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::media::voice_memo;
use reverie_tests::person::{entry, entry_with};
use reverie_tests::soak::soak;
use reverie_tests::{Asked, Fate, Person, ServerProcess, StoryClock, Wire};
use tokio::task::JoinSet;

const WRITERS: usize = 3;
const ROUNDS: usize = 4;

/// Writes until the server is gone, and returns what it acknowledged.
async fn write_until_it_is_gone(person: &mut Person, round: usize) -> Vec<DocumentId> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let words = format!("Round {round}, number {number}.");
        let new: NewEntry = match number % 5 {
            4 => entry_with(Kind::Body, "Said aloud", &words, vec![voice_memo("said.wav", 1)]),
            _ => entry(Kind::Fragment, &words),
        };
        let kept = person.write(new).await.expect("the device keeps what is written");
        if kept.flushed.stopped_by.is_some() {
            break;
        }
        acknowledged.push(kept.document);
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_amid_writes_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    let code = ServerProcess::init(&data).await;
    let mut server = ServerProcess::serve(&data).await;
    let clock = StoryClock::at("2031-05-01T09:00:00-04:00");
    let join = async |handle: &str, code: &str| {
        let wire = Wire::to(server.addr).await;
        Person::join(&folder.path().join(handle), wire, &clock, code).await.unwrap()
    };
    let mut admin = join("admin", &code).await;
    let mut writers = Vec::new();
    for handle in ["heron-41", "cedar-07", "lantern-19"].into_iter().take(WRITERS) {
        let code = admin.invite(AccountRole::Patient, Some(handle), INVITATION_IN_ROOM_SECONDS).await.unwrap();
        writers.push((join(handle, &code).await, Vec::new()));
    }
    for round in 0..ROUNDS {
        // The blow falls while an append is under way: when so many have gone out, in each round another number.
        let (struck, strike) = tokio::sync::oneshot::channel();
        let (mut struck, mut appends) = (Some(struck), 0);
        writers[round % WRITERS].0.wire.requests(move |asked: &Asked| {
            appends += usize::from(asked.is_append());
            if appends == 4 + 3 * round {
                let _ = struck.take().map(|struck| struck.send(()));
            }
            Fate::Pass
        });
        let mut writing = JoinSet::new();
        for (mut person, mut acknowledged) in writers.drain(..) {
            writing.spawn(async move {
                acknowledged.extend(write_until_it_is_gone(&mut person, round).await);
                (person, acknowledged)
            });
        }
        strike.await.unwrap();
        server.kill().await;
        writers = writing.join_all().await;

        let checked = ServerProcess::check(&data).await;
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
        server = ServerProcess::serve(&data).await;
        for (person, acknowledged) in &mut writers {
            person.wire.is_honest();
            person.wire.reroute(server.addr);
            // Everything that was acknowledged is on the server: fetched anew, it verifies and nothing is missing.
            let verified = person.verify(&mut |_, _| {}).await.unwrap();
            assert_eq!(verified.findings, []);
            let flushed = person.flush().await.unwrap();
            assert_eq!(flushed.waiting, 0, "what was not acknowledged is sent now: {:?}", flushed.stopped_by);
            let view = person.view(person.account());
            let there: Vec<_> = view.private.iter().flat_map(|private| &private.entries).collect();
            for document in acknowledged.iter() {
                assert_eq!(there.iter().filter(|entry| entry.entry.id() == *document).count(), 1);
            }
            let unsent = there.len() - acknowledged.len();
            assert_eq!(unsent, round + 1, "in each round one entry waited, and is there once");
        }
    }
    let written: usize = writers.iter().map(|(_, acknowledged)| acknowledged.len()).sum();
    assert!(written > ROUNDS * WRITERS, "there was something to lose: {written}");
    assert!(ServerProcess::check(&data).await.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_of_server_and_clients_at_random_moments_lose_nothing() {
    // `make soak` does it a thousand times, with other moments each time.
    let survived = soak(50, 20_310_501, &mut |_| {}).await;
    assert_eq!((survived.servers, survived.clients), (25, 25));
    assert!(survived.entries > 25, "there was something to lose: {survived:?}");
}
