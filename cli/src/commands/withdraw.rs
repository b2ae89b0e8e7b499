//! `reverie withdraw`: takes an entry back, after saying which case applies.

use clap::Args;
use reverie_journal::short_id;
use serde_json::json;

use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, still_waiting};
use crate::ui::Ui;

/// Take a shared entry or measure back, or erase a private one
///
/// A shared entry goes back into your private journal. It says first which case applies: whether somebody opened it, and
/// what stays.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie withdraw 3f2a91c0
  reverie withdraw 3f2a91c0 --yes")]
pub(crate) struct WithdrawArgs {
    /// The entry or measure: the first digits of its id
    entry: String,
    /// Give up files of the entry that cannot be fetched, rather than wait with the words
    #[arg(long)]
    without_files: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: WithdrawArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let WithdrawArgs { entry, without_files, yes } = args;
    let (_, entry) = account.find_shareable(&entry)?;
    let case = account.withdraw_case(entry)?;
    ui.say(&case.sentence(&account.names()));
    if !ui.confirm(yes, "Withdraw it?")? {
        ui.say("Nothing was withdrawn.");
        return Ok(());
    }
    let flushed = match without_files {
        true => account.withdraw_without_files(entry).await?,
        false => account.withdraw(entry).await?,
    };
    let mut answer = flushed_json(&flushed);
    answer["entry"] = json!(entry);
    answer["case"] = json!(case);
    ui.answer(&answer, String::new)?;
    still_waiting(ui, &flushed);
    let short = short_id(entry.uuid());
    ui.say(&if flushed.stopped_by.is_none() {
        format!("{short} is withdrawn.")
    } else {
        format!("{short} will be withdrawn as soon as the server can be reached. Until then it stands there as it was.")
    });
    Ok(())
}
