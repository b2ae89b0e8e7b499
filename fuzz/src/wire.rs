//! What arrives over the network in clear: records, cards, keyrings, answers, refusals, texts.

use std::str::FromStr as _;

use reverie_protocol::api::{Bundle, InvitationOffer, Journals, OpenedSession, RecordPage, RegistrationStarted};
use reverie_protocol::audit::{AccessLog, AuditCheck, AuditPage};
use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::changes::Changes;
use reverie_protocol::check::check;
use reverie_protocol::disclosure::DisclosurePage;
use reverie_protocol::erasure::SignedErasure;
use reverie_protocol::events::{Event, EventReader};
use reverie_protocol::evidence::Evidence;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{RecordId, SessionId};
use reverie_protocol::keyring::Keyring;
use reverie_protocol::limits::check_handle;
use reverie_protocol::problem::Problem;
use reverie_protocol::signed::Kind;

use crate::keys::KEYS;

/// A record's header: unsigned, and signed by the owner of a journal; as the first record, and as the second.
pub fn record(bytes: &[u8]) {
    let unsigned = SignedRecord { header: B64(bytes.to_vec()), signature: B64(vec![0; 64]), body: None };
    assert!(check(&mut None, &unsigned).is_err(), "an unsigned record was accepted");
    let signature = B64(KEYS.keys.sign_statement(Kind::Record, bytes).0.to_vec());
    let signed = SignedRecord { signature, ..unsigned };
    let mut first = None;
    let _ = check(&mut first, &signed);

    let mut state = None;
    check(&mut state, &KEYS.keys.sign_header(&opening(), None)).expect("the opening is in order");
    let before = state.clone();
    if check(&mut state, &signed).is_err() {
        assert!(state == before, "a refused record changed the state");
    }
    if let Ok(record) = serde_json::from_slice::<SignedRecord>(bytes) {
        let _ = check(&mut None, &record);
    }
}

fn opening() -> Header {
    let member =
        Member { account: KEYS.account, role: MemberRole::Owner, since_epoch: 0, card: KEYS.keys.card(KEYS.account) };
    Header {
        v: 1,
        journal: KEYS.binding.journal,
        seq: 0,
        prev: None,
        author: KEYS.account,
        record: RecordId::from_bytes([0; 16]),
        action: Action::Open,
        epoch: 0,
        epoch_commitment: Some(KEYS.epoch.commitment()),
        body: Some(BodyRef { sha256: Hash::of("a keyring"), size: 9 }),
        attachments: Vec::new(),
        withdraws: Vec::new(),
        members: Some(vec![member]),
    }
}

/// A key card: its bytes, signed by a key that it may or may not name, and the whole as JSON.
pub fn card(bytes: &[u8]) {
    let signature = B64(KEYS.keys.sign_statement(Kind::Card, bytes).0.to_vec());
    let succession = Some(B64(KEYS.keys.sign_statement(Kind::Succession, bytes).0.to_vec()));
    let _ = SignedCard { card: B64(bytes.to_vec()), signature: signature.clone(), succession: None }.verify();
    let before = KEYS.keys.card(KEYS.account);
    let _ = SignedCard { card: B64(bytes.to_vec()), signature, succession }.verify_successor_of(&before);
    if let Ok(card) = serde_json::from_slice::<SignedCard>(bytes) {
        let _ = card.verify();
    }
}

/// The erasure of an account or of a journal: its bytes signed by the account, and the whole as JSON.
pub fn erasure(bytes: &[u8]) {
    let key = KEYS.keys.card(KEYS.account).verify().expect("the card is in order").verifying_key;
    let signature = B64(KEYS.keys.sign_statement(Kind::Erasure, bytes).0.to_vec());
    if let Ok(erasure) = (SignedErasure { erasure: B64(bytes.to_vec()), signature }).verify(&key) {
        assert!(erasure.v == 1, "an erasure of another version was read");
    }
    if let Ok(signed) = serde_json::from_slice::<SignedErasure>(bytes) {
        let _ = signed.verify(&key);
    }
}

/// A file of evidence; and the bytes as the header of a record that contradicts a true history, signed by its owner.
pub fn evidence(bytes: &[u8]) {
    if let Ok(evidence) = Evidence::parse(bytes) {
        let _ = evidence.check();
    }
    let seen = vec![KEYS.keys.sign_header(&opening(), None)];
    let signature = B64(KEYS.keys.sign_statement(Kind::Record, bytes).0.to_vec());
    let shown = vec![SignedRecord { header: B64(bytes.to_vec()), signature, body: None }];
    let _ = Evidence { v: 1, journal: KEYS.binding.journal, seen, shown }.check();
}

/// A keyring, and each grant in it.
pub fn keyring(bytes: &[u8]) {
    let Ok(keyring) = serde_json::from_slice::<Keyring>(bytes) else { return };
    for grant in &keyring.grants {
        let opened =
            reverie_crypto::open_grant(grant, &KEYS.keys, KEYS.binding.journal, KEYS.account, &KEYS.epoch.commitment());
        drop(opened);
    }
}

/// A refusal.
pub fn problem(bytes: &[u8]) {
    let _ = serde_json::from_slice::<Problem>(bytes);
}

/// A stream of events, in one piece and byte by byte; what its events say is read as changes.
pub fn events(bytes: &[u8]) {
    let (mut whole, mut cut) = (EventReader::new(1024), EventReader::new(1024));
    let at_once = whole.read(bytes);
    let mut one_by_one = Ok(Vec::new());
    for byte in bytes.chunks(1) {
        let read = cut.read(byte);
        one_by_one =
            one_by_one.and_then(|mut events: Vec<Event>| read.map(|more| events.extend(more)).map(|()| events));
    }
    assert!(at_once == one_by_one, "how the bytes were cut made a difference");
    for Event { id: _, data } in at_once.unwrap_or_default() {
        let _ = serde_json::from_str::<Changes>(&data);
    }
}

/// The server's answers, all of them tried on the same bytes.
pub fn answer(bytes: &[u8]) {
    let _ = serde_json::from_slice::<RecordPage>(bytes);
    let _ = serde_json::from_slice::<OpenedSession>(bytes);
    let _ = serde_json::from_slice::<InvitationOffer>(bytes);
    let _ = serde_json::from_slice::<RegistrationStarted>(bytes);
    let _ = serde_json::from_slice::<Journals>(bytes);
    let _ = serde_json::from_slice::<Bundle>(bytes);
    let _ = serde_json::from_slice::<AccessLog>(bytes);
    let _ = serde_json::from_slice::<DisclosurePage>(bytes);
    if let Ok(page) = serde_json::from_slice::<AuditPage>(bytes) {
        let mut check = AuditCheck::default();
        let followed = page.links.iter().try_for_each(|link| check.follow(link));
        let _ = followed.and_then(|()| check.finish(page.head));
    }
}

/// Ids, hashes, base64 and handles: one text for one value.
pub fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = SessionId::from_str(text);
    let _ = check_handle(text);
    if let Ok(hash) = Hash::from_str(text) {
        assert_eq!(hash.to_string(), text);
    }
    if let Ok(decoded) = B64::decode(text) {
        assert_eq!(decoded.encode(), text);
    }
}
