//! `reverie reply`: a clinician's answer to a shared entry.

use clap::Args;
use reverie_client::{Kept, Notice, Unlocked};
use reverie_protocol::ids::AccountId;

use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;
use crate::words::typed;

/// Answer a shared entry
///
/// The patient and everybody in this care circle can read it. With `--question` the brief keeps it among what is
/// unanswered until the patient adds something to the entry.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie reply 3f2a91c0 Thank you for the heron. I would like to hear more on Thursday.
  reverie reply 3f2a91c0 --question What was the water like?
  reverie reply 3f2a91c0")]
pub(crate) struct ReplyArgs {
    /// The entry: the first digits of its id
    entry: String,
    /// The words
    words: Vec<String>,
    /// It asks something
    #[arg(long)]
    question: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ReplyArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile } = logged_in;
    let ReplyArgs { entry, words, question } = args;
    let (patient, entry) = account.find_entry(&entry)?;
    if patient == account.account() {
        return Err(crate::error::user_error("clinicians reply to what is shared with them")
            .hint("To add to your own entry: `reverie elaborate ENTRY`."));
    }
    let typed = typed(&words, &profile, true)?.or_empty("nothing was sent: there are no words")?;
    let words = typed.words.clone();
    let kept = typed.kept(account.reply(entry, words, question).await)?;
    ui.answer(&kept_json(&kept), String::new)?;
    say_sent(ui, &account, patient, &kept);
    Ok(())
}

/// Says what became of an answer.
pub(super) fn say_sent(ui: &Ui, account: &Unlocked, patient: AccountId, kept: &Kept) {
    still_waiting(ui, &kept.flushed);
    let unseen = kept.flushed.notices.iter().any(|notice| matches!(notice, Notice::Unseen { .. }));
    if kept.flushed.stopped_by.is_none() && !unseen {
        ui.say(&format!("{} can read your answer now.", account.names().of(patient)));
    }
}
