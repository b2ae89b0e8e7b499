//! Ids: random 128-bit names that say nothing about when or in what order things were made.
//!
//! Every id is a version 4 UUID (a version 7 one would tell its time). The random bytes come from the caller.

use std::fmt;
use std::str::FromStr;

use rand_core::Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not an id: ids look like `0f7c9a52-8a57-4f0e-9a3d-2f1f5b0c6d1e`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id; an id looks like 0f7c9a52-8a57-4f0e-9a3d-2f1f5b0c6d1e")]
pub struct ParseIdError(pub String);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new id from 16 random bytes.
            pub fn make(rng: &mut impl Rng) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self::from_random_bytes(bytes)
            }

            /// Returns the version 4 UUID made of these random bytes.
            pub fn from_random_bytes(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Returns the id with exactly these 16 bytes, as stored.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// Returns the 16 bytes of the id.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Returns the UUID.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| ParseIdError(text.chars().take(64).collect()))
            }
        }
    };
}

id!(
    /// One human: a patient, a clinician or an administrator of a practice.
    AccountId
);
id!(
    /// A signed, hash-chained, append-only log of sealed records.
    JournalId
);
id!(
    /// One signed link of a journal's chain; unique within its journal.
    RecordId
);
id!(
    /// A voice memo, drawing or photo, sealed as a file of its own and named by a record.
    AttachmentId
);
id!(
    /// What is inside an opened body; made once, kept when the document is shared or copied.
    DocumentId
);
id!(
    /// One invitation; derived from its code, so that the code alone is enough to find it.
    InvitationId
);
id!(
    /// What an entry of the audit log is about: the id of an account, a session, an invitation or a journal.
    SubjectId
);
id!(
    /// What an old device left for a new one; derived from its code, so that the code alone is enough to find it.
    HandoverId
);
id!(
    /// One login: a device with a revocable token of its own.
    SessionId
);
id!(
    /// A second factor of an account: an authenticator or a passkey.
    FactorId
);
