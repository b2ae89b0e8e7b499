//! Reading a backup from a stream, once, and comparing every byte with the manifest.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use reverie_protocol::hash::Hash;
use serde::Deserialize;

use crate::hashing::Hashing;
use crate::manifest::{MANIFEST, Manifest, VERSION};
use crate::part::Part;

/// Bytes of a manifest: enough for some five million files.
const MANIFEST_BYTES: u64 = 1024 * 1024 * 1024;
/// How every age file begins.
const AGE: &[u8] = b"age-encryption.org/";

/// Why a backup cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is an age file.
    #[error("this backup is sealed, and this server cannot open it")]
    Sealed,
    /// It is something else.
    #[error("this is not a backup of a Reverie server")]
    NotABackup,
    /// It ends too early.
    #[error("the backup is cut short: its manifest, which comes last, is not there")]
    CutShort,
    /// A newer program made it.
    #[error("the backup was made by a newer version of reverie-server (format {0}); use that version")]
    Newer(u32),
    /// It has something in it that no backup has, or something twice.
    #[error("the backup holds something that no backup of Reverie holds")]
    Strange,
    /// A file is not what the manifest lists.
    #[error("{0} in the backup is not what its manifest lists: the backup was damaged or changed")]
    Differs(Part),
    /// A listed file is not there.
    #[error("{0} is missing in the backup")]
    Missing(Part),
    /// The archive could not be read.
    #[error("the backup cannot be read")]
    Read(#[source] io::Error),
    /// Whoever takes the files could not take one.
    #[error("{0} could not be written")]
    Take(Part, #[source] io::Error),
}

/// What was in a backup.
#[derive(Debug)]
pub struct Contents {
    /// The manifest; every file that it lists was there, byte for byte.
    pub manifest: Manifest,
    /// Files that were in the archive and do not belong to the backup. Whoever took them throws them away.
    pub unlisted: Vec<Part>,
}

/// Hands each file of a backup to `take` as it comes, and tells at the end whether they were what the manifest lists.
///
/// Until this returns, nothing that was taken is to be believed.
///
/// # Errors
/// [`ReadError`].
pub fn read(
    archive: impl Read,
    take: &mut dyn FnMut(Part, &mut dyn Read) -> io::Result<()>,
) -> Result<Contents, ReadError> {
    let mut archive = tar::Archive::new(unsealed(archive)?);
    let mut files = BTreeMap::new();
    let mut manifest = None;
    // Raw: no extension of tar may give an entry another name or size than its header has.
    for entry in archive.entries().map_err(ReadError::Read)?.raw(true) {
        let mut entry = entry.map_err(|error| if files.is_empty() { ReadError::NotABackup } else { cut(error) })?;
        let regular = entry.header().entry_type() == tar::EntryType::Regular;
        let path = String::from_utf8(entry.header().path_bytes().into_owned()).map_err(|_| ReadError::Strange)?;
        if manifest.is_some() || !regular {
            return Err(ReadError::Strange);
        }
        let size = entry.size();
        if path == MANIFEST {
            manifest = Some(parse(&mut entry, size)?);
            continue;
        }
        let part: Part = path.parse().map_err(|_| ReadError::Strange)?;
        let mut hashing = Hashing::new(entry);
        take(part, &mut hashing).map_err(|error| ReadError::Take(part, error))?;
        let (sha256, read) = hashing.finish().map_err(cut)?;
        if read != size {
            return Err(ReadError::CutShort);
        }
        if files.insert(part, (sha256, size)).is_some() {
            return Err(ReadError::Strange);
        }
    }
    compare(manifest.ok_or(ReadError::CutShort)?, files)
}

/// Returns the archive whole again, unless it begins like an age file.
fn unsealed<R: Read>(mut archive: R) -> Result<io::Chain<Cursor<Vec<u8>>, R>, ReadError> {
    let mut first = Vec::with_capacity(AGE.len());
    archive.by_ref().take(AGE.len() as u64).read_to_end(&mut first).map_err(ReadError::Read)?;
    if first == AGE {
        return Err(ReadError::Sealed);
    }
    Ok(Cursor::new(first).chain(archive))
}

fn cut(error: io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => ReadError::CutShort,
        _ => ReadError::Read(error),
    }
}

fn parse(entry: &mut impl Read, size: u64) -> Result<Manifest, ReadError> {
    /// What every version has.
    #[derive(Deserialize)]
    struct Versioned {
        v: u32,
    }
    let mut json = Vec::new();
    entry.take(MANIFEST_BYTES).read_to_end(&mut json).map_err(cut)?;
    if json.len() as u64 != size {
        return Err(ReadError::CutShort);
    }
    match serde_json::from_slice::<Versioned>(&json) {
        Ok(Versioned { v: VERSION }) => serde_json::from_slice(&json).map_err(|_| ReadError::Strange),
        Ok(Versioned { v }) => Err(ReadError::Newer(v)),
        Err(_) => Err(ReadError::Strange),
    }
}

fn compare(manifest: Manifest, mut files: BTreeMap<Part, (Hash, u64)>) -> Result<Contents, ReadError> {
    for listed in &manifest.files {
        match files.remove(&listed.path) {
            Some(there) if there == (listed.sha256, listed.size) => {}
            Some(_) => return Err(ReadError::Differs(listed.path)),
            None => return Err(ReadError::Missing(listed.path)),
        }
    }
    if !manifest.files.iter().any(|file| file.path == Part::Database) {
        return Err(ReadError::Missing(Part::Database));
    }
    Ok(Contents { manifest, unlisted: files.into_keys().collect() })
}
