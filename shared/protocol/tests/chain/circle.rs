//! A small care circle with real keys: heron-41 owns the journal, quill writes, haddon reads.
//!
//! [`Circle::append`] also asserts, for every record that any test tries, that a refused one leaves the state as it was.

use ed25519_dalek::{Signer as _, SigningKey};
use reverie_protocol::bytes::B64;
use reverie_protocol::card::{KeyCard, SignedCard};
use reverie_protocol::check::{CheckError, JournalState, check};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, AttachmentRef, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId, RecordId};
use reverie_protocol::signed::{self, Kind, VerifyingKey};

/// An account with its keys, made from its handle.
#[derive(Clone)]
pub struct Person {
    pub account: AccountId,
    pub card: SignedCard,
    key: SigningKey,
}

impl Person {
    pub fn new(handle: &str) -> Self {
        let key = SigningKey::from_bytes(&Hash::of(handle).0);
        let account = AccountId::from_random_bytes(sixteen(handle));
        let card = KeyCard {
            v: 1,
            account,
            n: 0,
            prev: None,
            recipient: format!("age1pq1{handle}"),
            verifying_key: VerifyingKey(key.verifying_key().to_bytes()),
        };
        Self { account, card: sign_card(&key, &card), key }
    }

    /// Returns the same person with new keys, whose card is signed by `voucher`'s key as well: their own, if honest.
    pub fn with_new_keys(&self, voucher: &Self) -> Self {
        let old = self.card.verify().unwrap();
        let key = SigningKey::from_bytes(&Hash::of(self.key.to_bytes()).0);
        let card = KeyCard {
            n: old.n + 1,
            prev: Some(self.card.fingerprint()),
            verifying_key: VerifyingKey(key.verifying_key().to_bytes()),
            ..old
        };
        let mut card = sign_card(&key, &card);
        card.succession = Some(voucher.sign_bytes(Kind::Succession, &card.card.0));
        Self { account: self.account, card, key }
    }

    pub fn sign_bytes(&self, kind: Kind, bytes: &[u8]) -> B64 {
        B64(self.key.sign(&signed::encode(kind, bytes)).to_bytes().to_vec())
    }

    pub fn sign(&self, header: &Header) -> SignedRecord {
        self.sign_text(serde_json::to_vec(header).unwrap())
    }

    pub fn sign_text(&self, header: Vec<u8>) -> SignedRecord {
        SignedRecord { signature: self.sign_bytes(Kind::Record, &header), header: B64(header), body: None }
    }

    pub fn as_member(&self, role: MemberRole, since_epoch: u32) -> Member {
        Member { account: self.account, role, since_epoch, card: self.card.clone() }
    }
}

/// A journal under test and the people around it.
#[derive(Clone)]
pub struct Circle {
    pub heron: Person,
    pub quill: Person,
    pub haddon: Person,
    pub stranger: Person,
    pub state: Option<JournalState>,
    /// Counts the ids that were made, so that each is new and every run has the same.
    made: u32,
}

impl Circle {
    /// A journal that heron-41 opened with quill as writer and haddon as reader.
    pub fn open() -> Self {
        let mut circle = Self::unopened();
        let opening = circle.opening();
        let heron = circle.heron.clone();
        circle.append(&heron, &opening).unwrap();
        circle
    }

    /// Four people and no journal yet.
    pub fn unopened() -> Self {
        let [heron, quill, haddon, stranger] = ["heron-41", "quill", "haddon", "cedar-07"].map(Person::new);
        Self { heron, quill, haddon, stranger, state: None, made: 0 }
    }

    /// The header with which heron-41 opens the journal.
    pub fn opening(&mut self) -> Header {
        let members = vec![
            self.heron.as_member(MemberRole::Owner, 0),
            self.quill.as_member(MemberRole::Writer, 0),
            self.haddon.as_member(MemberRole::Reader, 0),
        ];
        Header {
            v: 1,
            journal: JournalId::from_random_bytes(sixteen("the shared journal")),
            seq: 0,
            prev: None,
            author: self.heron.account,
            record: self.record_id(),
            action: Action::Open,
            epoch: 0,
            epoch_commitment: Some(Hash::of("epoch 0")),
            body: Some(body()),
            attachments: Vec::new(),
            withdraws: Vec::new(),
            members: Some(members),
        }
    }

    /// A header that is right for `author` and `action` in every way that does not depend on what the action is about.
    pub fn next(&mut self, author: &Person, action: Action) -> Header {
        let record = self.record_id();
        let state = self.state();
        let new_epoch = matches!(action, Action::Remove | Action::Rotate | Action::Rekey);
        let epoch = state.epoch + u32::from(new_epoch);
        Header {
            v: 1,
            journal: state.journal,
            seq: state.seq + 1,
            prev: Some(state.head),
            author: author.account,
            record,
            action,
            epoch,
            epoch_commitment: new_epoch.then(|| Hash::of(format!("epoch {epoch}"))),
            body: (action.changes_members() || action == Action::Write).then(body),
            attachments: Vec::new(),
            withdraws: Vec::new(),
            members: action.changes_members().then(|| state.members.clone()),
        }
    }

    /// Signs the header as `signer` and appends it.
    pub fn append(&mut self, signer: &Person, header: &Header) -> Result<Header, CheckError> {
        self.take(&signer.sign(header))
    }

    /// Appends a record as it came; a refused one must change nothing.
    pub fn take(&mut self, record: &SignedRecord) -> Result<Header, CheckError> {
        let before = self.state.clone();
        let result = check(&mut self.state, record);
        if result.is_err() {
            assert_eq!(self.state, before, "a refused record changed the journal's state");
        }
        result
    }

    /// Appends a write that is in order, and returns its id.
    pub fn write(&mut self, author: &Person) -> RecordId {
        let header = self.next(author, Action::Write);
        self.append(author, &header).unwrap();
        header.record
    }

    pub fn withdraw(&mut self, author: &Person, records: &[RecordId]) -> Result<Header, CheckError> {
        let header = Header { withdraws: records.to_vec(), ..self.next(author, Action::Withdraw) };
        self.append(author, &header)
    }

    pub fn rotate(&mut self) {
        let heron = self.heron.clone();
        let header = self.next(&heron, Action::Rotate);
        self.append(&heron, &header).unwrap();
    }

    pub fn state(&self) -> &JournalState {
        self.state.as_ref().unwrap()
    }

    fn record_id(&mut self) -> RecordId {
        self.made += 1;
        RecordId::from_random_bytes(sixteen(&format!("record {}", self.made)))
    }
}

/// Changes one member of the list that a header carries.
pub fn change_member(header: &mut Header, account: AccountId, change: impl FnOnce(&mut Member)) {
    change(header.members.as_mut().unwrap().iter_mut().find(|member| member.account == account).unwrap());
}

pub fn attachment(name: &str) -> AttachmentRef {
    AttachmentRef { id: AttachmentId::from_random_bytes(sixteen(name)), sha256: Hash::of(name), size: 1024 }
}

fn body() -> BodyRef {
    BodyRef { sha256: Hash::of("a sealed body"), size: 1224 }
}

fn sign_card(key: &SigningKey, card: &KeyCard) -> SignedCard {
    let bytes = serde_json::to_vec(card).unwrap();
    let signature = B64(key.sign(&signed::encode(Kind::Card, &bytes)).to_bytes().to_vec());
    SignedCard { card: B64(bytes), signature, succession: None }
}

fn sixteen(name: &str) -> [u8; 16] {
    *Hash::of(name).0.first_chunk().unwrap()
}
