//! Epoch keys: one X25519 age identity for each period of a journal's key history.
//!
//! Its recipient is never published: bodies stay out of reach of somebody who records them today and has a quantum
//! computer later, because undoing an X25519 stanza needs the recipient as well as the share. So the recipient leaves
//! this crate only inside a commitment.

use rand_core::CryptoRng;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::JournalId;
use secrecy::{ExposeSecret as _, SecretString};

use crate::x25519::X25519Identity;

const COMMITMENT_LABEL: &[u8] = b"reverie/v1/epoch";

/// The text is not an age identity file with one X25519 identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an age identity file with one key (AGE-SECRET-KEY-1…)")]
pub struct ParseEpochKeyError;

/// The key of one epoch of one journal: opens every body and attachment written in that epoch.
pub struct EpochKey {
    journal: JournalId,
    epoch: u32,
    pub(crate) identity: X25519Identity,
}

impl EpochKey {
    /// Makes the key of a new epoch.
    pub fn make(journal: JournalId, epoch: u32, rng: &mut impl CryptoRng) -> Self {
        Self { journal, epoch, identity: X25519Identity::make(rng) }
    }

    /// Reads what [`Self::to_identity_file`] wrote: comments, and one identity. Whether it is this epoch's key is for the
    /// commitment to tell.
    ///
    /// # Errors
    /// [`ParseEpochKeyError`].
    pub fn parse(journal: JournalId, epoch: u32, identity_file: &str) -> Result<Self, ParseEpochKeyError> {
        let mut lines = identity_file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let identity = lines.next().and_then(X25519Identity::parse).ok_or(ParseEpochKeyError)?;
        if lines.next().is_some() { Err(ParseEpochKeyError) } else { Ok(Self { journal, epoch, identity }) }
    }

    pub(crate) fn from_identity(journal: JournalId, epoch: u32, identity: X25519Identity) -> Self {
        Self { journal, epoch, identity }
    }

    /// Returns the journal.
    pub const fn journal(&self) -> JournalId {
        self.journal
    }

    /// Returns the epoch's number, from 0.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Returns `SHA-256("reverie/v1/epoch" ‖ journal (16) ‖ epoch (4, big-endian) ‖ recipient "age1…")`.
    ///
    /// The header that starts the epoch carries it, so that every member holds the same key.
    pub fn commitment(&self) -> Hash {
        let recipient = self.identity.to_recipient().to_string();
        let parts = [COMMITMENT_LABEL, self.journal.as_bytes(), &self.epoch.to_be_bytes(), recipient.as_bytes()];
        Hash::of(parts.concat())
    }

    /// Returns an age identity file, which stock `age -d -i` takes. For exports only: whoever has it reads the epoch.
    pub fn to_identity_file(&self) -> SecretString {
        let key = self.identity.to_identity_string();
        SecretString::from(format!(
            "# Reverie: journal {}, epoch {}. Opens everything written in it.\n{}\n",
            self.journal,
            self.epoch,
            key.expose_secret()
        ))
    }
}
