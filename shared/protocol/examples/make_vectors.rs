//! Makes the permanent vectors of the wire: `cargo run -p reverie-protocol --example make_vectors -- FOLDER`.
//!
//! They were made once, into `tests/vectors/`, and are not made again: the tests read the committed files for ever. The
//! keys are SHA-256 values of handles and the recipients are shortened, so that a person can follow every byte.

#![expect(clippy::disallowed_methods, reason = "a tool for this repository, not part of the crate")]

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use ed25519_dalek::{Signer as _, SigningKey};
use reverie_protocol::audit::{AuditAct, AuditEntry, AuditLink, AuditSubject, next_head};
use reverie_protocol::bytes::B64;
use reverie_protocol::card::{KeyCard, SignedCard};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, AttachmentRef, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, AttachmentId, InvitationId, JournalId, RecordId, SessionId};
use reverie_protocol::signed::{self, Kind, VerifyingKey};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("say into which folder")?);
    for (name, vectors) in [("encoding", encodings()), ("card", cards()?), ("chain", chain()?), ("audit", audit())] {
        let text = serde_json::to_string_pretty(&vectors)? + "\n";
        fs::write(folder.join(name).with_extension("json"), text)?;
    }
    Ok(())
}

fn encodings() -> Value {
    let samples = [
        (Kind::Record, "{}"),
        (Kind::Card, ""),
        (Kind::Succession, "lengths count bytes: é"),
        (Kind::Manifest, "a line\nand another"),
        (Kind::AuditEntry, "x"),
        (Kind::Audit, "x"),
        (Kind::PairingInviter, "x"),
        (Kind::PairingGuest, "x"),
        (Kind::Erasure, "x"),
    ];
    let one = |(kind, text): (Kind, &str)| {
        let encoded = signed::encode(kind, text.as_bytes());
        json!({
            "kind": kind.name(),
            "text": text,
            "encoded": String::from_utf8_lossy(&encoded),
            "sha256": signed::digest(kind, text.as_bytes()),
        })
    };
    samples.into_iter().map(one).collect()
}

fn cards() -> Result<Value, Box<dyn Error>> {
    let (old, new) = (key("heron-41"), key("heron-41, second key"));
    let first = card(&old, &key_card(&old, "heron-41"))?;
    let second = KeyCard { n: 1, prev: Some(first.fingerprint()), ..key_card(&new, "heron-41") };
    let mut second = card(&new, &second)?;
    second.succession = Some(sign(&old, Kind::Succession, &second.card.0));
    let one = |seed: &str, card: &SignedCard| {
        json!({
            "seed": Hash::of(seed),
            "json": String::from_utf8_lossy(&card.card.0),
            "fingerprint": card.fingerprint(),
            "signed": card,
        })
    };
    Ok(json!({ "first": one("heron-41", &first), "second": one("heron-41, second key", &second) }))
}

fn chain() -> Result<Value, Box<dyn Error>> {
    let (heron, quill) = (key("heron-41"), key("quill"));
    let member = |handle: &str, key: &SigningKey, role| -> Result<Member, Box<dyn Error>> {
        Ok(Member { account: account(handle), role, since_epoch: 0, card: card(key, &key_card(key, handle))? })
    };
    let members = vec![member("heron-41", &heron, MemberRole::Owner)?, member("quill", &quill, MemberRole::Writer)?];
    let open = Header {
        v: 1,
        journal: JournalId::from_random_bytes(sixteen("journal")),
        seq: 0,
        prev: None,
        author: account("heron-41"),
        record: record(0),
        action: Action::Open,
        epoch: 0,
        epoch_commitment: Some(Hash::of("epoch 0")),
        body: Some(BodyRef { sha256: Hash::of("keyring"), size: 4242 }),
        attachments: Vec::new(),
        withdraws: Vec::new(),
        members: Some(members.clone()),
    };
    let memo = AttachmentId::from_random_bytes(sixteen("memo"));
    let plain = Header { epoch_commitment: None, members: None, body: None, ..open.clone() };
    let write = Header {
        action: Action::Write,
        body: Some(BodyRef { sha256: Hash::of("body"), size: 1224 }),
        attachments: vec![AttachmentRef { id: memo, sha256: Hash::of("memo"), size: 66_000 }],
        ..plain.clone()
    };
    let rotate = Header {
        action: Action::Rotate,
        epoch: 1,
        epoch_commitment: Some(Hash::of("epoch 1")),
        members: Some(members),
        ..open.clone()
    };
    let reply = Header {
        action: Action::Write,
        author: account("quill"),
        epoch: 1,
        body: Some(BodyRef { sha256: Hash::of("reply"), size: 1224 }),
        ..plain.clone()
    };
    let withdraw = Header { action: Action::Withdraw, epoch: 1, withdraws: vec![record(1)], ..plain.clone() };
    let close = Header { action: Action::Close, epoch: 1, ..plain };

    let mut links = Vec::new();
    let mut prev = None;
    for (seq, header) in [open, write, rotate, reply, withdraw, close].into_iter().enumerate() {
        let signer = if header.author == account("quill") { &quill } else { &heron };
        let header = Header { seq: seq as u64, prev, record: record(seq), ..header };
        let bytes = serde_json::to_vec(&header)?;
        let signature = sign(signer, Kind::Record, &bytes);
        let signed = SignedRecord { header: B64(bytes), signature, body: None };
        prev = Some(signed.chain_hash());
        links.push(json!({
            "header": String::from_utf8_lossy(&signed.header.0),
            "chain_hash": signed.chain_hash(),
            "signed": signed,
        }));
    }
    Ok(links.into())
}

/// A week at the practice, from its first invitation on.
fn audit() -> Value {
    let (admin, quill, heron) = (account("admin"), account("quill"), account("heron-41"));
    let invitation = AuditSubject::invitation(InvitationId::from_random_bytes(sixteen("invitation")));
    let session = AuditSubject::session(SessionId::from_random_bytes(sixteen("session")));
    let journal = |own| AuditSubject::journal(JournalId::from_random_bytes(sixteen("journal")), own);
    let acts = [
        ("2031-04-28", None, AuditAct::Invite, Some(invitation)),
        ("2031-04-28", Some(admin), AuditAct::Join, Some(invitation)),
        ("2031-05-01", Some(heron), AuditAct::LogIn, Some(session)),
        ("2031-05-01", Some(heron), AuditAct::AppendRecords, Some(journal(true))),
        ("2031-05-03", Some(quill), AuditAct::FetchRecords, Some(journal(false))),
        ("2031-05-03", Some(admin), AuditAct::ReadAudit, None),
        ("2031-05-03", Some(admin), AuditAct::SuspendAccount, Some(AuditSubject::account(quill))),
    ];
    let mut head = None;
    let link = |(seq, (day, actor, act, subject)): (usize, (&str, _, _, _))| {
        let salt = B64(sixteen(&format!("salt {seq}")).to_vec());
        let entry = AuditEntry { day: day.into(), actor, act, subject, salt };
        let (line, digest) = (entry.line(), entry.digest());
        let next = next_head(head, &digest);
        head = Some(next);
        json!({ "line": line, "link": AuditLink { seq: next.seq, digest, hash: next.hash, entry: Some(entry) } })
    };
    acts.into_iter().enumerate().map(link).collect()
}

fn key_card(key: &SigningKey, handle: &str) -> KeyCard {
    let verifying_key = VerifyingKey(key.verifying_key().to_bytes());
    KeyCard { v: 1, account: account(handle), n: 0, prev: None, recipient: "age1pq1example".into(), verifying_key }
}

fn card(key: &SigningKey, card: &KeyCard) -> Result<SignedCard, serde_json::Error> {
    let bytes = serde_json::to_vec(card)?;
    Ok(SignedCard { signature: sign(key, Kind::Card, &bytes), card: B64(bytes), succession: None })
}

fn sign(key: &SigningKey, kind: Kind, bytes: &[u8]) -> B64 {
    B64(key.sign(&signed::encode(kind, bytes)).to_bytes().to_vec())
}

fn key(seed: &str) -> SigningKey {
    SigningKey::from_bytes(&Hash::of(seed).0)
}

fn account(handle: &str) -> AccountId {
    AccountId::from_random_bytes(sixteen(handle))
}

fn record(seq: usize) -> RecordId {
    RecordId::from_random_bytes(sixteen(&format!("record {seq}")))
}

/// The first half of the SHA-256 of a name.
fn sixteen(name: &str) -> [u8; 16] {
    *Hash::of(name).0.first_chunk().expect("32 bytes begin with 16")
}
