//! Whom the client asks for a second factor: whoever sits at the terminal, or a file that was named.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use async_trait::async_trait;
use reverie_client::kit::qr::Squares;
use reverie_client::{AskSecondFactor, BackupCode, Enrolment, Shown};
use reverie_protocol::second_factor::{SecondFactorKind, SecondFactors};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::error::CommandError;
use crate::key_talk::second_factors::{
    BACKUP_ASKED, CODE_ASKED, CODE_OR_BACKUP_ASKED, CODE_WRONG, ENROL, NOT_ITS_CODE, SIX_DIGITS,
};
use crate::password::first_line;
use crate::ui::Ui;

/// The code in a file, or else the person at the terminal.
pub(crate) struct Asked {
    pub(crate) file: Option<PathBuf>,
    pub(crate) json: bool,
}

#[async_trait]
impl AskSecondFactor for Asked {
    async fn show(&self, factors: &SecondFactors, wrong: u32) -> Option<Shown> {
        let ui = Ui::new(self.json);
        if wrong > 0 {
            ui.warn(CODE_WRONG);
        }
        let prompt = prompt(factors)?;
        let code = self.code(wrong, prompt)?;
        match read(&code) {
            Ok(shown) => Some(shown),
            Err(error) => {
                ui.warn(&error.message);
                // A mistyped backup code was no try.
                if self.file.is_some() { None } else { self.show(factors, 0).await }
            }
        }
    }

    async fn enrol(&self, new: &Enrolment, wrong: u32) -> Option<Zeroizing<String>> {
        let ui = Ui::new(self.json);
        if !self.json && wrong == 0 && io::stderr().is_terminal() {
            ui.say(ENROL);
            ui.say_as_is(&shown(new));
        }
        if wrong > 0 {
            ui.warn(NOT_ITS_CODE);
        }
        self.code(wrong, SIX_DIGITS)
    }
}

/// Returns what an authenticator is given: squares to scan, letters to type.
pub(crate) fn shown(new: &Enrolment) -> String {
    let squares = Squares::of(&new.uri()).map(|squares| squares.to_text()).unwrap_or_default();
    let letters: Vec<char> = new.secret().chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    format!("{squares}\n\n    {}\n", groups.join(" "))
}

/// Returns what to ask for; nothing if this account has nothing that can be shown here.
fn prompt(factors: &SecondFactors) -> Option<&'static str> {
    let has_codes = factors.factors.iter().any(|factor| factor.kind == SecondFactorKind::Authenticator);
    match (has_codes, factors.backup_codes > 0) {
        (true, true) => Some(CODE_OR_BACKUP_ASKED),
        (true, false) => Some(CODE_ASKED),
        (false, true) => Some(BACKUP_ASKED),
        (false, false) => None,
    }
}

/// Reads the digits of an authenticator, or a backup code.
fn read(text: &str) -> Result<Shown, CommandError> {
    if text.chars().all(|letter| letter.is_ascii_digit() || letter.is_whitespace()) {
        return Ok(Shown::Code(Zeroizing::new(text.to_owned())));
    }
    BackupCode::parse(text).map(Shown::Backup).map_err(|error| crate::error::user_error(error.to_string()))
}

impl Asked {
    /// Returns the code from the file, once, or from whoever is there.
    pub(crate) fn code(&self, wrong: u32, prompt: &str) -> Option<Zeroizing<String>> {
        if let Some(file) = &self.file {
            let line = (wrong == 0).then(|| first_line(file).ok()).flatten()?;
            return Some(Zeroizing::new(line.expose_secret().to_owned()));
        }
        if self.json || !io::stderr().is_terminal() {
            return None;
        }
        rpassword::prompt_password(prompt).ok().map(Zeroizing::new)
    }
}
