//! Programs that are not ours and open what we sealed: stock `age`, and rage's library as others package it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Opens an age file with stock `age` (Debian's, 1.1 or newer).
///
/// # Panics
/// If `age` is not installed: `make setup` sees to it, and a test that skipped would prove nothing.
pub fn age(identity: &Path, sealed: &Path) -> Output {
    let output = Command::new("age").arg("-d").arg("-i").arg(identity).arg(sealed).stdin(Stdio::null()).output();
    output.expect("`age` is installed; `make setup` does it")
}

/// Opens an age file with rage's code, as PyPI packages it (`pyrage`).
///
/// Debian has no `rage`, and building its program takes minutes. `scripts/setup` puts pyrage into `target/pyrage`.
///
/// # Panics
/// If pyrage is not there.
pub fn rage(identity: &Path, sealed: &Path) -> Output {
    const OPEN: &str = "\
import sys, pyrage
key = next(line for line in open(sys.argv[1]).read().split() if line.startswith('AGE-SECRET-KEY-'))
sys.stdout.buffer.write(pyrage.decrypt(open(sys.argv[2], 'rb').read(), [pyrage.x25519.Identity.from_str(key)]))
";
    let output = Command::new("python3")
        .args(["-c", OPEN])
        .args([identity, sealed])
        .env("PYTHONPATH", pyrage())
        .stdin(Stdio::null())
        .output();
    output.expect("Python is installed; `make setup` does it")
}

/// Returns the files that are inside a tar archive, with the names and bytes that stock `tar` unpacks.
pub fn untar(archive: &[u8], into: &Path) -> Vec<(String, Vec<u8>)> {
    use std::io::Write as _;
    std::fs::create_dir_all(into).expect("the folder is ours");
    let tar = Command::new("tar").arg("-xm").arg("-C").arg(into).stdin(Stdio::piped()).spawn();
    let mut tar = tar.expect("`tar` is installed");
    tar.stdin.take().expect("stdin is piped").write_all(archive).expect("tar reads its archive");
    assert!(tar.wait().is_ok_and(|status| status.success()), "tar unpacks the archive");
    let entries = std::fs::read_dir(into).expect("the folder is ours").map(|entry| entry.expect("the folder is ours"));
    let read = |entry: std::fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("the file is ours"))
    };
    entries.map(read).collect()
}

fn pyrage() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pyrage")
}
