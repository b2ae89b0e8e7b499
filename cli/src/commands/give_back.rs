//! `reverie give-back`: for somebody who has lost password and kit, what her clinician can still read.

use clap::Args;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::key_talk::giving_back::{
    BEFORE_GIVING_BACK, COPIED, COPIED_BEFORE, GIVE_IT, NOT_COPIED, NOT_COPIED_NEXT, NOTHING_COPIED,
};
use crate::key_talk::{counted, with};
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
    let of_two = |text| with(text, &[("OLD", &from), ("NEW", &to)]);
    ui.say(&of_two(BEFORE_GIVING_BACK));
    if !ui.confirm(yes, &of_two(GIVE_IT))? {
        ui.say(NOTHING_COPIED);
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
    ui.say(&with(COPIED, &[("COUNT", &records(gave.copied))]));
    if gave.before > 0 {
        ui.say(&with(COPIED_BEFORE, &[("COUNT", &records(gave.before))]));
    }
    match gave.failed.first() {
        None => Ok(()),
        Some((seq, error)) => {
            let (count, seq, why) = (records(gave.failed.len()), seq.to_string(), error.to_string());
            let message = with(NOT_COPIED, &[("COUNT", &count), ("SEQ", &seq), ("WHY", &why)]);
            Err(user_error(message).hint(NOT_COPIED_NEXT))
        }
    }
}

fn records(count: usize) -> String {
    counted(count, "1 record", "COUNT records")
}
