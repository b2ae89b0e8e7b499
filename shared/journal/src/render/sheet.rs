//! What a page is made of, whatever it is shown on.

use super::phrase;
use crate::document::Attachment;

/// Something to write a page on. Every string is cleaned by the sheet.
pub(super) trait Sheet {
    /// What the page is.
    fn title(&mut self, text: &str);
    /// A part of the page.
    fn section(&mut self, text: &str);
    /// A part of a section.
    fn group(&mut self, text: &str);
    /// A sentence of ours.
    fn line(&mut self, text: &str);
    /// Rows of aligned cells; the last cell may be long.
    fn table(&mut self, rows: &[Row]);
    /// One entry, by id, time and headline; what is unread may stand out (its details say so too).
    fn item(&mut self, id: &str, at: &str, headline: &str, unread: bool);
    /// A fact about the item above.
    fn detail(&mut self, text: &str);
    /// What came later to the item above: who and when, before the words.
    fn later(&mut self, text: &str);
    /// A break before what stands apart.
    fn rule(&mut self);
    /// Somebody's words, whole.
    fn words(&mut self, text: &str);

    /// One line for each attachment of the item above.
    fn attachments<'a>(&mut self, attachments: impl IntoIterator<Item = &'a Attachment>) {
        for attachment in attachments {
            self.detail(&format!("File: {}", phrase::attachment(attachment)));
        }
    }
}

/// A row of a table.
pub(super) struct Row {
    /// What is aligned.
    pub(super) cells: Vec<String>,
    /// What is said below the last cell.
    pub(super) notes: Vec<String>,
}

impl<const N: usize> From<[String; N]> for Row {
    fn from(cells: [String; N]) -> Self {
        Self { cells: cells.to_vec(), notes: Vec::new() }
    }
}
