//! Records: the signed header that chains a journal, and the sealed body beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bytes::B64;
use crate::card::{SignedCard, signature};
use crate::hash::Hash;
use crate::ids::{AccountId, AttachmentId, JournalId, RecordId};
use crate::signed::{self, Kind, VerifyingKey};

/// What a record does to its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Starts the journal: its first members and its first epoch.
    Open,
    /// Adds one member, with all epochs or from a new epoch on.
    Admit,
    /// Takes one member out and starts an epoch.
    Remove,
    /// Starts an epoch.
    Rotate,
    /// Replaces one member's card by its successor and starts an epoch.
    Rekey,
    /// Adds a sealed document.
    Write,
    /// Erases bodies and attachments of the author's own writes.
    Withdraw,
    /// Ends the journal: nothing but withdrawals comes after.
    Close,
}

impl Action {
    /// Tells whether the action carries a member list and a keyring.
    pub const fn changes_members(self) -> bool {
        matches!(self, Self::Open | Self::Admit | Self::Remove | Self::Rotate | Self::Rekey)
    }
}

/// What a member may do in a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// Reads, writes, and alone changes the members. Exactly one.
    Owner,
    /// Reads and writes.
    Writer,
    /// Reads.
    Reader,
}

/// One member, as the owner's signed records list them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// May do what.
    pub role: MemberRole,
    /// The first epoch that the member was given the key of.
    pub since_epoch: u32,
    /// The member's full signed card: keyrings are sealed to it, records verify under it.
    pub card: SignedCard,
}

/// The sealed body that belongs to a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRef {
    /// SHA-256 of the body as stored (ciphertext, or a keyring's JSON).
    pub sha256: Hash,
    /// Its size in bytes.
    pub size: u64,
}

/// A sealed attachment that a record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentRef {
    /// Which.
    pub id: AttachmentId,
    /// SHA-256 of the sealed file.
    pub sha256: Hash,
    /// Its size in bytes.
    pub size: u64,
}

/// The signed link of a journal's chain. JSON, made once by its author and carried verbatim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of this format: 1.
    pub v: u32,
    /// The journal.
    pub journal: JournalId,
    /// Position in the chain, from 0.
    pub seq: u64,
    /// Chain hash of the record before; absent at 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Hash>,
    /// Who made and signed the record.
    pub author: AccountId,
    /// The record's id, unique in the journal.
    pub record: RecordId,
    /// What it does.
    pub action: Action,
    /// The epoch that is current after this record; the body of a write is sealed to it.
    pub epoch: u32,
    /// Commitment to the epoch's recipient; present exactly where an epoch starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch_commitment: Option<Hash>,
    /// The body; absent in `withdraw` and `close`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyRef>,
    /// Attachments of a `write`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentRef>,
    /// The records that a `withdraw` erases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdraws: Vec<RecordId>,
    /// The full member list after a membership action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Member>>,
}

/// A record as it travels and as it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct SignedRecord {
    /// The header: UTF-8 JSON, carried verbatim. Its fields are in docs/protocol.md, "Header".
    pub header: B64,
    /// Ed25519 signature by the author, over `"reverie/v1 6 record " len " " header`.
    pub signature: B64,
    /// The sealed body: an age file, or a keyring after a membership action. Absent if there is none or it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<B64>,
}

impl fmt::Debug for SignedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedRecord({})", self.chain_hash())
    }
}

/// Why a header is not accepted before its place in the chain is even looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The header's version is newer than this program.
    #[error("this record was made by a newer version of Reverie; update and try again")]
    UpdateNeeded,
    /// The bytes are not a header.
    #[error("this is not a record header: {0}")]
    Malformed(String),
    /// The header is not signed by the author that it names.
    #[error("the record's signature does not verify")]
    BadSignature,
}

/// What has to be known of a header to find the key that verifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Claim {
    /// Version of the format.
    pub v: u32,
    /// Who claims to have signed.
    pub author: AccountId,
}

impl SignedRecord {
    /// Returns the chain hash: what the next record's `prev` must be.
    pub fn chain_hash(&self) -> Hash {
        signed::digest(Kind::Record, &self.header.0)
    }

    /// Returns who claims to have signed. Nothing of it is to be believed before [`Self::verify`].
    pub fn claim(&self) -> Result<Claim, HeaderError> {
        let claim: Claim =
            serde_json::from_slice(&self.header.0).map_err(|error| HeaderError::Malformed(error.to_string()))?;
        if claim.v != 1 { Err(HeaderError::UpdateNeeded) } else { Ok(claim) }
    }

    /// Verifies the signature under `key` and only then parses the header.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Header, HeaderError> {
        let signature = signature(&self.signature).map_err(|_| HeaderError::BadSignature)?;
        key.verify(Kind::Record, &self.header.0, &signature).map_err(|_| HeaderError::BadSignature)?;
        self.parse()
    }

    /// Parses the header of a record whose signature was verified when it was stored.
    pub fn parse(&self) -> Result<Header, HeaderError> {
        serde_json::from_slice(&self.header.0).map_err(|error| HeaderError::Malformed(error.to_string()))
    }
}
