//! `reverie history`: who could read what, since when, from the signed log.

use clap::Args;
use reverie_client::{Event, Happened, JournalHistory, Period};
use reverie_journal::{Compartment, Names, short_id};
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::AccountId;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::table::table;
use crate::ui::Ui;

/// Show who could read what in your journals, since when
///
/// Every change of a circle, and who could open which records, from the signed log on this device alone. Records are
/// counted, not dated: nobody's clock is trusted. What the server says of who fetched what is another matter.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie history
  reverie history 3f2a91c0
  reverie history --json")]
pub(crate) struct HistoryArgs {
    /// One journal: the first digits of its id
    journal: Option<String>,
}

pub(crate) fn run(ui: &Ui, logged_in: LoggedIn, HistoryArgs { journal }: HistoryArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let told = begins_with(account.histories(), journal.as_deref())?;
    let names = account.names();
    let people: std::collections::BTreeMap<_, _> = told
        .iter()
        .flat_map(|told| &told.stays)
        .map(|stay| (stay.account.to_string(), names.of(stay.account)))
        .collect();
    ui.answer(&json!({ "journals": told, "people": people }), || {
        let told: Vec<_> = told.iter().map(|told| text(told, account.account(), &names)).collect();
        if told.is_empty() { "There is no journal on this device yet.".into() } else { told.join("\n\n") }
    })
}

/// Returns the journals whose id begins so; all of them if nothing is typed.
pub(crate) fn begins_with(
    mut told: Vec<JournalHistory>,
    typed: Option<&str>,
) -> Result<Vec<JournalHistory>, CommandError> {
    let Some(typed) = typed else { return Ok(told) };
    told.retain(|told| told.journal.to_string().starts_with(typed));
    if told.is_empty() {
        return Err(user_error(format!("no journal here begins with `{typed}`")).hint("`reverie members` lists them."));
    }
    Ok(told)
}

/// Returns what kind of journal it is, for people.
pub(crate) fn kind(told: &JournalHistory) -> String {
    let kind = match told.compartment {
        Some(Compartment::Private) => "private",
        Some(Compartment::Shared) => "shared",
        Some(Compartment::ProcessNotes) => "process notes",
        None => "-",
    };
    if told.closed { format!("{kind}, closed") } else { kind.to_owned() }
}

/// Returns what a member is, for people.
pub(crate) const fn role(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Owner => "owner",
        MemberRole::Writer => "writer",
        MemberRole::Reader => "reader",
    }
}

fn text(told: &JournalHistory, me: AccountId, names: &Names) -> String {
    let name = |account: AccountId| if account == me { "you".to_owned() } else { names.of(account) };
    let list = |accounts: &[AccountId]| {
        let names: Vec<_> = accounts.iter().map(|account| name(*account)).collect();
        if names.is_empty() { "nobody else".to_owned() } else { names.join(", ") }
    };
    let owner = if told.owner == me { "yours".to_owned() } else { format!("of {}", names.of(told.owner)) };
    let happened = told.events.iter().map(|happened: &Happened| {
        let by = name(happened.by);
        let what = match &happened.event {
            Event::Opened { with } => format!("{by} opened it, with {}", list(with)),
            Event::Admitted { account, role: as_what, all_of_the_past } => {
                let past = if *all_of_the_past { "everything from the first record on" } else { "from here on" };
                format!("{by} admitted {} as {}: {past}", name(*account), role(*as_what))
            }
            Event::Removed { account } => format!("{by} took {} out; new key", name(*account)),
            Event::Rekeyed { account } => format!("{} had new keys, placed by {by}; new key", name(*account)),
            Event::Rotated => format!("{by} gave it a new key"),
            Event::Closed => format!("{by} closed it"),
        };
        [format!("  record {}", happened.record), what]
    });
    let happened: Vec<_> = happened.collect();
    let periods = told.periods.iter().map(|period: &Period| {
        let records = match (period.current, period.to_record == period.from_record) {
            (true, _) => format!("  record {} and on", period.from_record),
            (false, true) => format!("  record {}", period.from_record),
            (false, false) => format!("  records {} to {}", period.from_record, period.to_record),
        };
        [records, list(&period.readers)]
    });
    let periods: Vec<_> = periods.collect();
    format!(
        "Journal {} ({}), {owner}, {} records\n\nWhat changed\n{}\n\nWho could open what is in them\n{}",
        short_id(told.journal.uuid()),
        kind(told),
        told.head.seq + 1,
        table(&happened),
        table(&periods),
    )
}
