//! `reverie share`: lets a clinician read an entry, once the patient has seen who will.

use clap::Args;
use reverie_client::{ClientError, Flushed, Unlocked};
use reverie_journal::{EntryView, Guard, short_id};
use reverie_protocol::ids::DocumentId;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::key_talk::sharing::{
    ALONG, DAY_OF_THE_DOSE, HELD_INSTEAD, NOTHING_SHARED, ONE_IN_GUARD, ONE_IN_GUARD_NEXT, SHARE_TODAY, SHARE_WITH,
    SHARED, WILL_BE_READ,
};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, still_waiting};
use crate::table::table;
use crate::ui::Ui;

/// Share entries, measures or check-ins with your clinician
///
/// Everything of an entry goes along: its words, what you added, its files, its marks, who is in it, the names of its
/// themes, and its links to what is shared already. What you added for yourself stays
/// private. You can withdraw an entry at any time; what was read cannot be unread. In the day after a dose sharing waits:
/// the entry is held, and you are asked the morning after.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie share 3f2a91c0
  reverie share 3f2a 77b0 --with quill
  reverie share 3f2a91c0 --yes")]
pub(crate) struct ShareArgs {
    /// The entries, measures or check-ins: the first digits of their ids
    #[arg(required = true, value_name = "ENTRY")]
    entries: Vec<String>,
    /// With whom, if you share several journals: a reader's handle, or the first digits of the journal's id
    #[arg(long, alias = "circle", value_name = "CIRCLE")]
    with: Option<String>,
    /// Share one entry in the day after a dose all the same, from four hours after it on
    #[arg(long)]
    today: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Do not ask the second time either, which `--today` does
    #[arg(long, requires_all = ["today", "yes"])]
    sure: bool,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ShareArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let ShareArgs { entries, with: handle, today, yes, sure } = args;
    let circle = account.share_target(handle.as_deref())?;
    let readers = account.readers_text(&circle);
    let handles: Vec<_> = circle.readers.iter().map(|reader| account.names().of(*reader)).collect();
    let mut found = Vec::new();
    for typed in &entries {
        let (_, entry) = account.find_shareable(typed)?;
        if !found.contains(&entry) {
            found.push(entry);
        }
    }
    let guard = account.guard();
    if let Some(guard) = guard.filter(|_| !today) {
        return hold(ui, &mut account, guard, &found).await;
    }
    if guard.is_some() && found.len() > 1 {
        return Err(user_error(ONE_IN_GUARD).hint(ONE_IN_GUARD_NEXT));
    }
    account.may_share_with(&circle)?;
    for entry in &found {
        account.may_share_during_guard(*entry)?;
    }
    let view = account.view(account.account());
    let rows = found.iter().filter_map(|id| view.entry(*id)).map(|view| {
        let files = match view.attachments().count() {
            0 => String::new(),
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        [String::from("  "), short_id(view.entry.id().uuid()), view.headline(), files]
    });
    let measures = found.iter().filter_map(|id| view.measure(*id)).map(|view| {
        let name = view.response.body().instrument.to_string();
        [String::from("  "), short_id(view.response.id().uuid()), name, view.response.at().day_text()]
    });
    let check_ins = found.iter().filter_map(|id| view.check_in(*id)).map(|view| {
        let (id, at) = (view.check_in.id(), view.check_in.at().day_text());
        [String::from("  "), short_id(id.uuid()), "check-in".to_owned(), at]
    });
    let rows: Vec<[String; 4]> = rows.chain(measures).chain(check_ins).collect();
    ui.say(&format!("{}\n", with(WILL_BE_READ, &[("READERS", &readers)])));
    ui.say(&table(&rows));
    let entries: Vec<_> = found.iter().filter_map(|id| view.entry(*id)).collect();
    if let Some(along) = along(&entries) {
        ui.say(&format!("\n{along}"));
    }
    if !ui.confirm(yes, &format!("\n{}", with(SHARE_WITH, &[("READERS", &readers)])))? {
        ui.say(NOTHING_SHARED);
        return Ok(());
    }
    if let Some(guard) = guard {
        ui.say(&with(DAY_OF_THE_DOSE, &[("TIME", &guard.until.minute_text())]));
        if !ui.confirm(sure, SHARE_TODAY)? {
            ui.say(NOTHING_SHARED);
            return Ok(());
        }
    }
    let mut shared = Vec::new();
    for entry in found {
        let flushed = match guard {
            Some(_) => account.share_during_guard(entry, &circle).await?,
            None => account.share(entry, &circle).await?,
        };
        let mut answer = flushed_json(&flushed);
        answer["entry"] = json!(entry);
        say_shared(ui, entry, &readers, &flushed);
        shared.push(answer);
    }
    ui.answer(&json!({ "with": handles, "shared": shared }), String::new)
}

/// Says that it is shared, or what holds that up.
pub(super) fn say_shared(ui: &Ui, entry: DocumentId, readers: &str, flushed: &Flushed) {
    still_waiting(ui, flushed);
    if flushed.stopped_by.is_none() {
        ui.say(&with(SHARED, &[("ID", &short_id(entry.uuid())), ("READERS", readers)]));
    }
}

/// Says which themes and people go along with these entries.
pub(super) fn along(entries: &[&EntryView]) -> Option<String> {
    let themes = entries.iter().flat_map(|entry| &entry.themes);
    let people = entries.iter().flat_map(|entry| &entry.people);
    let mut along: Vec<_> = themes
        .map(|one| format!("the theme \"{}\"", one.theme.body().name.as_str()))
        .chain(people.map(|person| format!("\"{}\"", person.body().label.as_str())))
        .collect();
    along.sort();
    along.dedup();
    (!along.is_empty()).then(|| with(ALONG, &[("WHAT", &along.join(", "))]))
}

/// Holds the entries, and says until when sharing waits.
async fn hold(ui: &Ui, account: &mut Unlocked, guard: Guard, found: &[DocumentId]) -> Result<(), CommandError> {
    let view = account.view(account.account());
    let mut held = 0;
    for entry in found.iter().filter(|id| view.entry(**id).is_some_and(|view| !view.state.is_shared())) {
        still_waiting(ui, &account.hold(*entry).await?.flushed);
        held += 1;
    }
    let error = CommandError::from(ClientError::Guarded(guard));
    if held == 0 {
        return Err(error);
    }
    Err(error.hint(with(HELD_INSTEAD, &[("TIME", &guard.exception_from().clock_text())])))
}
