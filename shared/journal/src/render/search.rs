//! What was found, as a page: each entry with where the words stand in it.

use super::sheet::Sheet;
use super::terminal::Terminal;
use super::{Page, phrase};
use crate::find::short_id;
use crate::names::Names;
use crate::search::{Found, Place};

/// Returns what was found for a terminal. With several patients each entry says whose it is.
pub fn found_text(found: &[Found], names: &Names, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let several = found.iter().any(|one| one.patient != found[0].patient);
    for one in found {
        let (id, at) = (short_id(one.entry.uuid()), one.at.day_text());
        sheet.item(&id, &at, phrase::headline(&one.headline), false);
        let whose = several.then(|| names.of(one.patient));
        let state = if one.shared { "shared" } else { "private" };
        let facts: Vec<_> = whose.into_iter().chain([one.kind.label().to_owned(), state.to_owned()]).collect();
        sheet.detail(&facts.join(" · "));
        one.places.iter().for_each(|place| sheet.detail(&line(place, names)));
    }
    sheet.finish()
}

/// Returns `reply by quill, 2 Apr 2031: Who was on the «shore»?`.
fn line(Place { part, at, by, before, found, after }: &Place, names: &Names) -> String {
    let by = by.map(|by| format!(" by {}", names.of(by))).unwrap_or_default();
    let at = at.map(|at| format!(", {}", at.day_text())).unwrap_or_default();
    format!("{}{by}{at}: {before}«{found}»{after}", part.label())
}
