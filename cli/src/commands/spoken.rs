//! `reverie spoken`: words that were noted as said aloud, for the patient to take, correct or refuse.

use clap::{Args, Subcommand};
use reverie_client::Unlocked;
use reverie_journal::render::spoken_text;
use reverie_journal::{SpokenView, find_id, short_id};

use crate::error::{CommandError, user_error};
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::{LoggedIn, Start};
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Look at words that were noted as yours during a dose
///
/// Your clinician may have written down what you said aloud. A line that you keep becomes a private entry, in those words
/// or in yours, which you may share. Nobody sees which lines you refuse, or whether you looked.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie spoken list
  reverie spoken adopt 9c01d2e3 1
  reverie spoken correct 9c01d2e3 2 It was never a door.
  reverie spoken refuse 9c01d2e3 3"
)]
pub(crate) struct SpokenArgs {
    #[command(subcommand)]
    command: SpokenCommand,
}

#[derive(Subcommand)]
enum SpokenCommand {
    /// List what was noted
    List,
    /// Keep a line as an entry of your own
    Adopt(LineArgs),
    /// Keep a line as an entry, in your own words
    Correct(CorrectArgs),
    /// Say that a line is not yours, or not wanted
    Refuse(LineArgs),
}

#[derive(Args)]
struct LineArgs {
    /// The dose card: the first digits of its id
    card: String,
    /// The number of the line
    #[arg(value_name = "N")]
    n: usize,
}

#[derive(Args)]
struct CorrectArgs {
    #[command(flatten)]
    line: LineArgs,
    /// What you said
    #[arg(required = true)]
    words: Vec<String>,
}

pub(crate) async fn run(ui: &Ui, start: Start, SpokenArgs { command }: SpokenArgs) -> Result<(), CommandError> {
    let purpose = if matches!(command, SpokenCommand::List) { Reading } else { Writing };
    let LoggedIn { mut account, profile: _ } = start.log_in(ui, purpose).await?;
    let (kept, entry) = match command {
        SpokenCommand::List => return list(ui, &account),
        SpokenCommand::Adopt(line) => {
            let line = find(&account, &line)?;
            (account.take_spoken(&line, None).await?, true)
        }
        SpokenCommand::Correct(CorrectArgs { line, words }) => {
            let line = find(&account, &line)?;
            (account.take_spoken(&line, Some(&words.join(" "))).await?, true)
        }
        SpokenCommand::Refuse(line) => {
            let line = find(&account, &line)?;
            (account.refuse_spoken(&line).await?, false)
        }
    };
    ui.answer(&kept_json(&kept), || if entry { short_id(kept.document.uuid()) } else { String::new() })?;
    still_waiting(ui, &kept.flushed);
    ui.say(if entry { "Kept as a private entry of yours." } else { "Refused. Nobody else sees that." });
    Ok(())
}

fn list(ui: &Ui, account: &Unlocked) -> Result<(), CommandError> {
    let lines = account.spoken_lines()?;
    if lines.is_empty() {
        ui.say("No words are noted as yours.");
    }
    ui.answer(&lines, || spoken_text(&lines, ui.page()))?;
    if lines.iter().any(|line| line.answer.is_none()) {
        ui.say("`reverie spoken adopt CARD N`, `correct` or `refuse`; or leave it.");
    }
    Ok(())
}

fn find(account: &Unlocked, LineArgs { card, n }: &LineArgs) -> Result<SpokenView, CommandError> {
    let lines = account.spoken_lines()?;
    let card = find_id(card, lines.iter().map(|line| line.card));
    let card = card.map_err(|error| user_error(error.to_string()).hint("`reverie spoken list` shows the cards."))?;
    let line = lines.into_iter().find(|line| line.card == card && line.n == *n);
    line.ok_or_else(|| {
        user_error(format!("there is no line {n} on this card")).hint("`reverie spoken list` shows them.")
    })
}
