//! A device of its own for each test: an empty home, no settings of whoever runs the tests, no terminal.

use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

/// What a command came to.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub struct Device(TempDir);

impl Device {
    pub fn new() -> Self {
        Self(TempDir::new().expect("the system has room for a folder"))
    }

    pub fn home(&self) -> &Path {
        self.0.path()
    }

    #[must_use = "assert what came of it"]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(cargo_bin("reverie"));
        command.env_clear().env("REVERIE_HOME", self.home()).args(arguments).write_stdin("");
        let output = command.output().expect("cargo built the binary");
        Ran {
            code: output.status.code().expect("nothing kills it"),
            stdout: String::from_utf8(output.stdout).expect("the output is text"),
            stderr: String::from_utf8(output.stderr).expect("the output is text"),
        }
    }
}
