//! Counting and hashing what is read, while it is read.

use std::io::{self, Read};

use reverie_protocol::hash::Hash;
use sha2::{Digest as _, Sha256};

/// A reader that knows what went through it.
pub(crate) struct Hashing<R> {
    from: R,
    sha256: Sha256,
    size: u64,
}

impl<R: Read> Hashing<R> {
    pub(crate) fn new(from: R) -> Self {
        Self { from, sha256: Sha256::new(), size: 0 }
    }

    /// Reads what is left, and returns hash and size of everything.
    pub(crate) fn finish(mut self) -> io::Result<(Hash, u64)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((Hash(self.sha256.finalize().into()), self.size))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.sha256.update(&buffer[..read]);
        self.size += read as u64;
        Ok(read)
    }
}
