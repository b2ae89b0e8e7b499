//! `reverie capture`: one command and no decision, on a device that is locked as well.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use reverie_client::{LockedDevice, NewEntry, NewFile};
use reverie_journal::{Details, Kind, NOT_MONITORED, short_id};
use serde_json::json;

use crate::error::CommandError;
use crate::files::open_files;
use crate::key_talk::captures::{CAPTURED_LOCKED, WHAT_IS_THERE};
use crate::key_talk::sharing::{KEPT, KEPT_THAT_NOTHING_CAME, PRIVATE};
use crate::logged_in::{LoggedIn, Purpose, Start};
use crate::not_monitored::say_not_monitored;
use crate::profile::Profile;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;
use crate::words::typed;

/// Keep what is there, as it is; anything else can be added later
///
/// Words, a line, a recording, or nothing at all: that nothing came can be kept too. It is private, and what kind of thing it
/// was can be said later, or never. Nobody is asked for a password: while this device is locked, what you give is sealed on
/// it at once, and shown to you when you unlock it (`reverie captured`). While it is unlocked (`reverie unlock`), or where a
/// password is given, it is in your journal at once.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie capture salt. warm stones. nobody else.
  reverie capture --file memo.m4a
  reverie capture")]
pub(crate) struct CaptureArgs {
    /// The words
    words: Vec<String>,
    /// A voice memo, drawing or photo; may be given several times
    #[arg(long, short, value_name = "FILE")]
    file: Vec<PathBuf>,
}

pub(crate) async fn run(ui: &Ui, start: Start, CaptureArgs { words, file }: CaptureArgs) -> Result<(), CommandError> {
    let files = open_files(&file)?;
    if let Some((device, profile)) = start.locked().await? {
        let words = asked(ui, &words, &profile, &files)?;
        return on_locked(ui, &device, words, files).await;
    }
    let LoggedIn { mut account, profile } = start.log_in(ui, Purpose::Writing).await?;
    let words = asked(ui, &words, &profile, &files)?;
    let nothing = words.trim().is_empty() && files.is_empty();
    let kind = if nothing { Kind::Blank } else { Kind::Fragment };
    let (also, details) = (Vec::new(), Details::default());
    let kept = account.write(NewEntry { kind, also, title: None, words, details, files }).await?;
    ui.answer(&kept_json(&kept), || short_id(kept.document.uuid()))?;
    still_waiting(ui, &kept.flushed);
    ui.say(if nothing { KEPT_THAT_NOTHING_CAME } else { KEPT });
    ui.say(PRIVATE);
    say_not_monitored(ui, &account);
    Ok(())
}

/// Returns the words. One line is asked for, not an editor: whoever is groggy need not know how to leave one.
fn asked(ui: &Ui, words: &[String], profile: &Profile, files: &[NewFile]) -> Result<String, CommandError> {
    if words.is_empty() && files.is_empty() && io::stdin().is_terminal() && ui.can_ask() {
        return Ok(ui.ask_line(WHAT_IS_THERE)?.trim().to_owned());
    }
    Ok(typed(words, profile, false)?.words)
}

async fn on_locked(ui: &Ui, device: &LockedDevice, words: String, files: Vec<NewFile>) -> Result<(), CommandError> {
    let captured = device.capture(words, files).await?;
    let waiting = device.waiting().await?;
    let answer = json!({ "captured": captured, "short_id": short_id(captured.uuid()), "locked": true,
        "captures": waiting });
    ui.answer(&answer, || short_id(captured.uuid()))?;
    ui.say(CAPTURED_LOCKED);
    ui.say(NOT_MONITORED);
    Ok(())
}
