//! `reverie recover`: takes the account back with the kit alone.

use clap::Args;
use reverie_client::Recovery;
use reverie_client::kit::read;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::arguments::handle;
use crate::commands::rekey::{AFTER_RECOVERING, offer_new_keys};
use crate::error::{CommandError, user_error};
use crate::holder;
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::kit::{
    HANDLE_ASKED, KIT_OPENS, KIT_OPENS_HERE, RECOVER_AGAIN, RECOVERED, RECOVERED_HERE, SERVER_ASKED, WHOSE_WORDS,
    WHOSE_WORDS_NEXT,
};
use crate::key_talk::with;
use crate::kit_paper::{TypedKit, typed};
use crate::logged_in::{Purpose, Start, catch_up};
use crate::profile::Profile;
use crate::ui::Ui;

/// Take your account back with your recovery kit
///
/// For a lost password, or lost devices. Brings your journals and the people whom you trust back, sets a new password, and
/// removes every other device. On a device that holds your account already, everything on it stays, also what was not
/// sent yet. If you know your password and only add a device, use `reverie login` instead.
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
    /// If your practice says that the server was restored from a backup: take the older state of your account that it has
    #[arg(long)]
    after_restore: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: RecoverArgs) -> Result<(), CommandError> {
    let RecoverArgs { handle, kit, after_restore } = args;
    let Some(words) = typed(ui, &kit)? else {
        ui.say(NOTHING_CHANGED);
        return Ok(());
    };
    let (profile, recovery) = open_by_kit(ui, &start, &words, handle, after_restore).await?;
    let (opens, recovered) = match recovery.is_here() {
        true => (KIT_OPENS_HERE, RECOVERED_HERE),
        false => (KIT_OPENS, RECOVERED),
    };
    ui.say(&with(opens, &[("HANDLE", recovery.handle())]));
    let password = start.global.new_password(recovery.handle());
    let (recovery, password) = with_password(recovery, password).await?;
    let finished = recovery.finish(password.expose_secret()).await;
    let mut account = finished.map_err(|error| {
        let again = error.is_offline().then_some(RECOVER_AGAIN);
        let error = CommandError::from(error);
        match again {
            Some(again) => error.hint(again),
            None => error,
        }
    })?;
    // Whoever knew the password may have unlocked this device before.
    if let Err(error) = holder::forget(&profile) {
        ui.error(&error);
    }
    profile.remember_server()?;
    catch_up(ui, &mut account, Purpose::Reading).await?;
    ui.say(recovered);
    ui.answer(&json!({ "handle": account.handle(), "recovered": true }), String::new)?;
    offer_new_keys(ui, &mut account, &password, &AFTER_RECOVERING).await
}

/// Opens the account that a kit is of; the words do not say whose they are unless they were scanned.
pub(crate) async fn open_by_kit(
    ui: &Ui,
    start: &Start,
    words: &SecretString,
    handle: Option<String>,
    after_restore: bool,
) -> Result<(Profile, Recovery), CommandError> {
    let kit = read(words.expose_secret())?;
    let handle = match handle.or(kit.handle) {
        Some(handle) => handle,
        None if ui.can_ask() => ui.ask_line(HANDLE_ASKED)?.trim().to_owned(),
        None => return Err(user_error(WHOSE_WORDS).hint(WHOSE_WORDS_NEXT)),
    };
    let mut profile = Profile::find(&start.global)?.or_at(kit.server);
    if !profile.has_server() && ui.can_ask() {
        let server = ui.ask_line(SERVER_ASKED)?.trim().to_owned();
        profile = profile.or_at(Some(server).filter(|server| !server.is_empty()));
    }
    let recovery = match after_restore {
        true => Recovery::open_after_restore(profile.environment()?, &handle, &kit.code).await?,
        false => Recovery::open(profile.environment()?, &handle, &kit.code).await?,
    };
    Ok((profile, recovery))
}

/// Returns the password with what it is for. Without one, everything is left as it was.
pub(crate) async fn with_password(
    recovery: Recovery,
    password: Result<SecretString, CommandError>,
) -> Result<(Recovery, SecretString), CommandError> {
    match password {
        Ok(password) => Ok((recovery, password)),
        Err(error) => {
            recovery.leave().await?;
            Err(error)
        }
    }
}
