//! `reverie admit`: lets one more person read a shared journal, once its owner has chosen with how much of the past.

use clap::Args;
use reverie_client::{Circle, CircleChange, Past, Unlocked};
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::AccountId;

use crate::arguments::handle;
use crate::circle_changes::{ask_and_enact, change_json, circle_text};
use crate::error::{CommandError, user_error};
use crate::key_talk::circles::{
    ADMIT_ALL, ADMIT_FROM_NOW_ON, ALL_OR_NOW, LET_READ_ALL, LET_READ_FROM_NOW_ON, READ_EVERYTHING_ALREADY, READS_ALL,
    READS_FROM_NOW_ON, SAY_HOW_MUCH, SAY_HOW_MUCH_NEXT, WILL_READ,
};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Let one more person read a journal that you share
///
/// You choose with how much of the past. Everybody who reads a journal reads each other's replies in it. You can take the
/// person out again (`reverie remove`); what was read cannot be unread.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admit haddon --from-now-on
  reverie admit haddon --all --circle quill
  reverie admit haddon --all --read-only --yes")]
pub(crate) struct AdmitArgs {
    /// Whom: somebody whom you are paired with, and have compared the words with
    #[arg(value_parser = handle)]
    handle: String,
    /// With everything that is in the journal already
    #[arg(long, conflicts_with = "from_now_on")]
    all: bool,
    /// With what is written from now on, and nothing from before
    #[arg(long)]
    from_now_on: bool,
    /// To read, not to reply
    #[arg(long)]
    read_only: bool,
    /// Which journal, if you share several: a reader's handle, or the first digits of its id
    #[arg(long, alias = "with", value_name = "CIRCLE")]
    circle: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: AdmitArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let handle = &args.handle;
    let guest = account.contact_of(handle)?.account;
    let circle = match &args.circle {
        Some(typed) => account.find_circle(Some(typed))?,
        None => the_other_circle(&account, handle, guest)?,
    };
    let journal = circle_text(&account, &circle);
    ui.say(&format!("{}\n", with(WILL_READ, &[("HANDLE", handle), ("JOURNAL", &journal)])));
    let of_past = |text| with(text, &[("HANDLE", handle)]);
    ui.say(&format!("{}\n{}\n", of_past(ADMIT_ALL), of_past(ADMIT_FROM_NOW_ON)));
    let past = match (args.all, args.from_now_on) {
        (true, _) => Past::All,
        (_, true) => Past::FromNowOn,
        _ => choose(ui)?,
    };
    let role = if args.read_only { MemberRole::Reader } else { MemberRole::Writer };
    let (question, done_so) = match past {
        Past::All => (LET_READ_ALL, READS_ALL),
        Past::FromNowOn => (LET_READ_FROM_NOW_ON, READS_FROM_NOW_ON),
    };
    let question = with(question, &[("HANDLE", handle)]);
    let change = CircleChange::Admit { account: guest, role, past };
    let done = ask_and_enact(ui, &mut account, circle.journal, &change, args.yes, "", &question).await?;
    if done {
        ui.say(&with(done_so, &[("HANDLE", handle)]));
    }
    ui.answer(&change_json(&account, circle.journal, done), String::new)
}

/// Returns the one circle that the guest does not read yet.
fn the_other_circle(account: &Unlocked, handle: &str, guest: AccountId) -> Result<Circle, CommandError> {
    let mut others = account.circles();
    others.retain(|circle| !circle.readers.contains(&guest));
    match others.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(user_error(with(READ_EVERYTHING_ALREADY, &[("HANDLE", handle)]))),
        _ => Ok(account.find_circle(None)?),
    }
}

fn choose(ui: &Ui) -> Result<Past, CommandError> {
    let unclear = || user_error(SAY_HOW_MUCH).hint(SAY_HOW_MUCH_NEXT).coded("needs_choice");
    if !ui.can_ask() {
        return Err(unclear());
    }
    match ui.ask_line(ALL_OR_NOW)?.trim().to_lowercase().as_str() {
        "all" => Ok(Past::All),
        "now" | "from now on" | "from-now-on" => Ok(Past::FromNowOn),
        _ => Err(unclear()),
    }
}
