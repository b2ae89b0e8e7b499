//! `reverie admit`: lets one more person read a shared journal, once its owner has chosen with how much of the past.

use clap::Args;
use reverie_client::{Circle, CircleChange, Past, Unlocked};
use reverie_protocol::header::MemberRole;

use crate::arguments::handle;
use crate::circle_changes::{ask_and_enact, change_json, circle_text};
use crate::error::{CommandError, user_error};
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
    #[arg(long, value_name = "CIRCLE")]
    circle: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: AdmitArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let guest = account.contact_of(&args.handle)?.account;
    let circle = match &args.circle {
        Some(typed) => account.find_circle(Some(typed))?,
        None => the_other_circle(&account, guest)?,
    };
    let handle = &args.handle;
    ui.say(&format!("{handle} will read {}.\n", circle_text(&account, &circle)));
    let records = account.histories().into_iter().find(|told| told.journal == circle.journal);
    let records = records.map_or(0, |told| told.head.seq + 1);
    ui.say(&format!(
        "all          {handle} can open all of it: the {records} records that are there, and what comes.\n\
         from now on  {handle} can open what is written from now on. The journal gets a new key; what is there already \
         stays closed to {handle}, who sees that there are {records} earlier records and nothing of what is in them.\n"
    ));
    let past = match (args.all, args.from_now_on) {
        (true, _) => Past::All,
        (_, true) => Past::FromNowOn,
        _ => choose(ui)?,
    };
    let role = if args.read_only { MemberRole::Reader } else { MemberRole::Writer };
    let how = if past == Past::All { "with everything" } else { "from now on" };
    let question = format!("Let {handle} read it, {how}?");
    let change = CircleChange::Admit { account: guest, role, past };
    let done = ask_and_enact(ui, &mut account, circle.journal, &change, args.yes, &question).await?;
    if done {
        ui.say(&format!("{handle} reads it {how}."));
    }
    ui.answer(&change_json(&account, circle.journal, done), String::new)
}

/// Returns the one circle that the guest does not read yet.
fn the_other_circle(account: &Unlocked, guest: reverie_protocol::ids::AccountId) -> Result<Circle, CommandError> {
    let mut others = account.circles();
    others.retain(|circle| !circle.readers.contains(&guest));
    match others.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(user_error("there is no journal that they do not read already")),
        _ => Ok(account.find_circle(None)?),
    }
}

fn choose(ui: &Ui) -> Result<Past, CommandError> {
    let unclear =
        || user_error("say with how much of the past").hint("`--all`, or `--from-now-on`.").coded("needs_choice");
    if !ui.can_ask() {
        return Err(unclear());
    }
    match ui.ask_line("all, or from now on? [all/now]")?.trim().to_lowercase().as_str() {
        "all" => Ok(Past::All),
        "now" | "from now on" | "from-now-on" => Ok(Past::FromNowOn),
        _ => Err(unclear()),
    }
}
