//! One journal's log as this device has verified it: every record checked, in order, against what was seen before.

use reverie_journal::Reason;
use reverie_protocol::api::Head;
use reverie_protocol::check::{CheckError, JournalState, check};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Header, SignedRecord};
use reverie_protocol::ids::{JournalId, RecordId};

/// A record that passed [`check`], with its header.
#[derive(Debug, Clone)]
pub struct Logged {
    /// As it travels; the body is absent once withdrawn.
    pub signed: SignedRecord,
    /// The verified header.
    pub header: Header,
}

impl Logged {
    /// Checks that the body is there, and is the one that the header was signed for.
    pub(crate) fn body(&self) -> Result<&[u8], Reason> {
        let body = &self.signed.body.as_ref().ok_or(Reason::BodyWithheld)?.0;
        let named = self.header.body.map(|named| named.sha256);
        if named == Some(Hash::of(body)) { Ok(body) } else { Err(Reason::BodyMismatch) }
    }
}

/// A journal's verified records and the state after them.
#[derive(Debug, Default)]
pub struct JournalLog {
    /// The state after the last record; none while the log is empty.
    pub state: Option<JournalState>,
    /// The records, by seq.
    pub records: Vec<Logged>,
    /// How many of them are in the device's cache.
    pub(crate) kept: usize,
}

/// A history that contradicts what this device has seen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Divergence {
    /// Which journal.
    pub journal: JournalId,
    /// At which position.
    pub seq: u64,
    /// The chain hash that this device has seen there.
    pub seen: Hash,
    /// The chain hash that the server shows there now; absent if the server shows nothing.
    pub shown: Option<Hash>,
}

/// Why a record from the server was not taken into the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not follow the record that this device has seen last.
    #[error("it does not follow the record that this device has seen")]
    Diverged(Divergence),
    /// Records before it were left out, or it came a second time.
    #[error(
        "record {expected} should come here, and the server sent record {found}: records were dropped, repeated or reordered"
    )]
    OutOfOrder {
        /// The position that comes next.
        expected: u64,
        /// The position that the record says it has.
        found: u64,
    },
    /// It breaks a rule, or its signature does not verify.
    #[error("{0}")]
    Invalid(CheckError),
}

impl JournalLog {
    /// Returns the position and chain hash of the last record.
    pub fn head(&self) -> Option<Head> {
        self.state.as_ref().map(|state| Head { seq: state.seq, hash: state.head })
    }

    /// Returns the chain hash at `seq`, if the log reaches that far.
    pub fn hash_at(&self, seq: u64) -> Option<Hash> {
        let index = usize::try_from(seq).ok()?;
        self.records.get(index).map(|logged| logged.signed.chain_hash())
    }

    /// Returns the record of this id, if it is in the log.
    pub fn find(&self, record: RecordId) -> Option<&Logged> {
        self.state.as_ref().filter(|state| state.records.contains_key(&record))?;
        self.records.iter().find(|logged| logged.header.record == record)
    }

    /// Tells whether a record was withdrawn.
    pub(crate) fn is_withdrawn(&self, record: RecordId) -> bool {
        self.state.as_ref().and_then(|state| state.records.get(&record)).is_some_and(|past| past.withdrawn)
    }

    /// Returns the places of records whose body should be here and is not, or is not the one that was signed.
    pub(crate) fn lacking(&self) -> Vec<u64> {
        let lacks = |logged: &&Logged| {
            logged.header.body.is_some() && !self.is_withdrawn(logged.header.record) && logged.body().is_err()
        };
        self.records.iter().filter(lacks).map(|logged| logged.header.seq).collect()
    }

    /// Checks a record and takes it into the log. On a refusal the log is as it was.
    ///
    /// Bodies that a `withdraw` names are dropped from the log at once, whatever the server still serves.
    pub fn append(&mut self, journal: JournalId, signed: SignedRecord) -> Result<&Logged, Refusal> {
        let header = check(&mut self.state, &signed).map_err(|error| self.refusal(journal, &signed, error))?;
        if header.journal != journal {
            // Only a first record can get here: check refuses the others.
            self.state = None;
            return Err(Refusal::Invalid(CheckError::WrongJournal));
        }
        let erased = if header.withdraws.is_empty() { &mut [][..] } else { &mut self.records[..] };
        for logged in erased {
            if header.withdraws.contains(&logged.header.record) {
                logged.signed.body = None;
            }
        }
        self.records.push(Logged { signed, header });
        Ok(self.records.last().expect("a record was pushed"))
    }

    /// Tells a history that contradicts ours from records out of order, and both from a record that is merely wrong.
    fn refusal(&self, journal: JournalId, signed: &SignedRecord, error: CheckError) -> Refusal {
        if error != CheckError::NotNext {
            return Refusal::Invalid(error);
        }
        let expected = self.state.as_ref().map_or(0, |state| state.seq + 1);
        match (signed.parse(), &self.state) {
            (Ok(header), _) if header.seq != expected => Refusal::OutOfOrder { expected, found: header.seq },
            (Ok(header), Some(state)) => {
                Refusal::Diverged(Divergence { journal, seq: state.seq, seen: state.head, shown: header.prev })
            }
            _ => Refusal::Invalid(error),
        }
    }
}
