//! `reverie measure`: questionnaires, scored on this device alone.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use reverie_journal::measure::{Instruments, PACK_BYTES, Pack};

use crate::error::{CommandError, user_error};
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::Start;
use crate::ui::Ui;

mod disposition;
mod help;
mod list;
mod pack;
mod score;
mod show;
mod take;
mod trend;

pub(super) use self::disposition::say_disposed;

/// Take, score and look at measures: PHQ-9, GAD-7, PCL-5 and others
///
/// Scores are computed on this device. The server learns neither which measure was taken nor what came of it. A score is
/// not a diagnosis, and what is not complete has no total.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie measure score PHQ-9 1,0,2,1,1,0,0,1,0     needs no account
  reverie measure take PHQ-9
  reverie measure trend PHQ-9"
)]
pub(crate) struct MeasureArgs {
    #[command(subcommand)]
    command: MeasureCommand,
}

#[derive(Subcommand)]
enum MeasureCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Take(take::TakeArgs),
    Score(score::ScoreArgs),
    Trend(trend::TrendArgs),
    Disposition(disposition::DispositionArgs),
    Pack(pack::PackArgs),
}

pub(crate) async fn run(ui: &Ui, start: Start, MeasureArgs { command }: MeasureArgs) -> Result<(), CommandError> {
    match command {
        MeasureCommand::List(args) => list::run(ui, start, args).await,
        MeasureCommand::Show(args) => show::run(ui, start, args).await,
        MeasureCommand::Take(args) => take::run(ui, start.log_in(ui, Writing).await?, args).await,
        MeasureCommand::Score(args) => score::run(ui, args),
        MeasureCommand::Trend(args) => trend::run(ui, start.log_in(ui, Reading).await?, args),
        MeasureCommand::Disposition(args) => disposition::run(ui, start.log_in(ui, Writing).await?, args).await,
        MeasureCommand::Pack(args) => pack::run(ui, start, args).await,
    }
}

/// Reads a pack.
///
/// # Errors
/// A file that cannot be read, or everything that is wrong with the pack, line by line.
fn read_pack(path: &Path) -> Result<Pack, CommandError> {
    let failed = |why: String| user_error(format!("{} cannot be used: {why}", path.display()));
    let about = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if about.len() > PACK_BYTES as u64 {
        return Err(failed(format!("a pack has at most {} KiB", PACK_BYTES / 1024)));
    }
    let source = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    Pack::load(source).map_err(|error| {
        let problems: Vec<_> = error.problems.iter().map(|problem| format!("\n  {problem}")).collect();
        user_error(format!("{} is no pack yet:{}", path.display(), problems.concat()))
            .hint("docs/instrument-packs.md says how a pack is written.")
            .coded("bad_pack")
    })
}

/// Returns what ships, and the packs of these files.
fn with_packs(packs: &[PathBuf]) -> Result<Instruments, CommandError> {
    Ok(Instruments::with(packs.iter().map(|path| read_pack(path)).collect::<Result<Vec<_>, _>>()?))
}

/// Reads answers: numbers with commas between them, nothing or `-` where one was left out.
fn answers(text: &str) -> Result<Vec<Option<u16>>, CommandError> {
    let answer = |part: &str| match part.trim() {
        "" | "-" => Ok(None),
        number => number.parse().map(Some).map_err(|_| {
            user_error(format!("`{}` is no answer", number.chars().take(20).collect::<String>()))
                .hint("Answers are whole numbers with commas between them: 1,0,2,1. Leave one out like this: 1,,2.")
        }),
    };
    text.split(',').map(answer).collect()
}
