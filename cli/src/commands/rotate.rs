//! `reverie rotate`: gives a journal a new key, for the same readers.

use clap::Args;
use reverie_client::CircleChange;

use crate::circle_changes::{ask_and_enact, change_json, circle_text};
use crate::error::CommandError;
use crate::key_talk::circles::{BEFORE_ROTATING, MAKE_NEW_KEY, NEW_JOURNAL_KEY};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Give a journal that you share a new key
///
/// For the same readers. Do it if a journal's key may have been seen by somebody else, for instance in an exported folder.
/// What was written before stays sealed to the old key.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie rotate
  reverie rotate --circle quill --yes")]
pub(crate) struct RotateArgs {
    /// Which journal, if you share several: a reader's handle, or the first digits of its id
    #[arg(long, alias = "with", value_name = "CIRCLE")]
    circle: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: RotateArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let circle = account.find_circle(args.circle.as_deref())?;
    let before = with(BEFORE_ROTATING, &[("JOURNAL", &circle_text(&account, &circle))]);
    let change = CircleChange::Rotate;
    let done = ask_and_enact(ui, &mut account, circle.journal, &change, args.yes, &before, MAKE_NEW_KEY).await?;
    if done {
        ui.say(NEW_JOURNAL_KEY);
    }
    ui.answer(&change_json(&account, circle.journal, done), String::new)
}
