//! Bodies: altered, swapped, withheld. The chain goes on; what cannot be read says why, and whose it is.

use reverie_journal::{Kind, Reason, UnshownWhy};
use reverie_tests::{Person, Practice, Wire};

use super::{header, lies_about_records, read, told};

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

/// Quill syncs while the server lies about bodies, then heron's next words arrive all the same.
async fn reads_on(
    lie: impl FnOnce(&Wire),
    mut quill: Person,
    heron: &mut Person,
) -> (Vec<Reason>, Vec<String>, String) {
    lie(&quill.wire);
    assert_eq!(told(&mut quill).await, Vec::<String>::new(), "the chain itself is as it was signed");
    let found = quill.verify(&mut |_, _| {}).await.unwrap().findings;
    let found = found.into_iter().map(|finding| finding.what).collect::<Vec<_>>().join("; ");
    quill.wire.is_honest();
    heron.shares(Kind::Clarity, "And then I slept.").await.unwrap();
    quill.sync().await.unwrap();
    (unreadable(&quill, heron), read(&quill, heron), found)
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
    let (why, read, found) = reads_on(lie, quill, &mut heron).await;
    assert_eq!(why, [Reason::BodyMismatch]);
    assert_eq!(read, ["And then I slept."]);
    assert!(found.contains("it is not what its author signed"), "{found}");
}

#[tokio::test]
async fn bodies_swapped_between_two_records_are_not_shown_as_each_other() {
    let Practice { world: _world, quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    heron.shares(Kind::Feeling, "Waiting.").await.unwrap();
    let lie = |wire: &Wire| {
        lies_about_records(wire, |page| {
            if let [.., first, second] = page.records.as_mut_slice() {
                std::mem::swap(&mut first.body, &mut second.body);
            }
        });
    };
    let (why, read, _) = reads_on(lie, quill, &mut heron).await;
    assert_eq!(why, [Reason::BodyMismatch, Reason::BodyMismatch]);
    assert_eq!(read, ["And then I slept."]);
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
    let (why, read, found) = reads_on(lie, quill, &mut heron).await;
    assert_eq!(why, [Reason::BodyWithheld]);
    assert_eq!(read, ["And then I slept."]);
    assert!(found.contains("the server does not hand out its body"), "{found}");
}
