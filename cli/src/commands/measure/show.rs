//! `reverie measure show`: an instrument in its words, or one response.

use std::path::PathBuf;

use clap::Args;
use reverie_client::Unlocked;
use reverie_journal::measure::Pack;
use reverie_journal::render::{instrument_text, response_text};
use serde_json::json;

use super::with_packs;
use crate::error::{CommandError, user_error};
use crate::logged_in::{LoggedIn, Purpose, Start};
use crate::profile::Profile;
use crate::report::still_waiting;
use crate::ui::Ui;

/// Show a measure: its words, its scores, its rights; or one that was taken
///
/// By name it needs no account. By the id of one that was taken it shows every answer; a clinician who shows it has
/// opened it, and a receipt says so.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie measure show PHQ-9
  reverie measure show 3f2a91c0
  reverie measure show CORE-10 --pack core-10.toml")]
pub(super) struct ShowArgs {
    /// The name of a measure, or the first digits of the id of one that was taken
    #[arg(value_name = "NAME|ID")]
    which: String,
    /// An instrument pack to look in as well; may be given several times
    #[arg(long, value_name = "FILE")]
    pack: Vec<PathBuf>,
}

pub(super) async fn run(ui: &Ui, start: Start, ShowArgs { which, pack }: ShowArgs) -> Result<(), CommandError> {
    let instruments = with_packs(&pack)?;
    let known = match instruments.find(&which) {
        Ok(pack) => return instrument(ui, pack),
        Err(error) => error,
    };
    if !Profile::find(&start.global)?.is_there() {
        return Err(user_error(known.to_string()));
    }
    let LoggedIn { mut account, profile: _ } = start.log_in(ui, Purpose::Reading).await?;
    if let Some(pack) = offered(&account, &which) {
        return instrument(ui, &pack);
    }
    let (patient, id) =
        account.find_measure(&which).map_err(|error| CommandError::from(error).also(&format!("{known}.")))?;
    let view = account.view(patient);
    let response = view.measure(id).ok_or_else(|| user_error("there is no such measure any more"))?;
    let body = response.response.body();
    let mut packs = view.shared.iter().map(|shared| shared.instruments());
    let instruments = packs.find(|packs| packs.definition(&body.instrument, body.version).is_some());
    let answer = json!({ "patient": account.names().of(patient), "measure": response });
    let shown = ui.answer(&answer, || response_text(response, &instruments.unwrap_or_default(), ui.page()));
    // Whoever stopped reading half-way has opened it too.
    if let Some(flushed) = account.opened(id).await? {
        still_waiting(ui, &flushed);
    }
    shown
}

/// Returns the pack of this name that stands in one of the account's journals.
fn offered(account: &Unlocked, name: &str) -> Option<Pack> {
    let own = account.view(account.account());
    let views = account.patients().into_iter().map(|(_, view)| view).chain([own]);
    views.flat_map(|view| view.shared).find_map(|shared| shared.instruments().find(name).ok().cloned())
}

fn instrument(ui: &Ui, pack: &Pack) -> Result<(), CommandError> {
    let instrument = pack.instrument();
    let items: Vec<_> = instrument
        .items
        .iter()
        .map(|item| json!({ "id": item.id, "text": item.text, "answers": item.anchors, "scored": item.scored, "loinc": item.loinc }))
        .collect();
    let scores: Vec<_> = instrument
        .scores
        .iter()
        .map(|score| json!({ "id": score.id, "title": score.title, "min": score.min, "max": score.max, "bands": score.bands, "loinc": score.loinc }))
        .collect();
    let answer = json!({
        "id": instrument.id,
        "version": instrument.version,
        "title": instrument.title,
        "lang": instrument.lang,
        "source": instrument.source,
        "rights": instrument.rights,
        "lookback_days": instrument.lookback_days,
        "loinc_panel": instrument.loinc_panel,
        "stem": instrument.stem,
        "items": items,
        "scores": scores,
        "text_sha256": instrument.text_sha256().to_string(),
    });
    ui.answer(&answer, || instrument_text(instrument, ui.page()))
}
