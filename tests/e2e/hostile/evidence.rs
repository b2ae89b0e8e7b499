//! What a device keeps of a history that contradicts itself, for somebody who has nothing but the file.

use reverie_journal::Kind;
use reverie_protocol::evidence::{Evidence, EvidenceError};
use reverie_tests::{Hostile, Person, Practice};

use super::{appended, told_once};

/// A server that forked heron's journal and mixed its lies up, so that quill noticed. Returns the evidence as a file, and
/// the hashes of the two records.
async fn evidence_of_a_fork() -> (Vec<u8>, String, [reverie_protocol::hash::Hash; 2], Person, Person) {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    quill.sync().await.unwrap();
    let journal = heron.find_circle(Some("quill")).unwrap().journal;
    Hostile(&heron.wire).says_stale_once(journal);
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let [refused, accepted] = appended(&heron.wire, journal).try_into().unwrap();
    Hostile(&quill.wire).forks(refused.clone());
    quill.sync().await.unwrap();
    // The next thing that heron writes says what came before it.
    heron.shares(Kind::Feeling, "Waiting.").await.unwrap();
    quill.wire.is_honest();
    assert!(told_once(&mut quill).await.contains("contradicts what this device has seen"));
    let [(name, evidence)] = quill.evidence().await.unwrap().try_into().unwrap();
    drop(world);
    (evidence.to_bytes(), name, [refused.chain_hash(), accepted.chain_hash()], quill, heron)
}

#[tokio::test]
async fn somebody_who_has_nothing_but_the_file_sees_what_it_proves() {
    let (file, name, [seen, shown], _, heron) = evidence_of_a_fork().await;
    let found = Evidence::parse(&file).unwrap().check().unwrap();
    assert_eq!((found.seq, found.seen, found.shown), (2, seen, shown));
    for signer in [found.owner, found.seen_by, found.shown_by] {
        assert_eq!((signer.account, signer.card), (heron.account(), heron.fingerprint()));
    }
    assert!(name.ends_with("-2.evidence") && !name.contains("heron"), "{name}");
    let text = String::from_utf8(file).unwrap();
    assert!(!text.contains("\"body\":\""), "no sealed words are in it");
    for handle in ["heron-41", "quill"] {
        assert!(!text.contains(handle), "nor handles");
    }
}

#[tokio::test]
async fn a_forged_file_proves_nothing() {
    let (file, ..) = evidence_of_a_fork().await;
    let evidence = Evidence::parse(&file).unwrap();
    // Somebody blames a server that was honest: the second history is the first, with a byte changed.
    let mut forged = Evidence { shown: evidence.seen.clone(), ..evidence.clone() };
    let last = forged.shown.last_mut().unwrap();
    let place = last.header.0.len() / 2;
    last.header.0[place] ^= 1;
    assert!(matches!(forged.check(), Err(EvidenceError::Forged { history: "shown", seq: 2, .. })));
    let nothing = Evidence { shown: evidence.seen[..1].to_vec(), ..evidence };
    let told = nothing.check().unwrap_err();
    assert_eq!(told.to_string(), "these histories do not contradict each other: one is the beginning of the other");
}
