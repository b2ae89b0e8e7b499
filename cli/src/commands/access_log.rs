//! `reverie access-log`: who fetched or changed the journals of this account, on which day.

use clap::Args;
use reverie_client::JournalAccess;
use reverie_journal::Names;
use reverie_journal::render::clean;
use reverie_protocol::audit::AccessEntry;
use reverie_protocol::ids::AccountId;
use serde_json::{Value, json};

use crate::acts::{day, of_account, who, with_it};
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Show who read or changed your journals, and what was done to your account, on which day
///
/// What you do in a journal of your own, and with your own keys, is shown to you alone. To have read a journal means that a device of theirs was
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
    let (logs, own) = (account.access_logs().await?, account.own_access_log().await?);
    let me = account.account();
    // What the server calls somebody counts only where this device knows nobody by that id.
    let told = logs.iter().flat_map(|log| &log.entries).chain(&own);
    let told = told.filter_map(|entry| Some((entry.actor?, clean(entry.handle.as_deref()?))));
    let known = account.everybody().into_iter().map(|contact| (contact.account, contact.name()));
    let names: Names = told.chain(known).chain([(me, account.handle().to_owned())]).collect();
    let journals: Vec<_> = logs.iter().map(|log| journal_json(log, &names)).collect();
    ui.answer(&json!({ "account": entries_json(&own, &names), "journals": journals }), || {
        let journal =
            |log: &JournalAccess| part(&title(log, me, &names), &log.entries, me, &names, |entry| with_it(entry.act));
        let account = part("Your account", &own, me, &names, |entry| of_account(entry.act, entry.actor == Some(me)));
        logs.iter().map(journal).chain([account]).collect::<Vec<_>>().join("\n\n")
    })?;
    ui.say("This is the word of whoever runs the server. To have read it means that a device was handed entries.");
    Ok(())
}

fn journal_json(log: &JournalAccess, names: &Names) -> Value {
    let entries = entries_json(&log.entries, names);
    json!({ "journal": log.journal, "compartment": log.compartment, "owner": log.owner, "entries": entries })
}

fn entries_json(entries: &[AccessEntry], names: &Names) -> Vec<Value> {
    let entry = |entry: &AccessEntry| {
        let handle = entry.actor.map(|actor| names.of(actor));
        json!({ "day": entry.day, "account": entry.actor, "handle": handle, "act": entry.act })
    };
    entries.iter().map(entry).collect()
}

/// Returns a title, and a line for each day and person, the newest first.
fn part(
    title: &str,
    entries: &[AccessEntry],
    me: AccountId,
    names: &Names,
    words: impl Fn(&AccessEntry) -> &'static str,
) -> String {
    let mut deeds: Vec<(&str, Option<AccountId>, Vec<&str>)> = Vec::new();
    for entry in entries {
        let same = deeds.iter_mut().find(|(on, actor, _)| *on == entry.day && *actor == entry.actor);
        match same {
            Some((_, _, acts)) if acts.contains(&words(entry)) => {}
            Some((_, _, acts)) => acts.push(words(entry)),
            None => deeds.push((&entry.day, entry.actor, vec![words(entry)])),
        }
    }
    let called = |actor: &Option<AccountId>| if *actor == Some(me) { "you".to_owned() } else { who(*actor, names) };
    let lines =
        deeds.iter().rev().map(|(on, actor, acts)| format!("{:<12} {} {}", day(on), called(actor), acts.join(", ")));
    [title.to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
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
