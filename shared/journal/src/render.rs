//! How things read: in a terminal and as Markdown, from one description of each page.
//!
//! The invariant: a page is written through a `Sheet`, which cleans every string before it shows it, so that nobody's
//! words drive somebody else's terminal or load something from a network.

mod brief;
mod check_ins;
mod clean;
mod consent;
mod course;
mod entry;
mod html;
mod journal;
mod markdown;
mod measures;
mod news;
mod phrase;
mod plot;
mod queue;
mod safety;
mod search;
mod sheet;
mod spoken;
mod terminal;
mod themes;

pub use self::brief::{brief_html, brief_markdown, brief_text};
pub use self::clean::clean;
pub use self::consent::{consent_receipts_text, consent_text};
pub use self::course::{course_text, cycles_text, dose_cards_text, sessions_text};
pub use self::entry::{capture_text, entry_text};
pub use self::journal::{journal_markdown, journal_text};
pub use self::measures::{instrument_text, instruments_text, measures_text, response_text, score_text};
pub use self::news::news_lines;
pub use self::plot::{trend_svg, trend_text};
pub use self::queue::queue_text;
pub use self::safety::screen_text;
pub use self::search::found_text;
pub use self::spoken::spoken_text;
pub use self::themes::themes_text;

/// How a page is shown in a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Columns; fewer than 40 are treated as 40.
    pub width: usize,
    /// Whether the terminal understands emphasis. Nothing needs it to be understood.
    pub style: Style,
    /// Whether the reader is told who opened what.
    pub receipts: Receipts,
}

/// Whether the terminal understands emphasis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Text alone.
    #[default]
    Plain,
    /// Bold and dim (ECMA-48), no colours.
    Ansi,
}

/// Whether the reader is told who opened what.
///
/// Patients see it only before they withdraw, unless the practice decides otherwise (design.md section 6): who reads when
/// can become a stage for hope and disappointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Receipts {
    /// Not told.
    #[default]
    Hidden,
    /// Told.
    Shown,
}

#[cfg(test)]
mod tests;
