//! Somebody logged in to a desktop: a session bus and GNOME Keyring, the real ones, with a home of their own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

/// What the keyring is unlocked with when somebody logs in.
const LOGIN_PASSWORD: &str = "what the desk knows";

/// A login. Dropping it logs out.
pub struct Desktop {
    home: PathBuf,
    address: String,
    bus: Child,
    keyring: Option<Child>,
}

impl Desktop {
    /// Logs in to the desktop of this home, whose keyring is made the first time.
    pub fn log_in(home: &Path) -> Self {
        fs::create_dir_all(home).expect("a home can be made");
        let mut bus = at(Command::new("dbus-daemon").args(["--session", "--nofork", "--print-address"]), home)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon starts; scripts/setup installs it");
        let mut address = String::new();
        let said = bus.stdout.take().map(|output| BufReader::new(output).read_line(&mut address));
        assert!(matches!(said, Some(Ok(1..))), "the bus says where it is");
        let mut desktop = Self { home: home.to_owned(), address: address.trim().to_owned(), bus, keyring: None };
        let mut keyring = desktop
            .inside(Command::new("gnome-keyring-daemon").args(["--foreground", "--unlock", "--components=secrets"]))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts; scripts/setup installs it");
        let told = keyring.stdin.take().map(|mut input| input.write_all(LOGIN_PASSWORD.as_bytes()));
        assert!(matches!(told, Some(Ok(()))), "the keyring reads the password");
        while !desktop.has_keyring() {
            assert!(matches!(keyring.try_wait(), Ok(None)), "the keyring runs on");
        }
        desktop.keyring = Some(keyring);
        desktop
    }

    /// Tells whether the keyring can be asked.
    fn has_keyring(&self) -> bool {
        let asked = self
            .inside(Command::new("dbus-send").args(["--session", "--print-reply", "--dest=org.freedesktop.DBus"]))
            .args(["/", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
            .output()
            .expect("dbus-send starts; scripts/setup installs it");
        String::from_utf8_lossy(&asked.stdout).contains("boolean true")
    }

    /// Lets a command run in this login.
    pub fn inside<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        at(command, &self.home).env("DBUS_SESSION_BUS_ADDRESS", &self.address)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.keyring.iter_mut().chain([&mut self.bus]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Lets a command run in this home, with nothing of whoever runs the tests around it.
fn at<'c>(command: &'c mut Command, home: &Path) -> &'c mut Command {
    let path = env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", home).env("XDG_RUNTIME_DIR", home)
}
