//! `reverie file-to-chart`: a clinician copies an entry into the chart, and the patient sees that.

use clap::Args;
use reverie_journal::render::entry_text;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, still_waiting};
use crate::ui::Ui;

/// Print a shared entry for the chart, and say so to the patient (clinicians)
///
/// The entry goes to stdout, to be copied or saved. The patient sees when it was filed and by whom, and is told so before
/// she withdraws it: what is in the chart stays there.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie file-to-chart 3f2a91c0 --yes > entry.txt")]
pub(crate) struct FileToChartArgs {
    /// The entry: the first digits of its id
    entry: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(
    ui: &Ui,
    logged_in: LoggedIn,
    FileToChartArgs { entry, yes }: FileToChartArgs,
) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let (patient, entry) = account.find_entry(&entry)?;
    if patient == account.account() {
        return Err(user_error("clinicians file what is shared with them").hint("To take it home: `reverie export`."));
    }
    let handle = account.names().of(patient);
    ui.say(&format!("{handle} will see that you copied this entry into the chart, and when."));
    if !ui.confirm(yes, "File it?")? {
        ui.say("Nothing was filed.");
        return Ok(());
    }
    // Stated first: what was printed and not stated would be filed behind the patient's back.
    let flushed = account.file_to_chart(entry).await?;
    let view = account.view(patient);
    let mut answer = flushed_json(&flushed);
    answer["entry"] = json!(view.entry(entry));
    ui.answer(&answer, || entry_text(&view, entry, &account.names(), ui.page()).unwrap_or_default())?;
    still_waiting(ui, &flushed);
    Ok(())
}
