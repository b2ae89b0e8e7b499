//! Attachments: what comes back, what stock tools see, what a hostile member can put inside.

use std::io::Read as _;

use proptest::prelude::*;
use reverie_crypto::attachment::{OpenAttachmentError, SealAttachmentError};
use reverie_crypto::{AttachmentSealer, EpochKey, SealedAttachment, open_attachment};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::limits;
use secrecy::ExposeSecret as _;

use crate::fixtures::{field, flipped, journal, rng, seal_as_member, shell, vector};

const MTIME: u64 = 1_935_316_800;

fn key() -> EpochKey {
    EpochKey::make(journal(), 0, &mut rng(1))
}

fn seal(name: &str, file: &[u8], chunk: usize) -> (Vec<u8>, SealedAttachment) {
    let mut sealer = AttachmentSealer::new(&key(), name, file.len() as u64, MTIME).expect("a plain name");
    let announced = sealer.sealed_size();
    let mut sealed = Vec::new();
    for piece in file.chunks(chunk.max(1)) {
        sealed.extend(sealer.push(piece).expect("as announced"));
    }
    let (end, info) = sealer.finish().expect("as announced");
    sealed.extend(end);
    assert_eq!((sealed.len() as u64, announced), (info.size, info.size));
    assert_eq!(Hash::of(&sealed), info.sha256);
    (sealed, info)
}

fn open(sealed: &[u8]) -> Result<Vec<u8>, String> {
    let mut opened = open_attachment(&key(), sealed).map_err(|error| error.to_string())?;
    let mut file = Vec::new();
    opened.read_to_end(&mut file).map_err(|error| error.to_string())?;
    Ok(file)
}

/// A tar archive of these files, with the archive's end, as a member could make one.
fn archive(files: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, file) in files {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o600);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(file.len() as u64);
        header.set_mtime(MTIME);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(file);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

#[test]
fn an_attachment_keeps_name_time_and_bytes() {
    let (sealed, _) = seal("drawing of the estuary.png", b"not a png", 4);
    let opened = open_attachment(&key(), sealed.as_slice()).unwrap();
    assert_eq!((opened.name(), opened.size(), opened.mtime()), ("drawing of the estuary.png", 9, MTIME));
    assert_eq!(open(&sealed).unwrap(), b"not a png");
}

#[test]
fn stock_age_and_tar_give_the_file_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(folder.path().join("epoch.key"), key().to_identity_file().expose_secret()).unwrap();
    std::fs::write(folder.path().join("memo.age"), seal("tide.m4a", &file, 10_000).0).unwrap();
    let line = "age -d -i epoch.key -o memo.tar memo.age && tar -xf memo.tar && tar -tf memo.tar";
    let out = shell(folder.path(), line);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(out.stdout, b"tide.m4a\n");
    assert_eq!(std::fs::read(folder.path().join("tide.m4a")).unwrap(), file);
}

#[test]
fn an_attachment_of_another_epoch_does_not_open() {
    let (sealed, _) = seal("tide.m4a", b"waves", 5);
    let later = EpochKey::make(journal(), 1, &mut rng(2));
    assert!(matches!(open_attachment(&later, sealed.as_slice()), Err(OpenAttachmentError::DoesNotOpen)));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_not_sealed() {
    let mut sealer = AttachmentSealer::new(&key(), "tide.m4a", 5, MTIME).unwrap();
    assert_eq!(sealer.push(b"longer than five"), Err(SealAttachmentError::SizeChanged));
    sealer.push(b"wav").unwrap();
    assert_eq!(sealer.finish().err(), Some(SealAttachmentError::SizeChanged));
}

#[test]
fn a_file_over_the_limit_is_refused_before_it_is_read() {
    for size in [limits::ATTACHMENT_BYTES, limits::ATTACHMENT_BYTES + 1, u64::MAX] {
        let refused = AttachmentSealer::new(&key(), "tide.m4a", size, MTIME).err();
        assert_eq!(refused, Some(SealAttachmentError::TooLarge));
    }
}

#[test]
fn names_that_are_paths_are_refused_by_both_sides() {
    let long = "a".repeat(101);
    for name in ["", ".", "..", "/etc/passwd", "../up", "a/b", "a\\b", "C:up", "bell\u{7}", long.as_str()] {
        let refused = AttachmentSealer::new(&key(), name, 1, MTIME).err();
        assert_eq!(refused, Some(SealAttachmentError::BadName), "sealing {name:?}");
        if name.len() <= 100 {
            let sealed = seal_as_member(&key(), &archive(&[(name, tar::EntryType::Regular, b"x")]));
            assert!(open(&sealed).is_err(), "opening {name:?}");
        }
    }
}

#[test]
fn an_archive_of_anything_but_one_plain_file_is_refused() {
    use tar::EntryType::{Directory, Regular, Symlink};
    let one = archive(&[("one", Regular, b"1")]);
    assert_eq!(open(&seal_as_member(&key(), &one)).unwrap(), b"1", "the test's own archives are good");

    let mut garbage = one.clone();
    garbage.extend_from_slice(&[0; 4096]);
    garbage.push(1);
    let cases = [
        ("two files", archive(&[("one", Regular, b"1"), ("two", Regular, b"2")])),
        ("a link", archive(&[("one", Symlink, b"")])),
        ("a folder", archive(&[("one", Directory, b"")])),
        ("bytes after the end", garbage),
        ("no end", one[..1024].to_vec()),
        ("half a file", one[..512].to_vec()),
        ("nothing", Vec::new()),
        ("a wrong checksum", [&[b'0'; 512][..], &one[512..]].concat()),
    ];
    for (what, inside) in cases {
        assert!(open(&seal_as_member(&key(), &inside)).is_err(), "{what}");
    }
}

#[test]
fn the_sealer_holds_no_more_than_a_few_chunks() {
    let chunk = vec![7; 1024 * 1024];
    let mut sealer = AttachmentSealer::new(&key(), "long.m4a", 24 * 1024 * 1024, MTIME).unwrap();
    for _ in 0..24 {
        assert!(sealer.push(&chunk).unwrap().len() < chunk.len() + 256 * 1024);
    }
    let (end, _) = sealer.finish().unwrap();
    assert!(end.len() < 1024 * 1024, "the padding of 24 MiB is small");
}

#[test]
fn the_permanent_vector_opens() {
    let vector = vector("journal.json");
    let file: String = field(&vector, "identity_file");
    let key = EpochKey::parse(field(&vector, "journal"), field(&vector, "epoch"), &file).unwrap();
    let attachment = &vector["attachment"];
    let B64(sealed) = field(attachment, "sealed");
    assert_eq!(Hash::of(&sealed), field(attachment, "sha256"));
    let mut opened = open_attachment(&key, sealed.as_slice()).unwrap();
    assert_eq!(opened.name(), field::<String>(attachment, "name"));
    let mut bytes = Vec::new();
    opened.read_to_end(&mut bytes).unwrap();
    assert_eq!(B64(bytes), field(attachment, "file"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn files_come_back_however_they_are_cut(
        file in prop::collection::vec(any::<u8>(), 0..150_000), chunk in 1_usize..100_000
    ) {
        let (sealed, _) = seal("tide.m4a", &file, chunk);
        prop_assert!(open(&sealed) == Ok(file));
    }

    #[test]
    fn files_of_nearly_one_size_cannot_be_told_apart(size in 100_000_usize..=100_864) {
        // Rounded to blocks and with the 1536 bytes of tar, all of these are padded to 102 400.
        let plain = |size| {
            let sealed = seal("tide.m4a", &vec![1; size], 65_536).0;
            let header = sealed.windows(4).position(|window| window == b"--- ").unwrap();
            sealed.len() - header
        };
        prop_assert_eq!(plain(size), plain(100_000));
    }

    #[test]
    fn an_attachment_with_any_bit_flipped_is_refused(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (sealed, _) = seal("tide.m4a", &[3; 70_000], 70_000);
        prop_assert!(open(&flipped(&sealed, at, bit)).is_err());
    }

    #[test]
    fn an_attachment_cut_short_is_refused(at in any::<prop::sample::Index>()) {
        let (sealed, _) = seal("tide.m4a", &[3; 140_000], 70_000);
        prop_assert!(open(&sealed[..at.index(sealed.len())]).is_err());
    }

    #[test]
    fn whatever_a_member_seals_is_opened_or_refused(inside in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(open(&seal_as_member(&key(), &inside)).is_err());
    }
}
