//! Small phrases that several pages use: counts, times ago, sizes, files.

use crate::cycle::{CycleAt, CycleState};
use crate::document::{Attachment, Kind, Route, Talk};
use crate::phase::Phase;
use crate::text::{Term, ThemeName};
use crate::timestamp::Timestamp;
use crate::view::Unsent;

/// Returns `1 entry`, `2 entries`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Returns `today`, `yesterday`, `12 days ago`.
pub(super) fn ago(then: Timestamp, now: Timestamp) -> String {
    match then.days_until(now) {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days if days > 1 => format!("{days} days ago"),
        _ => "by a clock that is ahead".to_owned(),
    }
}

/// Returns `today, 15:00`, `tomorrow, 15:00`, or date and time.
pub(super) fn coming(then: Timestamp, now: Timestamp) -> String {
    let text = then.minute_text();
    let time = text.rsplit(' ').next().unwrap_or_default();
    match now.days_until(then) {
        0 => format!("today, {time}"),
        1 => format!("tomorrow, {time}"),
        _ => text,
    }
}

/// Returns `cycle 2, IM, day 12 after the dose`.
pub(super) fn cycle(cycle: CycleAt) -> String {
    let after = match cycle.days_since_dose {
        Some(0) => "day of the dose".to_owned(),
        Some(days) => format!("day {days} after the dose"),
        None => String::new(),
    };
    let state =
        cycle.state.filter(|state| matches!(state, CycleState::Planned | CycleState::Preparing) || state.is_over());
    let parts = [
        format!("cycle {}", cycle.n),
        state.map_or("", CycleState::label).to_owned(),
        cycle.route.map_or("", Route::label).to_owned(),
        after,
    ];
    if cycle.n == 0 {
        return "before the first dose".to_owned();
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Returns what a reader should know of when something was captured, or nothing.
pub(super) const fn phase(phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::Acute => Some("in the first hours after the dose"),
        Phase::Guard => Some("in the day after the dose"),
        Phase::Before | Phase::Early | Phase::Working | Phase::Between => None,
    }
}

/// Returns `memo.opus, 1:32, 276 kB`.
pub(super) fn attachment(attachment: &Attachment) -> String {
    let play = attachment.seconds.map_or(String::new(), |seconds| format!(", {}:{:02}", seconds / 60, seconds % 60));
    format!("{}{play}, {}", attachment.name.as_str(), size(attachment.size))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// Returns what the patient wants done with an entry, or nothing.
pub(super) const fn talk(talk: Talk) -> Option<&'static str> {
    match talk {
        Talk::None => None,
        Talk::WantToTalk => Some("to talk about"),
        Talk::KnowOnly => Some("to be known, not talked about"),
        Talk::NotYet => Some("not yet to be talked about"),
    }
}

/// The patient's sentence behind `tender`.
pub(super) const TENDER: &str = "tender: \"please don't raise this unless I do\"";

/// What is said of an entry that the server does not have yet, or not all of.
pub(super) const fn unsent(unsent: Unsent) -> Option<&'static str> {
    match unsent {
        Unsent::Nothing => None,
        Unsent::Part => Some("what was added last is on this device alone, not on the server yet"),
        Unsent::All => Some("on this device alone, not on the server yet"),
        Unsent::Withdrawal => Some("taken back on this device alone: until that is sent, it is shared as it was"),
    }
}

/// What is said of an entry whose device was locked.
pub(super) const WHILE_LOCKED: &str = "captured while locked";

/// What is said of an entry that waits for an answer.
pub(super) const HELD: &str = "private, held for you to decide";

/// Returns `Image, also Feeling and Memory`.
pub(super) fn kinds(kind: Kind, also: &[Kind]) -> String {
    if also.is_empty() {
        return kind.label().to_owned();
    }
    let also: Vec<_> = also.iter().map(|kind| kind.label().to_lowercase()).collect();
    format!("{}, also {}", kind.label(), crate::names::listed(&also))
}

/// Returns the line that says which themes and people an entry has, as far as it has any: `Themes: the lake · With: Mum`.
pub(super) fn meaning(themes: &[ThemeName], people: &[Term]) -> Option<String> {
    let names: Vec<_> = themes.iter().map(|name| format!("\"{}\"", name.as_str())).collect();
    let people: Vec<_> = people.iter().map(|label| label.as_str().to_owned()).collect();
    let label = if names.len() == 1 { "Theme" } else { "Themes" };
    let themes = Some(names).filter(|names| !names.is_empty()).map(|names| format!("{label}: {}", names.join(", ")));
    let people = Some(people).filter(|people| !people.is_empty()).map(|people| format!("With: {}", people.join(", ")));
    let parts: Vec<_> = themes.into_iter().chain(people).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Returns the headline, or what stands for one where there are no words.
pub(super) fn headline(headline: &str) -> &str {
    if headline.is_empty() { "(no words)" } else { headline }
}
