//! `reverie unlock` and `reverie lock`: type the password once for a while.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::error::CommandError;
use crate::key_talk::unlocking::{KEY_STORE_KEEPS_TOO, LOCKED, LOCKED_BEFORE, UNLOCKED, UNLOCKED_KEY_STORE};
use crate::key_talk::{counted, with};
use crate::logged_in::{Start, tell_captured};
use crate::profile::Profile;
use crate::ui::Ui;
use crate::{agent, holder, key_store};

/// Unlock this device for a while, so that commands do not ask for the password
///
/// A program in the background holds the key of this device in memory. It locks itself when no command has used it for a
/// quarter of an hour, when the machine has slept that long, and with `reverie lock`. What changes the password, the kit or
/// the devices asks for it all the same. Needs no network.
///
/// With `--key-store` the system's key store holds the key (on Linux the Secret Service: GNOME Keyring, KWallet). Then no
/// password is asked for while you are logged in to this computer, also after a restart, and nothing locks by itself: choose it
/// on a computer that only you use, with a good password of its own and an encrypted disk.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie unlock
  reverie unlock --idle-minutes 5
  reverie unlock --key-store
  reverie lock")]
pub(crate) struct UnlockArgs {
    /// Lock when no command was run for so many minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=720))]
    idle_minutes: u16,
    /// Give the key to the system's key store instead: this device stays unlocked until `reverie lock`
    #[arg(long, conflicts_with = "idle_minutes")]
    key_store: bool,
}

/// Lock this device: the key leaves the memory, and the system's key store, at once
///
/// A `reverie watch` on it ends.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie lock")]
pub(crate) struct LockArgs {}

/// Hold a key for `reverie unlock`
#[derive(Args)]
pub(crate) struct AgentArgs {
    pub(crate) socket: std::path::PathBuf,
    pub(crate) idle_seconds: u64,
}

pub(crate) async fn unlock(ui: &Ui, start: Start, args: UnlockArgs) -> Result<(), CommandError> {
    let (account, profile, _) = start.unlock_by_password().await?;
    let key = account.key_to_hold().await?;
    if args.key_store {
        key_store::keep(&profile, &key)?;
        agent::lock(&profile)?;
        ui.say(UNLOCKED_KEY_STORE);
        tell_captured(ui, &account).await?;
        return ui.answer(&json!({ "unlocked": true, "key_store": true }), String::new);
    }
    agent::lock(&profile)?;
    if key_store::forget(&profile).is_err() {
        ui.warn(KEY_STORE_KEEPS_TOO);
    }
    let minutes = args.idle_minutes;
    let agent = agent::start(&profile, &key, Duration::from_secs(60 * u64::from(minutes)))?;
    ui.say(&with(UNLOCKED, &[("MINUTES", &counted(minutes, "1 minute", "COUNT minutes"))]));
    tell_captured(ui, &account).await?;
    ui.answer(&json!({ "unlocked": true, "key_store": false, "idle_minutes": minutes, "agent": agent }), String::new)
}

pub(crate) fn lock(ui: &Ui, start: &Start) -> Result<(), CommandError> {
    let was_unlocked = holder::forget(&Profile::find(&start.global)?)?;
    ui.say(if was_unlocked { LOCKED } else { LOCKED_BEFORE });
    ui.answer(&json!({ "unlocked": false, "was_unlocked": was_unlocked }), String::new)
}

/// Runs in the process that holds the key.
pub(crate) fn agent(args: &AgentArgs) -> Result<(), CommandError> {
    agent::hold(&args.socket, Duration::from_secs(args.idle_seconds))
        .map_err(|error| crate::error::user_error(format!("the key cannot be held: {error}")))
}
