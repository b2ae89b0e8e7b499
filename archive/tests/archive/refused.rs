//! Archives that are cut short, changed, sealed, or none at all.

use proptest::prelude::*;
use reverie_archive::{ArchiveWriter, Part, ReadError, read};
use reverie_protocol::hash::Hash;

use super::{archive, attachment, contents, made_at};

fn small() -> Vec<u8> {
    archive(&[(attachment(1), &[7; 700]), (Part::Database, b"rows")], 0)
}

#[test]
fn an_archive_that_is_cut_short_anywhere_is_refused() {
    let whole = small();
    // The end of a tar is two blocks of zeros that say nothing.
    for length in 0..whole.len() - 1024 {
        let refused = contents(&whole[..length]).err();
        assert!(refused.is_some(), "{length} of {} bytes were taken for a backup", whole.len());
    }
    assert!(matches!(contents(&whole[..700]), Err(ReadError::CutShort)));
}

proptest! {
    #[test]
    fn a_changed_byte_changes_nothing_or_is_noticed(at in 0usize..4096, bit in 0u8..8) {
        let whole = small();
        let (_, files) = contents(&whole).unwrap();
        let mut changed = whole.clone();
        let at = at % changed.len();
        changed[at] ^= 1 << bit;
        if let Ok((_, after)) = contents(&changed) {
            prop_assert_eq!(after, files);
        }
    }

    #[test]
    fn whatever_it_is_given_it_says_no_and_nothing_worse(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(contents(&bytes).is_err());
    }
}

#[test]
fn a_damaged_file_is_named() {
    let mut damaged = small();
    damaged[512 + 99] ^= 1;
    assert!(matches!(contents(&damaged), Err(ReadError::Differs(part)) if part == attachment(1)));
}

#[test]
fn a_sealed_backup_and_something_else_are_told_apart() {
    assert!(matches!(contents(b"age-encryption.org/v1\n-> X25519 "), Err(ReadError::Sealed)));
    assert!(matches!(contents(&[b'x'; 4096]), Err(ReadError::NotABackup)));
    assert!(matches!(contents(b""), Err(ReadError::CutShort)));
}

#[test]
fn a_backup_without_a_database_is_none() {
    let without = archive(&[(attachment(1), b"sealed")], 0);
    assert!(matches!(contents(&without), Err(ReadError::Missing(Part::Database))));
}

/// A tar of these entries, made without us.
fn tar(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, kind, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

#[test]
fn nothing_leads_out_of_the_folder() {
    use tar::EntryType::{Directory, GNULongName, Link, Regular, Symlink};
    let entries: [(&str, tar::EntryType, &[u8]); 8] = [
        ("../outside", Regular, b"x"),
        ("/etc/passwd", Regular, b"x"),
        ("database/../../outside", Regular, b"x"),
        ("attachments/41414141414141414141414141414141/01010101-0101-0101-0101-010101010101", Regular, b"x"),
        ("database/reverie.sqlite", Symlink, b""),
        ("keys/opaque-setup", Link, b""),
        ("attachments", Directory, b""),
        ("././@LongLink", GNULongName, b"database/reverie.sqlite\0"),
    ];
    for entry in entries {
        let mut taken = Vec::new();
        let refused = read(tar(&[entry]).as_slice(), &mut |part, _| {
            taken.push(part);
            Ok(())
        });
        assert!(matches!(refused, Err(ReadError::Strange)), "{}", entry.0);
        assert_eq!(taken, [], "{}", entry.0);
    }
}

#[test]
fn a_file_that_comes_twice_or_after_the_manifest_is_refused() {
    let (database, regular) = ("database/reverie.sqlite", tar::EntryType::Regular);
    let twice = tar(&[(database, regular, b"one"), (database, regular, b"two")]);
    assert!(matches!(contents(&twice), Err(ReadError::Strange)));
    let mut after = small();
    after.truncate(after.len() - 1024);
    after.extend(tar(&[(database, regular, b"two")]));
    assert!(matches!(contents(&after), Err(ReadError::Strange)));
}

#[test]
fn a_backup_of_a_newer_version_asks_for_that_version() {
    let newer = tar(&[("manifest.json", tar::EntryType::Regular, b"{\"v\":2,\"chunks\":[]}")]);
    assert!(matches!(contents(&newer), Err(ReadError::Newer(2))));
    let strange = tar(&[("manifest.json", tar::EntryType::Regular, b"{\"v\":1,\"chunks\":[]}")]);
    assert!(matches!(contents(&strange), Err(ReadError::Strange)));
}

#[test]
fn a_file_that_is_shorter_than_it_said_spoils_the_backup() {
    let mut writer = ArchiveWriter::new(Vec::new(), made_at());
    let error = writer.add(attachment(1), 10, b"short".as_slice()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert!(writer.finish(Hash::of("key")).is_ok_and(|(_, manifest)| manifest.files.is_empty()));
}

#[test]
fn a_disk_that_is_full_is_told_from_a_backup_that_is_damaged() {
    let refused = read(small().as_slice(), &mut |_, _| Err(std::io::ErrorKind::StorageFull.into()));
    assert!(matches!(refused, Err(ReadError::Take(part, _)) if part == attachment(1)));
}
