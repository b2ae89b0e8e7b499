//! `reverie measure trend`: raw scores over time.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use reverie_journal::Side;
use reverie_journal::measure::Trend;
use reverie_journal::render::{trend_svg, trend_text};
use reverie_protocol::account::AccountRole;

use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::ui::Ui;

/// Plot the scores of a measure over time
///
/// Raw scores, with the days of doses; amounts stand under it, each route for itself. Nothing is called better or worse. The SVG is one file that loads nothing.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie measure trend PHQ-9
  reverie measure trend PHQ-9 heron-41
  reverie measure trend GAD-7 --svg gad-7.svg")]
pub(super) struct TrendArgs {
    /// The measure
    #[arg(value_name = "NAME")]
    name: String,
    /// Of which patient, for clinicians
    #[arg(value_parser = handle)]
    handle: Option<String>,
    /// Write it as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

pub(super) fn run(
    ui: &Ui,
    logged_in: LoggedIn,
    TrendArgs { name, handle, svg }: TrendArgs,
) -> Result<(), CommandError> {
    let LoggedIn { account, profile: _ } = logged_in;
    let patient = match handle {
        Some(handle) if handle != account.handle() => account.contact_of(&handle)?.account,
        None if account.role() != AccountRole::Patient => {
            return Err(
                user_error("it is not clear whose scores").hint("Say whose: `reverie measure trend NAME HANDLE`.")
            );
        }
        _ => account.account(),
    };
    let view = account.view(patient);
    let instruments = view.joined().map(|shared| shared.instruments()).unwrap_or_default();
    let pack = instruments.find(&name).map_err(|error| user_error(error.to_string()))?;
    let reader = Side::of(account.account(), patient);
    let trend = Trend::new(pack.instrument(), view.measures(), &view.shared, reader);
    if let Some(path) = &svg {
        write(path, &trend_svg(&trend))?;
    }
    ui.answer(&trend, || trend_text(&trend, ui.page()))?;
    if let Some(path) = svg {
        ui.say(&format!("Written to {}. It is not encrypted: whoever has it can read it.", path.display()));
    }
    Ok(())
}

/// Writes a file that is not there yet, for its owner alone.
fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        user_error(format!("{} cannot be written: {error}", path.display()))
            .hint("Nothing that is there is written over.")
    })
}
