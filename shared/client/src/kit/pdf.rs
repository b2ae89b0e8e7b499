//! The recovery kit as one sheet of A4, with the fonts that every PDF reader has. Same kit, same bytes.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str};
use zeroize::Zeroizing;

use super::Kit;
use super::page::{ABOUT, SECTIONS, TITLE};
use super::qr::Squares;

/// A4 in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
/// Side of the QR code.
const CODE: f32 = 128.0;
const TEXT: f32 = 10.0;
const LINE: f32 = 14.0;
/// Characters of a line over the whole width, and of one beside the QR code.
const WIDE: usize = 96;
const NARROW: usize = 64;
const ROWS: usize = 6;

const REGULAR: Name<'_> = Name(b"R");
const BOLD: Name<'_> = Name(b"B");
const FIXED: Name<'_> = Name(b"F");

/// Returns the sheet.
pub(super) fn sheet(kit: &Kit) -> Zeroizing<Vec<u8>> {
    let mut sheet = Sheet { content: Content::new(), top: MARGIN };
    sheet.code(kit);
    sheet.line(BOLD, 20.0, TITLE);
    sheet.top += LINE;
    for (name, value) in [("Handle", &kit.handle), ("Server", &kit.server), ("Made", &kit.made)] {
        for (number, part) in chunks(value, NARROW - 12).into_iter().enumerate() {
            sheet.text(MARGIN, REGULAR, TEXT, if number == 0 { name } else { "" });
            sheet.text(MARGIN + 48.0, FIXED, TEXT, &part);
            sheet.top += LINE;
        }
    }
    sheet.top += LINE;
    sheet.paragraph(ABOUT, NARROW);
    sheet.top = sheet.top.max(MARGIN + CODE + LINE);
    sheet.words(kit);
    for (heading, lines) in SECTIONS {
        sheet.top += LINE / 2.0;
        sheet.line(BOLD, TEXT + 1.0, heading);
        for line in lines {
            sheet.paragraph(&line.replace("HANDLE", &kit.handle).replace("SERVER", &kit.server), WIDE);
        }
    }
    document(&sheet.content.finish())
}

/// A page that is filled from the top.
struct Sheet {
    content: Content,
    top: f32,
}

impl Sheet {
    fn text(&mut self, left: f32, font: Name<'_>, size: f32, text: &str) {
        // The standard fonts have no more; handles and addresses are ASCII.
        let ascii: Vec<u8> = text.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect();
        self.content.begin_text();
        self.content.set_font(font, size);
        self.content.next_line(left, PAGE.1 - self.top - size);
        self.content.show(Str(&ascii));
        self.content.end_text();
    }

    fn line(&mut self, font: Name<'_>, size: f32, text: &str) {
        self.text(MARGIN, font, size, text);
        self.top += size + LINE - TEXT;
    }

    fn paragraph(&mut self, text: &str, chars: usize) {
        for line in wrapped(text, chars) {
            self.line(REGULAR, TEXT, &line);
        }
        self.top += 3.0;
    }

    /// The 24 words, numbered down the columns as people write them, in a frame.
    fn words(&mut self, kit: &Kit) {
        let (row, height) = (20.0, 20.0 * 6.0 + 20.0);
        self.content.rect(MARGIN, PAGE.1 - self.top - height, PAGE.0 - 2.0 * MARGIN, height);
        self.content.stroke();
        let top = self.top;
        for (index, word) in kit.words().into_iter().enumerate() {
            let (column, line) = ((index / ROWS) as f32, (index % ROWS) as f32);
            self.top = top + 14.0 + line * row;
            self.text(MARGIN + 14.0 + column * 118.0, FIXED, 12.0, &format!("{:>2} {word}", index + 1));
        }
        self.top = top + height + LINE;
    }

    /// The QR code, at the top right.
    fn code(&mut self, kit: &Kit) {
        let Some(squares) = Squares::of(&kit.text()) else { return };
        let side = CODE / squares.width() as f32;
        let (left, top) = (PAGE.0 - MARGIN - CODE, PAGE.1 - MARGIN);
        for (x, y, length) in squares.bars() {
            let (x, y, length) = (x as f32 * side, (y + 1) as f32 * side, length as f32 * side);
            self.content.rect(left + x, top - y, length, side);
        }
        self.content.fill_nonzero();
    }
}

fn document(content: &[u8]) -> Zeroizing<Vec<u8>> {
    let [catalog, pages, page, stream, regular, bold, fixed] = [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(pages).contents(stream);
    let mut resources = sheet.resources();
    resources.fonts().pair(REGULAR, regular).pair(BOLD, bold).pair(FIXED, fixed);
    resources.finish();
    sheet.finish();
    for (id, name) in [(regular, "Helvetica"), (bold, "Helvetica-Bold"), (fixed, "Courier")] {
        pdf.type1_font(id).base_font(Name(name.as_bytes())).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.stream(stream, content);
    Zeroizing::new(pdf.finish())
}

/// Breaks a text between words into lines of at most so many characters.
fn wrapped(text: &str, chars: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace().flat_map(|word| chunks(word, chars)) {
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.len() + 1 + word.len() <= chars => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// Breaks what has no spaces.
fn chunks(text: &str, chars: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(chars).map(|chunk| chunk.iter().collect()).collect()
}
