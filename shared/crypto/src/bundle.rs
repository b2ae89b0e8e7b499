//! The key bundle: all secrets of an account in one age file, with one hybrid recipient for each way in.
//!
//! The way-in recipients stand nowhere but inside the bundle, so nobody who cannot open it can forge one. A known
//! device refuses an older version, another account and another card. Whoever opens it gets everything, so there is one
//! mechanism, whichever way in.

use ed25519_dalek::SigningKey;
use reverie_protocol::account::AccountRole;
use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::limits;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::account::{AccountKeys, AccountSecret};
use crate::age_file::{self, DoesNotOpen};
use crate::derive::derive;
use crate::hybrid::{HybridIdentity, HybridRecipient};
use crate::padding;
use crate::password::ExportKey;
use crate::recovery::RecoveryCode;
use crate::versioned;

const PASSWORD_LABEL: &str = "reverie/v1/unlock/opaque";
const RECOVERY_LABEL: &str = "reverie/v1/unlock/recovery";
const PASSKEY_LABEL: &str = "reverie/v1/unlock/passkey";

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
}

/// The bundle's JSON, version 1.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BundleJson {
    v: u32,
    account: AccountId,
    handle: String,
    card: SignedCard,
    version: u64,
    keys: KeysJson,
    account_secret: Zeroizing<String>,
    heads: Vec<KnownHead>,
    contacts: Vec<Contact>,
    ways: Vec<WayIn>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysJson {
    identity: Zeroizing<String>,
    signing_seed: Zeroizing<String>,
    old_identities: Vec<Zeroizing<String>>,
}

/// Why a bundle cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealBundleError {
    /// Nobody could open it.
    #[error("the key bundle has no way in, so nobody could ever open it")]
    NoWays,
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

    pub(crate) fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let json = BundleJson {
            v: 1,
            account: self.account,
            handle: self.handle.clone(),
            card: self.card.clone(),
            version: self.version,
            keys: KeysJson {
                identity: identity_text(&self.keys.identity),
                signing_seed: base64(Zeroizing::new(self.keys.signing.to_bytes()).as_slice()),
                old_identities: self.keys.old_identities.iter().map(identity_text).collect(),
            },
            account_secret: base64(self.account_secret.expose()),
            heads: self.heads.clone(),
            contacts: self.contacts.clone(),
            ways: self.ways.clone(),
        };
        Zeroizing::new(serde_json::to_vec(&json).expect("a bundle has only text keys, so it is JSON"))
    }

    pub(crate) fn from_json(bytes: &[u8]) -> Result<Self, OpenBundleError> {
        if versioned::version(bytes).ok_or(OpenBundleError::Malformed)? != 1 {
            return Err(OpenBundleError::UpdateNeeded);
        }
        let json: BundleJson = serde_json::from_slice(bytes).map_err(|_| OpenBundleError::Malformed)?;
        Self::from_parsed(json).ok_or(OpenBundleError::Malformed)
    }

    fn from_parsed(json: BundleJson) -> Option<Self> {
        let old_identities = json.keys.old_identities.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?;
        let keys = AccountKeys {
            identity: json.keys.identity.parse().ok()?,
            signing: SigningKey::from_bytes(&*from_base64(&json.keys.signing_seed)?),
            old_identities,
        };
        let card = json.card.verify().ok()?;
        let same_keys = card.account == json.account
            && card.verifying_key == keys.verifying_key()
            && card.recipient == keys.identity.to_recipient().to_string();
        same_keys.then_some(Self {
            account: json.account,
            handle: json.handle,
            card: json.card,
            version: json.version,
            keys,
            account_secret: AccountSecret(from_base64(&json.account_secret)?),
            heads: json.heads,
            contacts: json.contacts,
            ways: json.ways,
        })
    }
}

fn identity_text(identity: &HybridIdentity) -> Zeroizing<String> {
    Zeroizing::new(identity.to_identity_string().expose_secret().to_owned())
}

fn base64(bytes: &[u8]) -> Zeroizing<String> {
    let bytes = Zeroizing::new(bytes.to_vec());
    Zeroizing::new(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &*bytes))
}

fn from_base64<const N: usize>(text: &str) -> Option<Zeroizing<[u8; N]>> {
    let bytes = Zeroizing::new(B64::decode(text).ok()?.0);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}
