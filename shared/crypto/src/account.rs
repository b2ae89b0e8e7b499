//! Account keys: one hybrid age identity, to which keyrings are sealed, and one Ed25519 key, which signs.

use ed25519_dalek::{Signer as _, SigningKey};
use rand_core::CryptoRng;
use reverie_protocol::bytes::B64;
use reverie_protocol::card::{CardError, KeyCard, SignedCard};
use reverie_protocol::header::{Header, SignedRecord};
use reverie_protocol::ids::AccountId;
use reverie_protocol::signed::{self, Kind, Signature, VerifyingKey};
use zeroize::Zeroizing;

use crate::hybrid::HybridIdentity;

/// 128 random bits without which a password opens nothing. Kept on devices and inside the key bundle.
pub struct AccountSecret(pub(crate) Zeroizing<[u8; 16]>);

impl AccountSecret {
    /// Makes a new secret, when an account joins.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Returns the secret with these bytes, as an old device shows them to a new one.
    pub fn from_bytes(bytes: Zeroizing<[u8; 16]>) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes, to show them to a new device.
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The secret keys of an account: the current ones, and those before them, which open old keyrings and sign where the
/// owner of a journal has not placed the new card yet.
pub struct AccountKeys {
    pub(crate) identity: HybridIdentity,
    pub(crate) signing: SigningKey,
    /// The newest first.
    pub(crate) old: Vec<OldKeys>,
}

/// The secret keys of an account before they changed.
pub(crate) struct OldKeys {
    pub(crate) identity: HybridIdentity,
    pub(crate) signing: SigningKey,
}

impl AccountKeys {
    /// Makes the keys of a new account.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let identity = HybridIdentity::make(rng);
        Self { identity, signing: make_signing_key(rng), old: Vec::new() }
    }

    /// Returns the identity that opens what is sealed to the account's current card.
    pub const fn identity(&self) -> &HybridIdentity {
        &self.identity
    }

    /// Returns the identities that open keyrings, the current one first.
    pub fn identities(&self) -> impl Iterator<Item = &HybridIdentity> {
        std::iter::once(&self.identity).chain(self.old.iter().map(|old| &old.identity))
    }

    /// Returns the key that verifies what these keys sign.
    pub fn verifying_key(&self) -> VerifyingKey {
        verifying_key(&self.signing)
    }

    /// Makes the account's first card.
    pub fn card(&self, account: AccountId) -> SignedCard {
        self.sign_card(&KeyCard {
            v: 1,
            account,
            n: 0,
            prev: None,
            recipient: self.identity.to_recipient().to_string(),
            verifying_key: self.verifying_key(),
        })
    }

    /// Makes new keys and the card that follows `before`, signed by the new key and by this one.
    ///
    /// # Errors
    /// [`CardError::NotASuccessor`] if `before` is not the card of these keys, or what is wrong with it.
    pub fn succeed(&self, before: &SignedCard, rng: &mut impl CryptoRng) -> Result<(Self, SignedCard), CardError> {
        let old = before.verify()?;
        if old.verifying_key != self.verifying_key() {
            return Err(CardError::NotASuccessor);
        }
        let mut next = Self::make(rng);
        let signing = std::iter::once(&self.signing).chain(self.old.iter().map(|old| &old.signing));
        next.old = self
            .identities()
            .zip(signing)
            .map(|(identity, signing)| OldKeys { identity: identity.duplicate(), signing: signing.clone() })
            .collect();
        let mut card = next.sign_card(&KeyCard {
            v: 1,
            account: old.account,
            n: old.n.checked_add(1).ok_or(CardError::NotASuccessor)?,
            prev: Some(before.fingerprint()),
            recipient: next.identity.to_recipient().to_string(),
            verifying_key: next.verifying_key(),
        });
        card.succession = Some(B64(self.sign_statement(Kind::Succession, &card.card.0).0.to_vec()));
        Ok((next, card))
    }

    /// `Ed25519("reverie/v1 " len(kind) " " kind " " len(bytes) " " bytes)`, RFC 8032.
    pub fn sign_statement(&self, kind: Kind, bytes: &[u8]) -> Signature {
        Signature(self.signing.sign(&signed::encode(kind, bytes)).to_bytes())
    }

    /// Makes a record of this header and body: the header becomes bytes here, once, and stays so everywhere.
    pub fn sign_header(&self, header: &Header, body: Option<Vec<u8>>) -> SignedRecord {
        signed_record(&self.signing, header, body)
    }

    /// Makes a record as [`Self::sign_header`] does, with the key that a journal has of this account: it may be one from
    /// before a change of keys. Returns nothing if the key was never this account's.
    pub fn sign_header_as(&self, key: &VerifyingKey, header: &Header, body: Option<Vec<u8>>) -> Option<SignedRecord> {
        let mut all = std::iter::once(&self.signing).chain(self.old.iter().map(|old| &old.signing));
        all.find(|signing| verifying_key(signing) == *key).map(|signing| signed_record(signing, header, body))
    }

    /// Tells whether a key is this account's, now or before.
    pub fn owns(&self, key: &VerifyingKey) -> bool {
        self.verifying_key() == *key || self.old.iter().any(|old| verifying_key(&old.signing) == *key)
    }

    fn sign_card(&self, card: &KeyCard) -> SignedCard {
        let bytes = serde_json::to_vec(card).expect("a card has only text keys, so it is JSON");
        let signature = B64(self.sign_statement(Kind::Card, &bytes).0.to_vec());
        SignedCard { card: B64(bytes), signature, succession: None }
    }
}

fn verifying_key(signing: &SigningKey) -> VerifyingKey {
    VerifyingKey(signing.verifying_key().to_bytes())
}

fn signed_record(signing: &SigningKey, header: &Header, body: Option<Vec<u8>>) -> SignedRecord {
    let bytes = serde_json::to_vec(header).expect("a header has only text keys, so it is JSON");
    let signature = B64(signing.sign(&signed::encode(Kind::Record, &bytes)).to_bytes().to_vec());
    SignedRecord { header: B64(bytes), signature, body: body.map(B64) }
}

fn make_signing_key(rng: &mut impl CryptoRng) -> SigningKey {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut_slice());
    SigningKey::from_bytes(&seed)
}
