//! `reverie session`: appointments, planned or past; and the patient's own note that she has a dosing session.

use clap::{Args, Subcommand};
use reverie_journal::render::sessions_text;
use reverie_journal::{Timestamp, short_id};
use serde_json::json;

use crate::about::about;
use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::{LoggedIn, Start};
use crate::report::{kept_json, still_waiting};
use crate::time::{moment, now};
use crate::ui::Ui;

mod add;

/// Record and list sessions, planned or past
///
/// A completed dosing session makes a cycle dosed; the next brief begins at the end of the last completed integration or
/// psychotherapy session. The patient can read which sessions are recorded.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie session add heron-41 --type dosing --at \"2031-05-01 14:00\" --ended \"2031-05-01 16:30\"
  reverie session list heron-41
  reverie session today                                for patients: decisions wait from now on"
)]
pub(crate) struct SessionArgs {
    #[command(subcommand)]
    command: SessionCommand,
}

#[derive(Subcommand)]
enum SessionCommand {
    Add(Box<add::AddArgs>),
    /// List the sessions
    List(ListArgs),
    /// Note that you have a dosing session: decisions wait from now on (patients)
    ///
    /// Only you can read it. It starts the time in which nothing that cannot be undone is asked of you; writing is
    /// always possible.
    Today(TodayArgs),
}

#[derive(Args)]
struct ListArgs {
    /// The patient; patients leave it out
    #[arg(value_parser = handle)]
    handle: Option<String>,
}

#[derive(Args)]
struct TodayArgs {
    /// When it begins or began; now, unless you say otherwise
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    at: Option<Timestamp>,
}

pub(crate) async fn run(ui: &Ui, start: Start, SessionArgs { command }: SessionArgs) -> Result<(), CommandError> {
    match command {
        SessionCommand::Add(args) => add::run(ui, start.log_in(ui, Writing).await?, *args).await,
        SessionCommand::List(args) => list(ui, start.log_in(ui, Reading).await?, args),
        SessionCommand::Today(args) => today(ui, start.log_in(ui, Writing).await?, args).await,
    }
}

fn list(ui: &Ui, logged_in: LoggedIn, ListArgs { handle }: ListArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let about = about(&account, handle.as_deref())?;
    let mut sessions: Vec<_> = about.shared.iter().flat_map(|shared| shared.sessions.clone()).collect();
    let own = account.view(about.patient).private.map(|private| private.sessions).unwrap_or_default();
    sessions.extend(own);
    ui.answer(&json!(sessions), || sessions_text(&sessions, ui.page()))
}

async fn today(ui: &Ui, logged_in: LoggedIn, TodayArgs { at }: TodayArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let at = at.unwrap_or_else(now);
    let kept = account.note_session(at).await?;
    ui.answer(&kept_json(&kept), || short_id(kept.document.uuid()))?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!(
        "Noted for you alone: a session at {}. From then on nothing is asked of you that cannot be undone.",
        at.minute_text()
    ));
    ui.say("Writing is always possible, and nothing that you write is lost.");
    Ok(())
}
