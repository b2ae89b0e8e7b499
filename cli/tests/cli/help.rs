//! The reference of the command line is the help of every command, as it is.

use std::fs;
use std::path::Path;

#[test]
fn the_reference_says_what_the_commands_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let reference = reverie_cli::reference();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, &reference).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == reference,
        "docs/cli.md is stale. To write it anew: UPDATE_REFERENCE=1 cargo test -p reverie --test cli"
    );
}
