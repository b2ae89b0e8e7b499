//! `reverie verify`: whether a server's journals, or an exported folder, are what their authors signed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use reverie_client::native::ExportFolder;
use reverie_client::{Verified, VerifiedJournal, verify_export};
use reverie_journal::{Names, short_id};
use reverie_protocol::hash::Hash;

use crate::error::CommandError;
use crate::key_talk::verifying::{
    AS_SIGNED, CARD_FINGERPRINT, MANY_NOT_AS_SIGNED, ONE_NOT_AS_SIGNED, SIGNED_BY, WHICH_FOLDER,
};
use crate::key_talk::{counted, with};
use crate::logged_in::{Purpose, Start, catch_up};
use crate::table::table;
use crate::ui::Ui;

mod compare;
mod evidence;

/// Check that journals are what their authors signed
///
/// Fetches every journal anew and checks each signature, the chain from the first record on, every body and file, and that
/// nothing contradicts what this device has seen. Two people who see the same words for a journal have seen the same
/// history: `--compare` shows them. With `--export` it checks an exported folder instead, and with a FILE the evidence that
/// a journal has two histories, both without any server. Ends with 1 if anything is wrong.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie verify
  reverie verify --compare
  reverie verify --export my-journal
  reverie verify --save-evidence for-the-practice
  reverie verify 3f2a91c0-…-4.evidence
  reverie verify --json")]
pub(crate) struct VerifyArgs {
    /// A file of evidence: what it proves, and what not
    #[arg(value_name = "FILE", conflicts_with_all = ["export", "compare", "save_evidence"])]
    evidence: Option<PathBuf>,
    /// An exported folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["compare", "save_evidence"])]
    export: Option<PathBuf>,
    /// The four words of each journal, and whom to compare them with
    #[arg(long, conflicts_with = "save_evidence")]
    compare: bool,
    /// With `--compare`: the words at this record, if the other person has fewer
    #[arg(long, value_name = "N", requires = "compare")]
    record: Option<u64>,
    /// Write the evidence that this device keeps into this folder, to be given to somebody else
    #[arg(long, value_name = "DIR")]
    save_evidence: Option<PathBuf>,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: VerifyArgs) -> Result<ExitCode, CommandError> {
    let VerifyArgs { evidence, export, compare, record, save_evidence } = args;
    if let Some(file) = evidence {
        return evidence::check(ui, &file, &known(&start).await.1);
    }
    if let Some(folder) = save_evidence {
        return evidence::save(ui, &start.unlock().await?.0, &folder).await;
    }
    if compare {
        return compare::show(ui, &start.log_in(ui, Purpose::Reading).await?.account, record);
    }
    let (verified, names) = match export {
        Some(folder) => verify_folder(ui, &start, &folder).await?,
        None => verify_server(ui, &start).await?,
    };
    ui.answer(&verified, || journals_text(&verified.journals, &names))?;
    if let (Some(signer), Some(fingerprint)) = (&verified.signed_by, &verified.fingerprint) {
        ui.say(&with(SIGNED_BY, &[("WHOM", signer)]));
        ui.say(&with(CARD_FINGERPRINT, &[("FINGERPRINT", &fingerprint.to_string())]));
    }
    for finding in &verified.findings {
        ui.warn(&format!("{}: {}", finding.place, finding.what));
    }
    if verified.findings.is_empty() {
        ui.say(&with(AS_SIGNED, &[("FILES", &counted(verified.files, "1 file", "COUNT files"))]));
        return Ok(ExitCode::SUCCESS);
    }
    ui.say(&counted(verified.findings.len(), ONE_NOT_AS_SIGNED, MANY_NOT_AS_SIGNED));
    Ok(ExitCode::from(1))
}

async fn verify_server(ui: &Ui, start: &Start) -> Result<(Verified, Names), CommandError> {
    let (mut account, _profile) = start.unlock().await?;
    catch_up(ui, &mut account, Purpose::Writing).await?;
    let bar = ui.progress("Verifying");
    let verified = account
        .verify(&mut |done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        })
        .await;
    bar.finish_and_clear();
    Ok((verified?, account.names()))
}

async fn verify_folder(ui: &Ui, start: &Start, folder: &Path) -> Result<(Verified, Names), CommandError> {
    let (known, names) = known(start).await;
    let bar = ui.progress("Verifying");
    let verified = verify_export(&ExportFolder::open(folder), known.as_ref(), &mut |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let verified = verified.map_err(|error| CommandError::from(error).hint(WHICH_FOLDER))?;
    Ok((verified, names))
}

/// Returns whom this device knows, where that can be had without asking for anything. A folder can be verified without.
async fn known(start: &Start) -> (Option<BTreeMap<Hash, String>>, Names) {
    let unlocked = start.global.has_password_source() || start.locked().await.is_ok_and(|locked| locked.is_none());
    if unlocked && let Ok((account, _)) = start.unlock().await {
        return (Some(account.known_fingerprints()), account.names());
    }
    (None, Names::default())
}

fn journals_text(journals: &[VerifiedJournal], names: &Names) -> String {
    if journals.is_empty() {
        return String::new();
    }
    let mut rows = vec![["JOURNAL", "KIND", "OWNER", "RECORDS", "WORDS"].map(str::to_owned)];
    rows.extend(journals.iter().map(|journal| {
        [
            short_id(journal.journal.uuid()),
            journal.compartment.unwrap_or("-").replace('_', " "),
            journal.owner.map_or_else(|| "-".to_owned(), |owner| names.of(owner)),
            journal.records.to_string(),
            journal.words.map_or_else(|| "-".to_owned(), |words| words.join(" ")),
        ]
    }));
    table(&rows)
}
