//! Safety as a page: the strip of the brief, and the screens of the flow.

use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use super::{Page, phrase};
use crate::brief::Brief;
use crate::find::short_id;
use crate::names::Names;
use crate::safety::{Disposed, Flag, SafetyAnswers, Screen};
use crate::timestamp::Timestamp;

/// Returns one screen of the safety flow, without its choices.
pub fn screen_text(screen: &Screen, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    if screen.full_screen {
        sheet.rule();
        screen.sentences.iter().for_each(|sentence| sheet.title(sentence));
    } else {
        screen.sentences.iter().for_each(|sentence| sheet.line(sentence));
    }
    let rows = screen.contacts.iter().map(|row| Row {
        cells: vec![row.number.clone(), row.name.clone()],
        notes: Some(row.note.clone()).filter(|note| !note.is_empty()).into_iter().collect(),
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        sheet.table(&rows);
    }
    sheet.finish()
}

/// Writes section 2 of the brief.
pub(super) fn write_strip(sheet: &mut impl Sheet, brief: &Brief, names: &Names) {
    sheet.section("Safety");
    for flag in &brief.safety.flags {
        write_flag(sheet, flag, names, brief.header.until);
    }
    if brief.safety.flags.is_empty() {
        sheet.line("No answer asks for care.");
    }
    super::check_ins::write_physical(sheet, &brief.check_ins, brief.header.until);
    match &brief.safety.coverage {
        Some(coverage) => sheet.line(&format!("Your patient is told: \"{}\"", coverage.promise())),
        None => sheet.line("No coverage statement, so PHQ-9 is not offered: `reverie coverage`."),
    }
}

fn write_flag(sheet: &mut impl Sheet, flag: &Flag, names: &Names, now: Timestamp) {
    let number = flag.risk.number;
    let answer = flag.risk.answer.as_deref().unwrap_or("no words for it here");
    let headline = format!("{} item {number} = {}: \"{answer}\"", flag.instrument, flag.risk.value);
    sheet.item(&short_id(flag.response.uuid()), &flag.at.minute_text(), &headline, flag.open);
    let mut facts = vec![flag.risk.class.label().to_owned()];
    if flag.open {
        facts.push(format!("OPEN, given {}: needs a disposition", phrase::ago(flag.at, now)));
    }
    facts.extend(flag.safety.as_ref().map(said));
    sheet.detail(&facts.join(" · "));
    if let Some(disposed) = &flag.disposition {
        sheet.detail(&disposition(disposed, names));
        disposed.note.iter().for_each(|note| sheet.words(note));
    }
}

/// Returns what the patient said where help was shown.
fn said(answers: &SafetyAnswers) -> String {
    let yes_or_no = |answer: Option<bool>| match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not answered",
    };
    let told = answers.told_someone.map_or("not answered", |told| told.label());
    format!(
        "in danger now: {} · able to keep safe: {} · told someone: {told}",
        yes_or_no(answers.in_danger),
        yes_or_no(answers.able_to_keep_safe)
    )
}

fn disposition(disposed: &Disposed, names: &Names) -> String {
    format!("{} by {}, {}", disposed.outcome.label(), names.of(disposed.by), disposed.at.minute_text())
}
