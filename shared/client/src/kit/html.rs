//! The recovery kit as one HTML file: no script, no style from elsewhere, nothing that is fetched.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use super::Kit;
use super::page::{ABOUT, SECTIONS, TITLE};
use super::qr::{QUIET, Squares};

const STYLE: &str = "body{font:11pt/1.5 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em;color:#111;\
    background:#fff}h1{font-size:1.5em}h2{font-size:1.05em;margin-bottom:.2em}ol.words{columns:4;font:12pt/1.8 \
    ui-monospace,monospace;border:1px solid #111;padding:1em 1em 1em 3em}svg{float:right;width:11em;height:11em;\
    margin:0 0 1em 1em}p{margin:.3em 0}@media print{body{margin:0}}";

/// Returns the page.
pub(super) fn page(kit: &Kit) -> Zeroizing<String> {
    // Room for all of it at once, so that no grown buffer leaves a copy behind.
    let mut html = Zeroizing::new(String::with_capacity(64 * 1024));
    let (handle, server, made) = (escaped(&kit.handle), escaped(&kit.server), escaped(&kit.made));
    let mut put = |part: std::fmt::Arguments<'_>| html.write_fmt(part).expect("writing to a String cannot fail");
    put(format_args!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{TITLE}: {handle}</title>\n"
    ));
    put(format_args!("<style>{STYLE}</style></head><body>\n"));
    if let Some(squares) = Squares::of(&kit.text()) {
        let size = squares.width() + 2 * QUIET;
        put(format_args!(
            "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"The kit as a QR code\"><path d=\""
        ));
        for (x, y, length) in squares.bars() {
            put(format_args!("M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET));
        }
        put(format_args!("\"/></svg>\n"));
    }
    put(format_args!("<h1>{TITLE}</h1>\n<p>Handle <b>{handle}</b><br>Server <b>{server}</b><br>Made {made}</p>\n"));
    put(format_args!("<p>{}</p>\n<ol class=\"words\">\n", escaped(ABOUT)));
    for word in kit.words() {
        put(format_args!("<li>{word}</li>\n"));
    }
    put(format_args!("</ol>\n"));
    for (heading, lines) in SECTIONS {
        put(format_args!("<h2>{heading}</h2>\n"));
        for line in lines {
            let line = escaped(line).replace("HANDLE", &handle).replace("SERVER", &server);
            put(format_args!("<p>{line}</p>\n"));
        }
    }
    put(format_args!("</body></html>\n"));
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
