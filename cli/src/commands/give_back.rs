//! `reverie give-back`: for somebody who has lost password and kit, what her clinician can still read.

use clap::Args;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, still_waiting};
use crate::ui::Ui;

/// Give a patient back what she shared, after she lost password and kit (clinicians)
///
/// She has a new account, and you have paired with it in the room. What you can read of the old one is copied into the
/// journal that the new one shares with you alone. Each copy brings the original along, so that she can verify it. What was
/// private is gone. Done twice, it copies what is new.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie give-back heron-41 --to heron-42
  reverie give-back heron-41 --to heron-42 --yes --json")]
pub(crate) struct GiveBackArgs {
    /// The account that is lost
    #[arg(value_name = "HANDLE")]
    from: String,
    /// Her new account
    #[arg(long, value_name = "HANDLE")]
    to: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: GiveBackArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let GiveBackArgs { from, to, yes } = args;
    let (old, new) = (account.contact_of(&from)?.account, account.contact_of(&to)?.account);
    ui.say(&format!(
        "{to} gets a copy of everything that {from} shared with you. Be sure that they are one person: you know her, and you \
         compared the words in the room."
    ));
    if !ui.confirm(yes, &format!("Give it to {to}?"))? {
        ui.say("Nothing was copied.");
        return Ok(());
    }
    let bar = ui.progress("Copying");
    let gave = account
        .give_back(old, new, &mut |done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        })
        .await;
    bar.finish_and_clear();
    let gave = gave?;
    let mut answer = flushed_json(&gave.flushed);
    answer["copied"] = json!(gave.copied);
    answer["before"] = json!(gave.before);
    answer["failed"] = json!(gave.failed.len());
    ui.answer(&answer, String::new)?;
    still_waiting(ui, &gave.flushed);
    let before = if gave.before == 0 { String::new() } else { format!(" {} had been given back before.", gave.before) };
    ui.say(&format!("Copied: {}.{before} She sees it with `reverie earlier`.", records(gave.copied)));
    match gave.failed.first() {
        None => Ok(()),
        Some((seq, error)) => Err(user_error(format!(
            "{} could not be copied, record {seq} first of all: {error}",
            records(gave.failed.len())
        ))
        .hint("Run it once more when the server can be reached; what is copied already stays.")),
    }
}

fn records(count: usize) -> String {
    if count == 1 { "1 record".into() } else { format!("{count} records") }
}
