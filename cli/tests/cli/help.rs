//! The reference of the command line is the help of every command, as it is.

use std::fs;
use std::path::Path;

use crate::support::Device;

/// Compares a page with what it is made from, or writes it anew.
fn is_fresh(page: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, made).expect("the repository can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/{page} is stale. To write it anew: UPDATE_REFERENCE=1 cargo test -p reverie --test cli"
    );
}

#[test]
fn the_reference_says_what_the_commands_say() {
    is_fresh("cli.md", &reverie_cli::reference());
}

#[test]
fn the_page_of_words_says_what_is_said() {
    is_fresh("words.md", &reverie_cli::words_page());
}

#[test]
fn every_command_explains_itself_with_examples() {
    let device = Device::new();
    let help = device.run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    let commands = help
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("For "))
        .take_while(|line| !line.starts_with("Options"));
    let names: Vec<_> = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names.iter().filter(|name| **name != "admin") {
        let help = device.run(&[name, "--help"]);
        assert_eq!(help.code, 0);
        assert!(help.stdout.contains(&format!("  reverie {name}")), "{name}");
    }
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Device::new().run(&["completions", shell]);
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.contains("reverie"), "{shell}");
    }
}
