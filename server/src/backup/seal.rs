//! Sealing a backup to an age recipient, by the stock program `age`: this server has no code that seals or opens.
//!
//! What `age` gives is hashed on its way to the disk, so that reading it back proves that the disk has it.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use reverie_protocol::hash::Hash;
use sha2::{Digest as _, Sha256};

/// Bytes read from `age` at once.
const CHUNK: usize = 256 * 1024;

/// Why a backup was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The program is not there.
    #[error(
        "`age`, which seals backups, is not installed; install it (Debian: `apt install age`), or leave out --seal-to"
    )]
    NoAge,
    /// It gave up.
    #[error("`age` did not seal the backup; is the recipient right? It looks like age1…")]
    Refused,
    /// It could not be run, or what it gave could not be written.
    #[error("the sealed backup could not be written")]
    Io(#[from] io::Error),
}

/// A run of `age` that seals what is written to it.
pub struct Seal {
    age: Child,
    copying: JoinHandle<io::Result<Hash>>,
}

impl Seal {
    /// Starts `age`; what it gives goes to `into`. Returns the place to write to as well.
    ///
    /// # Errors
    /// [`SealError::NoAge`], or what starting came to.
    pub fn start(recipient: &str, mut into: File) -> Result<(Self, ChildStdin), SealError> {
        let mut command = Command::new("age");
        command.arg("--encrypt").arg(format!("--recipient={recipient}"));
        let mut age = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound { SealError::NoAge } else { SealError::Io(error) }
        })?;
        let (stdin, stdout) = (age.stdin.take(), age.stdout.take());
        let (stdin, mut stdout) =
            stdin.zip(stdout).ok_or_else(|| io::Error::other("`age` was started without pipes"))?;
        let copying = std::thread::spawn(move || {
            let (mut sha256, mut chunk) = (Sha256::new(), vec![0; CHUNK]);
            loop {
                let read = stdout.read(&mut chunk)?;
                if read == 0 {
                    into.sync_all()?;
                    return Ok(Hash(sha256.finalize().into()));
                }
                sha256.update(&chunk[..read]);
                into.write_all(&chunk[..read])?;
            }
        });
        Ok((Self { age, copying }, stdin))
    }

    /// Waits until all is sealed and on disk, and returns the hash of what is there. The writing end must be closed.
    ///
    /// # Errors
    /// [`SealError::Refused`] if `age` failed, or what writing came to.
    pub fn finish(mut self) -> Result<Hash, SealError> {
        // First: a disk that is full also makes `age` fail, and is the reason that helps.
        let written = self.copying.join().map_err(|_| io::Error::other("the thread that writes the backup stopped"))?;
        let sealed = self.age.wait()?;
        let hash = written?;
        if sealed.success() { Ok(hash) } else { Err(SealError::Refused) }
    }
}
