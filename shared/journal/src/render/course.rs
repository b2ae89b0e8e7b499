//! The course as a page: its settings, its cycles and what is unusual about them, its sessions, and its dose cards.
//!
//! The invariant: a dose is shown with its route and never beside one of another route as if they compared; and a patient
//! from whom the clinic hides the dose is shown the card without it.

use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use super::{Page, phrase};
use crate::cycle::CycleView;
use crate::document::{Course, Document, DoseCard, Session, SessionState, ShareDefault};
use crate::find::short_id;
use crate::names::{Names, listed};
use crate::rules::Side;
use crate::timestamp::Timestamp;
use crate::view::SharedView;

/// Returns the whole course for a terminal.
pub fn course_text(shared: &SharedView, names: &Names, now: Timestamp, reader: Side, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let cycle = phrase::cycle(shared.cycle_at(now));
    sheet.title(&format!("Course of {}: {cycle}", names.of(shared.patient)));
    match shared.course() {
        Some(course) => settings(&mut sheet, course.body()),
        None => {
            sheet.line("Nothing is set down yet, so this holds:");
            settings(&mut sheet, &Course::starting(crate::calendar::Day::of(now)));
        }
    }
    let cycles = shared.cycles_at(now);
    sheet.section(&format!("Cycles ({})", cycles.len()));
    write_cycles(&mut sheet, &cycles, reader);
    sheet.section(&format!("Sessions ({})", shared.sessions.len()));
    write_sessions(&mut sheet, &shared.sessions);
    sheet.finish()
}

/// Returns the cycles for a terminal.
pub fn cycles_text(cycles: &[CycleView], reader: Side, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    write_cycles(&mut sheet, cycles, reader);
    sheet.finish()
}

/// Returns sessions for a terminal.
pub fn sessions_text(sessions: &[Document<Session>], page: Page) -> String {
    let mut sheet = Terminal::new(page);
    write_sessions(&mut sheet, sessions);
    sheet.finish()
}

/// Returns dose cards for a terminal.
pub fn dose_cards_text(cards: &[Document<DoseCard>], reader: Side, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    if cards.is_empty() {
        sheet.line("No dose card yet.");
    }
    cards.iter().for_each(|card| write_card(&mut sheet, card, reader));
    sheet.finish()
}

fn settings(sheet: &mut impl Sheet, course: &Course) {
    let reason = course.stop_reason.as_ref().map(|reason| format!(" ({})", reason.as_str())).unwrap_or_default();
    sheet.line(&format!("{} since {}{reason}", capital(course.status.label()), course.started_on.text()));
    if let Some(focus) = &course.focus {
        sheet.line(&format!("Focus: {}", focus.as_str()));
    }
    let release = match course.share_default {
        ShareDefault::Ask => format!("from {} each capture is asked about", course.release_at),
        ShareDefault::HoldThenShare => {
            format!("from {} each capture is asked about, with sharing proposed", course.release_at)
        }
        ShareDefault::Private => "captures stay private unless they are shared by hand".to_owned(),
    };
    sheet.line(&format!("Decisions wait {} hours after a dose; then {release}.", course.guard_hours));
    let measures: Vec<_> = course.measure_plan.iter().map(ToString::to_string).collect();
    if !measures.is_empty() {
        sheet.line(&format!("Measures: {}", listed(&measures)));
    }
    let phone = course.clinic_phone.as_ref().map(|phone| format!("Clinic: {} · ", phone.as_str())).unwrap_or_default();
    sheet.line(&format!("{phone}Crisis help: {}", course.crisis_pack.as_str()));
    if course.tell_when_read {
        sheet.line("The patient is told what was opened, and what was read before a session.");
    }
}

fn write_cycles(sheet: &mut impl Sheet, cycles: &[CycleView], reader: Side) {
    if cycles.is_empty() {
        return sheet.line("No cycle yet. The first one is opened with `reverie cycle open`, or by a dosing session.");
    }
    let rows: Vec<_> = cycles.iter().map(|cycle| cycle_row(cycle, reader)).collect();
    sheet.table(&rows);
}

fn cycle_row(cycle: &CycleView, reader: Side) -> Row {
    let n = cycle.n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let until = cycle.ended_on.map(|on| format!(" to {}", on.text())).unwrap_or_default();
    let dose = match (cycle.dosed_at(), &cycle.dose_card) {
        (Some(at), Some(card)) => format!("dose {}: {}", at.day_text(), dose(card.body(), reader)),
        (Some(at), None) => format!("dose {}, no dose card", at.day_text()),
        (None, _) => "no dose".to_owned(),
    };
    let cells = vec![n, cycle.state.label().to_owned(), format!("{}{until}", cycle.opened_on.text()), dose];
    Row { cells, notes: cycle.warnings.iter().map(|warning| warning.sentence().to_owned()).collect() }
}

/// Returns `IM 55 mg, 0.81 mg/kg`.
fn dose(card: &DoseCard, reader: Side) -> String {
    let route = card.route.label();
    if card.hide_dose && reader == Side::Patient {
        return format!("{route}, the dose is not shown");
    }
    let by_weight = card.mg_per_kg().map(|dose| format!(", {dose} mg/kg")).unwrap_or_default();
    match card.total() {
        Some(total) => format!("{route} {total} mg{by_weight}"),
        None => route.to_owned(),
    }
}

fn write_sessions(sheet: &mut impl Sheet, sessions: &[Document<Session>]) {
    if sessions.is_empty() {
        return sheet.line("No session yet.");
    }
    let row = |session: &Document<Session>| {
        let body = session.body();
        let state = match (body.state, body.mode) {
            (state, Some(crate::document::Mode::Telehealth)) => format!("{}, by telehealth", state.label()),
            (SessionState::NoShow, _) => "did not take place (no-show)".to_owned(),
            (state, _) => state.label().to_owned(),
        };
        let mut row = Row::from([
            short_id(session.id().uuid()),
            body.starts_at.minute_text(),
            body.session_type.label().to_owned(),
            state,
        ]);
        let present: Vec<_> = body.attendees.iter().map(|name| name.as_str().to_owned()).collect();
        row.notes = Some(present)
            .filter(|names| !names.is_empty())
            .map(|names| format!("with {}", listed(&names)))
            .into_iter()
            .collect();
        row
    };
    sheet.table(&sessions.iter().map(row).collect::<Vec<_>>());
}

fn write_card(sheet: &mut impl Sheet, document: &Document<DoseCard>, reader: Side) {
    let card = document.body();
    sheet.item(&short_id(document.id().uuid()), &card.on.text(), &dose(card, reader), false);
    if !(card.hide_dose && reader == Side::Patient) {
        for one in &card.doses {
            let minutes = one.duration_min.map(|minutes| format!(" over {minutes} minutes")).unwrap_or_default();
            sheet.detail(&format!("{} {} mg {}{minutes}", one.at.clock_text(), one.mg, one.kind.label()));
        }
        let weight = card.weight_kg.map(|weight| format!("{weight} kg"));
        let substance = card.substance.map(|substance| substance.label().to_owned());
        let swallowed = card.swallowed.map(|yes| if yes { "swallowed" } else { "not swallowed" }.to_owned());
        let facts: Vec<_> = [substance, weight, swallowed].into_iter().flatten().collect();
        if !facts.is_empty() {
            sheet.detail(&facts.join(" · "));
        }
    }
    for vitals in &card.vitals {
        sheet.detail(&format!("{} {}: {}", vitals.at.clock_text(), vitals.phase.label(), readings(vitals)));
    }
    for (what, words) in [("Sedation", &card.sedation), ("Dissociation", &card.dissociation)] {
        words.iter().for_each(|words| sheet.detail(&format!("{what}: {}", words.as_str())));
    }
    for event in &card.adverse {
        sheet.detail(&format!("Adverse: {}", adverse(event)));
    }
    card.setting
        .iter()
        .for_each(|note| sheet.detail(&format!("{}: {}", capital(note.item.label()), note.words.as_str())));
    if let Some(set) = &card.set {
        let mood = set.mood_before.map(|mood| format!("mood {mood} of 10"));
        let sleep = set.sleep_hours.map(|hours| format!("slept {hours} hours"));
        let intentions =
            Some(set.intentions.len()).filter(|n| *n > 0).map(|n| phrase::count(n, "intention", "intentions"));
        let notes = set.notes.as_ref().map(|notes| notes.as_str().to_owned());
        let parts: Vec<_> = [mood, sleep, intentions, notes].into_iter().flatten().collect();
        sheet.detail(&format!("Before: {}", parts.join(" · ")));
    }
    if let Some(left) = &card.discharge {
        let (escorted, told) = (
            if left.escorted { "escorted" } else { "alone" },
            if left.instructions_given { "with" } else { "without" },
        );
        sheet.detail(&format!("Left {} {escorted}, {told} instructions", left.at.clock_text()));
    }
    for line in &card.spoken_lines {
        let at = line.at.map(|at| format!(" {}", at.clock_text())).unwrap_or_default();
        sheet.later(&format!("Said aloud{at}:"));
        sheet.words(line.words.as_str());
    }
}

fn readings(vitals: &crate::document::Vitals) -> String {
    let pressure = match (vitals.sbp, vitals.dbp) {
        (Some(sbp), Some(dbp)) => Some(format!("{sbp}/{dbp} mmHg")),
        (Some(sbp), None) => Some(format!("systolic {sbp} mmHg")),
        (None, Some(dbp)) => Some(format!("diastolic {dbp} mmHg")),
        (None, None) => None,
    };
    let parts = [
        pressure,
        vitals.hr.map(|hr| format!("pulse {hr}")),
        vitals.spo2.map(|spo2| format!("SpO2 {spo2} %")),
        vitals.rr.map(|rr| format!("breaths {rr}")),
        vitals.temp_c.map(|temp| format!("{temp} °C")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn adverse(event: &crate::document::Adverse) -> String {
    let parts = [
        event.severity.map(|severity| severity.label().to_owned()),
        event.onset_at.map(|at| format!("since {}", at.clock_text())),
        event.duration_min.map(|minutes| format!("{minutes} minutes")),
        event.action.as_ref().map(|action| action.as_str().to_owned()),
        event.resolved.map(|yes| if yes { "over" } else { "not over" }.to_owned()),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    let facts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    format!("{}{facts}", event.term.as_str())
}

fn capital(text: &str) -> String {
    let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}", first.to_uppercase())
}
