//! The memory of a running process, as somebody reads it who can become its user, or who has a core dump of it.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::process::Command;

const PAGE: usize = 4096;
/// Bytes read at once.
const CHUNK: usize = 4 * 1024 * 1024;

/// Returns everything that a process holds in memory that it can write to: heap, stacks, buffers, the database's cache.
/// Pages that were never used are left out; those that follow each other stay together.
///
/// # Panics
/// If the process is gone or not ours: a search through nothing would prove nothing.
pub fn of(process: u32) -> Vec<u8> {
    let found = closed(process);
    assert!(found.len() > CHUNK, "a running server holds more than {} bytes", found.len());
    found
}

/// The same, of a small process that closes its memory to its own user: only root reads it (see [`as_root`]).
///
/// # Panics
/// If the process is gone or not ours.
pub fn closed(process: u32) -> Vec<u8> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("the process runs, and is ours to read");
    let memory = File::open(format!("/proc/{process}/mem")).expect("the process is ours to read");
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (range, rights) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').expect("a map names its range");
        let address = |text| u64::from_str_radix(text, 16).expect("addresses are hexadecimal");
        copy(&memory, address(from), address(to), &mut found);
        found.push(b'\n');
    }
    found
}

/// Tells how often these bytes stand in what a process can write to that closes its memory.
pub fn times(process: u32, needle: &[u8]) -> usize {
    memchr::memmem::find_iter(&closed(process), needle).count()
}

/// Tells whether this process may read what is closed to its user. If it is not root it runs the same test again as root of
/// a namespace of its own, and there is nothing left to do here.
///
/// # Panics
/// If that fails, or this system has no such namespaces: a search that was left out proves nothing.
pub fn as_root(test: &str) -> bool {
    if fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        return true;
    }
    let again = std::env::current_exe().and_then(|program| {
        Command::new("unshare").arg("--map-root-user").arg(program).args(["--exact", test, "--nocapture"]).status()
    });
    assert!(
        again.is_ok_and(|status| status.success()),
        "{test} searches memory that only root reads, and did not go through as root of a namespace of its own. If there is no \
         failure above, this system allows none: run the tests as root."
    );
    false
}

fn copy(memory: &File, from: u64, to: u64, found: &mut Vec<u8>) {
    let mut buffer = vec![0; CHUNK];
    let mut at = from;
    while at < to {
        let length = usize::try_from(to - at).unwrap_or(CHUNK).min(CHUNK);
        // What vanished since the map was read, and what the kernel keeps for itself, cannot be read.
        let Ok(read) = memory.read_at(&mut buffer[..length], at) else { return };
        if read == 0 {
            return;
        }
        let used = buffer[..read].chunks(PAGE).filter(|page| page.iter().any(|byte| *byte != 0));
        used.for_each(|page| found.extend_from_slice(page));
        at += read as u64;
    }
}
