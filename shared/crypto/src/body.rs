//! Bodies: one sealed document, bound to the place in the log where its author put it.
//!
//! age authenticates neither context nor sender, so the first thing inside is the binding, and opening compares it with
//! the signed header. A member who copies another's ciphertext into a record of their own is found out by that.

use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use reverie_protocol::limits;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::age_file::{self, DoesNotOpen};
use crate::epoch::EpochKey;
use crate::padding;

/// Where a body belongs: what its record's signed header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The journal.
    pub journal: JournalId,
    /// The record.
    pub record: RecordId,
    /// The record's author.
    pub author: AccountId,
}

/// What stands in the body's age file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inside<'a> {
    binding: Binding,
    #[serde(borrow)]
    document: &'a RawValue,
}

/// Why a document cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealBodyError {
    /// The document is not one JSON value.
    #[error("the document is not JSON")]
    NotJson,
    /// The sealed body would be over [`limits::BODY_BYTES`].
    #[error("this text is too long for one entry; split it, or attach it as a file")]
    TooLarge,
}

/// Why a body does not give its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenBodyError {
    /// The file does not open with the epoch's key.
    #[error("the record's body does not open with the journal's key")]
    DoesNotOpen,
    /// The body was made for another journal, record or author.
    #[error("the record's body was made for another record")]
    BindingMismatch,
    /// The body opens, but what is inside is not `{binding, document}`.
    #[error("the record's body opens, but it is not a document")]
    Malformed,
}

/// `seal(epoch, journal ‖ record ‖ author, document)`.
///
/// That is `age(epoch recipient, {"binding": {journal, record, author}, "document": …} padded with newlines to
/// Padmé(≥ 1 KiB))`: about 200 bytes over the padded text. The document is carried verbatim.
///
/// # Errors
/// [`SealBodyError`] if the document is not JSON or the sealed body would be over the limit of the wire.
pub fn seal_body(key: &EpochKey, binding: &Binding, document: &[u8]) -> Result<Vec<u8>, SealBodyError> {
    let document = serde_json::from_slice(document).map_err(|_| SealBodyError::NotJson)?;
    let inside = serde_json::to_vec(&Inside { binding: *binding, document }).map_err(|_| SealBodyError::NotJson)?;
    let mut plaintext = Zeroizing::new(inside);
    padding::pad_with_newlines(&mut plaintext);
    let sealed = age_file::seal(&[&key.identity.to_recipient()], &plaintext);
    if sealed.len() > limits::BODY_BYTES { Err(SealBodyError::TooLarge) } else { Ok(sealed) }
}

/// `open(epoch, journal ‖ record ‖ author, sealed)`: returns the document's JSON, verbatim.
///
/// # Errors
/// [`OpenBodyError`], one variant for each thing that a reader should know apart.
pub fn open_body(key: &EpochKey, binding: &Binding, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenBodyError> {
    let plaintext = age_file::open(&key.identity, sealed).map_err(|DoesNotOpen| OpenBodyError::DoesNotOpen)?;
    let inside: Inside<'_> = serde_json::from_slice(&plaintext).map_err(|_| OpenBodyError::Malformed)?;
    if inside.binding != *binding {
        return Err(OpenBodyError::BindingMismatch);
    }
    Ok(Zeroizing::new(inside.document.get().as_bytes().to_vec()))
}
