//! `reverie export`: a folder that opens without us.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;
use reverie_client::Unlocked;
use reverie_client::native::ExportFolder;
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::AccountId;
use serde_json::json;

use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::still_waiting;
use crate::ui::Ui;

/// Write a journal into a folder that opens without us
///
/// Markdown to read, JSON for programs, voice memos and drawings as ordinary files, and a signed manifest. With `--sealed`
/// also every record as it is stored, and the keys, which any `age` opens. The folder is not encrypted.
/// A clinician who exports has opened what is in it, and a receipt says so.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie export my-journal
  reverie export my-journal --sealed
  reverie export heron-41 --patient heron-41
  reverie verify --export my-journal")]
pub(crate) struct ExportArgs {
    /// A folder that is not there yet, or is empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Of which patient, for clinicians
    #[arg(long, value_name = "HANDLE", value_parser = handle)]
    patient: Option<String>,
    /// With the sealed records and their keys
    #[arg(long)]
    sealed: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ExportArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let ExportArgs { folder, patient, sealed } = args;
    let patient = whose(&account, patient.as_deref())?;
    let mut sink = ExportFolder::create(&folder).map_err(|error| {
        let told = user_error(format!("{} cannot be the export's folder: {error}", folder.display()));
        if error.kind() == ErrorKind::AlreadyExists {
            told.hint("An export never mixes with other files.")
        } else {
            told
        }
    })?;
    let bar = ui.progress("Exporting");
    let exported = account
        .export(patient, sealed, &mut sink, &mut |done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        })
        .await;
    bar.finish_and_clear();
    let exported = match exported {
        Ok(exported) => exported,
        Err(error) => {
            let error = CommandError::from(error);
            return Err(match sink.remove() {
                Ok(()) => error.also("Nothing of this export is left."),
                Err(_) => error.also(&format!("What there is of it is in {}: delete it first.", folder.display())),
            });
        }
    };
    if patient != account.account() {
        // Who takes a journal away has opened what is in it, and the patient is told so if she withdraws it.
        let brief = account.brief(patient, None, None)?;
        if let Some(flushed) = account.receipt(&brief).await? {
            still_waiting(ui, &flushed);
        }
    }

    for (path, error) in &exported.missing {
        ui.warn(&format!("The file {path} is missing: {error}"));
    }
    let missing: Vec<_> = exported.missing.iter().map(|(path, error)| (path, error.to_string())).collect();
    let answer = json!({
        "folder": folder,
        "files": exported.files,
        "missing": missing.iter().map(|(path, why)| json!({ "path": path, "why": why })).collect::<Vec<_>>(),
        "try_age": exported.try_age.as_ref().map(|(body, key)| json!({ "body": body, "key": key })),
    });
    ui.answer(&answer, || folder.display().to_string())?;
    ui.say(&format!("{} files. This folder is not encrypted: whoever has it can read it.", exported.files));
    ui.say("To check it, now or in ten years:");
    ui.say_as_is(&format!("    reverie verify --export {}", folder.display()));
    if let Some((body, key)) = &exported.try_age {
        let folder = folder.display();
        ui.say("To open one record without us:");
        ui.say_as_is(&format!("    cd {folder}"));
        ui.say_as_is(&format!("    age -d -i {key} {body}"));
    }
    Ok(())
}

fn whose(account: &Unlocked, handle: Option<&str>) -> Result<AccountId, CommandError> {
    if let Some(handle) = handle {
        let own = (handle == account.handle()).then(|| account.account());
        return Ok(own.map_or_else(|| account.contact_of(handle).map(|contact| contact.account), Ok)?);
    }
    if account.role() == AccountRole::Patient {
        return Ok(account.account());
    }
    match account.patients().as_slice() {
        [(patient, _)] => Ok(*patient),
        [] => Err(user_error("nobody shares a journal with you yet, so there is nothing to export")),
        _ => Err(user_error("several patients share a journal with you").hint("Say whose: `--patient HANDLE`.")),
    }
}
