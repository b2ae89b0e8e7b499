//! `reverie queue`: whom a clinician reads next.

use clap::Args;
use reverie_journal::QueueRow;
use reverie_journal::render::queue_text;
use reverie_protocol::account::AccountRole;
use serde::Serialize;

use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::on_this_device_alone;
use crate::time::now;
use crate::ui::Ui;

/// Show whose journal has something new, by next session
///
/// Counts and times, no content, so that it may stand on a screen.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie queue
  reverie queue --json")]
pub(crate) struct QueueArgs {}

/// A row with the name that people know.
#[derive(Serialize)]
struct Named<'a> {
    handle: String,
    #[serde(flatten)]
    row: &'a QueueRow,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, QueueArgs {}: QueueArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    if account.role() != AccountRole::Clinician {
        return Err(user_error("only clinicians have a review queue").hint("Your own journal: `reverie list`."));
    }
    let (rows, names) = (account.queue(), account.names());
    let named: Vec<_> = rows.iter().map(|row| Named { handle: names.of(row.patient), row }).collect();
    ui.answer(&named, || queue_text(&rows, &account.names_here(), now(), ui.page()))?;
    on_this_device_alone(ui, &account);
    Ok(account.told_of_damaged().await?)
}
