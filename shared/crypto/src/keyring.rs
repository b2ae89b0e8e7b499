//! Keyrings: an epoch's key, sealed to each member's hybrid recipient.
//!
//! A grant opens to an age identity file, so that stock age needs nothing else:
//! `age -d -i <(age -d -i me.key grant.age) body.age`. A comment line in it says what the key is for, and every key is
//! checked against the commitment in the signed header: all members hold the same one.

use reverie_protocol::bytes::B64;
use reverie_protocol::card::KeyCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::keyring::{Grant, Keyring};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::account::AccountKeys;
use crate::age_file;
use crate::epoch::EpochKey;
use crate::hybrid::{HybridRecipient, ParseRecipientError};
use crate::x25519::X25519Identity;

/// Every grant's plaintext has this size, so that its ciphertext tells nothing.
const PLAINTEXT_BYTES: usize = 512;
/// The longest name of a compartment.
const COMPARTMENT_BYTES: usize = 32;

/// What the comment line in a grant says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    v: u32,
    journal: JournalId,
    epoch: u32,
    account: AccountId,
    compartment: String,
}

/// A member to whom keys are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub account: AccountId,
    /// The recipient of the member's card.
    pub recipient: HybridRecipient,
}

impl Reader {
    /// Returns the reader that a verified card names.
    ///
    /// # Errors
    /// [`ParseRecipientError`] if the card's recipient is not a hybrid one.
    pub fn from_card(card: &KeyCard) -> Result<Self, ParseRecipientError> {
        Ok(Self { account: card.account, recipient: card.recipient.parse()? })
    }
}

/// The compartment's name is not 1 to 32 of `a-z _`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a compartment's name is 1 to 32 lowercase letters and underscores")]
pub struct BadCompartment;

/// Why a grant is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenGrantError {
    /// The grant is sealed to other keys, or altered.
    #[error("the journal's key does not open with this account's keys")]
    DoesNotOpen,
    /// The grant was made for another journal, epoch or account.
    #[error("the journal's key was made for another journal, epoch or account")]
    BindingMismatch,
    /// The key is not the one that the journal's owner committed to.
    #[error("the journal's key is not the one that its owner announced; do not write, and tell the owner")]
    WrongCommitment,
    /// The grant opens, but it is not an identity file of Reverie.
    #[error("the journal's key opens, but it cannot be read")]
    Malformed,
}

/// What a grant gives.
pub struct OpenedGrant {
    /// The epoch's key.
    pub key: EpochKey,
    /// Which compartment the journal is; never told to the server.
    pub compartment: String,
}

/// `age(reader's recipient, "# " {v, journal, epoch, account, compartment} "\n" AGE-SECRET-KEY-1… "\n"…)`, 512 bytes
/// of plaintext.
///
/// # Errors
/// [`BadCompartment`] unless the name is short and plain.
pub fn seal_grant(key: &EpochKey, compartment: &str, reader: &Reader) -> Result<Grant, BadCompartment> {
    let plain = compartment.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !plain || !(1..=COMPARTMENT_BYTES).contains(&compartment.len()) {
        return Err(BadCompartment);
    }
    let (journal, epoch, account) = (key.journal(), key.epoch(), reader.account);
    let label = Label { v: 1, journal, epoch, account, compartment: compartment.into() };
    let label = serde_json::to_string(&label).expect("a label has only text keys, so it is JSON");
    let mut plaintext = Zeroizing::new(Vec::with_capacity(PLAINTEXT_BYTES));
    for part in ["# ", &label, "\n", key.identity.to_identity_string().expose_secret()] {
        plaintext.extend_from_slice(part.as_bytes());
    }
    debug_assert!(plaintext.len() < PLAINTEXT_BYTES, "about 300 bytes, since ids, numbers and compartments are short");
    plaintext.resize(PLAINTEXT_BYTES, b'\n');
    let sealed = age_file::seal(&[&reader.recipient], &plaintext);
    Ok(Grant { epoch, account, sealed: B64(sealed) })
}

/// Seals the key of every epoch given to every reader given, by epoch, then by account.
///
/// # Errors
/// [`BadCompartment`] unless the name is short and plain.
pub fn seal_keyring(keys: &[&EpochKey], compartment: &str, readers: &[Reader]) -> Result<Keyring, BadCompartment> {
    let mut grants = Vec::with_capacity(keys.len() * readers.len());
    for key in keys {
        for reader in readers {
            grants.push(seal_grant(key, compartment, reader)?);
        }
    }
    grants.sort_by_key(|grant| (grant.epoch, grant.account));
    Ok(Keyring { v: 1, grants })
}

/// Opens one's own grant and checks that it is the key of this journal and the grant's epoch, made for this account,
/// and the one committed to.
///
/// # Errors
/// [`OpenGrantError`], one variant for each check.
pub fn open_grant(
    grant: &Grant,
    keys: &AccountKeys,
    journal: JournalId,
    account: AccountId,
    commitment: &Hash,
) -> Result<OpenedGrant, OpenGrantError> {
    let plaintext = keys
        .identities()
        .find_map(|identity| age_file::open(identity, &grant.sealed.0).ok())
        .ok_or(OpenGrantError::DoesNotOpen)?;
    let (label, identity) = parse(&plaintext).ok_or(OpenGrantError::Malformed)?;
    if (label.journal, label.epoch, label.account, grant.account) != (journal, grant.epoch, account, account) {
        return Err(OpenGrantError::BindingMismatch);
    }
    let key = EpochKey::from_identity(journal, grant.epoch, identity);
    if key.commitment() != *commitment {
        return Err(OpenGrantError::WrongCommitment);
    }
    Ok(OpenedGrant { key, compartment: label.compartment })
}

fn parse(plaintext: &[u8]) -> Option<(Label, X25519Identity)> {
    let text = std::str::from_utf8(plaintext).ok()?.strip_prefix("# ")?;
    let (label, rest) = text.split_once('\n')?;
    let label: Label = serde_json::from_str(label).ok()?;
    let identity = X25519Identity::parse(rest.trim_end_matches('\n'))?;
    (label.v == 1).then_some((label, identity))
}
