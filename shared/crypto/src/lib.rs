//! The keys of Reverie and everything that is sealed with them: pure bytes to bytes, on clients only.
//!
//! One file holds one object of design.md section 4, with the rule it keeps. Nothing here does I/O or reads a clock;
//! keys are made from randomness that the caller gives. (age and hpke draw the ephemeral randomness of each sealed
//! file from the system themselves; their traits leave no way to hand it in.) Errors of opening say that a thing does
//! not open, never why: the reason would help only whoever altered it.
//!
//! In docstrings `age(recipient, plaintext)` is an age v1 file (<https://c2sp.org/age>), `‖` joins bytes and
//! `HKDF(salt, key, info)` is HKDF-SHA256 (RFC 5869).

#![warn(missing_docs)]

pub mod account;
mod age_file;
pub mod attachment;
pub mod backup_code;
mod bech32_text;
pub mod body;
pub mod bundle;
pub mod capture;
mod code_text;
mod derive;
pub mod device;
pub mod epoch;
pub mod handover;
pub mod hybrid;
pub mod keyring;
pub mod padding;
pub mod pairing;
pub mod password;
pub mod recovery;
mod versioned;
pub mod words;
mod x25519;

pub use account::{AccountKeys, AccountSecret};
pub use attachment::{AttachmentSealer, OpenedAttachment, SealedAttachment, open_attachment};
pub use backup_code::BackupCode;
pub use body::{Binding, OpenBodyError, open_body, seal_body};
pub use bundle::{Bundle, Contact, KnownHead, NamedDevice, Way};
pub use capture::{CaptureKey, CaptureRecipient, OpenedCapture};
pub use device::{DeviceCopy, DeviceKey};
pub use epoch::EpochKey;
pub use handover::HandoverCode;
pub use hybrid::{HybridIdentity, HybridRecipient};
pub use keyring::{OpenedGrant, Reader, open_grant, seal_grant, seal_keyring};
pub use pairing::InvitationCode;
pub use recovery::RecoveryCode;
