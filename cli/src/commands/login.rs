//! `reverie login`: a session for this device, or an account on a new one.

use std::path::PathBuf;

use clap::Args;
use reverie_client::{ClientError, Newcomer, Unlocked};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::arguments::handle;
use crate::commands::recover::{open_by_kit, with_password};
use crate::error::{CommandError, user_error};
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::devices::{LOGGED_IN, LOGGED_IN_RESTORED};
use crate::key_talk::joining::{
    IF_RECOVERED, OLD_PASSWORD, OLD_PASSWORD_HERE, OLD_PASSWORD_HERE_NEXT, PASSWORD_AGAIN, PASSWORD_LOST,
};
use crate::key_talk::{settled, with};
use crate::kit_paper::{TypedKit, typed};
use crate::logged_in::{Purpose, Start, catch_up};
use crate::password::given_or_asked;
use crate::profile::Profile;
use crate::ui::Ui;

/// Log this device in, or bring your account to a new device
///
/// On a new device you need your password and either a code from a device that you have (`reverie devices add` there), or
/// your recovery kit. The same brings a device back that a recovery removed: what is on it stays, also what was not sent
/// yet. If the password is lost, use `reverie recover`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie login
  reverie login --after-restore
  reverie login --code devi-ce1… --server https://reverie.example
  reverie login --recovery --handle heron-41 --server https://reverie.example")]
pub(crate) struct LoginArgs {
    /// On a new or a removed device: the code that the other one shows
    #[arg(long, value_name = "CODE", conflicts_with = "recovery")]
    code: Option<String>,
    /// On a new or a removed device: with the recovery kit and your password
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
    #[arg(long)]
    after_restore: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: LoginArgs) -> Result<(), CommandError> {
    let mut account = match &args.code {
        Some(code) => by_code(ui, &start, &args, code).await?,
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
    let log_in = async |account: &mut Unlocked, password: &SecretString| match args.after_restore {
        true => account.login_after_restore(password.expose_secret()).await,
        false => account.login(password.expose_secret()).await,
    };
    let said = match log_in(&mut account, &password).await {
        Err(ClientError::WrongPassword) => {
            if args.new_passphrase_file.is_none() && !ui.can_ask() {
                return Err(user_error(OLD_PASSWORD)
                    .hint(OLD_PASSWORD_HERE_NEXT)
                    .also(IF_RECOVERED)
                    .coded("wrong_password"));
            }
            ui.say(OLD_PASSWORD_HERE);
            let new = given_or_asked(args.new_passphrase_file.as_deref(), "The account's password now: ")?;
            log_in(&mut account, &new).await.map_err(|error| match error {
                ClientError::WrongPassword => CommandError::from(error).hint(NOTHING_CHANGED).also(IF_RECOVERED),
                error => error.into(),
            })?
        }
        logged_in => logged_in?,
    };
    if let Some(said) = said.and_then(settled) {
        ui.say(said);
    }
    profile.remember_server()?;
    Ok(account)
}

async fn by_code(ui: &Ui, start: &Start, args: &LoginArgs, code: &str) -> Result<Unlocked, CommandError> {
    const TRIES: u32 = 3;
    let profile = Profile::find(&start.global)?;
    let newcomer = Newcomer::take(profile.environment()?, code).await?;
    let prompt = password_of(newcomer.handle());
    for left in (0..TRIES).rev() {
        let password = start.global.password(&prompt)?;
        let logged_in = match args.after_restore {
            true => newcomer.login_after_restore(password.expose_secret()).await,
            false => newcomer.login(password.expose_secret()).await,
        };
        match logged_in {
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
    let (profile, recovery) = open_by_kit(ui, start, &words, args.handle.clone(), args.after_restore).await?;
    let password = start.global.password(&password_of(recovery.handle()));
    let (recovery, password) = with_password(recovery, password).await?;
    let account = recovery.add_device(password.expose_secret()).await.map_err(|error| match error {
        ClientError::WrongPassword => CommandError::from(error).also(PASSWORD_LOST),
        error => error.into(),
    })?;
    profile.remember_server()?;
    Ok(account)
}

fn password_of(handle: &str) -> String {
    format!("Password of {handle}: ")
}
