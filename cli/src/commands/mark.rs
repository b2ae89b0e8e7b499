//! `reverie mark`: what is to be done with an entry.

use clap::{ArgGroup, Args};
use reverie_journal::{Mark, Talk};

use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Mark an entry: to talk about, only to be known, not yet, or tender
///
/// What you do not name stays as it is; `--clear` takes everything back. Your clinician sees the marks of shared entries.
#[derive(Args)]
#[command(
    group = ArgGroup::new("what").args(["talk", "know_only", "not_yet", "clear", "rank", "tender"]).multiple(true).required(true),
    group = ArgGroup::new("one").args(["talk", "know_only", "not_yet", "clear"]),
    after_help = "\
Examples:
  reverie mark 3f2a91c0 --talk --rank 1
  reverie mark 3f2a91c0 --know-only
  reverie mark 3f2a91c0 --tender"
)]
pub(crate) struct MarkArgs {
    /// The entry: the first digits of its id
    entry: String,
    /// To talk about in the session
    #[arg(long)]
    talk: bool,
    /// To be known, not talked about
    #[arg(long)]
    know_only: bool,
    /// Not ready to talk about it yet
    #[arg(long)]
    not_yet: bool,
    /// Take all marks back
    #[arg(long, conflicts_with_all = ["rank", "tender"])]
    clear: bool,
    /// Its place among what you want to talk about, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["know_only", "not_yet"])]
    rank: Option<u32>,
    /// "Please don't raise this unless I do"
    #[arg(long)]
    tender: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: MarkArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let (patient, entry) = account.find_entry(&args.entry)?;
    if patient != account.account() {
        return Err(user_error("only the patient marks an entry").hint("To answer it: `reverie reply ENTRY`."));
    }
    let view = account.view(patient);
    let before = view.entry(entry).and_then(|view| view.mark.as_ref()).map(|view| view.mark.body().clone());
    let before = before.unwrap_or(Mark { entry, talk: Talk::None, rank: None, tender: false });
    let kept = account.mark(changed(&before, &args)).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say("Marked.");
    Ok(())
}

fn changed(before: &Mark, args: &MarkArgs) -> Mark {
    let MarkArgs { entry: _, talk, know_only, not_yet, clear, rank, tender } = args;
    let talk = match () {
        () if *clear => Talk::None,
        () if *know_only => Talk::KnowOnly,
        () if *not_yet => Talk::NotYet,
        () if *talk || rank.is_some() => Talk::WantToTalk,
        () => before.talk,
    };
    // Only what is to be talked about has a place in that list.
    let rank = rank.or(before.rank).filter(|_| talk == Talk::WantToTalk);
    Mark { entry: before.entry, talk, rank, tender: !clear && (*tender || before.tender) }
}
