//! `reverie consent`: what a clinic asks, and what a patient acknowledges of it, part by part.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reverie_client::Unlocked;
use reverie_journal::{ConsentState, ConsentText, SharedView};
use serde_json::json;

use crate::about::about;
use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::{LoggedIn, Start};
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Read, give or take back consent; clinicians ask for it
///
/// Where a clinic asks, nothing is shared before every part is acknowledged. Your answer is signed with your key; your
/// clinic reads it as its receipt. A changed text asks anew. Taking back never waits.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie consent ask heron-41
  reverie consent show
  reverie consent give
  reverie consent take-back"
)]
pub(crate) struct ConsentArgs {
    #[command(subcommand)]
    command: ConsentCommand,
}

#[derive(Subcommand)]
enum ConsentCommand {
    /// Show what is asked, and how it stands
    Show(ShowArgs),
    /// Ask a patient for consent (clinicians)
    Ask(AskArgs),
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
    /// A text of your own, in place of the one that ships: a TOML file
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
}

#[derive(Args)]
struct WithArgs {
    /// In which circle, if you share several journals
    #[arg(long, value_name = "CIRCLE")]
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
    match command {
        ConsentCommand::Show(args) => show(ui, start.log_in(ui, Reading).await?, args),
        ConsentCommand::Ask(args) => ask(ui, start.log_in(ui, Writing).await?, args).await,
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
            json!({ "journal": shared.journal, "state": shared.consent_state(), "text": shared.consent_text,
                "answers": shared.consents })
        })
        .collect();
    ui.answer(&answer, || about.shared.iter().map(text).collect::<Vec<_>>().join("\n"))
}

fn text(shared: &SharedView) -> String {
    let state = match shared.consent_state() {
        ConsentState::NotAsked => return "Nobody asks for consent here.\n".to_owned(),
        ConsentState::Asked => "asked, and not given yet".to_owned(),
        ConsentState::Given(at) => format!("given on {}", at.minute_text()),
        ConsentState::TakenBack(at) => format!("taken back on {}", at.minute_text()),
    };
    let Some(asked) = &shared.consent_text else { return String::new() };
    let body = asked.body();
    let items = body.items.iter().enumerate();
    let items = items.map(|(at, item)| format!("{}. {}\n   {}\n", at + 1, item.title.as_str(), item.text.as_str()));
    let page = format!(
        "Consent: {state}\n{} version {}\n\n{}",
        body.name.as_str(),
        body.version,
        items.collect::<Vec<_>>().join("\n")
    );
    reverie_journal::render::clean(&page)
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
    ui.say(&format!("{handle} is asked. Nothing more is shared before every part is acknowledged."));
    Ok(())
}

async fn give(ui: &Ui, logged_in: LoggedIn, GiveArgs { with, acknowledge }: GiveArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let circle = account.share_target(with.with.as_deref())?;
    let acknowledged = if acknowledge.is_empty() && ui.can_ask() {
        let view = account.view(account.account());
        let shared = view.shared.iter().find(|shared| shared.journal == circle.journal);
        part_by_part(ui, shared)?
    } else {
        acknowledge
    };
    let kept = account.give_consent(&circle, acknowledged).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say("Given, and signed with your key. You can take it back at any time: `reverie consent take-back`.");
    Ok(())
}

fn part_by_part(ui: &Ui, shared: Option<&SharedView>) -> Result<Vec<u16>, CommandError> {
    let Some(asked) = shared.and_then(|shared| shared.consent_text.as_ref()) else { return Ok(Vec::new()) };
    let mut acknowledged = Vec::new();
    for (number, item) in asked.body().numbers().into_iter().zip(&asked.body().items) {
        ui.say(&format!("\n{number}. {}: {}", item.title.as_str(), item.text.as_str()));
        if ui.ask("I have read this and agree")? {
            acknowledged.push(number);
        }
    }
    Ok(acknowledged)
}

async fn take_back(ui: &Ui, logged_in: LoggedIn, WithArgs { with }: WithArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let circle = account.share_target(with.as_deref())?;
    let kept = account.take_consent_back(&circle).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&said(&account));
    Ok(())
}

fn said(account: &Unlocked) -> String {
    let shared: usize = account.view(account.account()).shared.iter().map(|shared| shared.entries.len()).sum();
    let entries = if shared == 1 { "1 entry is".to_owned() } else { format!("{shared} entries are") };
    format!("Taken back. Nothing more is shared. {entries} shared still; `reverie withdraw` takes them back.")
}
