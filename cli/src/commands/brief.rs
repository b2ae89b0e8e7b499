//! `reverie brief`: what a clinician reads before the session.

use clap::Args;
use reverie_journal::render::{brief_html, brief_markdown, brief_text};
use reverie_journal::{Brief, Timestamp};

use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{on_this_device_alone, still_waiting};
use crate::time::{beginning, end};
use crate::ui::Ui;

/// Read the integration brief of a patient
///
/// From the end of the last integration or psychotherapy session until now, unless you say otherwise. Reading it writes
/// a receipt for what you had not opened before: a patient who withdraws an entry is told whether it was opened.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie brief heron-41
  reverie brief heron-41 --since 2031-05-01
  reverie brief heron-41 --markdown > brief.md")]
pub(crate) struct BriefArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// From this day or time on
    #[arg(long, value_name = "DATE", value_parser = beginning)]
    since: Option<Timestamp>,
    /// Until the end of this day, or this time
    #[arg(long, value_name = "DATE", value_parser = end)]
    until: Option<Timestamp>,
    /// As Markdown
    #[arg(long, conflicts_with_all = ["json", "html"])]
    markdown: bool,
    /// As a page of HTML that loads nothing, to print
    #[arg(long, conflicts_with = "json")]
    html: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: BriefArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let BriefArgs { handle, since, until, markdown, html } = args;
    let patient = account.contact_of(&handle)?.account;
    let brief = account.brief(patient, since, until)?;
    let names = account.names();
    let shown = ui.answer(&brief, || match (markdown, html) {
        (true, _) => brief_markdown(&brief, &names),
        (_, true) => brief_html(&brief, &names),
        (false, false) => brief_text(&brief, &account.names_here(), ui.page()),
    });
    // Whoever stopped reading half-way has opened it too, so the receipt does not wait for the output.
    let receipt = account.receipt(&brief).await?;
    if let Some(flushed) = &receipt {
        still_waiting(ui, flushed);
        ui.say(&format!("A receipt says that you opened {}.", opened(&brief)));
    }
    // Said once: a receipt that waits has told of everything that does.
    if receipt.is_none_or(|flushed| flushed.stopped_by.is_none()) {
        on_this_device_alone(ui, &account);
    }
    shown
}

/// Returns what a brief shows for the first time: `2 entries and 1 measure`.
fn opened(brief: &Brief) -> String {
    let counts = [
        (brief.header.unread, "entry", "entries"),
        (brief.unread_measures().count(), "measure", "measures"),
        (brief.unread_check_ins().count(), "check-in", "check-ins"),
    ];
    let parts = counts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| {
        let what = if n == 1 { one } else { many };
        format!("{n} {what}")
    });
    parts.collect::<Vec<_>>().join(" and ")
}
