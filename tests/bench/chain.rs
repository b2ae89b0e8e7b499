//! Journals as their owner's client would have written them, made ahead so that making them is not measured.

use reverie_client::native::system::randomness;
use reverie_crypto::{AccountKeys, Binding, EpochKey, Reader, seal_body, seal_keyring};
use reverie_journal::{Document, Entry, Kind, Words};
use reverie_protocol::card::SignedCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, DocumentId, JournalId, RecordId};

/// Characters of each entry: sealed, padded and signed, a record is about 2 KB.
pub const WORDS: usize = 1_500;

/// Whoever owns the journals.
pub struct Owner {
    pub account: AccountId,
    pub keys: AccountKeys,
    pub card: SignedCard,
}

impl Owner {
    pub fn make() -> Self {
        let rng = &mut randomness();
        let (keys, account) = (AccountKeys::make(rng), AccountId::make(rng));
        Self { account, card: keys.card(account), keys }
    }
}

/// A private journal: its opening and so many entries, and the key that opens them.
pub struct Chain {
    pub id: JournalId,
    pub key: EpochKey,
    pub records: Vec<SignedRecord>,
}

impl Chain {
    pub fn of_entries(owner: &Owner, entries: u64) -> Self {
        let rng = &mut randomness();
        let id = JournalId::make(rng);
        let key = EpochKey::make(id, 0, rng);
        let mut chain = Self { id, key, records: Vec::new() };
        chain.open(owner);
        for _ in 0..entries {
            chain.write(owner);
        }
        chain
    }

    fn open(&mut self, owner: &Owner) {
        let reader = Reader::from_card(&owner.card.verify().expect("our own card")).expect("our own card");
        let keyring = seal_keyring(&[&self.key], "private", &[reader]).expect("the name is plain");
        let (account, card) = (owner.account, owner.card.clone());
        let header = Header {
            action: Action::Open,
            epoch_commitment: Some(self.key.commitment()),
            members: Some(vec![Member { account, role: MemberRole::Owner, since_epoch: 0, card }]),
            ..self.next(owner)
        };
        self.push(owner, header, serde_json::to_vec(&keyring).expect("a keyring is JSON"));
    }

    fn write(&mut self, owner: &Owner) {
        let header = self.next(owner);
        let entry = Entry::new(Kind::Fragment, Words::new("x".repeat(WORDS)).expect("it is short"));
        let at = "2031-05-01T09:00:00-04:00".parse().expect("it is a time");
        let document = Document::new(DocumentId::make(&mut randomness()), at, entry).expect("it keeps the rules");
        let binding = Binding { journal: self.id, record: header.record, author: header.author };
        let body = seal_body(&self.key, &binding, document.to_json().as_bytes()).expect("it is short");
        self.push(owner, header, body);
    }

    /// Returns the header of a write that follows.
    fn next(&self, owner: &Owner) -> Header {
        Header {
            v: 1,
            journal: self.id,
            seq: self.records.len() as u64,
            prev: self.records.last().map(SignedRecord::chain_hash),
            author: owner.account,
            record: RecordId::make(&mut randomness()),
            action: Action::Write,
            epoch: 0,
            epoch_commitment: None,
            body: None,
            attachments: Vec::new(),
            withdraws: Vec::new(),
            members: None,
        }
    }

    fn push(&mut self, owner: &Owner, mut header: Header, body: Vec<u8>) {
        header.body = Some(BodyRef { sha256: Hash::of(&body), size: body.len() as u64 });
        self.records.push(owner.keys.sign_header(&header, Some(body)));
    }
}
