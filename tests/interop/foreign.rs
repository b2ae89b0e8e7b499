//! Programs that others wrote, run where `scripts/setup` put their packages.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn installed(name: &str) -> PathBuf {
    let folder = root().join("target/interop").join(name);
    assert!(folder.is_dir(), "{} is missing: `make setup` installs it", folder.display());
    folder
}

/// Runs a script of this folder with Node, and returns what it printed.
///
/// It is read from standard input: then Node looks packages up from the working folder, where they are installed.
pub fn node(script: &str, arguments: &[&str]) -> Output {
    let script = std::fs::File::open(root().join("tests/interop").join(script)).unwrap();
    let folder = installed("node_modules");
    let mut command = Command::new("node");
    command.args(["--input-type=module", "-"]).args(arguments).current_dir(folder.parent().unwrap());
    command.stdin(script).output().expect("Node is installed; `make setup` says how")
}

/// Returns a command of an npm package.
pub fn npm(name: &str) -> Command {
    let mut command = Command::new(installed("node_modules").join(".bin").join(name));
    command.stdin(Stdio::null());
    command
}

/// Returns a command that runs a module of a PyPI package.
pub fn python(module: &str) -> Command {
    let mut command = Command::new("python3");
    command.args(["-m", module]).env("PYTHONPATH", installed("python")).stdin(Stdio::null());
    command
}

/// Returns what a command printed, once it succeeded.
pub fn succeeded(output: Output) -> String {
    let [told, said] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{told}\n{said}");
    told
}
