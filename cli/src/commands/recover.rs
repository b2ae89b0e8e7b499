//! `reverie recover`: takes the account back with the kit alone.

use clap::Args;
use reverie_client::kit::read;
use reverie_client::{ClientError, Recovery};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::arguments::handle;
use crate::commands::rekey::{AFTER_RECOVERING, offer_new_keys};
use crate::error::{CommandError, user_error};
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::kit::{KIT_OPENS, RECOVER_AGAIN, RECOVER_ELSEWHERE, RECOVERED, WHOSE_WORDS, WHOSE_WORDS_NEXT};
use crate::key_talk::with;
use crate::kit_paper::{TypedKit, typed};
use crate::logged_in::{Purpose, Start, catch_up};
use crate::profile::Profile;
use crate::ui::Ui;

/// Take your account back with your recovery kit
///
/// For a lost password, or lost devices. On a clean machine, or under a new profile: brings your journals and the people
/// whom you trust back, sets a new password, and removes every old device. If you know your password and only add a
/// device, use `reverie login` instead.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie recover --handle heron-41 --server https://reverie.example
  reverie recover --words-file scanned.txt --passphrase-file new.txt")]
pub(crate) struct RecoverArgs {
    /// Your handle, as the kit says; a scanned kit tells it itself
    #[arg(long, value_parser = handle)]
    handle: Option<String>,
    #[command(flatten)]
    kit: TypedKit,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: RecoverArgs) -> Result<(), CommandError> {
    let RecoverArgs { handle, kit } = args;
    let Some(words) = typed(ui, &kit)? else {
        ui.say(NOTHING_CHANGED);
        return Ok(());
    };
    let kit = read(words.expose_secret())?;
    let mut global = start.global;
    global.server = global.server.or(kit.server);
    let handle = handle.or(kit.handle).ok_or_else(|| user_error(WHOSE_WORDS).hint(WHOSE_WORDS_NEXT))?;
    let profile = Profile::find(&global)?;
    let opened = Recovery::open(profile.environment()?, &handle, &kit.code).await;
    let recovery = opened.map_err(|error| match error {
        ClientError::AccountExists(_) => CommandError::from(error).hint(RECOVER_ELSEWHERE),
        error => error.into(),
    })?;
    ui.say(&with(KIT_OPENS, &[("HANDLE", &handle)]));
    let password = match global.new_password() {
        Ok(password) => password,
        Err(error) => {
            recovery.leave().await?;
            return Err(error);
        }
    };
    let finished = recovery.finish(password.expose_secret()).await;
    let mut account = finished.map_err(|error| {
        let again = error.is_offline().then_some(RECOVER_AGAIN);
        let error = CommandError::from(error);
        match again {
            Some(again) => error.hint(again),
            None => error,
        }
    })?;
    profile.remember_server()?;
    catch_up(ui, &mut account, Purpose::Reading).await?;
    ui.say(RECOVERED);
    ui.answer(&json!({ "handle": account.handle(), "recovered": true }), String::new)?;
    offer_new_keys(ui, &mut account, Some(&password), &AFTER_RECOVERING).await
}
