//! What was captured while the device was locked: looked at once it is unlocked, and kept or dropped by its person.
//!
//! The invariant: a capture becomes an entry only when the person says so, under the id that it was captured with, so that
//! keeping it twice keeps it once. Until then it is in no view, and nothing of it is ever sent or shared.

use reverie_crypto::capture::OpenCaptureError;
use reverie_crypto::{CaptureKey, CaptureRecipient};
use reverie_journal::{Deed, Document, Entry, PatientView};
use reverie_protocol::account::AccountRole;
use reverie_protocol::header::AttachmentRef;
use reverie_protocol::ids::{AttachmentId, DocumentId};
use reverie_protocol::limits;
use zeroize::Zeroizing;

use crate::error::ClientError;
use crate::files::is_whole;
use crate::locked::{CAPTURED, RECIPIENT, captures, document_name, file_name, forget};
use crate::unlocked::Unlocked;
use crate::writing::Kept;

/// Something that was captured while the device was locked.
pub struct Captured {
    /// Which: the id that the entry will have.
    pub id: DocumentId,
    /// What it says, or why it does not open.
    pub opened: Result<Document<Entry>, OpenCaptureError>,
    /// Those of its files that are damaged. The rest can be kept without them.
    pub damaged: Vec<AttachmentId>,
    files: Vec<AttachmentRef>,
}

impl Unlocked {
    /// Returns how many captures wait to be looked at.
    ///
    /// # Errors
    /// [`ClientError::Store`].
    pub async fn captured_count(&self) -> Result<usize, ClientError> {
        Ok(captures(&*self.env.store).await?.len())
    }

    /// Tells whether somebody exchanged what this device seals captures to while it was locked. It was put right.
    pub const fn captures_were_misled(&self) -> bool {
        self.state.captures_misled
    }

    /// Notes that the person was told.
    ///
    /// # Errors
    /// [`ClientError::Store`].
    pub async fn told_of_misled_captures(&mut self) -> Result<(), ClientError> {
        if std::mem::take(&mut self.state.captures_misled) { self.save_state().await } else { Ok(()) }
    }

    /// Opens what was captured while this device was locked, by the time of its clock; what does not open comes last.
    ///
    /// # Errors
    /// [`ClientError::Store`].
    pub async fn captured(&self) -> Result<Vec<Captured>, ClientError> {
        let mut found = Vec::new();
        for id in captures(&*self.env.store).await? {
            found.extend(self.find_captured(id).await?);
        }
        let at = |one: &Captured| one.opened.as_ref().ok().map(|document| document.at());
        found.sort_by_key(|one| (at(one).is_none(), at(one), one.id));
        Ok(found)
    }

    /// Returns the capture that a person means by the first digits of its id.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] says whether none or several begin so.
    pub async fn find_capture(&self, typed: &str) -> Result<DocumentId, ClientError> {
        let ids = captures(&*self.env.store).await?;
        let found = reverie_journal::find_id(typed, ids.into_iter());
        found.map_err(|error| ClientError::UnknownEntry(error.to_string()))
    }

    /// Keeps a capture: it becomes a private entry, sealed to the journal's current key, with the time of its capture. Files
    /// that are damaged are left out.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for one that does not open, or the journal's; then the capture stays where it is.
    pub async fn keep_captured(&mut self, id: DocumentId) -> Result<Kept, ClientError> {
        let gone = || ClientError::UnknownEntry("there is no such capture any more".into());
        let captured = self.find_captured(id).await?.ok_or_else(gone)?;
        let unreadable =
            |error: OpenCaptureError| ClientError::NotPossible(format!("this capture is not kept: {error}"));
        let document = captured.opened.map_err(unreadable)?;
        let journal = self.private_journal()?;
        if is_written(&self.view(self.account()), id) {
            forget(&*self.env.store, id).await?;
            return Ok(Kept { document: id, flushed: self.flush().await? });
        }
        let mut entry = document.body().clone();
        entry.attachments.retain(|attachment| !captured.damaged.contains(&attachment.id));
        let (key, capture_key) = (self.current_key(journal)?, self.capture_key().ok_or_else(gone)?);
        let mut outgoing = Vec::new();
        for attachment in &entry.attachments {
            let named = captured.files.iter().find(|named| named.id == attachment.id).ok_or_else(gone)?;
            let (reader, _) = self.env.store.open(&file_name(id, named.id)).await?.ok_or_else(gone)?;
            let damaged = || ClientError::Damaged(file_name(id, named.id));
            let mut plain = capture_key.open_file(reader).map_err(|_| damaged())?;
            let sealed = self.seal_stream(&key, attachment, document.at(), &mut plain).await?;
            outgoing.push(crate::outbox::Outgoing { named: sealed.named(attachment.id), epoch: key.epoch() });
        }
        let document = Document::new(id, document.at(), entry)?;
        let intent = self.write_intent(journal, &document, outgoing);
        self.put(vec![intent]).await?;
        // From here on it is in the outbox. A cut before it is forgotten here is seen to by the next unlocking.
        forget(&*self.env.store, id).await?;
        Ok(Kept { document: id, flushed: self.flush().await? })
    }

    /// Drops a capture for good.
    ///
    /// # Errors
    /// [`ClientError::Guarded`] while a guard window is under way.
    pub async fn drop_captured(&mut self, id: DocumentId) -> Result<(), ClientError> {
        self.may(Deed::Erase)?;
        forget(&*self.env.store, id).await
    }

    /// Sees to it that a locked device of a patient can capture, and clears away what a cut has left.
    pub(crate) async fn look_after_captures(&mut self) -> Result<(), ClientError> {
        if self.role() != AccountRole::Patient || self.state.joining {
            return Ok(());
        }
        let key = match self.capture_key() {
            Some(key) => key,
            None => {
                let key = self.env.random(CaptureKey::make);
                self.state.capture_key = Some(key.to_text());
                self.save_state().await?;
                key
            }
        };
        let ours = Zeroizing::new(key.to_recipient().to_string());
        let there = self.env.store.find(RECIPIENT).await?;
        if there.as_deref() != Some(ours.as_bytes()) {
            // Damage is no recipient: nothing can have been sealed to it, and nobody is to be frightened by it.
            let text = there.and_then(|text| String::from_utf8(text).ok());
            if text.is_some_and(|text| text.trim().parse::<CaptureRecipient>().is_ok()) {
                self.state.captures_misled = true;
                self.save_state().await?;
            }
            self.env.store.put(RECIPIENT, ours.as_bytes()).await?;
        }
        self.clear_captures().await
    }

    /// Forgets captures that are in the journal, and files that no capture names.
    async fn clear_captures(&self) -> Result<(), ClientError> {
        let names = self.env.store.list(CAPTURED).await?;
        let whole = captures(&*self.env.store).await?;
        // Nearly always there is none, and then the journals need not be opened for it at every start.
        if !whole.is_empty() {
            let view = self.view(self.account());
            for id in whole.iter().filter(|id| is_written(&view, **id)) {
                forget(&*self.env.store, *id).await?;
            }
        }
        for name in names {
            let id = name.strip_prefix(CAPTURED).and_then(|rest| rest.split('/').next()?.parse().ok());
            if id.is_none_or(|id: DocumentId| !whole.contains(&id)) {
                self.env.store.delete(&name).await?;
            }
        }
        Ok(())
    }

    fn capture_key(&self) -> Option<CaptureKey> {
        CaptureKey::parse(self.state.capture_key.as_ref()?)
    }

    async fn find_captured(&self, id: DocumentId) -> Result<Option<Captured>, ClientError> {
        let store = &*self.env.store;
        let Some((_, size)) = store.open(&document_name(id)).await? else { return Ok(None) };
        // What is larger was not sealed here, and is not taken into memory.
        let sealed = if size > limits::BODY_BYTES as u64 { None } else { store.find(&document_name(id)).await? };
        let sealed = sealed.unwrap_or_default();
        let opened = self.capture_key().ok_or(OpenCaptureError::DoesNotOpen);
        let (opened, files) = match opened.and_then(|key| key.open(id, &sealed)) {
            Ok(capture) => (read(id, &capture.document, &capture.files), capture.files),
            Err(error) => (Err(error), Vec::new()),
        };
        let mut damaged = Vec::new();
        for named in opened.is_ok().then_some(&files).into_iter().flatten() {
            if !is_whole(store, &file_name(id, named.id), named).await? {
                damaged.push(named.id);
            }
        }
        Ok(Some(Captured { id, opened, damaged, files }))
    }
}

/// Tells whether an entry of this id is in the journals already.
pub(crate) fn is_written(view: &PatientView, id: DocumentId) -> bool {
    let trash = view.private.iter().flat_map(|private| &private.trash);
    view.entry(id).is_some() || trash.map(|trashed| trashed.view.entry.id()).any(|trashed| trashed == id)
}

/// Reads the document of a capture: an entry under the capture's id, with the files that the capture names.
fn read(id: DocumentId, json: &[u8], files: &[AttachmentRef]) -> Result<Document<Entry>, OpenCaptureError> {
    let document = Document::parse(json).ok().and_then(Document::into_entry).ok_or(OpenCaptureError::Malformed)?;
    let named = |attachment: &reverie_journal::Attachment| files.iter().any(|file| file.id == attachment.id);
    let entry = document.body();
    if document.id() != id || !entry.captured_while_locked || !entry.attachments.iter().all(named) {
        return Err(OpenCaptureError::Malformed);
    }
    Ok(document)
}
