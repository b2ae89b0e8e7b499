//! `reverie close`: ends a shared journal. What is in it stays, and can still be withdrawn.

use clap::Args;
use reverie_client::CircleChange;

use crate::circle_changes::{ask_and_enact, change_json, circle_text};
use crate::error::CommandError;
use crate::key_talk::circles::{BEFORE_CLOSING, CLOSED, END_IT};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// End a journal that you share
///
/// Nobody writes to it any more, for good. Who reads it keeps what is there; you can still withdraw what you wrote. To
/// share with the same people again, confirm one of them again: that opens a new journal.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie close
  reverie close --circle quill --yes")]
pub(crate) struct CloseArgs {
    /// Which journal, if you share several: a reader's handle, or the first digits of its id
    #[arg(long, alias = "with", value_name = "CIRCLE")]
    circle: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: CloseArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let circle = account.find_circle(args.circle.as_deref())?;
    let before = with(BEFORE_CLOSING, &[("JOURNAL", &circle_text(&account, &circle))]);
    let done = ask_and_enact(ui, &mut account, circle.journal, &CircleChange::Close, args.yes, &before, END_IT).await?;
    if done {
        ui.say(CLOSED);
    }
    ui.answer(&change_json(&account, circle.journal, done), String::new)
}
