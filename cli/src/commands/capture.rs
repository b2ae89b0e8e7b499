//! `reverie capture`: one command and no decision.

use std::io::{self, IsTerminal as _};

use clap::Args;
use reverie_client::NewEntry;
use reverie_journal::{Details, Kind, NOT_MONITORED, short_id};

use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;
use crate::words::typed;

/// Keep what is there, as it is; anything else can be added later
///
/// Words, a line, or nothing at all: that nothing came can be kept too. It is private, and what kind of thing it was can
/// be said later, or never.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie capture salt. warm stones. nobody else.
  reverie capture")]
pub(crate) struct CaptureArgs {
    /// The words
    words: Vec<String>,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, CaptureArgs { words }: CaptureArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile } = logged_in;
    // One line is asked for, not an editor: whoever is groggy need not know how to leave one.
    let words = if words.is_empty() && io::stdin().is_terminal() && ui.can_ask() {
        ui.ask_line("What is there? (Enter alone keeps that nothing came)")?.trim().to_owned()
    } else {
        typed(&words, &profile, false)?.words
    };
    let nothing = words.trim().is_empty();
    let kind = if nothing { Kind::Blank } else { Kind::Fragment };
    let (also, details, files) = (Vec::new(), Details::default(), Vec::new());
    let kept = account.write(NewEntry { kind, also, title: None, words, details, files }).await?;
    ui.answer(&kept_json(&kept), || short_id(kept.document.uuid()))?;
    still_waiting(ui, &kept.flushed);
    ui.say(if nothing { "Kept: that nothing came." } else { "Kept." });
    ui.say("Private. Nobody but you can read it.");
    ui.say(NOT_MONITORED);
    Ok(())
}
