//! No command leaves its memory to others: whatever it holds, no core dump of it is written.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;

/// Returns the soft and the hard limit of core dumps of a process.
fn core_limits(process: &str) -> Vec<String> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    line.split_whitespace().skip(4).take(2).map(str::to_owned).collect()
}

#[test]
fn a_command_that_runs_leaves_no_core_dump() {
    assert_ne!(core_limits("self")[1], "0", "positive control: this machine would let it");
    // More than a pipe takes at once, so the command waits for its reader while it is looked at.
    let mut command = Command::new(cargo_bin("reverie"))
        .env_clear()
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = command.stdout.take().unwrap();
    let mut first = [0];
    out.read_exact(&mut first).unwrap();
    assert_eq!(core_limits(&command.id().to_string()), ["0", "0"]);
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    assert!(rest.len() > 1 << 16, "it did wait");
    assert!(command.wait().unwrap().success());
}
