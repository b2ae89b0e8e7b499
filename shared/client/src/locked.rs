//! Capturing on a device that nobody has unlocked: no password, no network, and nothing readable left behind.
//!
//! The invariant: a capture is whole or not there, since its document is put last and names its files by hash. A locked
//! device holds so many captures and so many bytes of them, and no more: whoever finds it cannot fill its disk.

use std::collections::BTreeSet;

use reverie_crypto::CaptureRecipient;
use reverie_journal::{Document, Entry, Kind, Words};
use reverie_protocol::ids::{AttachmentId, DocumentId};

use crate::environment::Environment;
use crate::error::ClientError;
use crate::files::{NewFile, archive_name, seal_into};
use crate::store::Store;

/// What captures are sealed to, in clear: the one thing on the device that needs no key.
pub(crate) const RECIPIENT: &str = "capture-recipient";
/// How the names of all captures begin.
pub(crate) const CAPTURED: &str = "captured/";
/// The most captures that a locked device holds.
const MOST_CAPTURES: usize = 100;
/// The most bytes that they take, sealed: 256 MiB, which is about a day of voice.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// A patient's device that nobody has unlocked.
pub struct LockedDevice {
    env: Environment,
    recipient: CaptureRecipient,
}

impl LockedDevice {
    /// Returns the device as it is for whoever cannot unlock it; nothing if it takes no captures: it is a clinician's, or
    /// was not unlocked yet since it learned to.
    ///
    /// # Errors
    /// [`ClientError::Store`].
    pub async fn find(env: Environment) -> Result<Option<Self>, ClientError> {
        let kept = env.store.find(RECIPIENT).await?;
        let recipient = kept.and_then(|text| String::from_utf8(text).ok()?.trim().parse().ok());
        Ok(recipient.map(|recipient| Self { env, recipient }))
    }

    /// Returns how many captures wait for the device to be unlocked.
    ///
    /// # Errors
    /// [`ClientError::Store`].
    pub async fn waiting(&self) -> Result<usize, ClientError> {
        Ok(captures(&*self.env.store).await?.len())
    }

    /// Seals words and files so that this device alone can open them, once it is unlocked.
    ///
    /// # Errors
    /// [`ClientError::CapturesFull`], or what cannot be kept as it is; then nothing was kept.
    pub async fn capture(&self, words: String, files: Vec<NewFile>) -> Result<DocumentId, ClientError> {
        let store = &*self.env.store;
        if captures(store).await?.len() >= MOST_CAPTURES {
            return Err(ClientError::CapturesFull("this device holds a hundred captures, the most while it is locked"));
        }
        let id = self.env.document_id();
        let kept = self.seal(id, words, files).await;
        if kept.is_err() {
            // What is left of it takes room and is nothing. If this fails too, the next unlocking sees to it.
            let _ = forget(store, id).await;
        }
        kept.map(|()| id)
    }

    async fn seal(&self, id: DocumentId, words: String, files: Vec<NewFile>) -> Result<(), ClientError> {
        let store = &*self.env.store;
        let at = self.env.now();
        let kind = if words.trim().is_empty() && files.is_empty() { Kind::Blank } else { Kind::Fragment };
        let mut entry = Entry { captured_while_locked: true, ..Entry::new(kind, Words::new(words)?) };
        let mut named = Vec::new();
        let mut room = MOST_BYTES.saturating_sub(bytes_held(store).await?);
        for mut file in files {
            let attachment = file.attachment(self.env.random(AttachmentId::make))?;
            let mtime = u64::try_from(at.unix()).unwrap_or_default();
            let refused = |reason: String| ClientError::File { name: attachment.name.as_str().to_owned(), reason };
            let sealer = self.recipient.seal_file(&archive_name(&attachment), file.size, mtime);
            let sealer = sealer.map_err(|error| refused(error.to_string()))?;
            room = room.checked_sub(sealer.sealed_size()).ok_or(ClientError::CapturesFull(
                "captures take up to 256 MiB while the device is locked, and this does not fit",
            ))?;
            let sealed = seal_into(store, sealer, &file_name(id, attachment.id), &mut file.reader).await?;
            named.push(sealed.named(attachment.id));
            entry.attachments.push(attachment);
        }
        let document = Document::new(id, at, entry)?;
        let sealed = self.recipient.seal(id, &named, document.to_json().as_bytes());
        let sealed = sealed.map_err(|error| ClientError::NotPossible(error.to_string()))?;
        if room < sealed.len() as u64 {
            return Err(ClientError::CapturesFull("captures take up to 256 MiB while the device is locked"));
        }
        Ok(store.put(&document_name(id), &sealed).await?)
    }
}

pub(crate) fn document_name(id: DocumentId) -> String {
    format!("{CAPTURED}{id}/document")
}

pub(crate) fn file_name(id: DocumentId, file: AttachmentId) -> String {
    format!("{CAPTURED}{id}/{file}")
}

/// Returns the ids of what was captured: those whose document is there.
pub(crate) async fn captures(store: &dyn Store) -> Result<BTreeSet<DocumentId>, ClientError> {
    let names = store.list(CAPTURED).await?;
    let id = |name: &String| name.strip_prefix(CAPTURED)?.strip_suffix("/document")?.parse().ok();
    Ok(names.iter().filter_map(id).collect())
}

async fn bytes_held(store: &dyn Store) -> Result<u64, ClientError> {
    let mut held = 0;
    for name in store.list(CAPTURED).await? {
        held += store.open(&name).await?.map_or(0, |(_, size)| size);
    }
    Ok(held)
}

/// Deletes a capture: its document first, so that what is cut off leaves files that nothing names.
pub(crate) async fn forget(store: &dyn Store, id: DocumentId) -> Result<(), ClientError> {
    store.delete(&document_name(id)).await?;
    for name in store.list(&format!("{CAPTURED}{id}/")).await? {
        store.delete(&name).await?;
    }
    Ok(())
}
