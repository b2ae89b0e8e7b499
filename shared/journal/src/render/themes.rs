//! Themes as pages: the patient's list of them, and section 6 of the brief.

use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use super::{Page, phrase};
use crate::brief::{BriefTheme, CycleCount, Proposal, ProposalAnswer, Themes};
use crate::find::short_id;
use crate::names::{Names, listed};
use crate::view::{PatientView, ProposalView};

/// Returns the themes of a patient for a terminal, with what waits for her answer.
pub fn themes_text(view: &PatientView, names: &Names, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let themes = view.themes();
    sheet.title(&format!("Themes of {}", names.of(view.patient)));
    if themes.is_empty() {
        sheet.line("No themes yet.");
    }
    let rows = themes.iter().map(|theme| {
        let shared = Some(theme.shared.len()).filter(|n| *n > 0).map(|n| format!("{n} shared"));
        let private = Some(theme.private.len()).filter(|n| *n > 0).map(|n| format!("{n} private"));
        let parts: Vec<_> = [private, shared].into_iter().flatten().collect();
        let entries = if parts.is_empty() { "no entries".to_owned() } else { parts.join(" · ") };
        Row::from([short_id(theme.theme.uuid()), entries, theme.name.as_str().to_owned()])
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        sheet.table(&rows);
    }
    let pending: Vec<_> =
        view.shared.iter().flat_map(|shared| &shared.proposals).filter(|view| view.answer.is_none()).collect();
    if !pending.is_empty() {
        sheet.group(&format!("Proposed ({})", pending.len()));
        sheet.table(&pending.iter().map(|view| proposed(view, names)).collect::<Vec<_>>());
    }
    sheet.finish()
}

fn proposed(view: &ProposalView, names: &Names) -> Row {
    let about: Vec<_> = view.entries.iter().map(|entry| short_id(entry.uuid())).collect();
    let (id, at) = (short_id(view.proposal.id().uuid()), view.proposal.at().day_text());
    Row {
        cells: vec![id, at, view.proposal.body().name.as_str().to_owned()],
        notes: vec![format!("by {}, for {}", names.of(view.by), listed(&about))],
    }
}

/// Writes section 6 of the brief.
pub(super) fn write_themes(sheet: &mut impl Sheet, themes: &Themes, names: &Names) {
    sheet.section("Themes");
    if themes.themes.is_empty() {
        sheet.line("No themes yet.");
    } else {
        sheet.table(&themes.themes.iter().map(theme).collect::<Vec<_>>());
    }
    for one in &themes.proposals {
        sheet.line(&proposal(one, names));
    }
}

fn theme(theme: &BriefTheme) -> Row {
    let cycles: Vec<_> = theme.cycles.iter().map(count).collect();
    let last = format!("last {}", theme.last_at.day_text());
    Row {
        cells: vec![short_id(theme.theme.uuid()), theme.state.label().to_owned(), theme.name.as_str().to_owned()],
        notes: vec![format!("{} · {last}", cycles.join(" · "))],
    }
}

fn count(count: &CycleCount) -> String {
    match count.cycle {
        0 => format!("before the first dose: {}", count.entries),
        n => format!("cycle {n}: {}", count.entries),
    }
}

fn proposal(proposal: &Proposal, names: &Names) -> String {
    let name = proposal.name.as_str();
    let entries = phrase::count(proposal.entries, "entry", "entries");
    let proposed = format!("\"{name}\", proposed by {} for {entries}", names.of(proposal.by));
    match &proposal.answer {
        ProposalAnswer::Pending => format!("{proposed} on {}: no answer yet.", proposal.at.day_text()),
        ProposalAnswer::Accepted(Some(taken)) if taken == &proposal.name => format!("{proposed}: accepted."),
        ProposalAnswer::Accepted(Some(taken)) => format!("{proposed}: accepted, as \"{}\".", taken.as_str()),
        ProposalAnswer::Accepted(None) => format!("{proposed}: accepted, and not in use any more."),
        ProposalAnswer::Declined => format!("{proposed}: declined."),
    }
}
