//! Bodies: altered, swapped, withheld. The chain goes on; what cannot be read says why, and whose it is.

use reverie_journal::{Kind, Reason, UnshownWhy};
use reverie_protocol::header::SignedRecord;
use reverie_tests::{Person, Practice, Wire};

use super::{appended, header, lies_about_records, read, told};

/// Returns why records of heron's shared journal cannot be shown to quill.
fn unreadable(quill: &Person, heron: &Person) -> Vec<Reason> {
    let view = quill.view(heron.account());
    let unshown = view.shared.iter().flat_map(|shared| &shared.unshown);
    let reasons = unshown.map(|unshown| {
        assert_eq!(unshown.author, heron.account());
        match &unshown.why {
            UnshownWhy::Unreadable(reason) => *reason,
            UnshownWhy::Newer(_) => panic!("nothing here is from a newer version"),
        }
    });
    reasons.collect()
}

/// Has the server lie to quill about bodies, and returns why they are not shown and what verifying finds. Then checks
/// that the lie does not outlast the liar, and that the journal goes on.
async fn not_shown(lie: impl FnOnce(&Wire), mut quill: Person, mut heron: Person) -> (Vec<Reason>, String) {
    let true_words = read(&heron, &heron);
    lie(&quill.wire);
    assert_eq!(told(&mut quill).await, Vec::<String>::new(), "the chain itself is as it was signed");
    let why = unreadable(&quill, &heron);
    assert_eq!(read(&quill, &heron).len() + why.len(), true_words.len());
    let found = quill.verify(&mut |_, _| {}).await.unwrap().findings;
    let found = found.into_iter().map(|finding| finding.what).collect::<Vec<_>>().join("; ");

    quill.wire.is_honest();
    heron.shares(Kind::Clarity, "And then I slept.").await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(unreadable(&quill, &heron), []);
    assert_eq!(read(&quill, &heron), [true_words, vec!["And then I slept.".into()]].concat());
    (why, found)
}

#[tokio::test]
async fn an_altered_body_is_not_shown() {
    let Practice { world: _world, quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let lie = |wire: &Wire| {
        lies_about_records(wire, |page| {
            let last = page.records.last_mut().and_then(|record| record.body.as_mut());
            last.into_iter().for_each(|body| *body.0.last_mut().unwrap() ^= 1);
        });
    };
    let (why, found) = not_shown(lie, quill, heron).await;
    assert_eq!(why, [Reason::BodyMismatch]);
    assert!(found.contains("it is not what its author signed"), "{found}");
}

#[tokio::test]
async fn bodies_swapped_between_two_records_are_not_shown_as_each_other() {
    let Practice { world: _world, quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    heron.shares(Kind::Feeling, "Waiting.").await.unwrap();
    let journal = heron.view(heron.account()).shared[0].journal;
    let [first, second] = appended(&heron.wire, journal).try_into().unwrap();
    let lie = move |wire: &Wire| {
        lies_about_records(wire, move |page| {
            for record in &mut page.records {
                let of = |other: &SignedRecord| record.chain_hash() == other.chain_hash();
                let swapped = if of(&first) {
                    &second
                } else if of(&second) {
                    &first
                } else {
                    continue;
                };
                record.body = swapped.body.clone();
            }
        });
    };
    let (why, _) = not_shown(lie, quill, heron).await;
    assert_eq!(why, [Reason::BodyMismatch, Reason::BodyMismatch]);
}

#[tokio::test]
async fn a_withheld_body_is_told_apart_from_a_withdrawn_one() {
    let Practice { world: _world, quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let lie = |wire: &Wire| {
        lies_about_records(wire, |page| {
            let last = page.records.last_mut().filter(|record| header(record).members.is_none());
            last.into_iter().for_each(|record| record.body = None);
        });
    };
    let (why, found) = not_shown(lie, quill, heron).await;
    assert_eq!(why, [Reason::BodyWithheld]);
    assert!(found.contains("the server did not hand it out"), "{found}");
}
