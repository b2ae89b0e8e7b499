//! Where the password comes from: a prompt without echo, a file, or a file descriptor. Never an argument, which every
//! process of the machine can read.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use reverie_client::refuse_worst;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::arguments::Global;
use crate::error::{CommandError, user_error};
use crate::key_talk::answers::{
    NO_PASSWORD_CHOSEN, NOT_THE_SAME, NOTHING_CHANGED_AGAIN, PASSWORD_NEEDED, PASSWORD_NEEDED_NEXT,
};
use crate::ui::Ui;

/// Bytes of a password's line, so that a wrong file is not read into memory.
const MOST: u64 = 4096;

impl Global {
    /// Tells whether the password can be had without asking anybody.
    pub(crate) const fn has_password_source(&self) -> bool {
        self.passphrase_file.is_some() || self.passphrase_fd.is_some()
    }

    /// Returns the password, asking for it under this name if no source was given.
    pub(crate) fn password(&self, prompt: &str) -> Result<SecretString, CommandError> {
        match self.given_password()? {
            Some(password) => Ok(password),
            None => ask(prompt),
        }
    }

    /// Returns a new password; on a terminal it is typed twice.
    pub(crate) fn new_password(&self, handle: &str) -> Result<SecretString, CommandError> {
        self.given_password()?.map_or_else(|| ask_twice(handle, self.json), Ok)
    }

    fn given_password(&self) -> Result<Option<SecretString>, CommandError> {
        match (&self.passphrase_file, self.passphrase_fd) {
            (Some(file), _) => first_line(file).map(Some),
            (None, Some(descriptor)) => first_line(&PathBuf::from(format!("/dev/fd/{descriptor}"))).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// Returns a new password from the file, or asks for it twice.
pub(crate) fn new_password(file: Option<&Path>, handle: &str, json: bool) -> Result<SecretString, CommandError> {
    file.map_or_else(|| ask_twice(handle, json), first_line)
}

/// Returns a password from the file, or asks for it.
pub(crate) fn given_or_asked(file: Option<&Path>, prompt: &str) -> Result<SecretString, CommandError> {
    file.map_or_else(|| ask(prompt), first_line)
}

/// Asks until there is one that will do and was typed twice; one of the worst is said so before it is typed again.
fn ask_twice(handle: &str, json: bool) -> Result<SecretString, CommandError> {
    let ui = Ui::new(json);
    loop {
        let first = ask("Choose a password: ")?;
        if first.expose_secret().is_empty() {
            return Err(user_error(NO_PASSWORD_CHOSEN).hint(NOTHING_CHANGED_AGAIN));
        }
        if let Err(worst) = refuse_worst(first.expose_secret(), handle) {
            ui.warn(&worst.to_string());
            continue;
        }
        if first.expose_secret() == ask("The same again: ")?.expose_secret() {
            return Ok(first);
        }
        ui.warn(NOT_THE_SAME);
    }
}

pub(crate) fn first_line(path: &Path) -> Result<SecretString, CommandError> {
    let mut line = Zeroizing::new(String::new());
    let read = File::open(path).and_then(|file| BufReader::new(file.take(MOST)).read_line(&mut line));
    let password = SecretString::from(line.trim_end_matches(['\n', '\r']));
    let failed = |why: String| user_error(format!("the password could not be read from {}: {why}", path.display()));
    read.map_err(|error| failed(error.to_string()))?;
    if password.expose_secret().is_empty() {
        return Err(failed("its first line is empty".to_owned()));
    }
    Ok(password)
}

/// Asks without echo. The terminal is asked for directly, so that words may come through a pipe meanwhile.
fn ask(prompt: &str) -> Result<SecretString, CommandError> {
    if !io::stderr().is_terminal() {
        return Err(nobody());
    }
    rpassword::prompt_password(prompt).map(SecretString::from).map_err(|_| nobody())
}

fn nobody() -> CommandError {
    user_error(PASSWORD_NEEDED).hint(PASSWORD_NEEDED_NEXT).coded("needs_password")
}
