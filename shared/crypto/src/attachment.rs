//! Attachments: a voice memo, drawing or photo, sealed as a stream with little memory.
//!
//! Inside is a one-file ustar archive (POSIX.1-1988), which keeps name and time, with zeros after it up to Padmé:
//! `age -d | tar -x` gives the file back. Which record an attachment belongs to is not inside: the signed header names
//! its SHA-256 and size.

use std::io::{self, Read, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use age::stream::{StreamReader, StreamWriter};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::AttachmentRef;
use reverie_protocol::ids::AttachmentId;
use reverie_protocol::limits;
use sha2::{Digest as _, Sha256};

use crate::epoch::EpochKey;

/// age's STREAM seals chunks of this size, each with a tag.
const CHUNK: u64 = 64 * 1024;
const CHUNK_TAG: u64 = 16;

mod archive;

/// Why a file cannot be sealed as an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealAttachmentError {
    /// The name is empty, a path, or holds control characters.
    #[error("this file name cannot be kept; use a plain name without folders or colons, at most 100 bytes long")]
    BadName,
    /// Sealed, the file would be over [`limits::ATTACHMENT_BYTES`].
    #[error("the file is too large; an attachment can have up to 512 MiB with its padding")]
    TooLarge,
    /// More or fewer bytes came than were announced.
    #[error("the file changed while it was read; try again")]
    SizeChanged,
}

/// Why an attachment does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenAttachmentError {
    /// The file does not open with the epoch's key.
    #[error("the attachment does not open with the journal's key")]
    DoesNotOpen,
    /// It opens, but what is inside is not one plainly named file.
    #[error("the attachment opens, but it is not a single, plainly named file")]
    Malformed,
    /// Reading the sealed bytes failed.
    #[error("the attachment could not be read: {0}")]
    Io(#[from] io::Error),
}

/// What is known of an attachment once it is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedAttachment {
    /// SHA-256 of the sealed file.
    pub sha256: Hash,
    /// Its size in bytes.
    pub size: u64,
}

impl SealedAttachment {
    /// Returns what a record's header says of the attachment.
    pub const fn named(self, id: AttachmentId) -> AttachmentRef {
        AttachmentRef { id, sha256: self.sha256, size: self.size }
    }
}

/// Seals one attachment, chunk by chunk: `age(epoch recipient, ustar(name, mtime, file) padded with zeros)`.
pub struct AttachmentSealer {
    stream: StreamWriter<Outbox>,
    outbox: Outbox,
    sha256: Sha256,
    taken: u64,
    file_bytes: u64,
    sealed_bytes: u64,
    sealed_total: u64,
}

impl AttachmentSealer {
    /// Begins a file of exactly `size` bytes, last changed `mtime` seconds after 1970.
    ///
    /// # Errors
    /// [`SealAttachmentError::BadName`] and [`SealAttachmentError::TooLarge`].
    pub fn new(key: &EpochKey, name: &str, size: u64, mtime: u64) -> Result<Self, SealAttachmentError> {
        Self::sealed_to(&key.identity.to_recipient(), name, size, mtime)
    }

    /// Begins such a file, sealed to any one recipient.
    pub(crate) fn sealed_to(
        recipient: &dyn age::Recipient,
        name: &str,
        size: u64,
        mtime: u64,
    ) -> Result<Self, SealAttachmentError> {
        if size > limits::ATTACHMENT_BYTES {
            return Err(SealAttachmentError::TooLarge);
        }
        let header = archive::header(name, size, mtime).ok_or(SealAttachmentError::BadName)?;
        let outbox = Outbox::default();
        let mut stream = age::Encryptor::with_recipients(std::iter::once(recipient))
            .and_then(|encryptor| Ok(encryptor.wrap_output(outbox.clone())?))
            .expect("one recipient is there, and writing to memory does not fail");
        let inside = archive::padded_bytes(size);
        let sealed_total = outbox.len() + inside + inside.div_ceil(CHUNK) * CHUNK_TAG;
        if sealed_total > limits::ATTACHMENT_BYTES {
            return Err(SealAttachmentError::TooLarge);
        }
        stream.write_all(header.as_bytes()).expect("writing to memory does not fail");
        Ok(Self { stream, outbox, sha256: Sha256::new(), taken: 0, file_bytes: size, sealed_bytes: 0, sealed_total })
    }

    /// Returns how many bytes the sealed file will have.
    pub const fn sealed_size(&self) -> u64 {
        self.sealed_total
    }

    /// Takes the file's next bytes and returns the sealed bytes that are ready, often none.
    ///
    /// # Errors
    /// [`SealAttachmentError::SizeChanged`] if more comes than was announced.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, SealAttachmentError> {
        if bytes.len() as u64 > self.file_bytes - self.taken {
            return Err(SealAttachmentError::SizeChanged);
        }
        self.taken += bytes.len() as u64;
        self.stream.write_all(bytes).expect("writing to memory does not fail");
        Ok(self.take_ready())
    }

    /// Ends the file and returns its last sealed bytes, which hold all the padding: at most 12 % of the file, 3 % of a
    /// large one.
    ///
    /// # Errors
    /// [`SealAttachmentError::SizeChanged`] if less came than was announced.
    pub fn finish(mut self) -> Result<(Vec<u8>, SealedAttachment), SealAttachmentError> {
        if self.taken != self.file_bytes {
            return Err(SealAttachmentError::SizeChanged);
        }
        let zeros = archive::padded_bytes(self.file_bytes) - archive::BLOCK - self.file_bytes;
        io::copy(&mut io::repeat(0).take(zeros), &mut self.stream).expect("writing to memory does not fail");
        let mut last = self.take_ready();
        self.stream.finish().expect("writing to memory does not fail");
        let end = self.outbox.take();
        self.sha256.update(&end);
        self.sealed_bytes += end.len() as u64;
        last.extend(end);
        Ok((last, SealedAttachment { sha256: Hash(self.sha256.finalize().into()), size: self.sealed_bytes }))
    }

    fn take_ready(&mut self) -> Vec<u8> {
        let ready = self.outbox.take();
        self.sha256.update(&ready);
        self.sealed_bytes += ready.len() as u64;
        ready
    }
}

/// Where the stream leaves sealed bytes until somebody takes them.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Outbox {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn len(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }
}

impl io::Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An opened attachment: reads as the file's bytes.
///
/// What was read is whole and unaltered only once a read has returned 0: write to a temporary place until then. The
/// last read checks that nothing but zeros follows and that the stream was not cut short.
pub struct OpenedAttachment<R: Read> {
    stream: StreamReader<R>,
    name: String,
    size: u64,
    mtime: u64,
    left: u64,
    ended: bool,
}

impl<R: Read> std::fmt::Debug for OpenedAttachment<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // No name: what a file is called is content.
        f.debug_struct("OpenedAttachment").field("size", &self.size).finish_non_exhaustive()
    }
}

/// Opens an attachment for reading; memory does not grow with its size.
///
/// # Errors
/// [`OpenAttachmentError`]. A name that could leave the folder that it is written to is `Malformed`.
pub fn open_attachment<R: Read>(key: &EpochKey, sealed: R) -> Result<OpenedAttachment<R>, OpenAttachmentError> {
    open_with(&key.identity, sealed)
}

/// Opens such a file with any one identity.
pub(crate) fn open_with<R: Read>(
    identity: &dyn age::Identity,
    sealed: R,
) -> Result<OpenedAttachment<R>, OpenAttachmentError> {
    let decryptor = age::Decryptor::new(sealed).map_err(refused)?;
    let mut stream = decryptor.decrypt(std::iter::once(identity)).map_err(refused)?;
    let mut block = [0; archive::BLOCK as usize];
    stream.read_exact(&mut block).map_err(|error| refused(error.into()))?;
    let (name, size, mtime) = archive::read_header(&block).ok_or(OpenAttachmentError::Malformed)?;
    Ok(OpenedAttachment { stream, name, size, mtime, left: size, ended: false })
}

impl<R: Read> OpenedAttachment<R> {
    /// Returns the file's name: one plain component, never a path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the file's size in bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns when the file was last changed, in seconds after 1970, as its author's device said.
    pub const fn mtime(&self) -> u64 {
        self.mtime
    }

    /// Reads everything after the file: at least the archive's end, zeros only, up to the stream's last chunk.
    fn read_end(&mut self) -> io::Result<()> {
        let mut zeros = 0;
        let mut buffer = [0; 8 * 1024];
        loop {
            let read = self.stream.read(&mut buffer)?;
            if buffer[..read].iter().any(|byte| *byte != 0) {
                return Err(not_one_file());
            }
            zeros += read as u64;
            if read == 0 {
                let whole = zeros >= archive::least_end_bytes(self.size);
                return if whole { Ok(()) } else { Err(not_one_file()) };
            }
        }
    }
}

impl<R: Read> Read for OpenedAttachment<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.left > 0 {
            let want = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
            let read = self.stream.read(&mut buffer[..want])?;
            if read == 0 {
                return Err(not_one_file());
            }
            self.left -= read as u64;
            return Ok(read);
        }
        if !self.ended {
            self.read_end()?;
            self.ended = true;
        }
        Ok(0)
    }
}

/// Tells an altered file from one that could not be read.
fn refused(error: age::DecryptError) -> OpenAttachmentError {
    match error {
        age::DecryptError::Io(error)
            if !matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData) =>
        {
            OpenAttachmentError::Io(error)
        }
        _ => OpenAttachmentError::DoesNotOpen,
    }
}

fn not_one_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, OpenAttachmentError::Malformed.to_string())
}
