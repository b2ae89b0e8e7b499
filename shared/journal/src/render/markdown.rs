//! The Markdown sheet (CommonMark): words as quotations, and nothing in them that a renderer would act upon.

use std::collections::BTreeMap;

use reverie_protocol::ids::AttachmentId;

use super::clean::{clean, one_line};
use super::phrase;
use super::sheet::{Row, Sheet};
use crate::document::Attachment;

pub(super) struct Markdown {
    paths: BTreeMap<AttachmentId, String>,
    out: String,
}

impl Markdown {
    /// Returns an empty page that links the attachments that lie at these paths.
    pub(super) const fn new(paths: BTreeMap<AttachmentId, String>) -> Self {
        Self { paths, out: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn block(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(text);
        self.out.push('\n');
    }
}

/// Returns one line of text so that Markdown shows it as it is: no markup, no HTML, no links or images.
fn escape(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    let text = line.trim_start();
    // Leading spaces would make a code block.
    escaped.extend(line[..line.len() - text.len()].chars().map(|_| '\u{a0}'));
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = digits.len() < text.len() && digits.starts_with(['.', ')']);
    for (at, char) in text.char_indices() {
        let starts = at == 0 && matches!(char, '#' | '-' | '+' | '=');
        let numbers = numbered && at == text.len() - digits.len();
        if starts || numbers || matches!(char, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~') {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

fn escaped(text: &str) -> String {
    escape(&one_line(text))
}

impl Sheet for Markdown {
    fn title(&mut self, text: &str) {
        self.block(&format!("# {}", escaped(text)));
    }

    fn section(&mut self, text: &str) {
        self.block(&format!("## {}", escaped(text)));
    }

    fn group(&mut self, text: &str) {
        self.block(&format!("### {}", escaped(text)));
    }

    fn line(&mut self, text: &str) {
        self.block(&escaped(text));
    }

    fn table(&mut self, rows: &[Row]) {
        let line = |row: &Row| {
            let cells = row.cells.iter().chain(&row.notes).filter(|cell| !cell.is_empty());
            format!("- {}", cells.map(|cell| escaped(cell)).collect::<Vec<_>>().join(" · "))
        };
        self.block(&rows.iter().map(line).collect::<Vec<_>>().join("\n"));
    }

    fn item(&mut self, id: &str, at: &str, headline: &str, _unread: bool) {
        let headline = if headline.is_empty() { String::new() } else { format!("**{}** · ", escaped(headline)) };
        self.block(&format!("{headline}{} · `{id}`", escaped(at)));
    }

    fn detail(&mut self, text: &str) {
        self.block(&escaped(text));
    }

    fn attachments<'a>(&mut self, attachments: impl IntoIterator<Item = &'a Attachment>) {
        for attachment in attachments {
            let text = escaped(&phrase::attachment(attachment));
            let text = match self.paths.get(&attachment.id) {
                Some(path) => format!("File: [{text}](<{path}>)"),
                None => format!("File: {text}"),
            };
            self.block(&text);
        }
    }

    fn later(&mut self, text: &str) {
        self.detail(text);
    }

    fn rule(&mut self) {
        self.block("---");
    }

    fn words(&mut self, text: &str) {
        let text = clean(text);
        if text.trim().is_empty() {
            return;
        }
        // Two spaces at the end of a line keep it a line.
        let line = |line: &str| {
            if line.trim().is_empty() { ">".to_owned() } else { format!("> {}  ", escape(line.trim_end())) }
        };
        let lines: Vec<_> = text.trim_matches('\n').lines().map(line).collect();
        self.block(lines.join("\n").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        let mut sheet = Markdown::new(BTreeMap::new());
        sheet.words("# not a heading\n![x](https://example.org/x.png)\n\n1. <script>\n    *quiet*");
        insta::assert_snapshot!(sheet.finish(), @r#"
        > \# not a heading  
        > !\[x\](https://example.org/x.png)  
        >
        > 1\. \<script\>  
        >     \*quiet\*
        "#);
    }
}
