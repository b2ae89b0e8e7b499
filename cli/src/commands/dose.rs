//! `reverie dose`: dose cards.

use clap::{Args, Subcommand};
use reverie_journal::render::dose_cards_text;
use reverie_journal::{Document, DoseCard, Side};
use serde_json::{Value, json};

use crate::about::about;
use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::{LoggedIn, Start};
use crate::ui::Ui;

mod card;
mod record;

/// Record and show dose cards: the context of a dosing session
///
/// A dose card is not the medication record, which belongs into your chart. Doses of different routes do not compare, so
/// nothing here compares them, and nothing advises a dose.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie dose record heron-41 --route IM --dose 40@14:05 --booster 15@14:25 --weight 67.8
  reverie dose show heron-41"
)]
pub(crate) struct DoseArgs {
    #[command(subcommand)]
    command: DoseCommand,
}

#[derive(Subcommand)]
enum DoseCommand {
    Record(Box<record::RecordArgs>),
    /// Show the dose cards
    Show(ShowArgs),
}

#[derive(Args)]
struct ShowArgs {
    /// The patient; patients leave it out
    #[arg(value_parser = handle)]
    handle: Option<String>,
}

pub(crate) async fn run(ui: &Ui, start: Start, DoseArgs { command }: DoseArgs) -> Result<(), CommandError> {
    match command {
        DoseCommand::Record(args) => record::run(ui, start.log_in(ui, Writing).await?, *args).await,
        DoseCommand::Show(args) => show(ui, start.log_in(ui, Reading).await?, args),
    }
}

fn show(ui: &Ui, logged_in: LoggedIn, ShowArgs { handle }: ShowArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let about = about(&account, handle.as_deref())?;
    let cards: Vec<_> = about.shared.iter().flat_map(|shared| shared.dose_cards.clone()).collect();
    let answer: Vec<_> = cards.iter().map(|card| card_json(card, about.reader)).collect();
    ui.answer(&answer, || dose_cards_text(&cards, about.reader, ui.page()))
}

/// Returns a card for programs, with what is derived from it, and without what its reader is not shown.
fn card_json(card: &Document<DoseCard>, reader: Side) -> Value {
    let body = card.body();
    let mut answer = json!(card);
    answer["total_mg"] = json!(body.total());
    answer["mg_per_kg"] = json!(body.mg_per_kg());
    if body.hide_dose && reader == Side::Patient {
        for hidden in ["doses", "total_mg", "mg_per_kg", "weight_kg"] {
            answer[hidden] = Value::Null;
        }
    }
    answer
}
