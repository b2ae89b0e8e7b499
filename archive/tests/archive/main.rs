//! A backup comes back as it was, or is refused and says why.

#![expect(
    clippy::unwrap_used,
    reason = "all of this crate is tests, and Clippy sees only those that are marked as one"
)]

mod form;
mod refused;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use reverie_archive::{ArchiveWriter, Contents, Part, ReadError, read};
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AttachmentId, JournalId};

const JOURNAL: JournalId = JournalId::from_bytes([0x41; 16]);

fn attachment(number: u8) -> Part {
    Part::Attachment(JOURNAL, AttachmentId::from_bytes([number; 16]))
}

fn made_at() -> DateTime<Utc> {
    "2031-05-01T13:00:00Z".parse().unwrap()
}

/// Writes a backup of these files, leaving the last `unlisted` of them out of its manifest.
fn archive(files: &[(Part, &[u8])], unlisted: usize) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Vec::new(), made_at());
    for (part, bytes) in files {
        let hash = writer.add(*part, bytes.len() as u64, *bytes).unwrap();
        assert_eq!(hash, Hash::of(bytes));
    }
    let left_out: Vec<_> = files.iter().rev().take(unlisted).map(|(part, _)| *part).collect();
    writer.keep_only(|part| !left_out.contains(part));
    writer.finish(Hash::of("the key")).unwrap().0
}

/// Reads a backup and returns what is in it, with the files that belong to it.
fn contents(archive: &[u8]) -> Result<(Contents, BTreeMap<Part, Vec<u8>>), ReadError> {
    let mut files = BTreeMap::new();
    let contents = read(archive, &mut |part, from| {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes)?;
        files.insert(part, bytes);
        Ok(())
    })?;
    for part in &contents.unlisted {
        files.remove(part);
    }
    Ok((contents, files))
}
