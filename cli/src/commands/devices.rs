//! `reverie devices`: which devices are logged in, adding one, removing one.

use clap::{Args, Subcommand};
use reverie_client::kit::qr::Squares;
use reverie_client::{Device, Unlocked};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::commands::rekey::{AFTER_REMOVING, offer_new_keys};
use crate::error::{CommandError, user_error};
use crate::key_talk::devices::{
    CODE_SHOWN, DEVICE_REMOVED, NAME_UNKNOWN, NAMELESS, NO_SUCH_DEVICE, NO_SUCH_DEVICE_NEXT, NOTHING_REMOVED,
    OTHERS_REMOVED, REMOVE_DEVICE, REMOVE_OTHERS, SEVERAL_DEVICES, SEVERAL_DEVICES_NEXT, THIS_DEVICE, THIS_DEVICE_NEXT,
};
use crate::key_talk::with;
use crate::logged_in::{Purpose, Start, catch_up};
use crate::table::table;
use crate::ui::Ui;

/// Characters of a session's id that name a device.
const SHORT: usize = 8;

/// List your devices, add one, remove one
///
/// Without a subcommand: every device that is logged in to your account. Names are sealed; the server knows sessions and
/// days alone. Adding and removing ask for the password, on a device that is unlocked as well.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie devices
  reverie devices add
  reverie devices remove 3f2a90c1
  reverie devices remove --others")]
pub(crate) struct DevicesArgs {
    #[command(subcommand)]
    command: Option<DevicesCommand>,
}

#[derive(Subcommand)]
enum DevicesCommand {
    /// Show a code that brings your account to a new device
    ///
    /// Good for ten minutes and once, and worth nothing without your password. It goes from this screen to the other one
    /// through your hands.
    Add,
    /// Remove a device, at once
    Remove {
        /// The beginning of its id, as the list shows it
        #[arg(value_name = "ID", required_unless_present = "others")]
        id: Option<String>,
        /// Remove every device but this one
        #[arg(long, conflicts_with = "id")]
        others: bool,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
    /// Call this device something else
    Name {
        /// What to call it
        name: String,
    },
}

pub(crate) async fn run(ui: &Ui, start: Start, DevicesArgs { command }: DevicesArgs) -> Result<(), CommandError> {
    let (mut account, profile, password) = match command {
        Some(DevicesCommand::Add | DevicesCommand::Remove { .. }) => {
            let (account, profile, password) = start.unlock_by_password().await?;
            (account, profile, Some(password))
        }
        None | Some(DevicesCommand::Name { .. }) => start.unlock_any_way().await?,
    };
    catch_up(ui, &mut account, Purpose::Writing).await?;
    match command {
        None => {}
        Some(DevicesCommand::Add) => return add(ui, &mut account).await,
        Some(DevicesCommand::Name { name }) => account.rename_device(&name).await?,
        Some(DevicesCommand::Remove { id, yes, .. }) => {
            let removed = remove(ui, &mut account, id.as_deref(), yes).await?;
            if removed {
                offer_new_keys(ui, &mut account, password.as_ref(), &AFTER_REMOVING).await?;
            }
        }
    }
    let asked = || start.global.password(&format!("Password of profile `{}`: ", profile.name()));
    list(ui, &mut account, || password.map_or_else(asked, Ok)).await
}

async fn add(ui: &Ui, account: &mut Unlocked) -> Result<(), CommandError> {
    let code = account.hand_over().await?;
    let squares = Squares::of(&code).map(|squares| squares.to_text()).unwrap_or_default();
    ui.answer(&json!({ "code": *code, "server": account.server() }), || format!("{squares}\n\n    {}\n", *code))?;
    ui.say(&with(CODE_SHOWN, &[("SERVER", &account.server())]));
    Ok(())
}

/// Tells whether anything was removed.
async fn remove(ui: &Ui, account: &mut Unlocked, id: Option<&str>, yes: bool) -> Result<bool, CommandError> {
    let Some(id) = id else {
        if !ui.confirm(yes, REMOVE_OTHERS)? {
            ui.say(NOTHING_REMOVED);
            return Ok(false);
        }
        account.remove_other_devices().await?;
        ui.say(OTHERS_REMOVED);
        return Ok(true);
    };
    let devices = account.devices().await?;
    let found: Vec<_> = devices.iter().filter(|device| device.session.to_string().starts_with(id)).collect();
    let device = match found.as_slice() {
        [device] => *device,
        [] => return Err(user_error(with(NO_SUCH_DEVICE, &[("TYPED", id)])).hint(NO_SUCH_DEVICE_NEXT)),
        _ => return Err(user_error(with(SEVERAL_DEVICES, &[("TYPED", id)])).hint(SEVERAL_DEVICES_NEXT)),
    };
    if device.current {
        return Err(user_error(THIS_DEVICE).hint(THIS_DEVICE_NEXT));
    }
    let name = name(device).to_owned();
    if !ui.confirm(
        yes,
        &with(REMOVE_DEVICE, &[("NAME", &name), ("FIRST", &device.first_day), ("LAST", &device.last_day)]),
    )? {
        ui.say(NOTHING_REMOVED);
        return Ok(false);
    }
    account.remove_device(device.session).await?;
    ui.say(&with(DEVICE_REMOVED, &[("NAME", &name)]));
    Ok(true)
}

async fn list(
    ui: &Ui,
    account: &mut Unlocked,
    password: impl FnOnce() -> Result<SecretString, CommandError>,
) -> Result<(), CommandError> {
    let mut devices = account.devices().await?;
    // Names are in the key bundle, which the password opens: one that was added elsewhere is asked for.
    if devices.iter().any(|device| device.name.is_none()) {
        match password() {
            Ok(password) => {
                account.login(password.expose_secret()).await?;
                devices = account.devices().await?;
            }
            Err(error) if error.code == Some("needs_password") => ui.say(NAME_UNKNOWN),
            Err(error) => return Err(error),
        }
    }
    ui.answer(&devices.iter().map(device_json).collect::<Vec<_>>(), || {
        let mut rows = vec![["DEVICE", "NAME", "SINCE", "LAST SEEN"].map(str::to_owned)];
        rows.extend(devices.iter().map(|device| {
            let id: String = device.session.to_string().chars().take(SHORT).collect();
            let this = if device.current { " (this one)" } else { "" };
            [id, format!("{}{this}", name(device)), device.first_day.clone(), device.last_day.clone()]
        }));
        table(&rows)
    })
}

fn name(device: &Device) -> &str {
    device.name.as_deref().unwrap_or(NAMELESS)
}

fn device_json(device: &Device) -> Value {
    json!({
        "device": device.session,
        "name": device.name,
        "this": device.current,
        "first_day": device.first_day,
        "last_day": device.last_day,
    })
}
