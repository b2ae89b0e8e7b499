//! Writing a backup, file after file, to anything that takes bytes: a disk, a pipe, a program that seals.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use chrono::{DateTime, Utc};
use reverie_protocol::hash::Hash;

use crate::hashing::Hashing;
use crate::manifest::{ListedFile, MANIFEST, Manifest, VERSION};
use crate::part::Part;

/// A backup that is being written. It is none until [`Self::finish`].
pub struct ArchiveWriter<W: Write> {
    tar: tar::Builder<W>,
    made_at: DateTime<Utc>,
    files: BTreeMap<Part, (Hash, u64)>,
}

impl<W: Write> ArchiveWriter<W> {
    /// Begins a backup that shows the server as it was at `made_at`.
    pub fn new(to: W, made_at: DateTime<Utc>) -> Self {
        Self { tar: tar::Builder::new(to), made_at, files: BTreeMap::new() }
    }

    /// Adds a file of exactly `size` bytes and returns its hash. After an error the archive is worth nothing.
    ///
    /// # Errors
    /// What reading or writing came to; [`io::ErrorKind::UnexpectedEof`] if there are fewer bytes.
    pub fn add(&mut self, part: Part, size: u64, from: impl Read) -> io::Result<Hash> {
        let mut hashing = Hashing::new(from.take(size));
        self.tar.append(&header(&part.to_string(), size, self.made_at)?, &mut hashing)?;
        let (sha256, read) = hashing.finish()?;
        if read != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.files.insert(part, (sha256, size));
        Ok(sha256)
    }

    /// Tells whether a file was added.
    pub fn holds(&self, part: &Part) -> bool {
        self.files.contains_key(part)
    }

    /// Leaves out of the manifest what is in the archive already and does not belong to the backup.
    pub fn keep_only(&mut self, belongs: impl Fn(&Part) -> bool) {
        self.files.retain(|part, _| belongs(part));
    }

    /// Adds the manifest and ends the archive.
    ///
    /// # Errors
    /// What writing came to.
    pub fn finish(mut self, opaque_key_sha256: Hash) -> io::Result<(W, Manifest)> {
        let list = |(path, (sha256, size))| ListedFile { path, sha256, size };
        let files = self.files.into_iter().map(list).collect();
        let manifest = Manifest { v: VERSION, made_at: self.made_at, opaque_key_sha256, files };
        let mut json = serde_json::to_vec_pretty(&manifest).expect("a manifest has only text keys, so it is JSON");
        json.push(b'\n');
        self.tar.append(&header(MANIFEST, json.len() as u64, self.made_at)?, json.as_slice())?;
        Ok((self.tar.into_inner()?, manifest))
    }
}

fn header(path: &str, size: u64, at: DateTime<Utc>) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_gnu();
    header.set_path(path)?;
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header.set_mtime(u64::try_from(at.timestamp()).unwrap_or_default());
    header.set_cksum();
    Ok(header)
}
