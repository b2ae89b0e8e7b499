//! `reverie cycle`: the rounds of preparing, dosing and integrating that a course is made of.

use clap::{Args, Subcommand};
use reverie_journal::render::cycles_text;
use reverie_journal::{CycleState, Day, Ended};
use serde_json::json;

use crate::about::about;
use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::{LoggedIn, Start};
use crate::report::{kept_json, still_waiting};
use crate::time::now;
use crate::ui::Ui;

/// Open, end and list the cycles of a course
///
/// How far a cycle went follows from its sessions: it is dosed once its dosing session took place, and in integration
/// once an integration session did. Only its opening and its end are written down.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie cycle open heron-41
  reverie cycle close heron-41
  reverie cycle list heron-41"
)]
pub(crate) struct CycleArgs {
    #[command(subcommand)]
    command: CycleCommand,
}

#[derive(Subcommand)]
enum CycleCommand {
    /// List the cycles, and what is unusual about them
    List(ListArgs),
    /// Open a cycle (clinicians)
    Open(OpenArgs),
    /// Close a cycle that had its dose (clinicians)
    Close(EndArgs),
    /// Leave a cycle out that had no dose (clinicians)
    Skip(EndArgs),
    /// Break a cycle off (clinicians)
    Abort(EndArgs),
}

#[derive(Args)]
struct ListArgs {
    /// The patient; patients leave it out
    #[arg(value_parser = handle)]
    handle: Option<String>,
}

#[derive(Args)]
struct OpenArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// On which day; today, unless you say otherwise
    #[arg(long, value_name = "DATE", value_parser = |text: &str| text.parse::<Day>())]
    on: Option<Day>,
}

#[derive(Args)]
struct EndArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// Its number; the last one that is not over, unless you say otherwise
    #[arg(long, value_name = "N")]
    number: Option<usize>,
    /// On which day; today, unless you say otherwise
    #[arg(long, value_name = "DATE", value_parser = |text: &str| text.parse::<Day>())]
    on: Option<Day>,
}

pub(crate) async fn run(ui: &Ui, start: Start, CycleArgs { command }: CycleArgs) -> Result<(), CommandError> {
    match command {
        CycleCommand::List(args) => list(ui, start.log_in(ui, Reading).await?, args),
        CycleCommand::Open(args) => open(ui, start.log_in(ui, Writing).await?, args).await,
        CycleCommand::Close(args) => end(ui, start.log_in(ui, Writing).await?, args, Ended::Closed).await,
        CycleCommand::Skip(args) => end(ui, start.log_in(ui, Writing).await?, args, Ended::Skipped).await,
        CycleCommand::Abort(args) => end(ui, start.log_in(ui, Writing).await?, args, Ended::Aborted).await,
    }
}

fn list(ui: &Ui, logged_in: LoggedIn, ListArgs { handle }: ListArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let about = about(&account, handle.as_deref())?;
    let cycles: Vec<_> = about.shared.iter().flat_map(|shared| shared.cycles_at(now())).collect();
    ui.answer(&json!(cycles), || cycles_text(&cycles, about.reader, ui.page()))
}

async fn open(ui: &Ui, logged_in: LoggedIn, OpenArgs { handle, on }: OpenArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let patient = account.contact_of(&handle)?.account;
    let kept = account.open_cycle(patient, on.unwrap_or_else(|| Day::of(now()))).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!("Opened. The next preparation and dosing sessions of {handle} belong to it."));
    Ok(())
}

async fn end(ui: &Ui, logged_in: LoggedIn, args: EndArgs, how: Ended) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let EndArgs { handle, number, on } = args;
    let patient = account.contact_of(&handle)?.account;
    let kept = account.end_cycle(patient, number, how, on.unwrap_or_else(|| Day::of(now()))).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    let view = account.view(patient);
    let mut cycles = view.shared.iter().flat_map(|shared| shared.cycles_at(now()));
    let ended = cycles.find(|cycle| cycle.cycle == Some(kept.document));
    ui.say(&format!("The cycle is {}.", ended.as_ref().map_or(CycleState::Closed, |cycle| cycle.state).label()));
    for warning in ended.iter().flat_map(|cycle| &cycle.warnings) {
        ui.warn(warning.sentence());
    }
    Ok(())
}
