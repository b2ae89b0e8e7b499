//! `reverie person`: who is in an entry, in the patient's own words.

use clap::{Args, Subcommand};
use reverie_client::Unlocked;
use reverie_journal::short_id;
use reverie_protocol::account::AccountRole;

use crate::commands::theme::found;
use crate::error::{CommandError, user_error};
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::{LoggedIn, Start};
use crate::report::{flushed_json, still_waiting};
use crate::table::table;
use crate::ui::Ui;

/// Say who is in an entry, in words of your own
///
/// "Mum", "the man at the lake": any word by which you know them. Whoever reads the entry reads it.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie person add Mum 3f2a91c0 77b0
  reverie person remove Mum 77b0
  reverie list --person Mum"
)]
pub(crate) struct PersonArgs {
    #[command(subcommand)]
    command: PersonCommand,
}

#[derive(Subcommand)]
enum PersonCommand {
    /// List everybody whom you noted
    List,
    /// Note that somebody is in these entries
    Add(AddArgs),
    /// Take the note off these entries
    Remove(LabelArgs),
}

#[derive(Args)]
struct LabelArgs {
    /// What you call the person
    label: String,
    /// The entries: the first digits of their ids
    #[arg(required = true, value_name = "ENTRY")]
    entries: Vec<String>,
}

#[derive(Args)]
struct AddArgs {
    #[command(flatten)]
    label: LabelArgs,
    /// For yourself alone, also where the entry is shared
    #[arg(long)]
    private: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, PersonArgs { command }: PersonArgs) -> Result<(), CommandError> {
    let purpose = if matches!(command, PersonCommand::List) { Reading } else { Writing };
    let LoggedIn { mut account, profile: _ } = start.log_in(ui, purpose).await?;
    if account.role() != AccountRole::Patient {
        let hint = "`reverie brief HANDLE` shows whom a patient noted; `reverie search --person LABEL` finds them.";
        return Err(user_error("only the patient says who is in an entry").hint(hint));
    }
    let (flushed, said) = match command {
        PersonCommand::List => return list(ui, &account),
        PersonCommand::Add(AddArgs { label: LabelArgs { label, entries }, private }) => {
            let entries = found(&account, &entries)?;
            (account.label_person(&label, &entries, private).await?, "Noted.")
        }
        PersonCommand::Remove(LabelArgs { label, entries }) => {
            let entries = found(&account, &entries)?;
            (account.take_label_off(&label, &entries).await?, "Taken off.")
        }
    };
    ui.answer(&flushed_json(&flushed), String::new)?;
    still_waiting(ui, &flushed);
    ui.say(said);
    Ok(())
}

fn list(ui: &Ui, account: &Unlocked) -> Result<(), CommandError> {
    let people = account.view(account.account()).people();
    if people.is_empty() {
        ui.say("Nobody is noted yet.");
    }
    ui.answer(&people, || {
        let rows = people.iter().map(|person| {
            let entries: Vec<_> = person.entries.iter().map(|entry| short_id(entry.uuid())).collect();
            [reverie_journal::render::clean(person.label.as_str()), entries.join(" ")]
        });
        table(&rows.collect::<Vec<_>>())
    })
}
