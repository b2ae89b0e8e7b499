//! Spoken lines as their patient sees them.

use super::Page;
use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use crate::document::SpokenAs;
use crate::find::short_id;
use crate::spoken::SpokenView;

/// Returns spoken lines for a terminal, each with the card and the number by which it is named.
pub fn spoken_text(lines: &[SpokenView], page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let rows = lines.iter().map(|line| Row {
        cells: vec![
            short_id(line.card.uuid()),
            line.n.to_string(),
            line.on.text(),
            format!("\"{}\"", line.line.words.as_str()),
        ],
        notes: vec![said(line)],
    });
    sheet.table(&rows.collect::<Vec<_>>());
    sheet.finish()
}

fn said(line: &SpokenView) -> String {
    let entry = line.entry.map(|entry| short_id(entry.uuid())).unwrap_or_default();
    match line.answer {
        None => "waits for you".to_owned(),
        Some(SpokenAs::Adopted) => format!("yours, as {entry}"),
        Some(SpokenAs::Corrected) => format!("yours in your own words, as {entry}"),
        Some(SpokenAs::Refused) => "refused; nobody else sees that".to_owned(),
    }
}
