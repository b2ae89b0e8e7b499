//! `reverie safety-plan`: whom a patient can call, kept for her eyes alone.

use clap::Args;
use reverie_journal::{Person, PersonName, Phone};
use reverie_protocol::account::AccountRole;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::table::table;
use crate::ui::Ui;

/// Keep whom you can call: your own people, for your eyes alone
///
/// They are shown with the public lines when an answer asks for care, also without a network. Without arguments it shows
/// your plan; what you give takes the place of what was there.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie safety-plan
  reverie safety-plan --person \"My sister\" 617-555-0177 --person \"J. from work\" 617-555-0178
  reverie safety-plan --clear")]
pub(crate) struct SafetyPlanArgs {
    /// Somebody you can call; may be given several times
    #[arg(long, num_args = 2, value_names = ["NAME", "NUMBER"], action = clap::ArgAction::Append)]
    person: Vec<String>,
    /// Take everybody off it
    #[arg(long, conflicts_with = "person")]
    clear: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: SafetyPlanArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let SafetyPlanArgs { person, clear } = args;
    if account.role() != AccountRole::Patient {
        return Err(user_error("only patients keep a plan of their own"));
    }
    if person.is_empty() && !clear {
        let view = account.view(account.account());
        let plan = view.private.and_then(|private| private.safety_plan);
        let people = plan.map(|plan| plan.body().people.clone()).unwrap_or_default();
        let rows: Vec<_> =
            people.iter().map(|person| [person.phone.as_str().to_owned(), person.name.as_str().to_owned()]).collect();
        ui.answer(&json!({ "people": people }), || table(&rows))?;
        if people.is_empty() {
            ui.say("Nobody is on it yet. The public lines are always shown: 988 and 911 among them.");
        }
        return Ok(());
    }
    let people = person
        .chunks_exact(2)
        .map(|pair| Ok(Person { name: PersonName::new(&pair[0])?, phone: Phone::new(&pair[1])? }));
    let kept = account.keep_safety_plan(people.collect::<Result<Vec<_>, CommandError>>()?).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say("Kept. Nobody but you can read it.");
    Ok(())
}
