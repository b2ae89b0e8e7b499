//! The statement by which each side of an invitation vouches for its card, under a key that the server never sees.

use crate::account::AccountRole;
use crate::hash::Hash;
use crate::ids::InvitationId;

/// What an HMAC under the invitation's key covers. The direction is the statement's [`crate::signed::Kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairingStatement {
    /// Which invitation.
    pub invitation: InvitationId,
    /// What the guest is invited as.
    pub role: AccountRole,
    /// Fingerprint of the inviter's card.
    pub inviter: Hash,
    /// Fingerprint of the guest's card; absent in the inviter's statement, which is made before the guest is known.
    pub guest: Option<Hash>,
}

impl PairingStatement {
    /// Returns `invitation (16) ‖ role name ‖ 0x00 ‖ inviter (32) ‖ guest (32, or nothing)`.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.invitation.as_bytes().to_vec();
        bytes.extend_from_slice(self.role.name().as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(&self.inviter.0);
        bytes.extend(self.guest.iter().flat_map(|guest| guest.0));
        bytes
    }
}
