//! `reverie admin accounts`: who has an account.

use clap::Args;
use reverie_protocol::account::AccountState;

use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::table::table;
use crate::ui::Ui;

/// List the practice's accounts
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie admin accounts
  reverie admin accounts --json")]
pub(crate) struct AccountsArgs {}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, AccountsArgs {}: AccountsArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let accounts = account.accounts().await?;
    ui.answer(&accounts, || {
        let mut rows = vec![["HANDLE", "ROLE", "STATE", "SINCE"].map(str::to_owned)];
        rows.extend(accounts.iter().map(|entry| {
            let state = match entry.state {
                AccountState::Active => "active",
                AccountState::Suspended => "suspended",
                AccountState::OffBoarded => "off-boarded",
            };
            [entry.handle.clone(), entry.role.to_string(), state.to_owned(), entry.since_day.clone()]
        }));
        table(&rows)
    })
}
