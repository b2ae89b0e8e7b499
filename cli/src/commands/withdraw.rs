//! `reverie withdraw`: takes an entry back, after saying which case applies.

use clap::Args;
use reverie_client::{Flushed, Unlocked};
use reverie_journal::short_id;
use reverie_protocol::ids::DocumentId;
use serde_json::json;

use crate::error::CommandError;
use crate::key_talk::sharing::{
    BEFORE_TRASH, IN_TRASH, NOT_WITHDRAWN_YET, NOTHING_THROWN_AWAY, NOTHING_WITHDRAWN, REPLIES_HIDDEN, THROW_AWAY,
    WITHDRAW_IT, WITHDRAWN,
};
use crate::key_talk::with;
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
    say_of_replies(ui, &account, entry);
    if !ui.confirm(yes, WITHDRAW_IT)? {
        ui.say(NOTHING_WITHDRAWN);
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
    say_withdrawn(ui, entry, &flushed);
    Ok(())
}

/// Says what becomes of the replies to it.
pub(super) fn say_of_replies(ui: &Ui, account: &Unlocked, entry: DocumentId) {
    let view = account.view(account.account());
    if view.entry(entry).is_some_and(|view| !view.replies.is_empty()) {
        ui.say(REPLIES_HIDDEN);
    }
}

/// Says whether it is withdrawn, or what holds that up.
pub(super) fn say_withdrawn(ui: &Ui, entry: DocumentId, flushed: &Flushed) {
    still_waiting(ui, flushed);
    let said = if flushed.stopped_by.is_none() { WITHDRAWN } else { NOT_WITHDRAWN_YET };
    ui.say(&with(said, &[("ID", &short_id(entry.uuid()))]));
}

async fn discard(ui: &Ui, account: &mut Unlocked, entry: DocumentId, yes: bool) -> Result<(), CommandError> {
    let short = short_id(entry.uuid());
    ui.say(BEFORE_TRASH);
    if !ui.confirm(yes, THROW_AWAY)? {
        ui.say(NOTHING_THROWN_AWAY);
        return Ok(());
    }
    let kept = account.discard(entry).await?;
    let mut answer = flushed_json(&kept.flushed);
    answer["entry"] = json!(entry);
    answer["case"] = json!("trash");
    ui.answer(&answer, String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&with(IN_TRASH, &[("ID", &short)]));
    Ok(())
}
