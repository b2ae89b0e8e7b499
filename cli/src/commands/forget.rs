//! `reverie forget`: what this device holds of a patient who does not share with this clinician any more.

use clap::Args;
use serde_json::json;

use crate::arguments::handle;
use crate::error::CommandError;
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::circles::{BEFORE_FORGETTING, FORGET, FORGOTTEN, MANY_UNSENT, ONE_UNSENT};
use crate::key_talk::{counted, with};
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Forget what this device holds of a patient whose journal the server no longer shows you
///
/// For when she ended it, took you out, or left. Your own notes and what you copied into the chart stay. Each of your devices
/// forgets by itself.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie forget heron-41")]
pub(crate) struct ForgetArgs {
    /// Whom
    #[arg(value_parser = handle)]
    handle: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ForgetArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let ForgetArgs { handle, yes } = args;
    let patient = account.contact_of(&handle)?.account;
    let unsent = account.if_forgotten(patient)?;
    ui.say(&with(BEFORE_FORGETTING, &[("HANDLE", &handle)]));
    if unsent > 0 {
        ui.warn(&with(&counted(unsent, ONE_UNSENT, MANY_UNSENT), &[("HANDLE", &handle)]));
    }
    if !ui.confirm(yes, FORGET)? {
        ui.say(NOTHING_CHANGED);
        return ui.answer(&json!({ "forgotten": false, "lost": 0 }), String::new);
    }
    account.forget_patient(patient).await?;
    ui.say(&with(FORGOTTEN, &[("HANDLE", &handle)]));
    ui.answer(&json!({ "forgotten": true, "lost": unsent }), String::new)
}
