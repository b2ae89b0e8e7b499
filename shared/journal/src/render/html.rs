//! The HTML sheet: one page that loads nothing, with every character of somebody's words escaped.

use super::clean::{clean, one_line};
use super::sheet::{Row, Sheet};

const STYLE: &str = "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 serif}\
blockquote{margin:.5rem 0;padding-left:1rem;border-left:.2rem solid;white-space:pre-wrap}\
td{padding-right:1rem;vertical-align:top}.unread{font-weight:bold}small{display:block}";

pub(super) struct Html {
    title: String,
    out: String,
}

impl Html {
    pub(super) const fn new() -> Self {
        Self { title: String::new(), out: String::new() }
    }

    pub(super) fn finish(self) -> String {
        let Self { title, out } = self;
        // The policy lets nothing load and nothing run, whatever slipped through.
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{out}</body>\n</html>\n"
        )
    }

    fn block(&mut self, tag: &str, text: &str) {
        let text = escape(&one_line(text));
        self.out.push_str(&format!("<{tag}>{text}</{tag}>\n"));
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

impl Sheet for Html {
    fn title(&mut self, text: &str) {
        if self.title.is_empty() {
            self.title = escape(&one_line(text));
        }
        self.block("h1", text);
    }

    fn section(&mut self, text: &str) {
        self.block("h2", text);
    }

    fn group(&mut self, text: &str) {
        self.block("h3", text);
    }

    fn line(&mut self, text: &str) {
        self.block("p", text);
    }

    fn table(&mut self, rows: &[Row]) {
        self.out.push_str("<table>\n");
        for row in rows {
            let (last, cells) =
                row.cells.split_last().map_or(("", [].as_slice()), |(last, cells)| (last.as_str(), cells));
            let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escape(&one_line(cell)))).collect();
            let notes: String =
                row.notes.iter().map(|note| format!("<small>{}</small>", escape(&one_line(note)))).collect();
            self.out.push_str(&format!("<tr>{cells}<td>{}{notes}</td></tr>\n", escape(&one_line(last))));
        }
        self.out.push_str("</table>\n");
    }

    fn item(&mut self, id: &str, at: &str, headline: &str, unread: bool) {
        let class = if unread { " class=\"unread\"" } else { "" };
        let (headline, at) = (escape(&one_line(headline)), escape(&one_line(at)));
        self.out.push_str(&format!("<h4{class}>{headline} <code>{}</code> {at}</h4>\n", escape(&one_line(id))));
    }

    fn detail(&mut self, text: &str) {
        self.block("small", text);
    }

    fn later(&mut self, text: &str) {
        self.detail(text);
    }

    fn rule(&mut self) {
        self.out.push_str("<hr>\n");
    }

    fn words(&mut self, text: &str) {
        let text = clean(text);
        if !text.trim().is_empty() {
            self.out.push_str(&format!("<blockquote dir=\"auto\">{}</blockquote>\n", escape(text.trim_matches('\n'))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words_and_nothing_is_loaded() {
        let mut sheet = Html::new();
        sheet.title("<b>heron-41</b>");
        sheet.words("<script>alert(1)</script>\n<img src=x onerror='go()'> & \u{202e}more");
        let page = sheet.finish();
        assert!(page.contains("&lt;script&gt;") && page.contains("&lt;img src=x onerror=&#39;go()&#39;&gt; &amp; "));
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'), "{page}");
        assert!(page.contains("default-src 'none'") && !page.contains("http:") && !page.contains("https:"));
    }
}
