//! `reverie share`: lets a clinician read an entry, once the patient has seen who will.

use clap::Args;
use reverie_journal::short_id;
use serde_json::json;

use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, still_waiting};
use crate::table::table;
use crate::ui::Ui;

/// Share entries or measures with your clinician
///
/// Everything of an entry goes along: its words, what you added, its files, its marks. What you added for yourself stays
/// private. You can withdraw an entry at any time; what was read cannot be unread.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie share 3f2a91c0
  reverie share 3f2a 77b0 --with quill
  reverie share 3f2a91c0 --yes")]
pub(crate) struct ShareArgs {
    /// The entries or measures: the first digits of their ids
    #[arg(required = true, value_name = "ENTRY")]
    entries: Vec<String>,
    /// With whom, if you share several journals: a reader's handle, or the first digits of the journal's id
    #[arg(long, value_name = "CIRCLE")]
    with: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ShareArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let ShareArgs { entries, with, yes } = args;
    let circle = account.share_target(with.as_deref())?;
    let readers = account.readers_text(&circle);
    let handles: Vec<_> = circle.readers.iter().map(|reader| account.names().of(*reader)).collect();
    let mut found = Vec::new();
    for typed in &entries {
        let (_, entry) = account.find_shareable(typed)?;
        if !found.contains(&entry) {
            found.push(entry);
        }
    }
    let view = account.view(account.account());
    let rows = found.iter().filter_map(|id| view.entry(*id)).map(|view| {
        let files = match view.attachments().count() {
            0 => String::new(),
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        [String::from("  "), short_id(view.entry.id().uuid()), view.headline(), files]
    });
    let measures = found.iter().filter_map(|id| view.measure(*id)).map(|view| {
        let name = view.response.body().instrument.to_string();
        [String::from("  "), short_id(view.response.id().uuid()), name, view.response.at().day_text()]
    });
    let rows: Vec<[String; 4]> = rows.chain(measures).collect();
    ui.say(&format!("{readers} will be able to read:\n"));
    ui.say(&table(&rows));
    if !ui.confirm(yes, &format!("\nShare with {readers}?"))? {
        ui.say("Nothing was shared.");
        return Ok(());
    }
    let mut shared = Vec::new();
    for entry in found {
        let flushed = account.share(entry, &circle).await?;
        still_waiting(ui, &flushed);
        let mut answer = flushed_json(&flushed);
        answer["entry"] = json!(entry);
        if flushed.stopped_by.is_none() {
            ui.say(&format!("{} is shared with {readers}.", short_id(entry.uuid())));
        }
        shared.push(answer);
    }
    ui.answer(&json!({ "with": handles, "shared": shared }), String::new)
}
