//! Check-ins as pages: the patient's list of them, and their rows in the brief.

use super::phrase;
use super::sheet::{Row, Sheet};
use crate::brief::BriefCheckIn;
use crate::document::CheckIn;
use crate::find::short_id;
use crate::timestamp::Timestamp;
use crate::view::CheckInView;

/// Writes a patient's check-ins, by time.
pub(super) fn write_list(sheet: &mut impl Sheet, check_ins: &[&CheckInView]) {
    let mut by_time = check_ins.to_vec();
    by_time.sort_by_key(|view| (view.check_in.at(), view.check_in.id()));
    let rows = by_time.iter().map(|view| {
        let said = view.check_in.body();
        let mut row = row(&short_id(view.check_in.id().uuid()), view.check_in.at(), said);
        row.notes.extend(said.physical.as_ref().map(|note| format!("Physical: {}", note.as_str())));
        row
    });
    sheet.table(&rows.collect::<Vec<_>>());
}

/// Writes the numbers of shared check-ins, beside the measures.
pub(super) fn write_group(sheet: &mut impl Sheet, check_ins: &[BriefCheckIn]) {
    if check_ins.is_empty() {
        return;
    }
    sheet.group(&format!("Check-ins ({})", check_ins.len()));
    let rows = check_ins.iter().map(|one| row(&short_id(one.check_in.uuid()), one.at, &one.said));
    sheet.table(&rows.collect::<Vec<_>>());
}

/// Writes the physical notes of check-ins into the safety strip.
pub(super) fn write_physical(sheet: &mut impl Sheet, check_ins: &[BriefCheckIn], now: Timestamp) {
    for one in check_ins {
        let Some(note) = &one.said.physical else { continue };
        sheet.item(&short_id(one.check_in.uuid()), &one.at.minute_text(), "Check-in, physical note", one.unread);
        sheet.words(note.as_str());
        let unread = if one.unread { "unread, " } else { "" };
        let ago = phrase::ago(one.at, now);
        sheet.detail(&format!("{unread}written {ago} · the patient was told that it is not read on the day"));
    }
}

fn row(id: &str, at: Timestamp, said: &CheckIn) -> Row {
    Row::from([id.to_owned(), at.minute_text(), numbers(said)])
}

/// Returns `mood 6 of 10 · tension 3 of 10 · slept 7.5 hours`.
fn numbers(said: &CheckIn) -> String {
    let parts = [
        said.mood.map(|mood| format!("mood {mood} of 10")),
        said.tension.map(|tension| format!("tension {tension} of 10")),
        said.sleep_hours.map(|hours| format!("slept {hours} hours")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "a note alone".to_owned() } else { parts.join(" · ") }
}
