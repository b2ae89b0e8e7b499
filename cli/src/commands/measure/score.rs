//! `reverie measure score`: scores answers, without an account or a server.

use std::path::PathBuf;

use clap::Args;
use reverie_journal::measure::{Answers, NOT_A_DIAGNOSIS, score};
use reverie_journal::render::score_text;
use reverie_journal::safety::{CrisisPack, Help, Sharing};
use serde_json::json;

use super::help::printed;
use super::{answers, with_packs};
use crate::error::{CommandError, user_error};
use crate::time::now;
use crate::ui::Ui;

/// Score answers, without an account or a server
///
/// Nothing is kept. Answers are numbers in the order of the items; one that was left out is left empty, and then there
/// is no total. If an answer asks for care, help is shown first.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie measure score PHQ-9 1,0,2,1,1,0,0,1,0
  reverie measure score GAD-7 1,1,,2,0,0,1 --json
  reverie measure score CORE-10 0,1,2,1,0,0,1,1,2,1 --pack core-10.toml")]
pub(super) struct ScoreArgs {
    /// The measure
    #[arg(value_name = "NAME")]
    name: String,
    /// The answers: 1,0,2,…
    answers: String,
    /// An instrument pack to look in as well; may be given several times
    #[arg(long, value_name = "FILE")]
    pack: Vec<PathBuf>,
}

pub(super) fn run(ui: &Ui, ScoreArgs { name, answers: given, pack }: ScoreArgs) -> Result<(), CommandError> {
    let instruments = with_packs(&pack)?;
    let found = instruments.find(&name).map_err(|error| user_error(error.to_string()))?;
    let instrument = found.instrument();
    let fits = Answers::in_order(instrument, &answers(&given)?).map_err(|error| user_error(error.to_string()))?;
    let score = score(instrument, &fits);
    let help =
        Help { crisis: CrisisPack::shipped(), coverage: None, people: &[], sharing: Sharing::NotKept, now: now() };
    let screens = if score.asks_for_help() { printed(ui, &help) } else { Vec::new() };
    let answer = json!({
        "help": screens,
        "score": score,
        "complete": score.is_complete(),
        "completeness": score.completeness(),
        "note": NOT_A_DIAGNOSIS,
    });
    ui.answer(&answer, || score_text(instrument, &score, ui.page()))
}
