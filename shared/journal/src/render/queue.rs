//! The review queue as a table.

use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use super::{Page, phrase};
use crate::names::Names;
use crate::queue::QueueRow;
use crate::timestamp::Timestamp;

/// Returns the queue for a terminal.
pub fn queue_text(rows: &[QueueRow], names: &Names, now: Timestamp, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let unread: usize = rows.iter().map(|row| row.unread).sum();
    let patients = phrase::count(rows.len(), "patient", "patients");
    sheet.title(&format!("Review queue: {patients}, {unread} unread"));
    sheet.line(&now.minute_text());
    if rows.is_empty() {
        sheet.line("No journal that is shared with you is on this device. `reverie invite` starts a pairing.");
        return sheet.finish();
    }
    let flagged: usize = rows.iter().filter_map(|row| row.flagged).map(|flagged| flagged.responses).sum();
    if flagged > 0 {
        let answers = phrase::count(flagged, "flagged answer waits", "flagged answers wait");
        sheet.title(&format!("{answers} for a disposition. `reverie brief HANDLE` shows them."));
    }
    sheet.rule();
    let head = Row::from(
        ["PATIENT", "FLAG", "UNREAD", "TO TALK", "DUE", "OLDEST", "CYCLE", "NEXT SESSION"].map(str::to_owned),
    );
    let mut table = vec![head];
    table.extend(rows.iter().map(|row| {
        let hidden = row.hidden_since.map(|since| format!("not shown since {}", since.day_text()));
        let next = hidden.unwrap_or_else(|| {
            row.next_session.map_or_else(
                || "none planned".to_owned(),
                |next| format!("{} {}", next.session_type.label(), phrase::coming(next.starts_at, now)),
            )
        });
        let oldest = row.oldest_unread_at.map_or_else(|| "-".to_owned(), |at| phrase::ago(at, now));
        let cycle = match (row.cycle.n, row.cycle.days_since_dose) {
            (0, _) => "-".to_owned(),
            (n, Some(days)) => format!("{n}, day {days}"),
            (n, None) => n.to_string(),
        };
        // Words, not colour alone, and not what was answered: this may stand on a screen.
        let flag = row.flagged.map_or_else(
            || "-".to_owned(),
            |flagged| format!("{} OPEN, {}", flagged.responses, phrase::ago(flagged.oldest_at, now)),
        );
        Row::from([
            names.of(row.patient),
            flag,
            row.unread.to_string(),
            row.talk.to_string(),
            row.measures_due.to_string(),
            oldest,
            cycle,
            next,
        ])
    }));
    // Columns that have nothing to say leave their room to the others.
    if rows.iter().all(|row| row.measures_due == 0) {
        table.iter_mut().for_each(|row| drop(row.cells.remove(4)));
    }
    if flagged == 0 {
        table.iter_mut().for_each(|row| drop(row.cells.remove(1)));
    }
    sheet.table(&table);
    if rows.iter().any(|row| row.hidden_since.is_some()) {
        sheet.line(
            "Not shown: the server no longer shows you that journal. The patient may have taken you out; if you do not know \
             why, ask. What your device had fetched can still be read. `reverie forget HANDLE` takes it off this device.",
        );
    }
    sheet.finish()
}
