//! `reverie whoami`: which account this device holds; needs no network.

use clap::Args;
use reverie_client::Removal;
use serde_json::json;

use crate::error::CommandError;
use crate::logged_in::Start;
use crate::table::table;
use crate::ui::Ui;

/// Show which account this device holds
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie whoami
  reverie --profile quill whoami --json")]
pub(crate) struct WhoamiArgs {}

pub(crate) async fn run(ui: &Ui, start: Start, WhoamiArgs {}: WhoamiArgs) -> Result<(), CommandError> {
    let (account, profile) = start.unlock().await?;
    let waiting = account.waiting_count();
    let answer = json!({
        "handle": account.handle(),
        "role": account.role(),
        "account": account.account(),
        "fingerprint": account.fingerprint(),
        "server": account.server(),
        "profile": profile.name(),
        "logged_in": account.is_logged_in(),
        "kit_proved": account.has_joined(),
        "waiting": waiting,
    });
    ui.answer(&answer, || {
        let logged_in = match account.removal() {
            _ if account.is_logged_in() => "logged in",
            Some(Removal::Erased) => "none: the account was deleted",
            Some(Removal::Recovered) => "not logged in; run `reverie login --recovery`, with your kit",
            Some(Removal::Removed) | None => "not logged in; run `reverie login`",
        };
        let kit = if account.has_joined() { "proved" } else { "not proved yet; run `reverie kit prove`" };
        let rows = [
            ("Handle", account.handle().to_owned()),
            ("Role", account.role().to_string()),
            ("Card fingerprint", account.fingerprint().to_string()),
            ("Server", account.server()),
            ("Profile", profile.name().to_owned()),
            ("Session", logged_in.to_owned()),
            ("Recovery kit", kit.to_owned()),
            ("Waiting to be sent", waiting.to_string()),
        ];
        table(&rows.map(|(what, value)| [what.to_owned(), value]))
    })
}
