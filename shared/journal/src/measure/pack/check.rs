//! From what the TOML says to an instrument: every rule of a pack, and all mistakes at once.

mod items;
mod scores;

use std::collections::BTreeMap;
use std::str::FromStr;

use reverie_protocol::hash::Hash;
use toml::Spanned;

use super::toml_lines::Lines;
use super::{PackError, PackProblem, wire};
use crate::measure::ids::{InstrumentId, ItemId};
use crate::measure::instrument::{Instrument, Rights};
use crate::measure::loinc;
use crate::text::FieldError;

/// The version of the format that this program reads.
const FORMAT: u32 = 1;
/// Characters of one text.
const TEXT_CHARS: usize = 600;
/// Days of a look-back or interval.
const DAYS: u32 = 366;
/// Notes under a table.
const NOTES: usize = 8;

/// What is wrong so far.
struct Problems<'a> {
    lines: &'a Lines<'a>,
    found: Vec<PackProblem>,
}

impl Problems<'_> {
    fn at(&mut self, at: usize, field: impl Into<String>, message: impl Into<String>) {
        self.found.push(PackProblem { line: self.lines.line(at), field: field.into(), message: message.into() });
    }

    /// Returns the text, which says something and is not too long.
    fn text(&mut self, field: &str, text: Spanned<String>) -> String {
        let at = text.span().start;
        let text = text.into_inner();
        if text.trim().is_empty() {
            self.at(at, field, "it is empty");
        } else if text.chars().count() > TEXT_CHARS {
            self.at(at, field, format!("a text has at most {TEXT_CHARS} characters"));
        } else if text.chars().any(char::is_control) {
            self.at(at, field, "a text has no line breaks or other control characters");
        }
        text
    }

    fn optional(&mut self, field: &str, text: Option<Spanned<String>>) -> Option<String> {
        text.map(|text| self.text(field, text))
    }

    /// Returns what the text names, or notes why it names nothing.
    fn id<T: FromStr<Err = FieldError>>(&mut self, field: &str, text: &Spanned<String>) -> Option<T> {
        match text.get_ref().parse() {
            Ok(id) => Some(id),
            Err(FieldError::Rule { rule, .. }) => {
                self.at(text.span().start, field, rule);
                None
            }
            Err(error) => {
                self.at(text.span().start, field, error.to_string());
                None
            }
        }
    }

    fn code(&mut self, field: &str, code: Option<Spanned<String>>, right: fn(&str) -> bool) -> Option<String> {
        let code = code?;
        if !right(code.get_ref()) {
            self.at(
                code.span().start,
                field,
                format!("`{}` is no LOINC code: its check digit or shape is wrong", code.get_ref()),
            );
        }
        Some(code.into_inner())
    }

    fn days(&mut self, field: &str, days: &Spanned<u32>) -> u32 {
        if !(1..=DAYS).contains(days.get_ref()) {
            self.at(days.span().start, field, format!("days are 1 to {DAYS}"));
        }
        *days.get_ref()
    }
}

/// Names of items and scores, each once.
type Names = BTreeMap<ItemId, crate::measure::expr::Named>;

/// Returns the instrument, or all that is wrong.
pub(super) fn instrument(pack: wire::Pack, lines: &Lines<'_>) -> Result<Instrument, PackError> {
    let mut problems = Problems { lines, found: Vec::new() };
    if *pack.format.get_ref() != FORMAT {
        let newer = format!("this program reads format {FORMAT}; a newer one may read {}", pack.format.get_ref());
        problems.at(pack.format.span().start, "format", newer);
    }
    let id = problems.id::<InstrumentId>("id", &pack.id);
    let instead = pack.instead.and_then(|instead| problems.id("instead", &instead));
    if *pack.version.get_ref() == 0 {
        problems.at(pack.version.span().start, "version", "versions count from 1");
    }
    let lookback_days = problems.days("lookback_days", &pack.lookback_days);
    let interval = pack.min_interval_days.map(|days| problems.days("min_interval_days", &days));
    let (rights, pinned) = rights(pack.rights, &mut problems);

    let mut names = Names::new();
    let items = items::items(pack.items, pack.anchors, pack.slider, &mut names, &mut problems);
    let (scores, findings) = scores::scores(pack.scores, pack.findings, &items, &mut names, &mut problems);
    let risks = items::risks(pack.risks, &items, &names, &mut problems);
    if let Some(note) = pack.notes.get(NOTES) {
        problems.at(note.span().start, "notes", format!("there are at most {NOTES} notes"));
    }
    let notes = pack.notes.into_iter().map(|note| problems.text("notes", note)).collect();
    let wording = items.iter().any(|item| item.text.is_some());
    if wording && pack.stem.is_none() {
        problems.at(0, "stem", "it is missing: the items have wording, so the words over them belong to it");
    }
    let (id, total) = (id.unwrap_or_else(placeholder), scores.iter().position(|score| score.id.as_str() == "total"));
    let instrument = Instrument {
        id,
        version: pack.version.into_inner(),
        title: problems.text("title", pack.title),
        lang: problems.text("lang", pack.lang),
        source: problems.text("source", pack.source),
        rights: rights.unwrap_or_else(|| Rights {
            holder: String::new(),
            licence: String::new(),
            credit: None,
            cleared_by: None,
            cleared_on: None,
        }),
        lookback_days,
        min_interval_days: interval.unwrap_or(lookback_days),
        instead,
        before: problems.optional("before", pack.before),
        stem: problems.optional("stem", pack.stem),
        items,
        scores,
        findings,
        risks,
        notes,
        loinc_panel: problems.code("loinc_panel", pack.loinc_panel, loinc::is_code),
        total: total.unwrap_or_default(),
    };
    check_wording(&instrument, wording, pinned, &mut problems);
    if problems.found.is_empty() {
        return Ok(instrument);
    }
    problems.found.sort_by_key(|problem| problem.line);
    Err(PackError { problems: problems.found })
}

/// Stands for an id that is wrong until the mistake is told.
fn placeholder() -> InstrumentId {
    InstrumentId::new("unnamed").expect("the name is plain")
}

/// Where the rights stand, and the hash that pins the wording.
type Pinned = (usize, Option<Spanned<String>>);

fn rights(rights: Option<Spanned<wire::Rights>>, problems: &mut Problems<'_>) -> (Option<Rights>, Option<Pinned>) {
    let Some(rights) = rights else {
        problems.at(0, "rights", "it is missing: a pack says who holds the rights and what allows its use");
        return (None, None);
    };
    let at = rights.span().start;
    let wire::Rights { holder, licence, credit, text_sha256, cleared_by, cleared_on } = rights.into_inner();
    if cleared_by.is_some() != cleared_on.is_some() {
        problems.at(at, "rights", "`cleared_by` and `cleared_on` belong together");
    }
    if let Some(day) = &cleared_on
        && chrono::NaiveDate::parse_from_str(day.get_ref(), "%Y-%m-%d").is_err()
    {
        problems.at(day.span().start, "rights.cleared_on", "a day is written like 2031-05-01");
    }
    let rights = Rights {
        holder: problems.text("rights.holder", holder),
        licence: problems.text("rights.licence", licence),
        credit: problems.optional("rights.credit", credit),
        cleared_by: problems.optional("rights.cleared_by", cleared_by),
        cleared_on: problems.optional("rights.cleared_on", cleared_on),
    };
    (Some(rights), Some((at, text_sha256)))
}

/// The wording is pinned by its hash: what was cleared is what is shown.
fn check_wording(instrument: &Instrument, wording: bool, pinned: Option<Pinned>, problems: &mut Problems<'_>) {
    const FIELD: &str = "rights.text_sha256";
    let Some((at, pinned)) = pinned else { return };
    let is = instrument.text_sha256();
    match pinned {
        None if wording => {
            problems.at(at, FIELD, format!("it is missing: the wording that was cleared has the hash \"{is}\""));
        }
        Some(pinned) if !wording => {
            problems.at(pinned.span().start, FIELD, "there is no wording that it could pin");
        }
        Some(pinned) if pinned.get_ref().parse::<Hash>() != Ok(is) => {
            let message = format!("the wording is not the one that was cleared; as it stands, its hash is \"{is}\"");
            problems.at(pinned.span().start, FIELD, message);
        }
        None | Some(_) => {}
    }
}
