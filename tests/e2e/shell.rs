//! Somebody at a shell: the program itself, on a device that a test filled before.

use std::fs;
use std::io::{Read as _, Seek as _, Write as _};
use std::iter;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

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
    at_a_terminal_of(world, &format!("http://{}", world.addr), profile, arguments, typed)
}

/// The same, with a server at another address.
pub(crate) fn at_a_terminal_of(world: &World, server: &str, profile: &str, arguments: &[&str], typed: &str) -> Output {
    let mut terminal = terminal(world, server, profile, arguments);
    terminal.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    terminal.wait_with_output().unwrap()
}

/// The program at a terminal where nothing was typed yet.
pub(crate) fn terminal(world: &World, server: &str, profile: &str, arguments: &[&str]) -> Child {
    let mut command = program_at(world, profile);
    command.args(["--server", server, "--passphrase-file", &passphrase_file(world)]);
    let words = iter::once(command.get_program()).chain(command.get_args()).map(|word| word.to_str().unwrap());
    let quoted = words.chain(arguments.iter().copied()).map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    Command::new("script")
        .env("TERM", "xterm")
        .env("REVERIE_NOW", world.clock.now().to_string())
        .args(["--quiet", "--return", "--command", &quoted, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` is part of every Debian")
}

/// Reads what a terminal shows until this stands on it, and returns all of it.
pub(crate) fn shown_until(terminal: &mut Child, awaited: &str) -> String {
    let screen = terminal.stdout.as_mut().unwrap();
    let mut shown = Vec::new();
    while !flat(&shown).contains(awaited) {
        let mut piece = [0];
        screen.read_exact(&mut piece).unwrap_or_else(|_| panic!("it ended with {}", flat(&shown)));
        shown.extend(piece);
    }
    flat(&shown)
}

fn run(world: &World, server: &str, profile: &str, arguments: &[&str], answers: &str) -> Output {
    let mut piped = tempfile::tempfile().unwrap();
    piped.write_all(answers.as_bytes()).unwrap();
    piped.rewind().unwrap();
    let mut command = program_at(world, profile);
    command.args(["--server", server, "--passphrase-file", &passphrase_file(world)]).args(arguments);
    command.stdin(Stdio::from(piped)).output().unwrap()
}

/// The program on a device, with nothing of whoever runs the tests. It knows neither a server nor the password.
pub(crate) fn program_at(world: &World, profile: &str) -> Command {
    let home = world.home("shells");
    fs::create_dir_all(&home).unwrap();
    let mut command = Command::new(program("reverie"));
    command.env_clear().env("REVERIE_NOW", world.clock.now().to_string()).args([
        "--home",
        &home.to_string_lossy(),
        "--profile",
        profile,
    ]);
    command
}

/// Returns where the password is.
pub(crate) fn passphrase_file(world: &World) -> String {
    let file = world.home("shells").join("passphrase");
    fs::write(&file, PASSWORD).unwrap();
    file.to_str().unwrap().to_owned()
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
