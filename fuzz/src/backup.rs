//! A server's backup, as somebody hands it over to be restored.

use reverie_archive::read;

/// Reads a backup. What is taken before the end is thrown away, as restoring does when the end is not as it should be.
pub fn backup(bytes: &[u8]) {
    let mut taken = 0;
    let read = read(bytes, &mut |_, from| {
        taken += std::io::copy(from, &mut std::io::sink())?;
        Ok(())
    });
    assert!(taken <= bytes.len() as u64, "more came out than went in");
    if let Ok(contents) = read {
        let listed: u64 = contents.manifest.files.iter().map(|file| file.size).sum();
        assert!(listed <= taken, "the manifest lists what was not there");
    }
}
