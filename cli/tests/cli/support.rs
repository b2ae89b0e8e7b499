//! A device of its own for each test: an empty home, no settings of whoever runs the tests, no terminal.

use std::path::Path;

use assert_cmd::Command;
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
        Self(TempDir::new().unwrap())
    }

    pub fn home(&self) -> &Path {
        self.0.path()
    }

    #[must_use = "assert what came of it"]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::cargo_bin("reverie").unwrap();
        command.env_clear().env("REVERIE_HOME", self.home()).args(arguments).write_stdin("");
        let output = command.output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
