//! `reverie login`: a session for this device, or an account on a new one.

use std::path::PathBuf;

use clap::Args;
use reverie_client::kit::read;
use reverie_client::{ClientError, Newcomer, Recovery, Unlocked};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::devices::{LOGGED_IN, LOGGED_IN_RESTORED};
use crate::key_talk::joining::{
    OLD_PASSWORD, OLD_PASSWORD_HERE, OLD_PASSWORD_HERE_NEXT, PASSWORD_AGAIN, PASSWORD_LOST,
};
use crate::key_talk::kit::{WHOSE_WORDS, WHOSE_WORDS_NEXT};
use crate::key_talk::{settled, with};
use crate::kit_paper::{TypedKit, typed};
use crate::logged_in::{Purpose, Start, catch_up};
use crate::password::given_or_asked;
use crate::profile::Profile;
use crate::ui::Ui;

/// Log this device in, or bring your account to a new device
///
/// On a new device you need your password and either a code from a device that you have (`reverie devices add` there), or
/// your recovery kit. If the password is lost, use `reverie recover`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie login
  reverie login --after-restore
  reverie login --code devi-ce1… --server https://reverie.example
  reverie login --recovery --handle heron-41 --server https://reverie.example")]
pub(crate) struct LoginArgs {
    /// On a new device: the code that the old one shows
    #[arg(long, value_name = "CODE", conflicts_with = "recovery")]
    code: Option<String>,
    /// On a new device: with the recovery kit and your password
    #[arg(long)]
    recovery: bool,
    /// Your handle; with --recovery
    #[arg(long, requires = "recovery", value_parser = handle)]
    handle: Option<String>,
    #[command(flatten)]
    kit: TypedKit,
    /// If the password was changed on another device: read the new one from the first line of a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["code", "recovery"])]
    new_passphrase_file: Option<PathBuf>,
    /// If your practice says that the server was restored from a backup: take the older state of your account that it has
    #[arg(long, conflicts_with_all = ["code", "recovery"])]
    after_restore: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: LoginArgs) -> Result<(), CommandError> {
    let mut account = match &args.code {
        Some(code) => by_code(ui, &start, code).await?,
        None if args.recovery => by_kit(ui, &start, &args).await?,
        None => here(ui, &start, &args).await?,
    };
    let logged_in = with(LOGGED_IN, &[("HANDLE", account.handle()), ("ROLE", &account.role().to_string())]);
    if args.after_restore {
        ui.say(&format!("{logged_in} {LOGGED_IN_RESTORED}"));
    } else {
        catch_up(ui, &mut account, Purpose::Reading).await?;
        ui.say(&logged_in);
    }
    ui.answer(&json!({ "handle": account.handle(), "role": account.role(), "logged_in": true }), String::new)
}

async fn here(ui: &Ui, start: &Start, args: &LoginArgs) -> Result<Unlocked, CommandError> {
    let (mut account, profile, password) = start.unlock_by_password().await?;
    let logged_in = match args.after_restore {
        true => account.login_after_restore(password.expose_secret()).await,
        false => account.login(password.expose_secret()).await,
    };
    let said = match logged_in {
        Err(ClientError::WrongPassword) => {
            if args.new_passphrase_file.is_none() && !ui.can_ask() {
                return Err(user_error(OLD_PASSWORD).hint(OLD_PASSWORD_HERE_NEXT).coded("wrong_password"));
            }
            ui.say(OLD_PASSWORD_HERE);
            let new = given_or_asked(args.new_passphrase_file.as_deref(), "The account's password now: ")?;
            account.login(new.expose_secret()).await?
        }
        logged_in => logged_in?,
    };
    if let Some(said) = said.and_then(settled) {
        ui.say(said);
    }
    profile.remember_server()?;
    Ok(account)
}

async fn by_code(ui: &Ui, start: &Start, code: &str) -> Result<Unlocked, CommandError> {
    const TRIES: u32 = 3;
    let profile = Profile::find(&start.global)?;
    let newcomer = Newcomer::take(profile.environment()?, code).await?;
    let prompt = format!("Password of {}: ", newcomer.handle());
    for left in (0..TRIES).rev() {
        let password = start.global.password(&prompt)?;
        match newcomer.login(password.expose_secret()).await {
            // The code is used up, so a mistyped password must not cost a new one.
            Err(ClientError::WrongPassword) if left > 0 && ui.can_ask() && !start.global.has_password_source() => {
                ui.say(PASSWORD_AGAIN);
            }
            logged_in => {
                let account = logged_in?;
                profile.remember_server()?;
                return Ok(account);
            }
        }
    }
    Err(ClientError::WrongPassword.into())
}

async fn by_kit(ui: &Ui, start: &Start, args: &LoginArgs) -> Result<Unlocked, CommandError> {
    let words = typed(ui, &args.kit)?.ok_or_else(|| user_error("no words were typed").hint(NOTHING_CHANGED))?;
    let kit = read(words.expose_secret())?;
    let handle = args.handle.clone().or(kit.handle).ok_or_else(|| user_error(WHOSE_WORDS).hint(WHOSE_WORDS_NEXT))?;
    let profile = Profile::find(&start.global)?;
    let recovery = Recovery::open(profile.environment()?, &handle, &kit.code).await?;
    let password = match start.global.password(&format!("Password of {handle}: ")) {
        Ok(password) => password,
        Err(error) => {
            recovery.leave().await?;
            return Err(error);
        }
    };
    let account = recovery.add_device(password.expose_secret()).await.map_err(|error| match error {
        ClientError::WrongPassword => CommandError::from(error).also(PASSWORD_LOST),
        error => error.into(),
    })?;
    profile.remember_server()?;
    Ok(account)
}
