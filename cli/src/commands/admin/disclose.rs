//! `reverie admin disclose`: everything that whoever runs the server could hand over about an account, and what it cannot.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use clap::Args;
use reverie_client::Unlocked;
use reverie_protocol::disclosure::{DisclosedCell, DisclosedRow};
use reverie_protocol::ids::AccountId;
use serde_json::{Map, Value, json};

use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Print everything that could be handed over about an account
///
/// Every row of the server's database that names the account, and every row of the journals that it owns, byte for byte: one
/// line of JSON for each row, with bytes in base64. This is what an answer to a lawful request could hold, and all of it.
/// What people wrote is sealed, and the keys are not on the server.
///
/// It is entered in the audit log, and the person sees in their access log that you did it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin disclose heron-41 > heron-41.jsonl
  reverie admin disclose heron-41 --files heron-41-files
  reverie admin disclose heron-41 --json")]
pub(crate) struct DiscloseArgs {
    /// Whose account
    #[arg(value_parser = handle)]
    handle: String,
    /// Save the sealed files there as well
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
}

/// What the server does not have, whatever anybody asks.
const CANNOT: &str = "\
Nobody can hand over what the server does not have: what was written, said or drawn; titles, kinds, moods, doses, measures \
and their scores; which entries somebody opened; which journal is private and which is shared, but by who is a member; passwords; private \
keys and recovery words; names, addresses and telephone numbers. Bodies, files and key bundles are sealed: they open on the \
devices of those who hold the keys, and nowhere else.";

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: DiscloseArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let about = account.account_called(&args.handle).await?.account;
    let (mut place, mut rows, mut counts) = (None, Vec::new(), BTreeMap::<String, u64>::new());
    let mut files = Vec::new();
    loop {
        let (page, next) = account.disclose(about, place.as_ref()).await?;
        for row in page {
            *counts.entry(row.table.clone()).or_default() += 1;
            files.extend(file_of(&row));
            let value = row_json(&row);
            if ui.is_json() {
                rows.push(value);
            } else {
                ui.line(&value.to_string())?;
            }
        }
        place = next;
        if place.is_none() {
            break;
        }
    }
    let saved = match &args.files {
        Some(folder) => Some(save(ui, &mut account, about, &files, folder).await?),
        None => None,
    };
    if ui.is_json() {
        let value =
            json!({ "handle": args.handle, "account": about, "rows": rows, "saved_files": saved, "cannot": CANNOT });
        ui.answer(&value, String::new)?;
    }
    let counted: Vec<_> = counts.iter().map(|(table, count)| format!("{count} in `{table}`")).collect();
    ui.say(&format!("Rows: {}.", counted.join(", ")));
    match saved {
        Some(saved) => ui.say(&format!("Sealed files saved: {saved} of {}; the others were erased.", files.len())),
        None if files.is_empty() => {}
        None => ui.say(&format!("Sealed files, not saved: {}. `--files DIR` saves them.", files.len())),
    }
    ui.say("Whoever runs the server may hold backups and log lines as well; docs/what-the-server-sees.md lists every field.");
    ui.say(CANNOT);
    Ok(())
}

/// Returns a row as JSON: text, numbers and yes or no as they are, bytes as `{"base64": …}`.
fn row_json(row: &DisclosedRow) -> Value {
    let cells: Map<_, _> = row.cells.iter().map(|cell| (cell.column.clone(), cell_json(cell))).collect();
    json!({ "table": row.table, "row": cells })
}

fn cell_json(cell: &DisclosedCell) -> Value {
    match cell {
        DisclosedCell { text: Some(text), .. } => json!(text),
        DisclosedCell { number: Some(number), .. } => json!(number),
        DisclosedCell { flag: Some(flag), .. } => json!(flag),
        DisclosedCell { bytes: Some(bytes), .. } => json!({ "base64": bytes }),
        DisclosedCell { sha256: Some(sha256), .. } => json!({ "sha256": sha256 }),
        _ => Value::Null,
    }
}

/// A sealed file that a row tells of: journal, id, and the SHA-256 that it must have.
struct SealedFile {
    journal: String,
    id: String,
    sha256: Vec<u8>,
}

fn file_of(row: &DisclosedRow) -> Option<SealedFile> {
    let cell = |name: &str| row.cells.iter().find(|cell| cell.column == name);
    let (journal, id) = (cell("journal")?.text.clone()?, cell("id")?.text.clone()?);
    (row.table == "attachment")
        .then(|| Some(SealedFile { journal, id, sha256: cell("sha256")?.bytes.clone()?.0 }))
        .flatten()
}

/// Saves sealed files as `DIR/JOURNAL/FILE.age`, and returns how many there still were.
async fn save(
    ui: &Ui,
    account: &mut Unlocked,
    about: AccountId,
    files: &[SealedFile],
    folder: &Path,
) -> Result<u64, CommandError> {
    let mut saved = 0;
    let bar = ui.progress("Saving files");
    bar.set_length(files.len() as u64);
    for file in files {
        bar.inc(1);
        // Ids, so that nothing that a server says can name a place outside of the folder.
        let (Ok(journal), Ok(id)) = (file.journal.parse(), file.id.parse()) else { continue };
        let folder = folder.join(&file.journal);
        let path = folder.join(format!("{}.age", file.id));
        let failed = |error: std::io::Error| user_error(format!("{} cannot be written: {error}", path.display()));
        fs::create_dir_all(&folder).map_err(failed)?;
        let mut into = File::create(&path).map_err(failed)?;
        match account.disclosed_file(about, journal, id, &mut into).await? {
            Some(sha256) if sha256.0.as_slice() == file.sha256 => saved += 1,
            Some(_) => ui.warn(&format!("{} is not the file that was uploaded: its SHA-256 differs", path.display())),
            None => fs::remove_file(&path).map_err(failed)?,
        }
    }
    bar.finish_and_clear();
    Ok(saved)
}
