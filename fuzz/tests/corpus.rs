//! Every target runs over its committed corpus on stable Rust, and none is without one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reverie_fuzz::TARGETS;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn no_target_panics_on_its_corpus_or_on_a_part_of_it() {
    for (name, target) in TARGETS {
        let seeds: Vec<_> = fs::read_dir(folder("corpus").join(name)).unwrap().collect();
        assert!(!seeds.is_empty(), "{name} has no corpus");
        for seed in seeds {
            let bytes = fs::read(seed.unwrap().path()).unwrap();
            target(&bytes);
            for part in 0..16 {
                target(&bytes[..bytes.len() * part / 16]);
            }
        }
    }
}

#[test]
fn every_target_has_its_file_and_its_corpus_and_no_more() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&folder("fuzz_targets")), targets);
    assert_eq!(names(&folder("corpus")), targets);
}
