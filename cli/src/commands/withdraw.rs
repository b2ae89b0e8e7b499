//! `reverie withdraw`: takes an entry back, after saying which case applies.

use clap::Args;
use reverie_client::Unlocked;
use reverie_journal::short_id;
use reverie_protocol::ids::DocumentId;
use serde_json::json;

use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, still_waiting};
use crate::ui::Ui;

/// Take a shared entry, measure or check-in back, or throw a private entry away
///
/// A shared entry goes back into your private journal. It says first which case applies: whether somebody opened it, and
/// what stays. A private entry goes into the trash for thirty days; a private measure or
/// check-in is erased.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie withdraw 3f2a91c0
  reverie withdraw 3f2a91c0 --yes")]
pub(crate) struct WithdrawArgs {
    /// The entry, measure or check-in: the first digits of its id
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
    if account.is_private_entry(entry) {
        return discard(ui, &mut account, entry, yes).await;
    }
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

async fn discard(ui: &Ui, account: &mut Unlocked, entry: DocumentId, yes: bool) -> Result<(), CommandError> {
    let short = short_id(entry.uuid());
    ui.say("This entry is private. It goes into the trash; for thirty days you can take it out again.");
    if !ui.confirm(yes, "Throw it away?")? {
        ui.say("Nothing was thrown away.");
        return Ok(());
    }
    let kept = account.discard(entry).await?;
    let mut answer = flushed_json(&kept.flushed);
    answer["entry"] = json!(entry);
    answer["case"] = json!("trash");
    ui.answer(&answer, String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!("{short} is in the trash. To take it out: `reverie trash restore {short}`."));
    Ok(())
}
