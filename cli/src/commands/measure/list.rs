//! `reverie measure list`: what can be taken, and what was.

use clap::Args;
use reverie_client::Unlocked;
use reverie_journal::measure::Instruments;
use reverie_journal::render::{instruments_text, measures_text};
use reverie_journal::{PatientView, safety::NOT_MONITORED};
use reverie_protocol::account::AccountRole;
use serde_json::json;

use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::{LoggedIn, Purpose, Start};
use crate::profile::Profile;
use crate::ui::Ui;

/// List the measures there are, and those that were taken
///
/// Without an account: those that ship. Patients see their own, clinicians those of a patient.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie measure list
  reverie measure list heron-41
  reverie measure list --json")]
pub(super) struct ListArgs {
    /// Of which patient, for clinicians
    #[arg(value_parser = handle)]
    handle: Option<String>,
}

pub(super) async fn run(ui: &Ui, start: Start, ListArgs { handle }: ListArgs) -> Result<(), CommandError> {
    let view = if handle.is_some() || Profile::find(&start.global)?.is_there() {
        let LoggedIn { account, profile: _ } = start.log_in(ui, Purpose::Reading).await?;
        of_whom(&account, handle.as_deref())?
    } else {
        None
    };
    let instruments = match view.as_ref().and_then(PatientView::joined) {
        Some(shared) => shared.instruments(),
        None => Instruments::default(),
    };
    let offered: Vec<_> = instruments
        .offered()
        .into_iter()
        .map(|pack| {
            let instrument = pack.instrument();
            json!({
                "id": instrument.id,
                "version": instrument.version,
                "title": instrument.title,
                "items": instrument.scored_items(),
                "lookback_days": instrument.lookback_days,
                "can_be_taken": instrument.has_wording(),
                "asks_about_suicide": instrument.asks_about_suicide(),
            })
        })
        .collect();
    let taken: Vec<_> = view.iter().flat_map(PatientView::measures).collect();
    let answer = json!({ "instruments": offered, "taken": taken, "notice": NOT_MONITORED });
    ui.answer(&answer, || {
        let taken = view.as_ref().map(|view| measures_text(view, ui.page())).unwrap_or_default();
        format!("{}{taken}", instruments_text(&instruments, ui.page()))
    })
}

/// Returns the view of the patient who is meant: oneself, or the one of this handle.
fn of_whom(account: &Unlocked, handle: Option<&str>) -> Result<Option<PatientView>, CommandError> {
    Ok(match handle {
        Some(handle) if handle != account.handle() => Some(account.view(account.contact_of(handle)?.account)),
        _ if account.role() == AccountRole::Patient => Some(account.view(account.account())),
        _ => None,
    })
}
