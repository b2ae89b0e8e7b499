//! Pairing: one invitation code, known to two people in a room, from which everything else is derived.
//!
//! The server sees the id and a hash of the redeem token, never the code: it can forge neither side's card.

use bech32::Hrp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand_core::CryptoRng;
use reverie_protocol::account::AccountRole;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::InvitationId;
use reverie_protocol::pairing::PairingStatement;
use reverie_protocol::signed::{self, Kind};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::code_text::{self, NotACode};
use crate::derive::derive;

const PREFIX: Hrp = Hrp::parse_unchecked("reverie");
const ID_LABEL: &str = "reverie/v1/invitation/id";
const REDEEM_LABEL: &str = "reverie/v1/invitation/redeem";
const MAC_LABEL: &str = "reverie/v1/invitation/mac";

/// The secret of one invitation: 128 random bits. As text Bech32m (BIP 350) in groups of four.
pub struct InvitationCode(Zeroizing<[u8; 16]>);

/// Why the text is not an invitation code. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseInvitationCodeError {
    /// Characters are missing.
    #[error("the invitation code is too short; it has 40 characters and starts with reve-rie1")]
    TooShort,
    /// There are too many characters.
    #[error("the invitation code is too long; it has 40 characters and starts with reve-rie1")]
    TooLong,
    /// The checksum does not agree.
    #[error("the invitation code is mistyped somewhere; compare it with the original, group by group")]
    Mistyped,
}

/// The code that vouches for a card is not right: the card, the role or the direction is another, or the server lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this key card is not vouched for by your invitation; do not trust it, and make a new invitation")]
pub struct NotVouched;

impl InvitationCode {
    /// Makes a new code.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Reads a code as people type it: any case, spaces and dashes anywhere, or a link that ends in `#code`.
    ///
    /// # Errors
    /// [`ParseInvitationCodeError`].
    pub fn parse(text: &str) -> Result<Self, ParseInvitationCodeError> {
        code_text::decode(PREFIX, text).map(Self).map_err(|error| match error {
            NotACode::TooShort => ParseInvitationCodeError::TooShort,
            NotACode::TooLong => ParseInvitationCodeError::TooLong,
            NotACode::Mistyped => ParseInvitationCodeError::Mistyped,
        })
    }

    /// Returns the text to show and to put into links: `reve-rie1-…`, ten groups of four.
    pub fn to_text(&self) -> Zeroizing<String> {
        code_text::encode(PREFIX, &self.0)
    }

    /// `HKDF(none, code, "reverie/v1/invitation/id")`, 16 bytes: names the invitation to the server.
    pub fn id(&self) -> InvitationId {
        InvitationId::from_random_bytes(*derive(None, self.0.as_slice(), ID_LABEL))
    }

    /// `HKDF(none, code, "reverie/v1/invitation/redeem")`, 32 bytes: the right to redeem. The server keeps its SHA-256.
    pub fn redeem_token(&self) -> Zeroizing<[u8; 32]> {
        derive(None, self.0.as_slice(), REDEEM_LABEL)
    }

    /// `HMAC-SHA256(key, statement(pairing-inviter, id, role, inviter's card))`: the inviter vouches for their card.
    ///
    /// The key is `HKDF(none, code, "reverie/v1/invitation/mac")`, 32 bytes.
    pub fn inviter_mac(&self, role: AccountRole, inviter: Hash) -> [u8; 32] {
        self.mac(role, inviter, None).finalize().into_bytes().into()
    }

    /// `HMAC-SHA256(key, statement(pairing-guest, id, role, inviter's card, guest's card))`: the guest vouches for
    /// theirs, and says whom they answer.
    pub fn guest_mac(&self, role: AccountRole, inviter: Hash, guest: Hash) -> [u8; 32] {
        self.mac(role, inviter, Some(guest)).finalize().into_bytes().into()
    }

    /// Verifies, in constant time, what the inviter's side put up.
    ///
    /// # Errors
    /// [`NotVouched`]: the card must not be trusted.
    pub fn verify_inviter_mac(&self, role: AccountRole, inviter: Hash, mac: &[u8]) -> Result<(), NotVouched> {
        self.mac(role, inviter, None).verify_slice(mac).map_err(|_| NotVouched)
    }

    /// Verifies, in constant time, what the guest's side put up.
    ///
    /// # Errors
    /// [`NotVouched`]: the card must not be trusted.
    pub fn verify_guest_mac(
        &self,
        role: AccountRole,
        inviter: Hash,
        guest: Hash,
        mac: &[u8],
    ) -> Result<(), NotVouched> {
        self.mac(role, inviter, Some(guest)).verify_slice(mac).map_err(|_| NotVouched)
    }

    fn mac(&self, role: AccountRole, inviter: Hash, guest: Option<Hash>) -> Hmac<Sha256> {
        let key = derive::<32>(None, self.0.as_slice(), MAC_LABEL);
        let statement = PairingStatement { invitation: self.id(), role, inviter, guest };
        let direction = if guest.is_some() { Kind::PairingGuest } else { Kind::PairingInviter };
        Hmac::new_from_slice(key.as_slice())
            .expect("HMAC takes keys of any length")
            .chain_update(signed::encode(direction, &statement.to_bytes()))
    }
}
