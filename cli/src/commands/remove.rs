//! `reverie remove`: takes somebody out of a shared journal, which gets a new key.

use clap::Args;
use reverie_client::CircleChange;
use serde_json::json;

use crate::arguments::handle;
use crate::circle_changes::{ask_and_enact, change_json, circle_text};
use crate::error::{CommandError, user_error};
use crate::key_talk::circles::{BEFORE_REMOVING, IS_OUT, READS_NOTHING, STILL_READS, TAKE_OUT};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Take somebody out of a journal that you share
///
/// The journal gets a new key: what is written afterwards they cannot open, even with the server's help. What they opened
/// before cannot be unread.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie remove haddon
  reverie remove haddon --circle 3f2a --yes")]
pub(crate) struct RemoveArgs {
    /// Whom
    #[arg(value_parser = handle)]
    handle: String,
    /// Which journal, if you share several: a reader's handle, or the first digits of its id
    #[arg(long, alias = "with", value_name = "CIRCLE")]
    circle: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: RemoveArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let RemoveArgs { handle, circle, yes } = args;
    let gone = account.reader_called(&handle)?;
    let circles = match circle {
        Some(typed) => vec![account.find_circle(Some(&typed))?],
        None => account.circles_with(gone),
    };
    if circles.is_empty() {
        return Err(user_error(with(READS_NOTHING, &[("HANDLE", &handle)])));
    }
    let question = with(TAKE_OUT, &[("HANDLE", &handle)]);
    let mut answers = Vec::new();
    for circle in circles {
        let journal = circle_text(&account, &circle);
        let before = with(BEFORE_REMOVING, &[("HANDLE", &handle), ("JOURNAL", &journal)]);
        let change = CircleChange::Remove { account: gone };
        let done = ask_and_enact(ui, &mut account, circle.journal, &change, yes, &before, &question).await?;
        answers.push(change_json(&account, circle.journal, done));
        if done {
            ui.say(&with(IS_OUT, &[("HANDLE", &handle)]));
        }
    }
    let stays: Vec<_> = account.circles_with(gone).iter().map(|circle| circle_text(&account, circle)).collect();
    if !stays.is_empty() {
        ui.warn(&with(STILL_READS, &[("HANDLE", &handle), ("JOURNALS", &stays.join(", "))]));
    }
    ui.answer(&json!({ "handle": handle, "journals": answers }), String::new)
}
