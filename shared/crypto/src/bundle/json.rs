//! The bundle as JSON, version 1: how the secrets of an account are written down inside the sealed file.
//!
//! Only here do secrets pass through serde; every text and buffer that holds one is wiped when it is dropped.

use ed25519_dalek::SigningKey;
use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::ids::AccountId;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Bundle, Contact, KnownHead, NamedDevice, OpenBundleError, WayIn};
use crate::account::{AccountKeys, AccountSecret, OldKeys};
use crate::hybrid::HybridIdentity;
use crate::versioned;

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
    // Bundles of before devices had names have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    devices: Vec<NamedDevice>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysJson {
    identity: Zeroizing<String>,
    signing_seed: Zeroizing<String>,
    old_identities: Vec<Zeroizing<String>>,
    /// One for each of the old identities. Absent in a bundle whose keys never changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    old_signing_seeds: Vec<Zeroizing<String>>,
}

impl Bundle {
    pub(crate) fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let json = BundleJson {
            v: 1,
            account: self.account,
            handle: self.handle.clone(),
            card: self.card.clone(),
            version: self.version,
            keys: KeysJson {
                identity: identity_text(&self.keys.identity),
                signing_seed: seed_text(&self.keys.signing),
                old_identities: self.keys.old.iter().map(|old| identity_text(&old.identity)).collect(),
                old_signing_seeds: self.keys.old.iter().map(|old| seed_text(&old.signing)).collect(),
            },
            account_secret: base64(self.account_secret.expose()),
            heads: self.heads.clone(),
            contacts: self.contacts.clone(),
            ways: self.ways.clone(),
            devices: self.devices.clone(),
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
        if json.keys.old_identities.len() != json.keys.old_signing_seeds.len() {
            return None;
        }
        let old = json.keys.old_identities.iter().zip(&json.keys.old_signing_seeds);
        let old = old.map(|(identity, seed)| {
            Some(OldKeys { identity: identity.parse().ok()?, signing: SigningKey::from_bytes(&*from_base64(seed)?) })
        });
        let keys = AccountKeys {
            identity: json.keys.identity.parse().ok()?,
            signing: SigningKey::from_bytes(&*from_base64(&json.keys.signing_seed)?),
            old: old.collect::<Option<_>>()?,
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
            devices: json.devices,
        })
    }
}

fn identity_text(identity: &HybridIdentity) -> Zeroizing<String> {
    Zeroizing::new(identity.to_identity_string().expose_secret().to_owned())
}

fn seed_text(signing: &SigningKey) -> Zeroizing<String> {
    base64(Zeroizing::new(signing.to_bytes()).as_slice())
}

fn base64(bytes: &[u8]) -> Zeroizing<String> {
    let bytes = Zeroizing::new(bytes.to_vec());
    Zeroizing::new(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &*bytes))
}

fn from_base64<const N: usize>(text: &str) -> Option<Zeroizing<[u8; N]>> {
    let bytes = Zeroizing::new(B64::decode(text).ok()?.0);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}
