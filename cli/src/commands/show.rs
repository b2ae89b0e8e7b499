//! `reverie show`: one entry, whole, and its files if wanted.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use reverie_client::ClientError;
use reverie_journal::export::attachment_paths;
use reverie_journal::render::{clean, entry_text};
use reverie_journal::{Attachment, EntryView, PatientView, Unsent};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::error::{CommandError, user_error};
use crate::key_talk::outbox::FILE_MISSING;
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::report::{on_this_device_alone, still_waiting};
use crate::ui::Ui;

/// Show one entry, whole
///
/// Files are listed; `--save-attachments` writes them out, readable by you alone. A clinician who shows an entry has
/// opened it, and a receipt says so.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie show 3f2a91c0
  reverie show 3f2a --save-attachments ~/memos
  reverie show 3f2a91c0 --json")]
pub(crate) struct ShowArgs {
    /// The entry: the first digits of its id
    entry: String,
    /// Write its files into this folder, unsealed
    #[arg(long, value_name = "DIR")]
    save_attachments: Option<PathBuf>,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ShowArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let ShowArgs { entry, save_attachments } = args;
    let (patient, entry) = account.find_entry(&entry)?;
    let view = account.view(patient);
    let found = view.entry(entry).ok_or_else(|| user_error("there is no such entry any more"))?;
    let mut saved = Vec::new();
    if let Some(folder) = save_attachments {
        let open = async |attachment: &Attachment, file: &mut NamedTempFile| {
            account.save_file(found.journal, attachment, file).await
        };
        saved = save(&view, found, &folder, open).await?;
    }
    let lost: Vec<_> = account.lost_files().iter().filter(|lost| lost.entry == Some(entry)).cloned().collect();
    let answer = json!({ "patient": account.names().of(patient), "entry": found, "links": view.links_of(entry),
        "unsent": view.unsent(found), "lost_files": lost, "waiting_because": account.waiting_because(), "saved": saved });
    let shown = ui.answer(&answer, || entry_text(&view, entry, &account.names_here(), ui.page()).unwrap_or_default());
    // Whoever stopped reading half-way has opened it too.
    if let Some(flushed) = account.opened(entry).await? {
        still_waiting(ui, &flushed);
    }
    shown?;
    if view.unsent(found) != Unsent::Nothing {
        on_this_device_alone(ui, &account);
    }
    for lost in lost.iter().filter(|lost| lost.told) {
        ui.say(&with(FILE_MISSING, &[("NAME", &clean(lost.name.as_str()))]));
    }
    for path in &saved {
        ui.say(&format!("Saved {}", path.display()));
    }
    if !saved.is_empty() {
        ui.say("These files are not encrypted. Whoever has them can open them.");
    }
    Ok(())
}

/// Writes the files of an entry into a folder; `open` writes one of them out, opened.
pub(super) async fn save(
    view: &PatientView,
    entry: &EntryView,
    folder: &Path,
    open: impl AsyncFn(&Attachment, &mut NamedTempFile) -> Result<(), ClientError>,
) -> Result<Vec<PathBuf>, CommandError> {
    let failed = |error: std::io::Error| user_error(format!("{} cannot be written: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    let paths = attachment_paths(view);
    let mut saved = Vec::new();
    for attachment in entry.attachments() {
        let Some(name) = paths.get(&attachment.id).and_then(|path| path.rsplit('/').next()) else { continue };
        let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
        open(attachment, &mut file).await?;
        let path = folder.join(name);
        file.persist_noclobber(&path).map_err(|error| {
            user_error(format!("{} cannot be written: {}", path.display(), error.error))
                .hint("Choose another folder; nothing that is there is written over.")
        })?;
        saved.push(path);
    }
    Ok(saved)
}
