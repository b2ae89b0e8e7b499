//! Evidence that a journal has two histories: signed records that contradict each other, for anybody to check with nothing
//! but the file.
//!
//! The invariant: what is called a contradiction is signed on both sides by keys that the same opening card leads to. Who
//! is to blame is not in it: a client signs a place twice if a server says that the place was taken.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check::{CheckError, JournalState, check};
use crate::hash::Hash;
use crate::header::{Header, SignedRecord};
use crate::ids::{AccountId, JournalId};
use crate::limits;
use crate::signed::VerifyingKey;

/// Two histories of one journal, as they were signed. Bodies are left out: nothing that was written is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Version of this format: 1.
    pub v: u32,
    /// The journal.
    pub journal: JournalId,
    /// What a device had verified, from the first record on.
    pub seen: Vec<SignedRecord>,
    /// What it was shown later: from the first record on, or, if the server did not give so much, the one record that
    /// cannot follow.
    pub shown: Vec<SignedRecord>,
}

/// Who signed a record, by the card that the history has of them there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// The account.
    pub account: AccountId,
    /// The fingerprint of its card.
    pub card: Hash,
}

/// Two histories that contradict each other, both signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// The journal.
    pub journal: JournalId,
    /// Whose journal it is.
    pub owner: Signer,
    /// The first place at which the histories differ.
    pub seq: u64,
    /// The chain hash there in what was seen.
    pub seen: Hash,
    /// Who signed that.
    pub seen_by: Signer,
    /// The chain hash there in what was shown.
    pub shown: Hash,
    /// Who signed the record with it, or, if only the record after it is in the file, that one.
    pub shown_by: Signer,
}

/// Why a file is no evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// The file was made by a newer version.
    #[error("this evidence was written by a newer version of Reverie; update and try again")]
    UpdateNeeded,
    /// The bytes are no evidence.
    #[error("this is not a file of evidence")]
    Malformed,
    /// A record does not stand where it is put, or nobody of the journal signed it.
    #[error(
        "this evidence proves nothing: record {seq} of what was {history} is not one that the journal's members signed ({error})"
    )]
    Forged {
        /// `seen` or `shown`.
        history: &'static str,
        /// At which place.
        seq: u64,
        /// What is wrong.
        error: CheckError,
    },
    /// The second history was opened under another card.
    #[error("this evidence proves nothing: the second history was opened by other keys, which anybody could have made")]
    OtherKeys,
    /// Nothing in it contradicts anything.
    #[error("these histories do not contradict each other: one is the beginning of the other")]
    NoContradiction,
}

impl Evidence {
    /// Returns the file: JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("evidence has only text keys, so it is JSON")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`EvidenceError::UpdateNeeded`] or [`EvidenceError::Malformed`]. What it proves is for [`Self::check`] to say.
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let version: Version = serde_json::from_slice(bytes).map_err(|_| EvidenceError::Malformed)?;
        if version.v != 1 {
            return Err(EvidenceError::UpdateNeeded);
        }
        let evidence: Self = serde_json::from_slice(bytes).map_err(|_| EvidenceError::Malformed)?;
        let records = evidence.seen.iter().chain(&evidence.shown);
        let large = records.into_iter().any(|record| record.header.0.len() > limits::HEADER_BYTES);
        if large { Err(EvidenceError::Malformed) } else { Ok(evidence) }
    }

    /// Verifies both histories, and says where and by whose keys they contradict each other.
    ///
    /// # Errors
    /// [`EvidenceError`], if they do not, or prove nothing.
    pub fn check(&self) -> Result<Contradiction, EvidenceError> {
        let seen = replay("seen", self.journal, &self.seen)?;
        let Some(opening) = seen.first() else { return Err(EvidenceError::NoContradiction) };
        let first = self.shown.first().ok_or(EvidenceError::NoContradiction)?;
        let header = first.parse().map_err(|error| forged("shown", 0, error.into()))?;
        let contradiction = |seq: u64, seen: &Link, shown, shown_by| Contradiction {
            journal: self.journal,
            owner: opening.signer,
            seq,
            seen: seen.hash,
            seen_by: seen.signer,
            shown,
            shown_by,
        };
        if header.seq > 0 {
            let (before, author) = self.loose(first, &header, &seen)?;
            let named = header.prev.filter(|prev| *prev != before.hash).ok_or(EvidenceError::NoContradiction)?;
            return Ok(contradiction(header.seq - 1, before, named, author));
        }
        let shown = replay("shown", self.journal, &self.shown)?;
        if shown.first().map(|link| link.signer) != Some(opening.signer) {
            return Err(EvidenceError::OtherKeys);
        }
        let pairs = seen.iter().zip(&shown).zip(0..);
        let mut differing = pairs.filter(|((seen, shown), _)| seen.hash != shown.hash);
        let ((seen, shown), seq) = differing.next().ok_or(EvidenceError::NoContradiction)?;
        Ok(contradiction(seq, seen, shown.hash, shown.signer))
    }

    /// Verifies a record of which the ones before it are not in the file, by the keys that its author had in what was
    /// seen. Returns what was seen before its place.
    fn loose<'a>(
        &self,
        record: &SignedRecord,
        header: &Header,
        seen: &'a [Link],
    ) -> Result<(&'a Link, Signer), EvidenceError> {
        let wrong = |error| forged("shown", header.seq, error);
        if header.journal != self.journal {
            return Err(wrong(CheckError::WrongJournal));
        }
        let place = usize::try_from(header.seq - 1).ok();
        let before = place.and_then(|place| seen.get(place)).ok_or_else(|| wrong(CheckError::NotNext))?;
        let keys = seen.iter().flat_map(|link| &link.keys).filter(|(signer, _)| signer.account == header.author);
        let mut signed = keys.filter(|(_, key)| record.verify(key).is_ok());
        let (author, _) = signed.next().ok_or_else(|| wrong(CheckError::NotAllowed))?;
        Ok((before, *author))
    }
}

/// One verified record of a history.
struct Link {
    hash: Hash,
    signer: Signer,
    /// The keys that the record places, if it lists the members.
    keys: Vec<(Signer, VerifyingKey)>,
}

fn replay(history: &'static str, journal: JournalId, records: &[SignedRecord]) -> Result<Vec<Link>, EvidenceError> {
    let mut state: Option<JournalState> = None;
    let mut links = Vec::with_capacity(records.len());
    for (record, seq) in records.iter().zip(0..) {
        let card_before = |state: &Option<JournalState>, account| {
            let member = state.as_ref()?.members.iter().find(|member| member.account == account)?;
            Some(member.card.fingerprint())
        };
        let claimed = record.claim().map_err(|error| forged(history, seq, error.into()))?.author;
        let card = card_before(&state, claimed);
        let header = check(&mut state, record).map_err(|error| forged(history, seq, error))?;
        if header.journal != journal {
            return Err(forged(history, seq, CheckError::WrongJournal));
        }
        // The opening is signed under the card that it carries itself.
        let card = card.or_else(|| card_before(&state, header.author)).ok_or(EvidenceError::Malformed)?;
        let keys = header.members.iter().flatten().filter_map(|member| {
            let card = member.card.verify().ok()?;
            Some((Signer { account: member.account, card: member.card.fingerprint() }, card.verifying_key))
        });
        let signer = Signer { account: header.author, card };
        links.push(Link { hash: record.chain_hash(), signer, keys: keys.collect() });
    }
    Ok(links)
}

const fn forged(history: &'static str, seq: u64, error: CheckError) -> EvidenceError {
    EvidenceError::Forged { history, seq, error }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "journal {} has two signed histories: record {} is {} in one and {} in the other",
            self.journal, self.seq, self.seen, self.shown
        )
    }
}
