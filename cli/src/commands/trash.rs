//! `reverie trash`: what was thrown away, for thirty days, and back.

use clap::{Args, Subcommand};
use reverie_client::Unlocked;
use reverie_journal::{Deed, short_id};
use serde_json::json;

use crate::error::CommandError;
use crate::key_talk::sharing::{ERASE, ERASED_FROM_TRASH, ERASED_ONCE_SENT, NOTHING_ERASED, OUT_OF_TRASH, TRASH_EMPTY};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, kept_json, still_waiting};
use crate::table::table;
use crate::ui::Ui;

/// See what you threw away, take it out again, or erase it for good
///
/// The trash keeps an entry for thirty days; after that it is erased. Only you can read it.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie trash list
  reverie trash restore 3f2a91c0
  reverie trash erase 3f2a91c0"
)]
pub(crate) struct TrashArgs {
    #[command(subcommand)]
    command: TrashCommand,
}

#[derive(Subcommand)]
enum TrashCommand {
    /// List what is in the trash
    List,
    /// Take an entry out of the trash
    Restore(EntryArg),
    /// Erase an entry for good, now
    Erase(EraseArgs),
}

#[derive(Args)]
struct EntryArg {
    /// The entry: the first digits of its id
    entry: String,
}

#[derive(Args)]
struct EraseArgs {
    #[command(flatten)]
    entry: EntryArg,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, TrashArgs { command }: TrashArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    match command {
        TrashCommand::List => list(ui, &account),
        TrashCommand::Restore(EntryArg { entry }) => {
            let entry = account.find_in_trash(&entry)?;
            let kept = account.restore(entry).await?;
            ui.answer(&kept_json(&kept), String::new)?;
            still_waiting(ui, &kept.flushed);
            ui.say(&with(OUT_OF_TRASH, &[("ID", &short_id(entry.uuid()))]));
            Ok(())
        }
        TrashCommand::Erase(EraseArgs { entry, yes }) => {
            let entry = account.find_in_trash(&entry.entry)?;
            account.may(Deed::Erase)?;
            if !ui.confirm(yes, ERASE)? {
                ui.say(NOTHING_ERASED);
                return Ok(());
            }
            let flushed = account.erase(&[entry]).await?;
            ui.answer(&flushed_json(&flushed), String::new)?;
            still_waiting(ui, &flushed);
            let said = if flushed.stopped_by.is_none() { ERASED_FROM_TRASH } else { ERASED_ONCE_SENT };
            ui.say(&with(said, &[("ID", &short_id(entry.uuid()))]));
            Ok(())
        }
    }
}

fn list(ui: &Ui, account: &Unlocked) -> Result<(), CommandError> {
    let trash = account.trash();
    if trash.is_empty() {
        ui.say(TRASH_EMPTY);
    }
    ui.answer(&json!(trash), || {
        let rows = trash.iter().map(|trashed| {
            let erased = format!("erased on {}", trashed.erased_from().day_text());
            [
                short_id(trashed.view.entry.id().uuid()),
                trashed.view.entry.at().day_text(),
                trashed.view.headline(),
                erased,
            ]
        });
        table(&rows.collect::<Vec<_>>())
    })
}
