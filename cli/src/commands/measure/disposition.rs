//! `reverie measure disposition`: what a clinician did about a flagged answer.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use reverie_journal::Outcome;

use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Say what was done about a flagged answer (clinicians)
///
/// A flag stays first in the queue and in the brief until somebody has reached the patient. `not-reached` is noted, and
/// the flag stays. The patient can read what you note.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie measure disposition 3f2a91c0 called
  reverie measure disposition 3f2a91c0 not-reached
  reverie measure disposition 3f2a91c0 discussed-in-session We went through the plan together.")]
pub(super) struct DispositionArgs {
    /// The response: the first digits of its id
    #[arg(value_name = "ID")]
    response: String,
    /// What came of it
    #[arg(value_parser = outcome())]
    outcome: Outcome,
    /// A note, which the patient can read
    note: Vec<String>,
}

pub(super) async fn run(ui: &Ui, logged_in: LoggedIn, args: DispositionArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let DispositionArgs { response, outcome, note } = args;
    let (_, response) = account.find_measure(&response)?;
    let note = (!note.is_empty()).then(|| note.join(" "));
    let kept = account.dispose(response, outcome, note).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    say_disposed(ui, outcome);
    Ok(())
}

/// Says what became of the flag.
pub(in crate::commands) fn say_disposed(ui: &Ui, outcome: Outcome) {
    ui.say(if outcome.closes() {
        "Noted. The flag is closed."
    } else {
        "Noted. The flag stays open until she is reached."
    });
}

fn outcome() -> impl TypedValueParser<Value = Outcome> {
    const ALL: [(&str, Outcome); 4] = [
        ("called", Outcome::Called),
        ("seen", Outcome::Seen),
        ("discussed-in-session", Outcome::DiscussedInSession),
        ("not-reached", Outcome::NotReached),
    ];
    PossibleValuesParser::new(ALL.map(|(name, _)| name))
        .map(|name| ALL.iter().find(|(all, _)| *all == name).expect("the parser takes these names only").1)
}
