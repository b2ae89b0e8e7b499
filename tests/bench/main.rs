//! `make bench`: what reading a journal costs, as a ratio to the cryptography that cannot be avoided.
//!
//! The ceiling is measured in the same run on the same bytes: Ed25519 verification and age decryption alone, in memory.
//! What is measured is what a client does with a record: verify, check its place in the chain, open it, check its
//! binding, parse the document. Both are repeated in turns, and the best of each counts, since noise only ever slows.

use std::time::{Duration, Instant};

use reverie_client::JournalLog;
use reverie_client::native::system::randomness;
use reverie_crypto::{AccountKeys, Binding, EpochKey, Reader, open_body, seal_body, seal_keyring};
use reverie_journal::{Content, Document, Entry, Kind, Words};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, DocumentId, JournalId, RecordId};
use reverie_protocol::signed;

const RECORDS: u64 = 2_000;
const WORDS: usize = 1_500;
const ROUNDS: usize = 5;

/// A journal of [`RECORDS`] entries, as a server would hand it out, and the key that opens it.
struct Journal {
    id: JournalId,
    key: EpochKey,
    verifying_key: signed::VerifyingKey,
    records: Vec<SignedRecord>,
}

fn main() {
    eprintln!("Sealing {RECORDS} entries of {WORDS} characters …");
    let journal = Journal::make();
    let (mut ours, mut ceiling) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        unavoidable(&journal);
        ceiling = ceiling.min(start.elapsed());
        let start = Instant::now();
        read(&journal);
        ours = ours.min(start.elapsed());
    }
    let per_record =
        |time: Duration| time.as_secs_f64() * 1e6 / f64::from(u32::try_from(RECORDS).expect("it is small"));
    println!("reading {RECORDS} records of about 2 KB, one core, best of {ROUNDS}");
    println!("  {:<58} {:>7.1} µs", "ceiling: Ed25519 verification and age decryption", per_record(ceiling));
    println!("  {:<58} {:>7.1} µs", "ours: verified, chained, opened, bound, parsed", per_record(ours));
    println!(
        "  {:<58} {:>7.2}",
        "ratio (1.00 would cost nothing beyond the ceiling)",
        ceiling.as_secs_f64() / ours.as_secs_f64()
    );
}

/// What a client does.
fn read(journal: &Journal) {
    let mut log = JournalLog::default();
    for record in &journal.records {
        let logged = log.append(journal.id, record.clone()).expect("the records are valid");
        let header = &logged.header;
        if header.action == Action::Write {
            let binding = Binding { journal: journal.id, record: header.record, author: header.author };
            let body = logged.signed.body.as_ref().expect("a write has a body");
            let document = open_body(&journal.key, &binding, &body.0).expect("the key opens it");
            assert!(matches!(Content::parse(&document), Content::Document(_)), "entries are documents");
        }
    }
}

/// What nobody can leave out.
fn unavoidable(journal: &Journal) {
    use secrecy::ExposeSecret as _;
    let file = journal.key.to_identity_file();
    let line =
        file.expose_secret().lines().find(|line| line.starts_with("AGE-SECRET-KEY")).expect("a key file has a key");
    let identity: age::x25519::Identity = line.parse().expect("it is an age identity");
    for record in &journal.records {
        let signature = signed::Signature(record.signature.0.as_slice().try_into().expect("a signature has 64 bytes"));
        journal.verifying_key.verify(signed::Kind::Record, &record.header.0, &signature).expect("it is signed");
        if let Some(body) = record.body.as_ref().filter(|body| body.0.starts_with(b"age-encryption.org")) {
            age::decrypt(&identity, &body.0).expect("the key opens it");
        }
    }
}

impl Journal {
    fn make() -> Self {
        let rng = &mut randomness();
        let (keys, account, id) = (AccountKeys::make(rng), AccountId::make(rng), JournalId::make(rng));
        let (card, key) = (keys.card(account), EpochKey::make(id, 0, rng));
        let reader = Reader::from_card(&card.verify().expect("our own card")).expect("our own card");
        let keyring = seal_keyring(&[&key], "private", &[reader]).expect("the name is plain");
        let at = "2031-05-01T09:00:00-04:00".parse().expect("it is a time");
        let mut records: Vec<SignedRecord> = Vec::new();
        for seq in 0..RECORDS {
            let record = RecordId::make(rng);
            let body = if seq == 0 {
                serde_json::to_vec(&keyring).expect("a keyring is JSON")
            } else {
                let entry = Entry::new(Kind::Fragment, Words::new("x".repeat(WORDS)).expect("it is short"));
                let document = Document::new(DocumentId::make(rng), at, entry).expect("it keeps the rules");
                let binding = Binding { journal: id, record, author: account };
                seal_body(&key, &binding, document.to_json().as_bytes()).expect("it is short")
            };
            let owner = Member { account, role: MemberRole::Owner, since_epoch: 0, card: card.clone() };
            let header = Header {
                v: 1,
                journal: id,
                seq,
                prev: records.last().map(SignedRecord::chain_hash),
                author: account,
                record,
                action: if seq == 0 { Action::Open } else { Action::Write },
                epoch: 0,
                epoch_commitment: (seq == 0).then(|| key.commitment()),
                body: Some(BodyRef { sha256: Hash::of(&body), size: body.len() as u64 }),
                attachments: Vec::new(),
                withdraws: Vec::new(),
                members: (seq == 0).then(|| vec![owner]),
            };
            records.push(keys.sign_header(&header, Some(body)));
        }
        Self { id, key, verifying_key: keys.verifying_key(), records }
    }
}
