//! `reverie attach`: adds files to an entry.

use std::path::PathBuf;

use clap::Args;
use reverie_client::{NewFile, Unlocked};
use reverie_journal::short_id;
use reverie_protocol::ids::DocumentId;

use crate::error::CommandError;
use crate::files::open_files;
use crate::key_talk::sharing::{ADDED, ADDED_PRIVATE, ADDED_SHARED, ADDED_SHARED_LATER};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Add voice memos, drawings or photos to an entry
///
/// They are sealed on this device before they go anywhere, name included. Files of a shared entry are shared with the same
/// people, unless they are `--private`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie attach 3f2a91c0 memo.ogg
  reverie attach 3f2a91c0 drawing.png photo.jpg --private")]
pub(crate) struct AttachArgs {
    /// The entry: the first digits of its id
    entry: String,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// For yourself alone, though the entry is shared
    #[arg(long)]
    private: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: AttachArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let AttachArgs { entry, files, private } = args;
    let (_, entry) = account.find_entry(&entry)?;
    let files = open_files(&files)?;
    add(ui, &mut account, entry, String::new(), files, private).await
}

/// Adds to an entry and says who can read the addition.
pub(crate) async fn add(
    ui: &Ui,
    account: &mut Unlocked,
    entry: DocumentId,
    words: String,
    files: Vec<NewFile>,
    private: bool,
) -> Result<(), CommandError> {
    let kept = account.elaborate(entry, words, files, private).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    let view = account.view(account.account());
    let shared = view.entry(entry).is_some_and(|view| view.state.is_shared());
    let who = match (shared && !private, &kept.flushed.stopped_by) {
        (false, _) => ADDED_PRIVATE,
        (true, None) => ADDED_SHARED,
        (true, Some(_)) => ADDED_SHARED_LATER,
    };
    ui.say(&with(ADDED, &[("ID", &short_id(entry.uuid())), ("WHO", who)]));
    Ok(())
}
