//! `reverie discuss`: what was talked about in the session, and what is left for the next one. Both see it.

use clap::Args;
use reverie_client::Flushed;
use reverie_journal::{ReceiptKind, short_id};
use reverie_protocol::ids::DocumentId;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, still_waiting};
use crate::ui::Ui;

/// Mark entries as talked about, or carry them over to the next session (clinicians)
///
/// The patient sees it. What was carried over stands in the next brief; what was talked about leaves the patient's list
/// until she marks it again.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie discuss 3f2a91c0 77b0
  reverie discuss 3f2a91c0 --carry-over")]
pub(crate) struct DiscussArgs {
    /// The entries: the first digits of their ids
    #[arg(required = true, value_name = "ENTRY")]
    entries: Vec<String>,
    /// Not talked about: it is left for the next session
    #[arg(long)]
    carry_over: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: DiscussArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let receipt = if args.carry_over { ReceiptKind::CarriedOver } else { ReceiptKind::Discussed };
    let mut stated = Vec::new();
    for typed in &args.entries {
        let (patient, entry) = account.find_entry(typed)?;
        if patient == account.account() {
            return Err(
                user_error("clinicians mark what was talked about").hint("To mark it yourself: `reverie mark`.")
            );
        }
        let flushed = account.state(receipt, entry).await?;
        say_stated(ui, receipt, entry, &flushed);
        let mut answer = flushed_json(&flushed);
        answer["entry"] = json!(entry);
        stated.push(answer);
    }
    ui.answer(&stated, String::new)
}

/// Says what an entry was marked as.
pub(super) fn say_stated(ui: &Ui, receipt: ReceiptKind, entry: DocumentId, flushed: &Flushed) {
    still_waiting(ui, flushed);
    let said = match receipt {
        ReceiptKind::CarriedOver => "is carried over to the next session",
        _ => "is marked as talked about",
    };
    ui.say(&format!("{} {said}.", short_id(entry.uuid())));
}
