//! `reverie password`: a new password.

use std::path::PathBuf;

use clap::Args;
use reverie_client::ClientError;
use reverie_journal::Deed;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::error::CommandError;
use crate::key_talk::cut_off;
use crate::key_talk::joining::{PASSWORD_CHANGED, PASSWORD_CHANGED_ELSEWHERE};
use crate::logged_in::Start;
use crate::password::new_password;
use crate::ui::Ui;

/// Change your password
///
/// Asks for the old one, then for the new one. Your recovery kit stays valid; your other devices open with the old
/// password until you log in there once with the new one.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie password
  reverie password --passphrase-file old.txt --new-passphrase-file new.txt")]
pub(crate) struct PasswordArgs {
    /// Read the new password from the first line of a file
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: PasswordArgs) -> Result<(), CommandError> {
    let (mut account, _profile, old) = start.unlock_by_password().await?;
    account.may(Deed::ChangeKeys)?;
    let new = new_password(args.new_passphrase_file.as_deref(), account.handle(), ui.is_json())?;
    let changed = account.change_password(old.expose_secret(), new.expose_secret()).await;
    changed.map_err(|error| match (error, cut_off(&account)) {
        (error @ ClientError::WrongPassword, _) => CommandError::from(error).hint(PASSWORD_CHANGED_ELSEWHERE),
        (error @ ClientError::Store(_), Some(both)) => CommandError::from(error).also(both),
        (error, Some(both)) => CommandError::from(error).hint(both),
        (error, None) => error.into(),
    })?;
    ui.say(PASSWORD_CHANGED);
    ui.answer(&json!({ "changed": true }), String::new)
}
