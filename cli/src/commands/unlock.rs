//! `reverie unlock` and `reverie lock`: type the password once for a while.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::agent;
use crate::error::CommandError;
use crate::key_talk::unlocking::{LOCKED, LOCKED_BEFORE, UNLOCKED};
use crate::key_talk::with;
use crate::logged_in::{Start, tell_captured};
use crate::profile::Profile;
use crate::ui::Ui;

/// Unlock this device for a while, so that commands do not ask for the password
///
/// A program in the background holds the key of this device in memory. It locks itself when no command has used it for a
/// quarter of an hour, when the machine has slept that long, and with `reverie lock`. What changes the password, the kit or
/// the devices asks for it all the same. Needs no network.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie unlock
  reverie unlock --idle-minutes 5
  reverie lock")]
pub(crate) struct UnlockArgs {
    /// Lock when no command was run for so many minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=720))]
    idle_minutes: u16,
}

/// Lock this device: the key leaves the memory at once
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
    agent::lock(&profile)?;
    let minutes = args.idle_minutes;
    let agent = agent::start(&profile, &account.key_to_hold().await?, Duration::from_secs(60 * u64::from(minutes)))?;
    ui.say(&with(UNLOCKED, &[("MINUTES", &minutes.to_string())]));
    tell_captured(ui, &account).await?;
    ui.answer(&json!({ "unlocked": true, "idle_minutes": minutes, "agent": agent }), String::new)
}

pub(crate) fn lock(ui: &Ui, start: &Start) -> Result<(), CommandError> {
    let was_unlocked = agent::lock(&Profile::find(&start.global)?)?;
    ui.say(if was_unlocked { LOCKED } else { LOCKED_BEFORE });
    ui.answer(&json!({ "unlocked": false, "was_unlocked": was_unlocked }), String::new)
}

/// Runs in the process that holds the key.
pub(crate) fn agent(args: &AgentArgs) -> Result<(), CommandError> {
    agent::hold(&args.socket, Duration::from_secs(args.idle_seconds))
        .map_err(|error| crate::error::user_error(format!("the key cannot be held: {error}")))
}
