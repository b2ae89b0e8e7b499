//! Captures: what is kept on a device while nobody has unlocked it.
//!
//! A locked device holds one public thing, its own hybrid capture recipient; the identity stands in the device's sealed
//! state. Whoever holds the device can therefore add captures, and read none. A capture says inside under which id it was
//! sealed, so that it cannot stand in for another, and names its files by hash, so that they cannot be exchanged. Who made
//! it, nothing can say: a capture is a proposal, until the person keeps it.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use rand_core::CryptoRng;
use reverie_protocol::header::AttachmentRef;
use reverie_protocol::ids::DocumentId;
use reverie_protocol::limits;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::age_file::{self, DoesNotOpen};
use crate::attachment::{self, AttachmentSealer, OpenAttachmentError, OpenedAttachment, SealAttachmentError};
use crate::hybrid::{HybridIdentity, HybridRecipient, ParseRecipientError};
use crate::{padding, versioned};

/// Opens a device's captures. Each device has its own; it never leaves the device's sealed state.
pub struct CaptureKey(HybridIdentity);

/// What a locked device seals captures to. As text `age1pq1…`, which is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureRecipient(HybridRecipient);

/// What stands in a capture's age file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inside<'a> {
    v: u32,
    capture: DocumentId,
    files: Vec<AttachmentRef>,
    #[serde(borrow)]
    document: &'a RawValue,
}

/// A capture, opened.
pub struct OpenedCapture {
    /// Its files, as they lie beside it.
    pub files: Vec<AttachmentRef>,
    /// The JSON of its document, verbatim.
    pub document: Zeroizing<Vec<u8>>,
}

/// Why a document cannot be captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealCaptureError {
    /// The document is not one JSON value.
    #[error("the document is not JSON")]
    NotJson,
    /// The sealed capture would be over [`limits::BODY_BYTES`].
    #[error("this text is too long for one entry; split it, or give it as a file")]
    TooLarge,
}

/// Why a capture does not give its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenCaptureError {
    /// It is sealed to another key than this device's, or it was altered.
    #[error("it does not open; it was damaged, or it was not made for this device")]
    DoesNotOpen,
    /// It was sealed under another id.
    #[error("it stands in another capture's place")]
    WrongId,
    /// It was made by a newer version of this program.
    #[error("it was made by a newer version of Reverie; update and look again")]
    UpdateNeeded,
    /// It opens, but what is inside is no capture.
    #[error("it opens, but it is not a capture")]
    Malformed,
}

impl CaptureKey {
    /// Makes the key of a device.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        Self(HybridIdentity::make(rng))
    }

    /// Returns the key as text, `AGE-SECRET-KEY-PQ-1…`, for the device's sealed state and for nothing else.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_identity_string().expose_secret().to_owned())
    }

    /// Reads what [`Self::to_text`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// Returns what captures are sealed to.
    pub fn to_recipient(&self) -> CaptureRecipient {
        CaptureRecipient(self.0.to_recipient())
    }

    /// Opens the capture that lies under this id.
    ///
    /// # Errors
    /// [`OpenCaptureError`].
    pub fn open(&self, id: DocumentId, sealed: &[u8]) -> Result<OpenedCapture, OpenCaptureError> {
        let plaintext = age_file::open(&self.0, sealed).map_err(|DoesNotOpen| OpenCaptureError::DoesNotOpen)?;
        if versioned::version(&plaintext).ok_or(OpenCaptureError::Malformed)? != 1 {
            return Err(OpenCaptureError::UpdateNeeded);
        }
        let inside: Inside<'_> = serde_json::from_slice(&plaintext).map_err(|_| OpenCaptureError::Malformed)?;
        if inside.capture != id {
            return Err(OpenCaptureError::WrongId);
        }
        let document = Zeroizing::new(inside.document.get().as_bytes().to_vec());
        Ok(OpenedCapture { files: inside.files, document })
    }

    /// Opens a captured file for reading, as [`open_attachment`](crate::open_attachment) does. Whether it is the one that
    /// the capture names, its hash tells.
    ///
    /// # Errors
    /// [`OpenAttachmentError`].
    pub fn open_file<R: Read>(&self, sealed: R) -> Result<OpenedAttachment<R>, OpenAttachmentError> {
        attachment::open_with(&self.0, sealed)
    }
}

impl CaptureRecipient {
    /// `age(capture recipient, {v, capture: id, files, document} padded with newlines to Padmé(≥ 1 KiB))`.
    ///
    /// # Errors
    /// [`SealCaptureError`] if the document is not JSON, or too long to become a record.
    pub fn seal(&self, id: DocumentId, files: &[AttachmentRef], document: &[u8]) -> Result<Vec<u8>, SealCaptureError> {
        let document = serde_json::from_slice(document).map_err(|_| SealCaptureError::NotJson)?;
        let inside = Inside { v: 1, capture: id, files: files.to_vec(), document };
        let mut plaintext = Zeroizing::new(serde_json::to_vec(&inside).map_err(|_| SealCaptureError::NotJson)?);
        padding::pad_with_newlines(&mut plaintext);
        let sealed = age_file::seal(&[&self.0], &plaintext);
        if sealed.len() > limits::BODY_BYTES { Err(SealCaptureError::TooLarge) } else { Ok(sealed) }
    }

    /// Begins to seal a file of a capture, as [`AttachmentSealer::new`] does for a journal.
    ///
    /// # Errors
    /// [`SealAttachmentError::BadName`] and [`SealAttachmentError::TooLarge`].
    pub fn seal_file(&self, name: &str, size: u64, mtime: u64) -> Result<AttachmentSealer, SealAttachmentError> {
        AttachmentSealer::sealed_to(&self.0, name, size, mtime)
    }
}

impl fmt::Display for CaptureRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CaptureRecipient {
    type Err = ParseRecipientError;

    fn from_str(text: &str) -> Result<Self, ParseRecipientError> {
        text.parse().map(Self)
    }
}
