//! The terminal's sheet: wrapped to its width, indented, aligned.

use textwrap::core::display_width;
use textwrap::{Options, fill};

use super::clean::{clean, one_line};
use super::sheet::{Row, Sheet};
use super::{Page, Style};

/// The narrowest page.
const MIN_WIDTH: usize = 40;
/// Text wider than this is hard to read, however wide the terminal is.
const MAX_TEXT_WIDTH: usize = 96;
/// The narrowest last column of a table.
const MIN_LAST_COLUMN: usize = 24;

pub(super) struct Terminal {
    page: Page,
    out: String,
}

impl Terminal {
    pub(super) const fn new(page: Page) -> Self {
        Self { page, out: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn width(&self) -> usize {
        self.page.width.max(MIN_WIDTH)
    }

    fn styled(&self, code: &str, text: &str) -> String {
        match self.page.style {
            Style::Plain => text.to_owned(),
            // Line by line, so that a pager that shows only some lines shows them right.
            Style::Ansi => {
                text.lines().map(|line| format!("\u{1b}[{code}m{line}\u{1b}[0m")).collect::<Vec<_>>().join("\n")
            }
        }
    }

    fn wrapped(&self, text: &str, first: &str, rest: &str) -> String {
        let width = self.width().min(MAX_TEXT_WIDTH);
        fill(text, Options::new(width).initial_indent(first).subsequent_indent(rest))
    }

    fn push(&mut self, text: &str) {
        for line in text.lines() {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

impl Sheet for Terminal {
    fn title(&mut self, text: &str) {
        let text = self.styled("1", &self.wrapped(&one_line(text), "", ""));
        self.push(&text);
    }

    fn section(&mut self, text: &str) {
        self.gap();
        let text = self.wrapped(&format!("── {} ", one_line(text)), "", "   ");
        let last = text.lines().last().map_or(0, display_width);
        let line = "─".repeat(self.width().min(MAX_TEXT_WIDTH).saturating_sub(last + 1));
        let text = self.styled("1", &format!("{} {line}", text.trim_end()));
        self.push(&text);
    }

    fn group(&mut self, text: &str) {
        self.gap();
        let text = self.wrapped(&one_line(text), "  ", "  ");
        self.push(&text);
    }

    fn line(&mut self, text: &str) {
        let text = self.wrapped(&one_line(text), "  ", "  ");
        self.push(&text);
    }

    fn table(&mut self, rows: &[Row]) {
        let cells = |row: &Row| row.cells.iter().map(|cell| one_line(cell)).collect::<Vec<_>>();
        let table: Vec<_> = rows.iter().map(cells).collect();
        let mut widths: Vec<usize> = Vec::new();
        for row in &table {
            widths.resize(widths.len().max(row.len()), 0);
            widths.iter_mut().zip(row).for_each(|(width, cell)| *width = display_width(cell).max(*width));
        }
        for (row, cells) in rows.iter().zip(&table) {
            let Some((last, cells)) = cells.split_last() else { continue };
            let mut first = "  ".to_owned();
            for (cell, width) in cells.iter().zip(&widths) {
                first.push_str(cell);
                first.push_str(&" ".repeat(width - display_width(cell) + 2));
            }
            // A last column too narrow to read goes below the row instead.
            let below = display_width(&first) + MIN_LAST_COLUMN > self.width();
            let rest = " ".repeat(if below { 6 } else { display_width(&first) });
            if below {
                let text = self.wrapped(first.trim(), "  ", "    ");
                self.push(&text);
                first.clone_from(&rest);
            }
            let text = self.wrapped(last, &first, &rest);
            self.push(&text);
            for note in &row.notes {
                let text = self.styled("2", &self.wrapped(&one_line(note), &rest, &rest));
                self.push(&text);
            }
        }
    }

    fn item(&mut self, id: &str, at: &str, headline: &str, unread: bool) {
        self.gap();
        let marker = if unread { "*" } else { " " };
        let head = format!("{marker} {id}  {at}  {}", one_line(headline));
        let text = self.wrapped(&head, "  ", "    ");
        let text = if unread { self.styled("1", &text) } else { text };
        self.push(&text);
    }

    fn detail(&mut self, text: &str) {
        let text = self.styled("2", &self.wrapped(&one_line(text), "    ", "    "));
        self.push(&text);
    }

    fn later(&mut self, text: &str) {
        self.gap();
        self.detail(text);
    }

    fn rule(&mut self) {
        self.gap();
    }

    fn words(&mut self, text: &str) {
        let text = clean(text);
        if text.trim().is_empty() {
            return;
        }
        // The bar tells somebody's words from what the program says about them.
        for line in text.trim_matches('\n').lines() {
            let text =
                if line.trim().is_empty() { "    │".to_owned() } else { self.wrapped(line, "    │ ", "    │ ") };
            self.push(&text);
        }
    }
}
