//! `reverie course show`: settings, cycles, sessions.

use clap::Args;
use reverie_journal::render::course_text;
use serde_json::json;

use crate::about::about;
use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::time::now;
use crate::ui::Ui;

/// Show the settings, cycles and sessions of a course
#[derive(Args)]
pub(super) struct ShowArgs {
    /// The patient; patients leave it out
    #[arg(value_parser = handle)]
    handle: Option<String>,
}

pub(super) fn run(ui: &Ui, logged_in: LoggedIn, ShowArgs { handle }: ShowArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let mut about = about(&account, handle.as_deref())?;
    about.shared.retain(|shared| !shared.closed || shared.holds_course());
    let (names, now) = (account.names_here(), now());
    let answer: Vec<_> = about
        .shared
        .iter()
        .map(|shared| {
            let (course, cycles) = (shared.course(), shared.cycles_at(now));
            json!({ "journal": shared.journal, "now": shared.cycle_at(now), "phase": shared.phase_at(now),
                "course": course, "cycles": cycles, "sessions": shared.sessions })
        })
        .collect();
    if answer.is_empty() {
        ui.say("You share no journal with a clinician yet, so there is no course.");
    }
    ui.answer(&answer, || {
        let pages = about.shared.iter().map(|shared| course_text(shared, &names, now, about.reader, ui.page()));
        pages.collect::<Vec<_>>().join("\n")
    })
}
