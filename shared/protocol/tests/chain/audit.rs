//! The audit chain: what stands in it cannot be changed, left out or put in unnoticed by who has seen its head.

use proptest::prelude::*;
use reverie_protocol::api::Head;
use reverie_protocol::audit::{AuditAct, AuditCheck, AuditEntry, AuditLink, AuditSubjectKind, BrokenAudit, next_head};
use reverie_protocol::hash::Hash;
use reverie_protocol::signed::{Kind, encode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    line: String,
    link: AuditLink,
}

fn week() -> Vec<Vector> {
    serde_json::from_str(include_str!("../vectors/audit.json")).unwrap()
}

fn links() -> Vec<AuditLink> {
    week().into_iter().map(|vector| vector.link).collect()
}

/// Follows all links, and ends where the last of them is.
fn followed(links: &[AuditLink], seen: Option<Head>) -> Result<Option<Head>, BrokenAudit> {
    let mut check = AuditCheck::new(seen);
    links.iter().try_for_each(|link| check.follow(link))?;
    check.finish(links.last().map(|link| Head { seq: link.seq, hash: link.hash }))
}

/// Links that follow from each other whatever is in them, as a server makes them that writes its log anew.
fn rewritten(entries: impl IntoIterator<Item = AuditEntry>) -> Vec<AuditLink> {
    let mut head = None;
    let link = |entry: AuditEntry| {
        let digest = entry.digest();
        let next = next_head(head, &digest);
        head = Some(next);
        AuditLink { seq: next.seq, digest, hash: next.hash, entry: Some(entry) }
    };
    entries.into_iter().map(link).collect()
}

#[test]
fn the_chain_hashes_as_it_always_did() {
    let mut prev = "-".to_owned();
    for (seq, Vector { line, link }) in week().into_iter().enumerate() {
        assert_eq!(link.entry.as_ref().unwrap().line(), line);
        // As the protocol's page says, with nothing of the chain's own code.
        assert_eq!(link.digest, Hash::of(encode(Kind::AuditEntry, line.as_bytes())));
        assert_eq!(link.hash, Hash::of(encode(Kind::Audit, format!("{seq} {} {prev}", link.digest).as_bytes())));
        prev = link.hash.to_string();
    }
    let last = links().pop().unwrap();
    assert_eq!(followed(&links(), None), Ok(Some(Head { seq: last.seq, hash: last.hash })));
}

#[test]
fn whoever_is_not_told_an_entry_follows_the_chain_all_the_same() {
    let mut links = links();
    for link in &mut links {
        let own = |entry: &AuditEntry| entry.subject.is_some_and(|about| about.kind == AuditSubjectKind::OwnJournal);
        link.entry = link.entry.take().filter(|entry| !own(entry));
    }
    assert!(links.iter().any(|link| link.entry.is_none()));
    assert!(followed(&links, None).is_ok());
}

#[test]
fn a_changed_entry_shows() {
    let mut links = links();
    links[4].entry.as_mut().unwrap().day = "2031-05-02".into();
    assert_eq!(followed(&links, None), Err(BrokenAudit::Changed(4)));
}

#[test]
fn an_entry_with_a_digest_of_its_own_does_not_follow() {
    let mut links = links();
    let entry = links[4].entry.as_mut().unwrap();
    entry.act = AuditAct::FetchCard;
    links[4].digest = entry.digest();
    assert_eq!(followed(&links, None), Err(BrokenAudit::Unlinked(4)));
}

#[test]
fn a_missing_entry_shows_at_its_place() {
    let mut links = links();
    links.remove(3);
    assert_eq!(followed(&links, None), Err(BrokenAudit::OutOfOrder { expected: 3, found: 4 }));
}

#[test]
fn a_log_that_was_written_anew_shows_to_who_saw_it_before() {
    let honest = links();
    let seen = Head { seq: 5, hash: honest[5].hash };
    let entries = || honest.iter().filter_map(|link| link.entry.clone());
    let whitewashed = rewritten(entries().map(|mut entry| {
        entry.actor = entry.actor.filter(|_| entry.act != AuditAct::FetchRecords);
        entry
    }));
    assert!(followed(&whitewashed, None).is_ok(), "by itself it looks whole");
    assert_eq!(followed(&whitewashed, Some(seen)), Err(BrokenAudit::Rewritten(5)));
    let without = rewritten(entries().filter(|entry| entry.act != AuditAct::FetchRecords));
    assert_eq!(followed(&without, Some(seen)), Err(BrokenAudit::Rewritten(5)));
}

#[test]
fn a_log_that_was_cut_shows_to_who_saw_it_before() {
    let honest = links();
    let seen = Head { seq: 6, hash: honest[6].hash };
    assert_eq!(followed(&honest[..6], Some(seen)), Err(BrokenAudit::Shortened { seen: 6 }));
    assert_eq!(followed(&[], Some(seen)), Err(BrokenAudit::Shortened { seen: 6 }));
    assert!(followed(&honest, Some(seen)).is_ok());
}

#[test]
fn a_page_that_ends_before_the_head_that_came_with_it_shows() {
    let honest = links();
    let mut check = AuditCheck::default();
    honest[..4].iter().try_for_each(|link| check.follow(link)).unwrap();
    assert_eq!(check.finish(Some(Head { seq: 6, hash: honest[6].hash })), Err(BrokenAudit::OtherHead));
}

proptest! {
    #[test]
    fn no_byte_of_a_log_can_be_changed_unnoticed(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let honest = serde_json::to_vec(&links()).unwrap();
        let mut changed = honest.clone();
        let at = at.index(changed.len());
        changed[at] = to;
        if let Ok(links) = serde_json::from_slice::<Vec<AuditLink>>(&changed) {
            let same = serde_json::to_vec(&links).unwrap() == honest;
            // An entry that is not told any more is concealed, not changed; nothing else may pass.
            let concealed = links.iter().any(|link| link.entry.is_none());
            prop_assert!(same || concealed || followed(&links, None).is_err());
        }
    }

    #[test]
    fn whatever_a_server_answers_following_ends_in_a_word(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(links) = serde_json::from_slice::<Vec<AuditLink>>(&bytes) {
            let _ = followed(&links, None);
        }
    }
}
