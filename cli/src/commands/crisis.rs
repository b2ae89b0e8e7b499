//! `reverie crisis`: whom to call, at once. It asks for no password and no network.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use reverie_journal::render::screen_text;
use reverie_journal::safety::{CrisisPack, Help, Sharing};
use serde_json::json;

use crate::error::CommandError;
use crate::time::now;
use crate::ui::Ui;

/// Show whom to call now
///
/// Public lines that are answered at any hour. It needs no password, no account and no network. Your own people are in
/// `reverie safety-plan`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie crisis")]
pub(crate) struct CrisisArgs {
    /// Where you are
    #[arg(long, value_name = "REGION", value_parser = region(), default_value = "US-MA")]
    region: &'static CrisisPack,
}

pub(crate) fn run(ui: &Ui, CrisisArgs { region }: &CrisisArgs) -> Result<(), CommandError> {
    let help = Help { crisis: region, coverage: None, people: &[], sharing: Sharing::NotKept, now: now() };
    let card = help.card();
    ui.answer(&json!(card), || screen_text(&card, ui.page()))?;
    ui.say("Your own people: `reverie safety-plan`.");
    Ok(())
}

fn region() -> impl TypedValueParser<Value = &'static CrisisPack> {
    PossibleValuesParser::new(CrisisPack::all().iter().map(|pack| pack.region.as_str())).map(|region| {
        let known = CrisisPack::all().iter().find(|pack| pack.region == region);
        known.expect("the parser takes regions of packs only")
    })
}
