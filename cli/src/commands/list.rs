//! `reverie list`: the journal, what is private and what is shared.

use clap::Args;
use reverie_journal::EntryFilter;
use reverie_journal::render::journal_text;
use reverie_protocol::account::AccountRole;
use serde_json::json;

use crate::arguments::FilterArgs;
use crate::error::{CommandError, user_error};
use crate::key_talk::giving_back::STANDS_APART;
use crate::logged_in::LoggedIn;
use crate::report::on_this_device_alone;
use crate::time::now;
use crate::ui::Ui;

/// List your journal: what is private, and what is shared with whom
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie list
  reverie list --shared
  reverie list --person Mum
  reverie list --kind dream --since 2031-05-01")]
pub(crate) struct ListArgs {
    /// Only what is private
    #[arg(long, conflicts_with = "shared")]
    private: bool,
    /// Only what is shared
    #[arg(long)]
    shared: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: ListArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let ListArgs { private, shared, filter } = args;
    if account.role() != AccountRole::Patient {
        let hint = "Clinicians read with `reverie queue`, then `reverie brief HANDLE`.";
        return Err(user_error("only patients keep a journal of entries").hint(hint));
    }
    let mut view = account.view(account.account());
    let (guard, to_release) = (account.guard(), view.to_release(account.guard(), now()));
    let asked = to_release.held.len() + to_release.shared_during_guard.len();
    let proposed = view.shared.iter().flat_map(|shared| &shared.proposals).filter(|one| one.answer.is_none()).count();
    let spoken = view.spoken_lines().iter().filter(|line| line.answer.is_none()).count();
    if shared {
        view.private = None;
    }
    if private {
        view.shared.clear();
    }
    let filter = EntryFilter::from(filter);
    let whole = filter.is_empty() && !private && !shared;
    if !filter.is_empty() {
        view.retain(&filter);
    }
    let given_back = !view.earlier().is_empty();
    let unsent: Vec<_> =
        view.unsent_entries().map(|(view, unsent)| json!({ "entry": view.entry.id(), "unsent": unsent })).collect();
    let answer = json!({
        "guard": guard,
        "to_release": asked,
        "private": view.private,
        "shared": view.shared,
        "waiting": account.waiting_count(),
        "waiting_because": account.waiting_because(),
        "unsent": unsent,
        "damaged": account.damaged_count().await?,
        "lost_files": account.lost_files(),
        "captured": account.captured_count().await?,
    });
    ui.answer(&answer, || journal_text(&view, &account.names_here(), ui.page()))?;
    if let Some(guard) = guard {
        ui.say(&format!(
            "Until {} decisions wait, and nothing is lost. Writing is always possible.",
            guard.until.minute_text()
        ));
    }
    if given_back {
        ui.say(STANDS_APART);
    }
    if asked > 0 {
        let entries = if asked == 1 { "1 entry waits".to_owned() } else { format!("{asked} entries wait") };
        ui.say(&format!("{entries} for your answer: `reverie release`."));
    }
    if proposed > 0 {
        let themes = if proposed == 1 { "1 theme is".to_owned() } else { format!("{proposed} themes are") };
        ui.say(&format!("{themes} proposed to you: `reverie theme list`."));
    }
    if spoken > 0 && guard.is_none() {
        let lines = if spoken == 1 { "1 line that you said aloud was" } else { "Some lines that you said aloud were" };
        ui.say(&format!("{lines} noted: `reverie spoken list`."));
    }
    on_this_device_alone(ui, &account);
    // Whoever has read the list, all of it, has seen what is missing.
    if whole {
        account.told_of_damaged().await?;
    }
    Ok(())
}
