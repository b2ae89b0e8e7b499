//! `reverie measure pack`: instruments that a practice brings itself.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::read_pack;
use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::{LoggedIn, Purpose, Start};
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Check an instrument pack, or offer it to a patient
///
/// A pack is a text file that defines an instrument: items, answers, scores, rights. docs/instrument-packs.md says how
/// one is written.
#[derive(Args)]
#[command(disable_help_subcommand = true)]
pub(super) struct PackArgs {
    #[command(subcommand)]
    command: PackCommand,
}

#[derive(Subcommand)]
enum PackCommand {
    Check(CheckArgs),
    Offer(OfferArgs),
}

/// Check a pack: every mistake with its line and field
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie measure pack check core-10.toml")]
struct CheckArgs {
    /// The pack
    file: PathBuf,
}

/// Offer an instrument to a patient (clinicians)
///
/// The pack travels, encrypted, in the journal that the patient shares with you. She can take it from then on, and
/// whoever reads her answers can score them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie measure pack offer heron-41 core-10.toml")]
struct OfferArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// The pack
    file: PathBuf,
}

pub(super) async fn run(ui: &Ui, start: Start, PackArgs { command }: PackArgs) -> Result<(), CommandError> {
    match command {
        PackCommand::Check(CheckArgs { file }) => check(ui, file),
        PackCommand::Offer(args) => offer(ui, start.log_in(ui, Purpose::Writing).await?, args).await,
    }
}

fn check(ui: &Ui, file: PathBuf) -> Result<(), CommandError> {
    let pack = read_pack(&file)?;
    let instrument = pack.instrument();
    let answer = json!({
        "id": instrument.id,
        "version": instrument.version,
        "items": instrument.items.len(),
        "scores": instrument.scores.len(),
        "can_be_taken": instrument.has_wording(),
        "text_sha256": instrument.text_sha256().to_string(),
    });
    ui.answer(&answer, || {
        let ids: Vec<_> = instrument.scores.iter().map(|score| score.id.as_str()).collect();
        let (id, version, items) = (&instrument.id, instrument.version, instrument.items.len());
        format!("{id} version {version}: {items} items; scores: {}", ids.join(", "))
    })?;
    ui.say(if instrument.has_wording() {
        "Nothing is wrong with it. It can be taken and scored."
    } else {
        "Nothing is wrong with it. It has no wording, so it scores and cannot be taken."
    });
    Ok(())
}

async fn offer(ui: &Ui, logged_in: LoggedIn, OfferArgs { handle, file }: OfferArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let patient = account.contact_of(&handle)?.account;
    let pack = read_pack(&file)?;
    let id = pack.instrument().id.clone();
    let kept = account.offer_pack(patient, pack).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!("{handle} can take {id} from now on."));
    Ok(())
}
