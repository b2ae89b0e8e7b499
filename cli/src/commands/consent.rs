//! `reverie consent`: what a clinic asks, and what a patient acknowledges of it, part by part.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reverie_client::{Circle, Unlocked};
use reverie_journal::ConsentText;
use reverie_journal::render::{clean, consent_receipts_text, consent_text};
use serde_json::json;

use crate::about::about;
use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::{LoggedIn, Start};
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Read, give or take back consent to sharing
///
/// Nothing is shared before you have acknowledged every part of the text. Your answer is signed with your key; your
/// clinic reads it as its receipt. A changed text asks anew. Giving waits in the day after a dose; taking back never does.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie consent
  reverie consent give
  reverie consent take-back
  reverie consent ask heron-41 --text ours.toml        for clinicians
  reverie consent receipt heron-41                     for clinicians"
)]
pub(crate) struct ConsentArgs {
    #[command(subcommand)]
    command: Option<ConsentCommand>,
}

#[derive(Subcommand)]
enum ConsentCommand {
    /// Show what is asked, and how it stands
    Show(ShowArgs),
    /// Ask a patient for consent to a text of your own, in place of the one that ships (clinicians)
    Ask(AskArgs),
    /// Show what a patient signed, to be filed (clinicians)
    Receipt(ReceiptArgs),
    /// Give consent, part by part (patients)
    Give(GiveArgs),
    /// Take consent back: nothing more is shared (patients)
    TakeBack(WithArgs),
}

#[derive(Args)]
struct ShowArgs {
    /// The patient; patients leave it out
    #[arg(value_parser = handle)]
    handle: Option<String>,
}

#[derive(Args)]
struct AskArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// The text, as a TOML file; the one that ships, if left out
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
}

#[derive(Args)]
struct ReceiptArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
}

#[derive(Args)]
struct WithArgs {
    /// In which circle, if you share several journals
    #[arg(long, alias = "circle", value_name = "CIRCLE")]
    with: Option<String>,
}

#[derive(Args)]
struct GiveArgs {
    #[command(flatten)]
    with: WithArgs,
    /// The numbers of the parts that you acknowledge, if nobody can be asked: 1,2,3,…
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    acknowledge: Vec<u16>,
}

pub(crate) async fn run(ui: &Ui, start: Start, ConsentArgs { command }: ConsentArgs) -> Result<(), CommandError> {
    match command.unwrap_or(ConsentCommand::Show(ShowArgs { handle: None })) {
        ConsentCommand::Show(args) => show(ui, start.log_in(ui, Reading).await?, args),
        ConsentCommand::Ask(args) => ask(ui, start.log_in(ui, Writing).await?, args).await,
        ConsentCommand::Receipt(args) => receipt(ui, start.log_in(ui, Reading).await?, args),
        ConsentCommand::Give(args) => give(ui, start.log_in(ui, Writing).await?, args).await,
        ConsentCommand::TakeBack(args) => take_back(ui, start.log_in(ui, Writing).await?, args).await,
    }
}

fn show(ui: &Ui, logged_in: LoggedIn, ShowArgs { handle }: ShowArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let about = about(&account, handle.as_deref())?;
    let answer: Vec<_> = about
        .shared
        .iter()
        .map(|shared| {
            json!({ "journal": shared.journal, "state": shared.consent_state(), "text": shared.asked_text(),
                "answers": shared.consents })
        })
        .collect();
    let names = account.names();
    ui.answer(&answer, || {
        let pages = about.shared.iter().map(|shared| consent_text(shared, &names, ui.page()));
        pages.collect::<Vec<_>>().join("\n")
    })
}

fn receipt(ui: &Ui, logged_in: LoggedIn, ReceiptArgs { handle }: ReceiptArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let patient = about(&account, Some(&handle))?.patient;
    let (receipts, names) = (account.consent_receipts(patient), account.names());
    ui.answer(&receipts, || consent_receipts_text(&receipts, &names, ui.page()))?;
    if !receipts.is_empty() {
        ui.say("The signed records themselves, and the keys that open them:");
        ui.say_as_is(&format!("    reverie export FOLDER --patient {handle} --sealed"));
    }
    Ok(())
}

async fn ask(ui: &Ui, logged_in: LoggedIn, AskArgs { handle, text }: AskArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let text = match text {
        None => ConsentText::shipped().clone(),
        Some(path) => {
            let failed = |why: String| user_error(format!("{} cannot be used: {why}", path.display()));
            let source = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
            ConsentText::load(&source).map_err(failed)?
        }
    };
    let patient = account.contact_of(&handle)?.account;
    let kept = account.ask_consent(patient, text).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!(
        "{handle} is asked. Unless these words were agreed to before, nothing more is shared until they are."
    ));
    Ok(())
}

async fn give(ui: &Ui, logged_in: LoggedIn, GiveArgs { with, acknowledge }: GiveArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let circle = account.share_target(with.with.as_deref())?;
    let acknowledged = if acknowledge.is_empty() { part_by_part(ui, &account, &circle)? } else { acknowledge };
    let kept = account.give_consent(&circle, acknowledged).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say("Given, and signed with your key. You can take it back at any time: `reverie consent take-back`.");
    Ok(())
}

/// Shows one part after the other and asks about each. Whoever does not agree to one is asked no further.
fn part_by_part(ui: &Ui, account: &Unlocked, circle: &Circle) -> Result<Vec<u16>, CommandError> {
    account.may_consent()?;
    if !ui.can_ask() {
        let message = "each part is read and acknowledged for itself, and there is nobody at a terminal to do it";
        let hint = "Read it: `reverie consent show`. Then name the parts: `--acknowledge 1,2,3`, up to the last.";
        return Err(user_error(message).hint(hint).coded("needs_acknowledge"));
    }
    let text = account.consent_asked(circle)?;
    let parts = text.items.len();
    ui.say(&format!(
        "{parts} parts, to be read and answered one by one. To stop, answer no: nothing is given then, and nothing is lost."
    ));
    let mut acknowledged = Vec::new();
    for (number, item) in text.numbers().into_iter().zip(&text.items) {
        ui.say(&format!("\n{number} of {parts}. {}\n{}", clean(item.title.as_str()), clean(item.text.as_str())));
        if !ui.ask("I have read this and agree")? {
            let stopped = user_error(format!("you did not agree to part {number}, so nothing was given"));
            return Err(stopped.hint("What you wrote stays private. Ask your clinician about it when you next speak."));
        }
        acknowledged.push(number);
    }
    Ok(acknowledged)
}

async fn take_back(ui: &Ui, logged_in: LoggedIn, WithArgs { with }: WithArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let circle = account.share_target(with.as_deref())?;
    let kept = account.take_consent_back(&circle).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&said(&account, &circle));
    Ok(())
}

fn said(account: &Unlocked, circle: &Circle) -> String {
    let view = account.view(account.account());
    let here = view.shared.iter().filter(|shared| shared.journal == circle.journal);
    let shared: usize = here.map(|shared| shared.entries.len()).sum();
    let entries = if shared == 1 { "1 entry is".to_owned() } else { format!("{shared} entries are") };
    format!("Taken back. Nothing more is shared. {entries} shared still; `reverie withdraw` takes them back.")
}
