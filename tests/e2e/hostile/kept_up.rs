//! Lies that contradict nothing: newer records withheld, a fork kept up, "stale" for ever. Words show the first two.

use reverie_client::ClientError;
use reverie_journal::Kind;
use reverie_protocol::api::Head;
use reverie_protocol::ids::JournalId;
use reverie_tests::{Asked, Hostile, Person, Practice};

use super::{appended, header, read, told};

/// Returns where somebody is in the journal, and the words that `verify --compare` shows.
fn words(person: &Person, journal: JournalId) -> (u64, [&'static str; 4]) {
    person.words_at(journal, None).unwrap()
}

#[tokio::test]
async fn withheld_news_are_told_by_comparing() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    let journal = heron.find_circle(Some("quill")).unwrap().journal;
    let seen = header(appended(&heron.wire, journal).last().unwrap());
    let head = Head { seq: seen.seq, hash: appended(&heron.wire, journal).last().unwrap().chain_hash() };
    Hostile(&quill.wire).shows_only_until(journal, head);
    heron.shares(Kind::Feeling, "Waiting.").await.unwrap();

    assert_eq!(told(&mut quill).await, Vec::<String>::new(), "there is nothing to notice");
    assert_eq!(read(&quill, &heron), ["The greenhouse."]);
    let (hers, his) = (words(&heron, journal), words(&quill, journal));
    assert_eq!((hers.0, his.0), (3, 2), "but heron has more than quill");
    assert_ne!(hers.1, his.1);
    assert_eq!(heron.words_at(journal, Some(2)).unwrap(), his, "and up to there it is the same history");
    let verified = quill.verify(&mut |_, _| {}).await.unwrap();
    assert_eq!(verified.journals.into_iter().find(|found| found.journal == journal).unwrap().words, Some(his.1));
}

#[tokio::test]
async fn a_fork_that_is_kept_up_is_told_by_comparing() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    quill.sync().await.unwrap();
    let journal = heron.find_circle(Some("quill")).unwrap().journal;
    Hostile(&heron.wire).says_stale_once(journal);
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let [refused, _] = appended(&heron.wire, journal).try_into().unwrap();
    Hostile(&quill.wire).forks(refused);
    assert_eq!(told(&mut quill).await, Vec::<String>::new());
    let (hers, his) = (words(&heron, journal), words(&quill, journal));
    assert_eq!(hers.0, his.0, "the same number of records");
    assert_ne!(hers.1, his.1, "and not the same words");
    assert_eq!(heron.words_at(journal, Some(0)), quill.words_at(journal, Some(0)), "it began alike");
}

#[tokio::test]
async fn a_server_that_says_stale_for_ever_is_named_and_the_words_are_kept() {
    let Practice { world: _world, quill: _quill, mut heron } = Practice::open().await;
    Hostile(&heron.wire).says_stale_for_ever();
    let kept = heron.writes(Kind::Image, "The greenhouse.").await.unwrap();
    let stopped = kept.flushed.stopped_by.unwrap();
    assert!(matches!(stopped, ClientError::KeepsMoving(_)), "{stopped}");
    assert_eq!(
        stopped.to_string(),
        "what you wrote could not be sent: the server says each time that the journal has moved on (tried 8 times)"
    );
    assert!(stopped.next_step().unwrap().contains("What you wrote is safe on this device"));
    assert_eq!(heron.wire.count(Asked::is_append), 8, "and then it stops");
    heron.wire.is_honest();
    let flushed = heron.flush().await.unwrap();
    assert_eq!((flushed.sent, flushed.waiting), (1, 0));
}
