//! The form of a server's backup: a tar archive whose paths are those of a data folder, with a manifest as its last file.
//!
//! Whoever reads one believes nothing but the manifest's hashes: a file is what the manifest lists, byte for byte, or the
//! archive is refused. The manifest comes last, so an archive that was cut short has none. Stock `tar` unpacks it too.

#![warn(missing_docs)]

mod hashing;
mod manifest;
mod part;
mod reading;
mod writing;

pub use manifest::{ListedFile, MANIFEST, Manifest};
pub use part::{ParsePartError, Part};
pub use reading::{Contents, ReadError, read};
pub use writing::ArchiveWriter;
