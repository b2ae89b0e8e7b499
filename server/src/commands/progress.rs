//! A bar for work that takes a while, on a terminal; elsewhere nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context as _;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// Returns a bar that counts bytes; without a total, one that only says how many.
pub(super) fn bytes_bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let template = if total.is_some() {
        "{msg} {wide_bar} {bytes} of {total_bytes}, {eta} left"
    } else {
        "{msg} {spinner} {bytes} so far"
    };
    let style = ProgressStyle::with_template(template);
    let style = style.expect("the templates are constant and name fields that indicatif has");
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.with_style(style).with_message(what)
}

/// Opens a backup: a file, or standard input for `-`. The bar moves as it is read.
pub(super) fn open_backup(from: &Path, what: &'static str) -> anyhow::Result<(Box<dyn Read>, ProgressBar)> {
    if from == Path::new("-") {
        let bar = bytes_bar(what, None);
        return Ok((Box::new(bar.wrap_read(io::stdin().lock())), bar));
    }
    let file = File::open(from).with_context(|| format!("{} cannot be opened", from.display()))?;
    let total = file.metadata().with_context(|| format!("{} cannot be opened", from.display()))?.len();
    let bar = bytes_bar(what, Some(total));
    Ok((Box::new(bar.wrap_read(io::BufReader::with_capacity(1 << 19, file))), bar))
}

/// Returns a size as people say it.
pub(super) fn human(bytes: u64) -> String {
    HumanBytes(bytes).to_string()
}
