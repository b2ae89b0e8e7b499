//! Trends, plotted: for a terminal, where time runs down, and as SVG, where it runs to the right.
//!
//! Raw scores in one colour. On the plot doses are days without amounts. What was not complete is named and not drawn.

use std::fmt::Write as _;

use super::Page;
use super::clean::one_line;
use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use crate::measure::{NOT_A_DIAGNOSIS, Points, RouteDoses, Trend, TrendPoint};
use crate::timestamp::Timestamp;

/// Columns of the track at most, and at least.
const TRACK: (usize, usize) = (16, 54);

/// Returns the trend for a terminal: a line for each response and each dose, in the order of time.
pub fn trend_text(trend: &Trend, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    sheet.title(&format!("{}: {}", trend.instrument, trend.title));
    if trend.points.is_empty() {
        sheet.line("Nothing to show yet.");
        return sheet.finish();
    }
    let width = page.width.saturating_sub(30).clamp(TRACK.0, TRACK.1);
    let (min, max) = (trend.min.to_string(), trend.max.to_string());
    let scale = format!("{min}{}{max}", "─".repeat(width.saturating_sub(min.len() + max.len())));
    let mut rows = vec![Row::from([String::new(), String::new(), scale])];
    let doses = trend.doses.iter().map(|at| (*at, None));
    let mut events: Vec<_> = trend.points.iter().map(|point| (point.at, Some(point))).chain(doses).collect();
    events.sort_by_key(|(at, _)| *at);
    rows.extend(events.into_iter().map(|(at, point)| match point {
        Some(TrendPoint { total: Some(total), .. }) => {
            Row::from([at.day_text(), total.to_string(), track(trend, *total, width)])
        }
        Some(point) => Row::from([at.day_text(), "-".to_owned(), point.completeness.clone()]),
        None => Row::from([at.day_text(), String::new(), "dose".to_owned()]),
    }));
    sheet.table(&rows);
    // Notes are about the scores, so they stand with them.
    trend.notes.iter().for_each(|note| sheet.detail(note));
    if !trend.doses_by_route.is_empty() {
        sheet.group("Doses, each route for itself: milligrams of different routes cannot be compared");
    }
    for RouteDoses { route, doses } in &trend.doses_by_route {
        let given = doses.iter().map(|dose| {
            let by_weight = dose.mg_per_kg.map(|dose| format!(", {dose} mg/kg")).unwrap_or_default();
            format!("{}: {} mg{by_weight}", dose.on.text(), dose.total)
        });
        sheet.detail(&format!("{} {}", route.label(), given.collect::<Vec<_>>().join(" · ")));
    }
    sheet.line(NOT_A_DIAGNOSIS);
    sheet.finish()
}

fn track(trend: &Trend, total: Points, width: usize) -> String {
    let at = (share(trend, total) * (width - 1) as f64).round() as usize;
    format!("{}●{}", "·".repeat(at), "·".repeat((width - 1).saturating_sub(at)))
}

/// Returns where between the lowest and the highest value, from 0 to 1.
fn share(trend: &Trend, total: Points) -> f64 {
    let range = trend.max.value() - trend.min.value();
    if range > 0.0 { ((total.value() - trend.min.value()) / range).clamp(0.0, 1.0) } else { 0.0 }
}

/// The SVG's size.
const SIZE: (f64, f64) = (640.0, 320.0);
/// Left, top, right and bottom of what is plotted in.
const FRAME: (f64, f64, f64, f64) = (56.0, 48.0, 616.0, 256.0);

/// Returns the trend as an SVG of its own: no script, no style sheet, nothing to load.
pub fn trend_svg(trend: &Trend) -> String {
    let (left, top, right, bottom) = FRAME;
    let title = escape(&format!("{}: {}", trend.instrument, trend.title));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"12\" \
         fill=\"none\" stroke=\"currentColor\" role=\"img\">\n<title>{title}</title>\n<desc>{}</desc>\n",
        SIZE.0,
        SIZE.1,
        escape(&described(trend))
    );
    text(&mut svg, left, 24.0, "start", &title);
    line(&mut svg, (left, top), (left, bottom), "");
    line(&mut svg, (left, bottom), (right, bottom), "");
    text(&mut svg, left - 8.0, top + 4.0, "end", &trend.max.to_string());
    text(&mut svg, left - 8.0, bottom + 4.0, "end", &trend.min.to_string());
    let times = || trend.points.iter().map(|point| point.at).chain(trend.doses.iter().copied());
    if let (Some(first), Some(last)) = (times().min(), times().max()) {
        let x = |at: Timestamp| {
            let (from, whole) = (first.unix(), (last.unix() - first.unix()).max(1));
            // A single day stands at the left, with room before it.
            left + 16.0 + (right - left - 32.0) * (at.unix() - from) as f64 / whole as f64
        };
        for dose in &trend.doses {
            line(&mut svg, (x(*dose), top), (x(*dose), bottom), " stroke-dasharray=\"2 4\"");
            text(&mut svg, x(*dose), top - 6.0, "middle", "dose");
        }
        let at = |point: &TrendPoint| {
            let total = point.total?;
            Some((x(point.at), bottom - (bottom - top) * share(trend, total), total))
        };
        let points: Vec<_> = trend.points.iter().filter_map(at).collect();
        let path: Vec<_> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        writeln!(svg, "<polyline points=\"{}\"/>", path.join(" ")).expect(TO_STRING);
        for (x, y, total) in &points {
            writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"currentColor\"/>").expect(TO_STRING);
            text(&mut svg, *x, y - 10.0, "middle", &total.to_string());
        }
        text(&mut svg, left, bottom + 20.0, "start", &first.day_text());
        if first.day_text() != last.day_text() {
            text(&mut svg, right, bottom + 20.0, "end", &last.day_text());
        }
    }
    text(&mut svg, left, bottom + 44.0, "start", NOT_A_DIAGNOSIS);
    svg.push_str("</svg>\n");
    svg
}

const TO_STRING: &str = "writing to a String cannot fail";

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), more: &str) {
    let ((x1, y1), (x2, y2)) = (from, to);
    writeln!(svg, "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"{more}/>").expect(TO_STRING);
}

/// Writes text; it is escaped already, or a number, a date or a constant.
fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let place = format!("x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"");
    writeln!(svg, "<text {place} fill=\"currentColor\" stroke=\"none\">{text}</text>").expect(TO_STRING);
}

/// Returns every score in words, for who does not see the plot.
fn described(trend: &Trend) -> String {
    let said = trend.points.iter().map(|point| {
        let total = point.total.map_or_else(|| point.completeness.clone(), |total| total.to_string());
        format!("{}: {total}", point.at.day_text())
    });
    let said: Vec<_> = said.collect();
    format!("Raw scores from {} to {}. {}", trend.min, trend.max, said.join("; "))
}

fn escape(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
