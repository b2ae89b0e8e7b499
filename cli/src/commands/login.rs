//! `reverie login`: a session for this device; with the recovery words, an account on a new one.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use reverie_client::Unlocked;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::{Purpose, Start, catch_up};
use crate::profile::Profile;
use crate::ui::Ui;

/// Log this device in, or bring your account to a new device
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie login
  reverie login --recovery --handle heron-41 --server https://reverie.example
  reverie login --recovery --handle heron-41 --recovery-file words.txt")]
pub(crate) struct LoginArgs {
    /// On a new device: with the 24 recovery words and your password
    #[arg(long, requires = "handle")]
    recovery: bool,
    /// Your handle; with --recovery
    #[arg(long, requires = "recovery", value_parser = handle)]
    handle: Option<String>,
    /// Read the recovery words from a file instead of asking
    #[arg(long, requires = "recovery", value_name = "FILE")]
    recovery_file: Option<PathBuf>,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: LoginArgs) -> Result<(), CommandError> {
    let LoginArgs { recovery: _, handle, recovery_file } = args;
    let mut account = match handle {
        Some(handle) => {
            let profile = Profile::find(&start.global)?;
            let environment = profile.environment()?;
            let words = recovery_words(recovery_file)?;
            let password = start.global.password(&format!("Password of {handle}: "))?;
            let (words, password) = (words.expose_secret(), password.expose_secret());
            let account = Unlocked::login_with_recovery(environment, &handle, words, password).await?;
            profile.remember_server()?;
            account
        }
        None => {
            let (mut account, profile, password) = start.unlock().await?;
            account.login(password.expose_secret()).await?;
            profile.remember_server()?;
            account
        }
    };
    catch_up(ui, &mut account, Purpose::Reading).await?;
    ui.say(&format!("Logged in as {} ({}).", account.handle(), account.role()));
    ui.answer(&json!({ "handle": account.handle(), "role": account.role(), "logged_in": true }), String::new)
}

fn recovery_words(file: Option<PathBuf>) -> Result<SecretString, CommandError> {
    if let Some(file) = file {
        let read = fs::read_to_string(&file).map(SecretString::from);
        return read.map_err(|error| user_error(format!("{} could not be read: {error}", file.display())));
    }
    let typed = rpassword::prompt_password("The 24 recovery words, in order: ").map(SecretString::from);
    typed.map_err(|_| {
        user_error("the recovery words are needed, and there is no terminal to ask at")
            .hint("Give them in a file: `--recovery-file FILE`.")
    })
}
