//! The key bundle: all secrets of an account in one age file, with one hybrid recipient for each way in.
//!
//! The way-in recipients stand nowhere but inside the bundle, so nobody who cannot open it can forge one. A known
//! device refuses an older version, another account and another card. Whoever opens it gets everything, so there is one
//! mechanism, whichever way in.

use reverie_protocol::account::AccountRole;
use reverie_protocol::card::SignedCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, JournalId, SessionId};
use reverie_protocol::limits;
use serde::{Deserialize, Serialize};

use crate::account::{AccountKeys, AccountSecret};
use crate::age_file::{self, DoesNotOpen};
use crate::derive::derive;
use crate::hybrid::{HybridIdentity, HybridRecipient};
use crate::padding;
use crate::password::ExportKey;
use crate::recovery::RecoveryCode;

const PASSWORD_LABEL: &str = "reverie/v1/unlock/opaque";
const RECOVERY_LABEL: &str = "reverie/v1/unlock/recovery";
const PASSKEY_LABEL: &str = "reverie/v1/unlock/passkey";

mod json;

/// `HKDF(none, OPAQUE export key, "reverie/v1/unlock/opaque")` as the seed of an identity.
pub fn way_from_export_key(key: &ExportKey) -> HybridIdentity {
    HybridIdentity::from_seed(derive(None, key.0.as_slice(), PASSWORD_LABEL))
}

/// `HKDF(none, recovery code, "reverie/v1/unlock/recovery")` as the seed of an identity.
pub fn way_from_recovery_code(code: &RecoveryCode) -> HybridIdentity {
    HybridIdentity::from_seed(derive(None, code.0.as_slice(), RECOVERY_LABEL))
}

/// `HKDF(none, passkey PRF output, "reverie/v1/unlock/passkey")` as the seed of an identity.
pub fn way_from_prf(output: &[u8; 32]) -> HybridIdentity {
    HybridIdentity::from_seed(derive(None, output, PASSKEY_LABEL))
}

/// How a key bundle can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By logging in with the password.
    Password,
    /// By the recovery code.
    Recovery,
    /// By a passkey.
    Passkey,
}

/// One way in. Its recipient stands nowhere outside the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WayIn {
    /// Which way.
    pub way: Way,
    /// The recipient of its identity.
    pub recipient: HybridRecipient,
}

/// The newest place of a journal's chain that this account has seen: the floor for a new device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownHead {
    /// The journal.
    pub journal: JournalId,
    /// Position in its chain.
    pub seq: u64,
    /// Chain hash at that position.
    pub hash: Hash,
}

/// Somebody whose card this account trusts through its own pairing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Who.
    pub account: AccountId,
    /// Their handle.
    pub handle: String,
    /// What they are in the practice.
    pub role: AccountRole,
    /// Their card.
    pub card: SignedCard,
    /// Whether the words on both screens were compared.
    pub confirmed: bool,
    /// Fingerprints of the cards that led to this one, the first one first: what this account trusted before they changed
    /// keys. Each of those cards was followed by the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Hash>,
    /// Whether they have deleted their account. Their handle may be somebody else's since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

impl Contact {
    /// Returns somebody who was met just now, whose words were not compared yet.
    pub const fn met(account: AccountId, handle: String, role: AccountRole, card: SignedCard) -> Self {
        Self { account, handle, role, card, confirmed: false, before: Vec::new(), gone: false }
    }

    /// Returns what to call them.
    pub fn name(&self) -> String {
        if self.gone { format!("{} (deleted)", self.handle) } else { self.handle.clone() }
    }

    /// Tells whether a card is the one that is trusted, or one that led to it.
    pub fn knows(&self, fingerprint: &Hash) -> bool {
        self.card.fingerprint() == *fingerprint || self.before.contains(fingerprint)
    }

    /// Takes over the cards that follow the one that is trusted, in order, each of which was proved to follow the last.
    pub fn follow(&mut self, cards: &[SignedCard]) {
        for card in cards {
            self.before.push(self.card.fingerprint());
            self.card = card.clone();
        }
    }
}

/// What one of the account's devices is called. Only here: to the server a device is a session without a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedDevice {
    /// Its session.
    pub session: SessionId,
    /// Its name, as its owner calls it.
    pub name: String,
}

/// Everything that an account needs on a new device.
pub struct Bundle {
    /// Whose bundle it is.
    pub account: AccountId,
    /// Their handle.
    pub handle: String,
    /// Their current card.
    pub card: SignedCard,
    /// Counts up by one with every change, from 1.
    pub version: u64,
    /// The secret keys.
    pub keys: AccountKeys,
    /// What a password needs beside it.
    pub account_secret: AccountSecret,
    /// The newest heads seen.
    pub heads: Vec<KnownHead>,
    /// The people paired with.
    pub contacts: Vec<Contact>,
    /// How the bundle can be opened.
    pub ways: Vec<WayIn>,
    /// The account's devices, by name.
    pub devices: Vec<NamedDevice>,
}

/// Why a bundle cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealBundleError {
    /// Nobody could open it.
    #[error("the key bundle has no way in, so nobody could ever open it")]
    NoWays,
    /// A passkey alone could open it: whoever loses it loses everything.
    #[error("a passkey is never the only way into the key bundle; password or recovery kit open it as well")]
    PasskeyAlone,
    /// Sealed, it would be over [`limits::BUNDLE_BYTES`].
    #[error("the key bundle is too large to be stored")]
    TooLarge,
}

/// Why a bundle is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenBundleError {
    /// It is not sealed to this way in, or altered.
    #[error("the key bundle does not open this way; check the password or the recovery words")]
    DoesNotOpen,
    /// It does not name the way by which it was opened: somebody else made it.
    #[error("the key bundle was not made by this account; do not use it, and tell the practice")]
    Forged,
    /// It was made by a newer version of this program.
    #[error("the key bundle was made by a newer version of Reverie; update and try again")]
    UpdateNeeded,
    /// It opens, but it is not a bundle, or its keys are not those of its card.
    #[error("the key bundle opens, but it cannot be read")]
    Malformed,
}

/// What is wrong with a bundle that a device compares with what it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleMismatch {
    /// It is older than what the device has seen.
    #[error("the server sent an older key bundle (version {found}) than this device has seen (version {known})")]
    OlderVersion {
        /// The version that the device has seen.
        known: u64,
        /// The version of the bundle.
        found: u64,
    },
    /// It belongs to another account.
    #[error("the server sent the key bundle of another account")]
    OtherAccount,
    /// It holds another card than the one that the device knows.
    #[error("the server sent a key bundle with other keys than this device knows")]
    OtherCard,
}

impl Bundle {
    /// `age(recipients of all ways in, bundle JSON padded with newlines to Padmé(≥ 1 KiB))`.
    ///
    /// # Errors
    /// [`SealBundleError`].
    pub fn seal(&self) -> Result<Vec<u8>, SealBundleError> {
        if self.ways.is_empty() {
            return Err(SealBundleError::NoWays);
        }
        if self.ways.iter().all(|way| way.way == Way::Passkey) {
            return Err(SealBundleError::PasskeyAlone);
        }
        let mut plaintext = self.to_json();
        padding::pad_with_newlines(&mut plaintext);
        let recipients: Vec<&dyn age::Recipient> = self.ways.iter().map(|way| &way.recipient as _).collect();
        let sealed = age_file::seal(&recipients, &plaintext);
        if sealed.len() > limits::BUNDLE_BYTES { Err(SealBundleError::TooLarge) } else { Ok(sealed) }
    }

    /// Opens a bundle by one of its ways in.
    ///
    /// # Errors
    /// [`OpenBundleError`]. A bundle that does not list the way by which it was opened is `Forged`.
    pub fn open(way: &HybridIdentity, sealed: &[u8]) -> Result<Self, OpenBundleError> {
        let plaintext = age_file::open(way, sealed).map_err(|DoesNotOpen| OpenBundleError::DoesNotOpen)?;
        let bundle = Self::from_json(&plaintext)?;
        let recipient = way.to_recipient();
        if bundle.ways.iter().any(|way| way.recipient == recipient) { Ok(bundle) } else { Err(OpenBundleError::Forged) }
    }

    /// Compares with what a device knows; the same version is fine.
    ///
    /// # Errors
    /// [`BundleMismatch`]. After a key change elsewhere the caller may accept `OtherCard` once the card has proved to be
    /// a successor.
    pub fn check_newer_than(&self, version: u64, account: AccountId, card: &Hash) -> Result<(), BundleMismatch> {
        if self.account != account {
            Err(BundleMismatch::OtherAccount)
        } else if self.version < version {
            Err(BundleMismatch::OlderVersion { known: version, found: self.version })
        } else if self.card.fingerprint() != *card {
            Err(BundleMismatch::OtherCard)
        } else {
            Ok(())
        }
    }
}
