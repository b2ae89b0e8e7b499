//! `reverie members`: who reads which journal now, from the signed log.

use clap::Args;
use reverie_client::{JournalHistory, Stay};
use reverie_journal::{Names, short_id};
use reverie_protocol::ids::AccountId;
use serde_json::json;

use crate::commands::history::{begins_with, kind, role};
use crate::error::CommandError;
use crate::key_talk::circles::NO_JOURNAL;
use crate::logged_in::LoggedIn;
use crate::table::table;
use crate::ui::Ui;

/// Show who reads your journals now
///
/// From the signed log on this device alone: no server can add a reader to it. `reverie history` tells how it came about.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie members
  reverie members 3f2a91c0
  reverie members --json")]
pub(crate) struct MembersArgs {
    /// One journal: the first digits of its id
    journal: Option<String>,
}

pub(crate) fn run(ui: &Ui, logged_in: LoggedIn, MembersArgs { journal }: MembersArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let told = begins_with(account.histories(), journal.as_deref())?;
    let (me, names) = (account.account(), account.names());
    let answer = told.iter().map(|told| {
        let members: Vec<_> = told.members().map(|stay| member_json(stay, &names)).collect();
        json!({ "journal": told.journal, "compartment": told.compartment, "owner": told.owner, "closed": told.closed,
            "members": members })
    });
    ui.answer(&json!({ "journals": answer.collect::<Vec<_>>() }), || text(&told, me, &account.names_here()))
}

fn member_json(stay: &Stay, names: &Names) -> serde_json::Value {
    let mut value = json!(stay);
    value["handle"] = json!(names.of(stay.account));
    value
}

fn text(told: &[JournalHistory], me: AccountId, names: &Names) -> String {
    if told.is_empty() {
        return NO_JOURNAL.into();
    }
    let name = |account| if account == me { "you".to_owned() } else { names.of(account) };
    let mut rows = vec![["JOURNAL", "KIND", "PERSON", "ROLE", "CAN OPEN", "SINCE", "BY"].map(str::to_owned)];
    for told in told {
        for (place, stay) in told.members().enumerate() {
            let first = |text: String| if place == 0 { text } else { String::new() };
            let opens = match stay.reads_from_record {
                0 => "everything".to_owned(),
                record => format!("from record {record} on"),
            };
            rows.push([
                first(short_id(told.journal.uuid())),
                first(kind(told)),
                name(stay.account),
                role(stay.role).to_owned(),
                opens,
                format!("record {}", stay.since_record),
                name(stay.admitted_by),
            ]);
        }
    }
    table(&rows)
}
