//! Somebody at a shell: the program itself, on a device that a test filled before.

use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use reverie_tests::person::PASSWORD;
use reverie_tests::server::program;
use reverie_tests::{Person, World};

/// Somebody at a shell, on a device that a test filled before.
pub(crate) fn reverie(world: &World, profile: &str, arguments: &[&str]) -> Output {
    reverie_answering(world, profile, arguments, "")
}

/// The same, with a server at another address.
pub(crate) fn reverie_at(world: &World, server: &str, profile: &str, arguments: &[&str]) -> Output {
    run(world, server, profile, arguments, "")
}

/// The same, with answers piped in.
pub(crate) fn reverie_answering(world: &World, profile: &str, arguments: &[&str], answers: &str) -> Output {
    run(world, &format!("http://{}", world.addr), profile, arguments, answers)
}

/// The same at a terminal, where these lines are typed. What is written and what is said come as one.
pub(crate) fn at_a_terminal(world: &World, profile: &str, arguments: &[&str], typed: &str) -> Output {
    let home = world.home("shells");
    fs::create_dir_all(&home).unwrap();
    let passphrase = home.join("passphrase");
    fs::write(&passphrase, PASSWORD).unwrap();
    let (home, passphrase) = (home.to_string_lossy(), passphrase.to_string_lossy());
    let server = format!("http://{}", world.addr);
    let program = program("reverie");
    let program = program.to_string_lossy();
    let before =
        [&program, "--home", &home, "--profile", profile, "--server", &server, "--passphrase-file", &passphrase];
    let quoted = before.iter().chain(arguments).map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let mut terminal = Command::new("script")
        .env("TERM", "xterm")
        .env("REVERIE_NOW", world.clock.now().to_string())
        .args(["--quiet", "--return", "--command", &quoted, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` is part of every Debian");
    terminal.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    terminal.wait_with_output().unwrap()
}

fn run(world: &World, server: &str, profile: &str, arguments: &[&str], answers: &str) -> Output {
    let home = world.home("shells");
    fs::create_dir_all(&home).unwrap();
    let passphrase = home.join("passphrase");
    fs::write(&passphrase, PASSWORD).unwrap();
    let mut piped = tempfile::tempfile().unwrap();
    piped.write_all(answers.as_bytes()).unwrap();
    piped.rewind().unwrap();
    let run = Command::new(program("reverie"))
        .env_clear()
        .env("REVERIE_NOW", world.clock.now().to_string())
        .args(["--home", &home.to_string_lossy(), "--profile", profile])
        .args(["--server", server, "--passphrase-file", &passphrase.to_string_lossy()])
        .args(arguments)
        .stdin(Stdio::from(piped))
        .output();
    run.unwrap()
}

/// Takes a person's device home, so that a shell can use it.
pub(crate) fn goes_home(world: &World, profile: &str, person: Person) {
    let from = person.home.clone();
    drop(person);
    device_goes_home(world, profile, &from);
}

/// The same, of a device that nobody is at.
pub(crate) fn device_goes_home(world: &World, profile: &str, from: &Path) {
    let to = world.home("shells").join(profile);
    fs::create_dir_all(&to).unwrap();
    fs::rename(from, to.join("store")).unwrap();
}

/// Returns output as one line, so that a test need not know where it was wrapped.
pub(crate) fn flat(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns what a command that did what it was asked wrote and said.
pub(crate) fn ok(output: Output) -> (String, String) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (flat(&output.stdout), flat(&output.stderr))
}
