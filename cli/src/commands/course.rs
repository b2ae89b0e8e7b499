//! `reverie course`: what holds for a course of treatment, and how far it has come.

use clap::{Args, Subcommand};

use crate::error::CommandError;
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::Start;
use crate::ui::Ui;

mod set;
mod show;

/// Show the course of treatment, or set what holds for it
///
/// Its settings, cycles and sessions stand in the journal that patient and clinician share. What a cycle has come to
/// follows from its sessions; nobody has to write it down.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie course show                                  your own
  reverie course show heron-41
  reverie course set heron-41 --guard-hours 36 --clinic-phone 617-555-0123"
)]
pub(crate) struct CourseArgs {
    #[command(subcommand)]
    command: CourseCommand,
}

#[derive(Subcommand)]
enum CourseCommand {
    Show(show::ShowArgs),
    Set(Box<set::SetArgs>),
}

pub(crate) async fn run(ui: &Ui, start: Start, CourseArgs { command }: CourseArgs) -> Result<(), CommandError> {
    match command {
        CourseCommand::Show(args) => show::run(ui, start.log_in(ui, Reading).await?, args),
        CourseCommand::Set(args) => set::run(ui, start.log_in(ui, Writing).await?, *args).await,
    }
}
