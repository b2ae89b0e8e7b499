//! `reverie theme`: what keeps coming back, named by the patient; a clinician may only propose.

use clap::{Args, Subcommand};
use reverie_client::{Kept, Unlocked};
use reverie_journal::render::themes_text;
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::DocumentId;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::{LoggedIn, Start};
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Name what keeps coming back, and put entries in it
///
/// A theme has the name that you give it. Whoever reads an entry reads the names of its themes; nobody learns of a theme
/// that has only private entries, or how many there are. Clinicians propose a theme for entries that you share; it is
/// none until you say so.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie theme add \"the locked greenhouse\" 3f2a91c0 77b0
  reverie theme take-out \"the locked greenhouse\" 77b0
  reverie theme propose \"doors\" 3f2a91c0
  reverie theme accept 9c01d2e3 --as \"doors that wait\""
)]
pub(crate) struct ThemeArgs {
    #[command(subcommand)]
    command: ThemeCommand,
}

#[derive(Subcommand)]
enum ThemeCommand {
    /// List the themes, and what is proposed
    List,
    /// Put entries in a theme; one of a new name is made
    Add(AddArgs),
    /// Call a theme something else
    Rename(RenameArgs),
    /// Take entries out of a theme
    TakeOut(TakeOutArgs),
    /// Drop a theme; its entries stay as they are
    Drop(ThemeArg),
    /// Propose a theme to a patient, as her clinician
    Propose(ProposeArgs),
    /// Take a theme that was proposed to you
    Accept(AcceptArgs),
    /// Decline a theme that was proposed to you
    Decline(ProposalArg),
}

#[derive(Args)]
struct ThemeArg {
    /// The theme: its name, or the first digits of its id
    theme: String,
}

#[derive(Args)]
struct AddArgs {
    /// What you call it
    name: String,
    /// The entries: the first digits of their ids
    #[arg(value_name = "ENTRY")]
    entries: Vec<String>,
    /// For yourself alone, also where the entry is shared
    #[arg(long)]
    private: bool,
}

#[derive(Args)]
struct RenameArgs {
    #[command(flatten)]
    theme: ThemeArg,
    /// Its new name
    name: String,
}

#[derive(Args)]
struct TakeOutArgs {
    #[command(flatten)]
    theme: ThemeArg,
    /// The entries: the first digits of their ids
    #[arg(required = true, value_name = "ENTRY")]
    entries: Vec<String>,
}

#[derive(Args)]
struct ProposeArgs {
    /// What it could be called
    name: String,
    /// The entries: the first digits of their ids
    #[arg(required = true, value_name = "ENTRY")]
    entries: Vec<String>,
}

#[derive(Args)]
struct ProposalArg {
    /// The proposal: the first digits of its id
    proposal: String,
}

#[derive(Args)]
struct AcceptArgs {
    #[command(flatten)]
    proposal: ProposalArg,
    /// Under a name of your own
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
}

pub(crate) async fn run(ui: &Ui, start: Start, ThemeArgs { command }: ThemeArgs) -> Result<(), CommandError> {
    let purpose = if matches!(command, ThemeCommand::List) { Reading } else { Writing };
    let LoggedIn { mut account, profile: _ } = start.log_in(ui, purpose).await?;
    let (kept, said) = match command {
        ThemeCommand::List => return list(ui, &account),
        ThemeCommand::Add(AddArgs { name, entries, private }) => {
            only_patients(&account)?;
            let entries = found(&account, &entries)?;
            let kept = account.put_in_theme(&name, &entries, private).await?;
            (kept, if entries.is_empty() { format!("\"{name}\" is a theme of yours.") } else { put(&account, &name) })
        }
        ThemeCommand::Rename(RenameArgs { theme, name }) => {
            let theme = account.find_theme(&theme.theme)?;
            let kept = account.rename_theme(&theme, &name).await?;
            (kept, format!("\"{}\" is called \"{name}\" now.", theme.name.as_str()))
        }
        ThemeCommand::TakeOut(TakeOutArgs { theme, entries }) => {
            let theme = account.find_theme(&theme.theme)?;
            let kept = account.take_out_of_theme(&theme, &found(&account, &entries)?).await?;
            (kept, format!("Taken out of \"{}\".", theme.name.as_str()))
        }
        ThemeCommand::Drop(ThemeArg { theme }) => {
            let theme = account.find_theme(&theme)?;
            let kept = account.drop_theme(&theme).await?;
            (kept, format!("\"{}\" is dropped. Its entries stay as they are.", theme.name.as_str()))
        }
        ThemeCommand::Propose(ProposeArgs { name, entries }) => {
            if account.role() == AccountRole::Patient {
                let hint = format!("Name it yourself: `reverie theme add \"{name}\" ENTRY`.");
                return Err(user_error("only clinicians propose a theme").hint(hint));
            }
            let kept = account.propose_theme(&name, &found(&account, &entries)?).await?;
            (kept, "Proposed. Your patient accepts it, renames it or declines it.".to_owned())
        }
        ThemeCommand::Accept(AcceptArgs { proposal, name }) => {
            only_patients(&account)?;
            let kept = account.accept_theme(&proposal.proposal, name.as_deref()).await?;
            (kept, "It is a theme of yours now.".to_owned())
        }
        ThemeCommand::Decline(ProposalArg { proposal }) => {
            only_patients(&account)?;
            let kept = account.decline_theme(&proposal).await?;
            (kept, "Declined. Whoever proposed it sees that.".to_owned())
        }
    };
    answer(ui, &kept, &said)
}

fn answer(ui: &Ui, kept: &Kept, said: &str) -> Result<(), CommandError> {
    ui.answer(&kept_json(kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(said);
    Ok(())
}

/// Says what became of a theme, and who reads its name.
fn put(account: &Unlocked, name: &str) -> String {
    let Ok(theme) = account.find_theme(name) else { return String::new() };
    let (private, shared) = (theme.private.len(), theme.shared.len());
    let seen = match shared {
        0 => "Nobody else knows of it.".to_owned(),
        1 => "Whoever reads its 1 shared entry reads its name.".to_owned(),
        shared => format!("Whoever reads its {shared} shared entries reads its name."),
    };
    let entries = private + shared;
    let entries = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
    format!("\"{}\" has {entries} now. {seen}", theme.name.as_str())
}

fn list(ui: &Ui, account: &Unlocked) -> Result<(), CommandError> {
    if account.role() == AccountRole::Patient {
        let view = account.view(account.account());
        let proposals: Vec<_> = view.shared.iter().flat_map(|shared| &shared.proposals).collect();
        ui.answer(&json!({ "themes": view.themes(), "proposals": proposals }), || {
            themes_text(&view, &account.names(), ui.page())
        })?;
        if proposals.iter().any(|proposal| proposal.answer.is_none()) {
            ui.say(
                "`reverie theme accept ID`, with `--as NAME` for a name of your own, or `reverie theme decline ID`.",
            );
        }
        return Ok(());
    }
    let patients = account.patients();
    let all: Vec<_> = patients
        .iter()
        .map(|(patient, view)| {
            let proposals: Vec<_> = view.shared.iter().flat_map(|shared| &shared.proposals).collect();
            json!({ "patient": account.names().of(*patient), "themes": view.themes(), "proposals": proposals })
        })
        .collect();
    ui.answer(&all, || {
        let pages = patients.iter().map(|(_, view)| themes_text(view, &account.names(), ui.page()));
        pages.collect::<Vec<_>>().join("\n")
    })
}

/// Returns the entries that were typed, each once.
pub(crate) fn found(account: &Unlocked, typed: &[String]) -> Result<Vec<DocumentId>, CommandError> {
    let mut entries = Vec::new();
    for one in typed {
        let (_, entry) = account.find_entry(one)?;
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// Refuses what only the patient does.
fn only_patients(account: &Unlocked) -> Result<(), CommandError> {
    if account.role() == AccountRole::Patient {
        return Ok(());
    }
    let hint = "To propose one: `reverie theme propose NAME ENTRY`.";
    Err(user_error("only the patient names a theme and says what is in it").hint(hint))
}
