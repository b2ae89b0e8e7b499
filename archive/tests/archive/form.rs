//! What goes in comes out, and stock `tar` agrees.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use reverie_archive::Part;

use super::{archive, attachment, contents, made_at};

proptest! {
    #[test]
    fn what_goes_in_comes_out(files in prop::collection::btree_map(0u8..20, prop::collection::vec(any::<u8>(), 0..2000), 0..8)) {
        let mut all = vec![(Part::Database, b"rows".as_slice())];
        all.extend(files.iter().map(|(number, bytes)| (attachment(*number), bytes.as_slice())));
        let (contents, files) = contents(&archive(&all, 0)).unwrap();
        prop_assert_eq!(contents.manifest.made_at, made_at());
        prop_assert!(contents.unlisted.is_empty());
        let expected: Vec<_> = all.iter().map(|(part, bytes)| (*part, bytes.to_vec())).collect();
        prop_assert_eq!(files.into_iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn what_was_left_out_of_the_manifest_does_not_belong_to_the_backup() {
    let files: [(Part, &[u8]); 3] = [(Part::Database, b"rows"), (attachment(1), b"kept"), (attachment(2), b"erased")];
    let (contents, files) = contents(&archive(&files, 1)).unwrap();
    assert_eq!(contents.unlisted, [attachment(2)]);
    assert_eq!(files.into_keys().collect::<Vec<_>>(), [Part::Database, attachment(1)]);
}

#[test]
fn stock_tar_lists_the_paths_of_a_data_folder() {
    let archive = archive(&[(Part::OpaqueKey, b"key"), (attachment(1), b"sealed"), (Part::Database, b"rows")], 0);
    let mut tar = Command::new("tar").arg("-t").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    tar.stdin.take().unwrap().write_all(&archive).unwrap();
    let output = tar.wait_with_output().unwrap();
    assert!(output.status.success());
    let attachment = attachment(1);
    let listed = format!("keys/opaque-setup\n{attachment}\ndatabase/reverie.sqlite\nmanifest.json\n");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), listed);
    assert_eq!(
        attachment.to_string(),
        "attachments/41414141-4141-4141-4141-414141414141/01010101-0101-0101-0101-010101010101"
    );
}
