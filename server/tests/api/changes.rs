//! The stream of changes: what it tells, to whom, when it ends, and that nothing is missed by whoever comes back.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::{Method, Response};
use reverie_protocol::api::OpenedSession;
use reverie_protocol::changes::Changes;
use reverie_protocol::events::{Event, EventReader};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header, MemberRole};
use reverie_protocol::ids::JournalId;
use reverie_protocol::limits::STREAMS_PER_ACCOUNT;
use reverie_server::{Config, ConnectionLimits};
use serde_json::json;

use crate::home::Home;
use crate::postgresql::{at, neighbours};
use crate::world::{Log, PASSWORD, Person, World, login, ok};

/// One stream, as a client reads it.
struct Stream {
    response: Response,
    reader: EventReader,
    ready: VecDeque<Event>,
    last: Option<String>,
}

impl Stream {
    async fn open(person: &Person, last: Option<&str>) -> Self {
        let request = person.request(Method::GET, "/v1/changes");
        let request = last.into_iter().fold(request, |request, last| request.header("last-event-id", last));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let (reader, ready) = (EventReader::new(1 << 20), VecDeque::new());
        Self { response, reader, ready, last: last.map(Into::into) }
    }

    /// Waits for the next event; nothing if the stream has ended.
    async fn try_next(&mut self) -> Option<Changes> {
        // A stream that stays silent, or says no more than that it is alive, fails the test instead of hanging it.
        tokio::time::timeout(Duration::from_secs(60), self.read()).await.expect("something is told")
    }

    async fn read(&mut self) -> Option<Changes> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.last = Some(event.id);
                return Some(serde_json::from_str(&event.data).unwrap());
            }
            // An error is a connection that was closed.
            let piece = self.response.chunk().await.ok().flatten()?;
            self.ready.extend(self.reader.read(&piece).unwrap());
        }
    }

    async fn next(&mut self) -> Changes {
        self.try_next().await.expect("the stream goes on")
    }

    fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }
}

/// What is told of one journal: its seq, or that it is gone.
fn of(changes: &Changes, journal: JournalId) -> Option<Option<u64>> {
    let told = changes.journals.iter().find(|told| told.journal == journal)?;
    Some(told.head.as_ref().map(|head| head.seq))
}

async fn writes(author: &Person, log: &mut Log) {
    let record = log.write(author, b"sealed", vec![]);
    log.append(author, &[record]).await;
}

#[tokio::test]
async fn members_are_told_where_their_journals_are_and_nothing_else() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut private = heron.opens_journal(&[]).await;
    let mut shared = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let mut hers = Stream::open(&heron, None).await;
    let mut his = Stream::open(&quill, None).await;
    let (whole, his_whole) = (hers.next().await, his.next().await);
    assert!(whole.whole && whole.journals.len() == 2 && his_whole.whole && his_whole.journals.len() == 1);
    writes(&heron, &mut private).await;
    writes(&heron, &mut shared).await;
    let told = hers.next().await;
    assert_eq!((told.whole, told.journals.len(), of(&told, private.journal)), (false, 1, Some(Some(1))));
    // What he is told next is about the shared journal: of the private one he hears nothing.
    let event = his.next().await;
    let head = json!({"seq": 1, "hash": shared.head});
    let expected = json!({"whole": false, "journals": [{"journal": shared.journal, "head": head}]});
    assert_eq!(serde_json::to_value(&event).unwrap(), expected);
}

#[tokio::test]
async fn whoever_comes_back_is_told_nothing_again_and_misses_nothing() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let mut stream = Stream::open(&heron, None).await;
    stream.next().await;
    writes(&heron, &mut log).await;
    stream.next().await;
    let last = stream.last().unwrap().to_owned();
    drop(stream);

    let mut back = Stream::open(&heron, Some(&last)).await;
    writes(&heron, &mut log).await;
    let told = back.next().await;
    assert_eq!((told.whole, of(&told, log.journal)), (false, Some(Some(2))), "nothing was told before it");
    drop(back);

    writes(&heron, &mut log).await;
    let world = world.restart().await;
    let heron = Person { base: world.base(), ..heron };
    for unknown in [last.as_str(), "", "from another server"] {
        let told = Stream::open(&heron, Some(unknown)).await.next().await;
        assert_eq!((told.whole, of(&told, log.journal)), (true, Some(Some(3))), "{unknown}");
    }
}

#[tokio::test]
async fn a_new_member_is_told_of_the_journal_and_a_removed_one_that_it_is_gone() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut his = Stream::open(&quill, None).await;
    assert_eq!(his.next().await.journals, []);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    assert_eq!(of(&his.next().await, log.journal), Some(Some(0)));
    let header = Header {
        epoch: 1,
        epoch_commitment: Some(Hash::of("epoch 1")),
        members: Some(vec![heron.member(MemberRole::Owner)]),
        ..log.header(&heron, Action::Remove)
    };
    let remove = log.sign(&heron, header, Some(b"{\"v\":1,\"grants\":[]}"));
    log.append(&heron, &[remove]).await;
    assert_eq!(of(&his.next().await, log.journal), Some(None));
    // What comes after is not told to him: next is a journal of his own.
    let header = Header { epoch: 1, ..log.header(&heron, Action::Write) };
    let write = log.sign(&heron, header, Some(b"sealed"));
    log.append(&heron, &[write]).await;
    let own = quill.opens_journal(&[]).await;
    assert_eq!(of(&his.next().await, own.journal), Some(Some(0)));
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let mut his = Stream::open(&quill, None).await;
    his.next().await;
    let path = format!("/v1/admin/accounts/{}/suspend", quill.account);
    assert_eq!(world.admin.post(&path, &json!({})).await.status(), 200);
    writes(&heron, &mut log).await;
    assert_eq!(his.try_next().await, None);
}

#[tokio::test]
async fn a_stream_ends_soon_after_its_session_or_account_though_nothing_else_happens() {
    let often = |config| Config { streams_alive_every: Duration::from_millis(50), ..config };
    let world = World::configured(often).await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let phone: OpenedSession = ok(login(&world.base(), "heron-41", PASSWORD).await).await;
    let lost = Person { token: phone.token, ..heron.clone() };
    let (mut kept, mut revoked, mut his) =
        (Stream::open(&heron, None).await, Stream::open(&lost, None).await, Stream::open(&quill, None).await);
    for stream in [&mut kept, &mut revoked, &mut his] {
        stream.next().await;
    }
    assert_eq!(heron.delete(&format!("/v1/sessions/{}", phone.session)).await.status(), 204);
    assert_eq!(revoked.try_next().await, None, "a device that was removed hears nothing more");
    let path = format!("/v1/admin/accounts/{}/off-board", quill.account);
    assert_eq!(world.admin.post(&path, &json!({})).await.status(), 200);
    assert_eq!(his.try_next().await, None, "nor does a clinician who was off-boarded");
    let log = heron.opens_journal(&[]).await;
    assert_eq!(of(&kept.next().await, log.journal), Some(Some(0)), "others hear on");
    assert!(Config::new("").streams_alive_every <= Duration::from_secs(60), "dead within a minute");
}

#[tokio::test]
async fn streams_end_at_once_when_the_server_stops() {
    let limits = ConnectionLimits { drain_within: Duration::from_secs(600), ..Default::default() };
    let world = World::configured(|config| Config { limits, ..config }).await;
    let mut stream = Stream::open(&world.admin, None).await;
    stream.next().await;
    let World { folder: _folder, server, admin: _admin, .. } = world;
    let stopped = tokio::time::timeout(Duration::from_secs(60), server.stop()).await;
    assert!(stopped.is_ok(), "the server waits for its streams");
    assert_eq!(stream.try_next().await, None);
}

#[tokio::test]
async fn an_account_has_so_many_streams_and_one_more_ends_the_oldest() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut streams = Vec::new();
    for _ in 0..=STREAMS_PER_ACCOUNT {
        let mut stream = Stream::open(&heron, None).await;
        stream.next().await;
        streams.push(stream);
    }
    assert_eq!(streams[0].try_next().await, None);
    heron.opens_journal(&[]).await;
    for stream in &mut streams[1..] {
        assert_eq!(stream.next().await.journals.len(), 1);
    }
}

#[tokio::test]
async fn what_is_appended_on_one_server_is_told_by_another() {
    let (world, _home, other) = neighbours().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut his = Stream::open(&at(&quill, &other), None).await;
    his.next().await;
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    assert_eq!(of(&his.next().await, log.journal), Some(Some(0)));
    for seq in 1..=3 {
        writes(&heron, &mut log).await;
        assert_eq!(of(&his.next().await, log.journal), Some(Some(seq)));
    }
}

#[tokio::test]
async fn what_was_told_while_nobody_could_listen_is_made_up_for() {
    let world = World::at(Home::on_postgresql(), |config| config).await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let mut stream = Stream::open(&heron, None).await;
    stream.next().await;
    world.folder.postgresql().shut();
    world.folder.postgresql().open();
    writes(&heron, &mut log).await;
    // Told by a notice if the server listens again already, and otherwise by the look that it takes then.
    assert_eq!(of(&stream.next().await, log.journal), Some(Some(1)));
}

#[tokio::test]
async fn nobody_follows_without_a_session() {
    let world = World::new().await;
    let stranger = Person { token: "rvs_nobody".into(), ..world.admin.clone() };
    let response = stranger.get("/v1/changes").await;
    assert_eq!(crate::world::refusal(response).await.0, 401);
}
