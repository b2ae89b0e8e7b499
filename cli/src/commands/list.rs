//! `reverie list`: the journal, what is private and what is shared.

use clap::Args;
use reverie_journal::render::journal_text;
use reverie_protocol::account::AccountRole;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::time::now;
use crate::ui::Ui;

/// List your journal: what is private, and what is shared with whom
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie list
  reverie list --shared
  reverie list --json")]
pub(crate) struct ListArgs {
    /// Only what is private
    #[arg(long, conflicts_with = "shared")]
    private: bool,
    /// Only what is shared
    #[arg(long)]
    shared: bool,
}

pub(crate) fn run(ui: &Ui, logged_in: LoggedIn, ListArgs { private, shared }: ListArgs) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    if account.role() != AccountRole::Patient {
        let hint = "Clinicians read with `reverie queue`, then `reverie brief HANDLE`.";
        return Err(user_error("only patients keep a journal of entries").hint(hint));
    }
    let mut view = account.view(account.account());
    let (guard, to_release) = (account.guard(), view.to_release(account.guard(), now()));
    let asked = to_release.held.len() + to_release.shared_during_guard.len();
    if shared {
        view.private = None;
    }
    if private {
        view.shared.clear();
    }
    let waiting = account.waiting_count();
    let answer = json!({ "guard": guard, "to_release": asked, "private": view.private, "shared": view.shared, "waiting": waiting });
    ui.answer(&answer, || journal_text(&view, &account.names(), ui.page()))?;
    if let Some(guard) = guard {
        ui.say(&format!(
            "Until {} decisions wait, and nothing is lost. Writing is always possible.",
            guard.until.minute_text()
        ));
    }
    if asked > 0 {
        let entries = if asked == 1 { "1 entry waits".to_owned() } else { format!("{asked} entries wait") };
        ui.say(&format!("{entries} for your answer: `reverie release`."));
    }
    if waiting > 0 {
        let deeds = if waiting == 1 { "1 deed is".to_owned() } else { format!("{waiting} deeds are") };
        ui.warn(&format!("{deeds} on this device alone. The next command that reaches the server sends what waits."));
    }
    Ok(())
}
