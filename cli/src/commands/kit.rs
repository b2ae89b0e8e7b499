//! `reverie kit`: a new recovery kit, and proving the one on paper.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use reverie_client::{ClientError, Kit, Unlocked};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::key_talk::kit::{
    DRILL_MISTYPED_NEXT, DRILL_STOPPED, DRILL_WORKS, KIT_LATER, KIT_MISTYPED_NEXT, KIT_NOT_HERE, KIT_NOT_HERE_NEXT,
    KIT_PROVED, KIT_REPLACED, KIT_WAITS, KIT_WAITS_NEXT, OLD_KIT_VALID, PUT_ON_PAPER, THE_KIT,
};
use crate::key_talk::{cut_off, settled, with};
use crate::kit_paper::{TypedKit, typed, words_text, write};
use crate::logged_in::Start;
use crate::ui::Ui;

/// Make a new recovery kit, or prove the one on paper
///
/// Without a subcommand: makes a new kit. The old one stays valid until the new one was proved by typing it back, and is
/// void then.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  reverie kit --to ~/kit
  reverie kit show
  reverie kit prove
  reverie kit drill")]
pub(crate) struct KitArgs {
    #[command(subcommand)]
    command: Option<KitCommand>,
    #[command(flatten)]
    to: To,
}

#[derive(Args)]
struct To {
    /// Write the kit into this folder too, as PDF and HTML to print
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

#[derive(Subcommand)]
enum KitCommand {
    /// Show the kit that waits to be proved, once more
    Show(To),
    /// Prove the kit on paper by typing it back, which puts it in force
    Prove(TypedKit),
    /// Try the kit in the drawer; changes nothing
    ///
    /// Does what a recovery does up to the point where it would change something: if this works, the kit works.
    Drill(TypedKit),
}

pub(crate) async fn run(ui: &Ui, start: Start, KitArgs { command, to }: KitArgs) -> Result<(), CommandError> {
    let Some(command) = command else {
        let (mut account, _profile, password) = start.unlock_by_password().await?;
        return make(ui, &mut account, &password, to).await;
    };
    let (mut account, _profile) = start.unlock().await?;
    match command {
        KitCommand::Show(to) => show(ui, &account, to),
        KitCommand::Prove(source) => {
            let Some(words) = typed(ui, &source)? else {
                ui.say(KIT_LATER);
                return Ok(());
            };
            prove(ui, &mut account, &words).await?;
            ui.answer(&json!({ "proved": true }), String::new)
        }
        KitCommand::Drill(source) => drill(ui, &mut account, &source).await,
    }
}

async fn make(ui: &Ui, account: &mut Unlocked, password: &SecretString, to: To) -> Result<(), CommandError> {
    // Takes over what other devices have changed, so that the new kit opens the newest bundle.
    if let Some(said) = account.login(password.expose_secret()).await?.and_then(settled) {
        ui.say(said);
    }
    account.make_kit().await?;
    show(ui, account, to)?;
    if account.has_joined() {
        ui.say(OLD_KIT_VALID);
    }
    offer_to_prove(ui, account).await
}

/// Asks for the words where somebody can answer; else says how to prove them later.
pub(crate) async fn offer_to_prove(ui: &Ui, account: &mut Unlocked) -> Result<(), CommandError> {
    if !ui.can_ask() {
        ui.say(KIT_LATER);
        return Ok(());
    }
    ui.say("");
    loop {
        let Some(words) = typed(ui, &TypedKit { words_file: None })? else {
            ui.say(KIT_LATER);
            return Ok(());
        };
        match prove(ui, account, &words).await {
            Err(error) if error.code == Some("mistyped") => ui.warn(&error.message),
            proved => return proved,
        }
    }
}

async fn prove(ui: &Ui, account: &mut Unlocked, words: &SecretString) -> Result<(), CommandError> {
    let replaces = account.has_joined();
    account.prove_kit(words.expose_secret()).await.map_err(|error| match (error, cut_off(account)) {
        (error @ ClientError::Mistyped(_), _) => CommandError::from(error).coded("mistyped").hint(KIT_MISTYPED_NEXT),
        (error @ ClientError::Store(_), Some(both)) => CommandError::from(error).also(both),
        (error, Some(both)) => CommandError::from(error).hint(both),
        (error, None) => error.into(),
    })?;
    if replaces {
        ui.say(KIT_REPLACED);
    }
    ui.say(KIT_PROVED);
    Ok(())
}

/// Shows the kit that waits to be proved, and answers with it.
fn show(ui: &Ui, account: &Unlocked, To { to }: To) -> Result<(), CommandError> {
    let (kit, written) = present(ui, account, to.as_deref())?;
    ui.answer(&json!({ "recovery_words": kit.words(), "kit": written }), || words_text(&kit))?;
    if to.is_none() {
        put_on_paper(ui, account);
    }
    Ok(())
}

/// Says how words that were shown get onto paper, and what else belongs there.
pub(crate) fn put_on_paper(ui: &Ui, account: &Unlocked) {
    ui.say(&with(PUT_ON_PAPER, &[("HANDLE", account.handle()), ("SERVER", &account.server())]));
}

/// Says what a kit is, and writes it where it is wanted.
pub(crate) fn present(ui: &Ui, account: &Unlocked, to: Option<&Path>) -> Result<(Kit, Vec<PathBuf>), CommandError> {
    let kit = account.unproved_kit().ok_or_else(|| user_error(KIT_NOT_HERE).hint(KIT_NOT_HERE_NEXT))?;
    ui.say(THE_KIT);
    ui.say("");
    let written = to.map(|folder| write(ui, &kit, account.handle(), folder)).transpose()?.unwrap_or_default();
    Ok((kit, written))
}

async fn drill(ui: &Ui, account: &mut Unlocked, source: &TypedKit) -> Result<(), CommandError> {
    if account.unproved_kit().is_some() {
        return Err(user_error(KIT_WAITS).hint(KIT_WAITS_NEXT));
    }
    let Some(words) = typed(ui, source)? else {
        ui.say(DRILL_STOPPED);
        return Ok(());
    };
    let drilled = account.drill(words.expose_secret()).await.map_err(|error| match error {
        ClientError::Mistyped(_) => CommandError::from(error).hint(DRILL_MISTYPED_NEXT),
        error => error.into(),
    })?;
    let (people, journals) = (drilled.people, drilled.journals);
    let several = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let (with_journals, with_people) = (several(journals, "journal", "journals"), several(people, "person", "people"));
    ui.say(&with(DRILL_WORKS, &[("JOURNALS", &with_journals), ("PEOPLE", &with_people)]));
    ui.answer(&json!({ "works": true, "people": people, "journals": journals }), String::new)
}
