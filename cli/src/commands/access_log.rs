//! `reverie access-log`: who fetched or changed the journals of this account, on which day.

use std::collections::BTreeSet;

use clap::Args;
use reverie_client::JournalAccess;
use reverie_journal::Names;
use reverie_journal::render::clean;
use reverie_protocol::audit::{AccessEntry, AuditAct};
use reverie_protocol::ids::AccountId;
use serde_json::json;

use crate::acts::{day, who, with_it};
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Show who read or changed your journals, and on which day
///
/// What you do in a journal of your own is shown to you alone. To have read a journal means that a device of theirs was
/// handed entries; whether anybody looked at them is not known. Days are the server's.
///
/// This is the word of whoever runs the server: what was written is proved by signatures (`reverie verify`), but nothing can
/// prove who was handed a copy.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie access-log
  reverie access-log --json")]
pub(crate) struct AccessLogArgs {}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, AccessLogArgs {}: AccessLogArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let logs = account.access_logs().await?;
    let me = account.account();
    // What the server calls somebody counts only where this device knows nobody by that id.
    let told = logs
        .iter()
        .flat_map(|log| &log.entries)
        .filter_map(|entry| Some((entry.actor?, clean(entry.handle.as_deref()?))));
    let known = account.contacts().into_iter().map(|contact| (contact.account, contact.handle.clone()));
    let names: Names = told.chain(known).chain([(me, account.handle().to_owned())]).collect();
    let value: Vec<_> = logs.iter().map(|log| journal_json(log, &names)).collect();
    ui.answer(&value, || text(&logs, me, &names))?;
    ui.say("This is the word of whoever runs the server. To have read it means that a device was handed entries.");
    Ok(())
}

fn journal_json(log: &JournalAccess, names: &Names) -> serde_json::Value {
    let entry = |entry: &AccessEntry| {
        let handle = entry.actor.map(|actor| names.of(actor));
        json!({ "day": entry.day, "account": entry.actor, "handle": handle, "act": entry.act })
    };
    let entries: Vec<_> = log.entries.iter().map(entry).collect();
    json!({ "journal": log.journal, "compartment": log.compartment, "owner": log.owner, "entries": entries })
}

fn text(logs: &[JournalAccess], me: AccountId, names: &Names) -> String {
    let mut parts = Vec::new();
    // Each journal of an owner tells it; it is one deed, and about all of them.
    let disclosed: BTreeSet<_> = logs
        .iter()
        .flat_map(|log| &log.entries)
        .filter(|entry| entry.act == AuditAct::DiscloseAccount)
        .map(|entry| (entry.day.as_str(), entry.actor))
        .collect();
    if !disclosed.is_empty() {
        let lines = disclosed.iter().map(|(on, actor)| {
            format!("{:<12} {} {}", day(on), who(*actor, names), with_it(AuditAct::DiscloseAccount))
        });
        parts.push(["Your account".to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n"));
    }
    parts.extend(logs.iter().map(|log| journal_text(log, me, names)));
    parts.join("\n\n")
}

/// Returns one journal: a line for each day and person, the newest first.
fn journal_text(log: &JournalAccess, me: AccountId, names: &Names) -> String {
    let mut deeds: Vec<(&str, Option<AccountId>, Vec<&str>)> = Vec::new();
    for entry in log.entries.iter().filter(|entry| entry.act != AuditAct::DiscloseAccount) {
        let same = deeds.iter_mut().find(|(on, actor, _)| *on == entry.day && *actor == entry.actor);
        match same {
            Some((_, _, acts)) => acts.push(with_it(entry.act)),
            None => deeds.push((&entry.day, entry.actor, vec![with_it(entry.act)])),
        }
    }
    let called = |actor: &Option<AccountId>| if *actor == Some(me) { "you".to_owned() } else { who(*actor, names) };
    let lines =
        deeds.iter().rev().map(|(on, actor, acts)| format!("{:<12} {} {}", day(on), called(actor), acts.join(", ")));
    let lines: Vec<_> = [title(log, me, names)].into_iter().chain(lines).collect();
    lines.join("\n")
}

fn title(log: &JournalAccess, me: AccountId, names: &Names) -> String {
    let others: Vec<_> = log.members.iter().filter(|member| **member != me).map(|member| names.of(*member)).collect();
    match (log.compartment, log.owner) {
        (Some("private"), _) => "Your private journal".into(),
        (Some("process_notes"), _) => "Your process notes".into(),
        (_, Some(owner)) if owner != me => format!("Journal of {}", names.of(owner)),
        _ if others.is_empty() => "Your shared journal".into(),
        _ => format!("Your journal shared with {}", others.join(", ")),
    }
}
