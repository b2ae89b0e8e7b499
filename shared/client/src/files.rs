//! Attachments: sealed while they are read, kept sealed on the device that sealed them, opened into a place that the caller
//! gives. Memory does not grow with their size.

use std::io::{Read, Write};

use futures_util::StreamExt as _;
use reverie_crypto::{AttachmentSealer, EpochKey, OpenedAttachment, SealedAttachment, open_attachment};
use reverie_journal::{Attachment, FieldError, FileName, MediaType, Timestamp};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::AttachmentRef;
use reverie_protocol::ids::{AttachmentId, JournalId};
use sha2::{Digest as _, Sha256};

use crate::error::ClientError;
use crate::outbox::{Intent, Outgoing, outgoing};
use crate::store::{BlobWriter, Store, StoreError};
use crate::unlocked::Unlocked;

pub(crate) const UPLOAD_CHUNK: usize = 256 * 1024;

/// A file that a person wants to attach.
pub struct NewFile {
    /// What she calls it.
    pub name: String,
    /// What it is: `audio/ogg`.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// How long it plays, in seconds.
    pub seconds: Option<u32>,
    /// Its bytes.
    pub reader: Box<dyn Read + Send>,
}

impl NewFile {
    /// Returns what an entry says of the file, under this id.
    pub(crate) fn attachment(&self, id: AttachmentId) -> Result<Attachment, FieldError> {
        Ok(Attachment {
            id,
            name: FileName::new(&*self.name)?,
            media_type: MediaType::new(&*self.media_type)?,
            size: self.size,
            seconds: self.seconds,
        })
    }
}

/// Where a file is that was sealed on this device: it stays until its record is withdrawn. If the epoch moves while it
/// waits to be sent, it is sealed anew beside the first.
pub(crate) fn own_file(id: AttachmentId, epoch: u32) -> String {
    format!("{}{epoch}", own_files(id))
}

/// How the names of all sealings of a file begin.
pub(crate) fn own_files(id: AttachmentId) -> String {
    format!("files/{id}-")
}

fn fetched_file(id: AttachmentId) -> String {
    format!("fetched/{id}")
}

impl Unlocked {
    /// Returns the key that is current in a journal: what new files are sealed to.
    pub(crate) fn current_key(&self, journal: JournalId) -> Result<EpochKey, ClientError> {
        let epoch = self.logs.get(&journal).and_then(|log| log.state.as_ref()).map(|state| state.epoch);
        let mut keys = self.keys(journal).map(|keys| keys.epochs).unwrap_or_default();
        let missing = || ClientError::NotPossible("the journal is not on this device yet; sync and try again".into());
        epoch.and_then(|epoch| keys.remove(&epoch)).ok_or_else(missing)
    }

    /// Seals a file for a journal, under a new id.
    pub(crate) async fn seal_file(
        &self,
        journal: JournalId,
        mut file: NewFile,
    ) -> Result<(Attachment, Outgoing), ClientError> {
        let attachment = file.attachment(self.env.random(AttachmentId::make))?;
        let key = self.current_key(journal)?;
        let sealed = self.seal_stream(&key, &attachment, self.env.now(), &mut file.reader).await?;
        Ok((attachment.clone(), Outgoing { named: sealed.named(attachment.id), epoch: key.epoch() }))
    }

    /// Seals an attachment of one journal anew for another, under a new id.
    pub(crate) async fn reseal(
        &self,
        from: JournalId,
        attachment: &Attachment,
        into: JournalId,
    ) -> Result<(AttachmentId, Outgoing), ClientError> {
        let id = self.env.random(AttachmentId::make);
        Ok((id, self.reseal_as(from, attachment, into, id).await?))
    }

    /// The same, under an id that is known.
    pub(crate) async fn reseal_as(
        &self,
        from: JournalId,
        attachment: &Attachment,
        into: JournalId,
        id: AttachmentId,
    ) -> Result<Outgoing, ClientError> {
        let key = self.current_key(into)?;
        let copy = Attachment { id, ..attachment.clone() };
        let mut opened = self.opened_file(from, attachment).await?;
        let resealed = self.seal_stream(&key, &copy, self.env.now(), &mut opened).await?;
        self.forget_fetched(attachment.id).await?;
        Ok(Outgoing { named: resealed.named(id), epoch: key.epoch() })
    }

    /// Seals a waiting file anew to the epoch that is current now.
    pub(crate) async fn reseal_waiting(
        &self,
        key: &EpochKey,
        outgoing: &Outgoing,
    ) -> Result<AttachmentRef, ClientError> {
        let id = outgoing.named.id;
        let old = self.epoch_key(key.journal(), outgoing.epoch, id)?;
        let (reader, _) = self.env.store.open(&own_file(id, outgoing.epoch)).await?.ok_or_else(|| damaged(id))?;
        let mut opened = open_attachment(&old, reader).map_err(|_| damaged(id))?;
        let sealer = AttachmentSealer::new(key, opened.name(), opened.size(), opened.mtime());
        let sealer = sealer.map_err(|error| ClientError::NotPossible(error.to_string()))?;
        Ok(seal_into(&*self.env.store, sealer, &own_file(id, key.epoch()), &mut opened).await?.named(id))
    }

    pub(crate) async fn seal_stream(
        &self,
        key: &EpochKey,
        attachment: &Attachment,
        at: Timestamp,
        plain: &mut (dyn Read + Send),
    ) -> Result<SealedAttachment, ClientError> {
        let mtime = u64::try_from(at.unix()).unwrap_or_default();
        let sealer = AttachmentSealer::new(key, &archive_name(attachment), attachment.size, mtime);
        let sealer = sealer
            .map_err(|error| ClientError::File { name: attachment.name.as_str().into(), reason: error.to_string() })?;
        seal_into(&*self.env.store, sealer, &own_file(attachment.id, key.epoch()), plain).await
    }

    /// Returns an attachment as it is stored: from this device if it was sealed here, else from the server.
    pub(crate) async fn sealed_file(&self, journal: JournalId, id: AttachmentId) -> Result<SealedFile, ClientError> {
        let here = match self.outgoing(id) {
            Some(outgoing) => Some((own_file(id, outgoing.epoch), outgoing.epoch)),
            None => {
                let (named, epoch) = self.find_attachment(journal, id).ok_or_else(|| damaged(id))?;
                self.kept_file(&named, epoch).await?.map(|name| (name, epoch))
            }
        };
        let Some((name, epoch)) = here else { return self.fetch_file(journal, id).await };
        let key = self.epoch_key(journal, epoch, id)?;
        let (reader, _) = self.env.store.open(&name).await?.ok_or_else(|| damaged(id))?;
        Ok(SealedFile { key, reader })
    }

    /// Returns the key of an epoch, which a file is sealed to.
    fn epoch_key(&self, journal: JournalId, epoch: u32, file: AttachmentId) -> Result<EpochKey, ClientError> {
        self.keys(journal).and_then(|mut keys| keys.epochs.remove(&epoch)).ok_or_else(|| damaged(file))
    }

    /// Fetches an attachment from the server, verified against the hash in its record's header.
    pub(crate) async fn fetch_file(&self, journal: JournalId, id: AttachmentId) -> Result<SealedFile, ClientError> {
        let (named, epoch) = self.find_attachment(journal, id).ok_or_else(|| damaged(id))?;
        let key = self.epoch_key(journal, epoch, id)?;
        let token = self.token()?;
        let mut stream = self.env.api.get_attachment(&token, journal, id).await?;
        let name = fetched_file(id);
        let mut blob = self.env.store.create(&name).await?;
        let mut hash = Sha256::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| ClientError::Api(crate::api::ApiError::Offline(error)))?;
            hash.update(&chunk);
            write(&mut *blob, &name, &chunk)?;
        }
        if Hash(hash.finalize().into()) != named.sha256 {
            return Err(ClientError::Untrustworthy(format!(
                "the server sent another file than the one that was signed, in place of attachment {id}"
            )));
        }
        blob.finish()?;
        let (reader, _) = self.env.store.open(&name).await?.ok_or_else(|| damaged(id))?;
        Ok(SealedFile { key, reader })
    }

    /// Opens an attachment for reading. What was read is whole only once a read has returned 0 without an error.
    ///
    /// # Errors
    /// [`ClientError::Untrustworthy`] if the server sent something else, [`ClientError::Damaged`] if it does not open.
    pub(crate) async fn opened_file(
        &self,
        journal: JournalId,
        attachment: &Attachment,
    ) -> Result<OpenedAttachment<Box<dyn Read + Send>>, ClientError> {
        let sealed = self.sealed_file(journal, attachment.id).await?;
        open_attachment(&sealed.key, sealed.reader).map_err(|_| damaged(attachment.id))
    }

    /// Writes an attachment out, opened. What was written is whole only if this succeeds.
    ///
    /// # Errors
    /// As for reading it ([`ClientError::Untrustworthy`], [`ClientError::Damaged`], the server's), or
    /// [`ClientError::File`] if it cannot be written.
    pub async fn save_file(
        &self,
        journal: JournalId,
        attachment: &Attachment,
        into: &mut (dyn Write + Send),
    ) -> Result<(), ClientError> {
        let mut opened = self.opened_file(journal, attachment).await?;
        let copied = std::io::copy(&mut opened, into).and_then(|_| into.flush());
        self.forget_fetched(attachment.id).await?;
        copied.map_err(|error| ClientError::of_file(attachment.name.as_str(), &error))
    }

    /// Keeps, of the files of a record that was sent, the sealings that it names: they open without the network, and can be
    /// sent again if the server loses them.
    pub(crate) async fn keep_sent_files(&self, intent: &Intent) -> Result<(), ClientError> {
        let log = self.logs.get(&intent.journal());
        let sent = log.and_then(|log| log.find(intent.record()).filter(|sent| !log.is_withdrawn(sent.header.record)));
        let named: Vec<_> = outgoing(intent).iter().map(|outgoing| outgoing.named).collect();
        self.forget_files(&named, sent.map(|sent| sent.header.epoch)).await
    }

    /// Deletes what this device has sealed of these attachments, but for the sealings to one epoch.
    pub(crate) async fn forget_files(&self, named: &[AttachmentRef], but: Option<u32>) -> Result<(), ClientError> {
        for named in named {
            let kept = but.map(|epoch| own_file(named.id, epoch));
            for sealed in self.env.store.list(&own_files(named.id)).await? {
                if Some(&sealed) != kept.as_ref() {
                    self.env.store.delete(&sealed).await?;
                }
            }
        }
        Ok(())
    }

    /// Returns the name of a file that this device sealed and has kept. One that was damaged meanwhile is thrown away.
    pub(crate) async fn kept_file(&self, named: &AttachmentRef, epoch: u32) -> Result<Option<String>, ClientError> {
        let name = own_file(named.id, epoch);
        if is_whole(&*self.env.store, &name, named).await? {
            return Ok(Some(name));
        }
        self.env.store.delete(&name).await?;
        Ok(None)
    }

    /// Deletes the copy that was fetched of an attachment.
    pub(crate) async fn forget_fetched(&self, id: AttachmentId) -> Result<(), ClientError> {
        Ok(self.env.store.delete(&fetched_file(id)).await?)
    }

    fn outgoing(&self, id: AttachmentId) -> Option<&Outgoing> {
        let intents = self.outbox.iter().flat_map(|item| &item.intents);
        intents.flat_map(outgoing).find(|outgoing| outgoing.named.id == id)
    }
}

/// Seals what comes from `plain` into a blob of this name.
pub(crate) async fn seal_into(
    store: &dyn Store,
    mut sealer: AttachmentSealer,
    name: &str,
    plain: &mut (dyn Read + Send),
) -> Result<SealedAttachment, ClientError> {
    let mut blob = store.create(name).await?;
    let failed = |reason: String| ClientError::File { name: "the file to attach".into(), reason };
    let mut chunk = vec![0; UPLOAD_CHUNK];
    loop {
        let read = plain.read(&mut chunk).map_err(|error| failed(error.to_string()))?;
        if read == 0 {
            break;
        }
        let sealed = sealer.push(&chunk[..read]).map_err(|error| failed(error.to_string()))?;
        write(&mut *blob, name, &sealed)?;
    }
    let (rest, sealed) = sealer.finish().map_err(|error| failed(error.to_string()))?;
    write(&mut *blob, name, &rest)?;
    blob.finish()?;
    Ok(sealed)
}

/// Tells whether the blob of this name is the file that is named.
pub(crate) async fn is_whole(store: &dyn Store, name: &str, named: &AttachmentRef) -> Result<bool, ClientError> {
    let Some((mut reader, _)) = store.open(name).await? else { return Ok(false) };
    let mut hash = HashWriter(Sha256::new());
    Ok(std::io::copy(&mut reader, &mut hash).is_ok() && Hash(hash.0.finalize().into()) == named.sha256)
}

/// An attachment as it is stored, and the key that opens it.
pub(crate) struct SealedFile {
    pub(crate) key: EpochKey,
    pub(crate) reader: Box<dyn Read + Send>,
}

/// Takes the hash of what is written to it.
struct HashWriter(Sha256);

impl Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Returns the name inside the archive: the file's own where that is a plain one, else the attachment's id.
pub(crate) fn archive_name(attachment: &Attachment) -> String {
    let name = attachment.name.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let usable = name.len() <= 100 && name.chars().all(plain) && !name.starts_with(['.', ' ', '-']);
    if usable { name.to_owned() } else { attachment.id.to_string() }
}

fn write(blob: &mut dyn BlobWriter, name: &str, bytes: &[u8]) -> Result<(), ClientError> {
    Ok(blob.write_all(bytes).map_err(|error| StoreError::of(name, &error))?)
}

fn damaged(id: AttachmentId) -> ClientError {
    ClientError::Damaged(format!("attachment {id}"))
}
