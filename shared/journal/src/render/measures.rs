//! Measures as pages: the table of the brief, one response, one instrument, and what there is to take.

use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use super::{Page, phrase};
use crate::brief::{MeasureGroup, MeasureRow};
use crate::find::short_id;
use crate::measure::{Instrument, Instruments, LOINC_NOTICE, NOT_A_DIAGNOSIS, Risk, Score, Scored};
use crate::view::{MeasureView, PatientView, Scoring};
use crate::{NOT_MONITORED, NOT_MONITORED_IN_FULL};

/// Writes section 8 of the brief.
pub(super) fn write_groups(sheet: &mut impl Sheet, groups: &[MeasureGroup]) {
    sheet.section("Measures");
    for group in groups {
        let title = group.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
        sheet.group(&format!("{}{title} ({})", group.instrument, group.rows.len()));
        sheet.table(&group.rows.iter().map(row).collect::<Vec<_>>());
        group.notes.iter().for_each(|note| sheet.detail(note));
    }
    sheet.line(if groups.is_empty() { "No measures shared yet." } else { NOT_A_DIAGNOSIS });
}

fn row(row: &MeasureRow) -> Row {
    let total = row.total.as_ref().map_or_else(|| "no total".to_owned(), of_max);
    let band = row.total.as_ref().and_then(|total| total.band.clone()).unwrap_or_default();
    let mut notes = Vec::new();
    let moved =
        |points: Option<crate::measure::Points>, from| points.map(|points| format!("{} from {from}", points.signed()));
    let moves: Vec<_> =
        moved(row.from_first, "the first").into_iter().chain(moved(row.from_last, "the last")).collect();
    if !moves.is_empty() {
        notes.push(moves.join(" · "));
    }
    notes.extend(row.met.iter().map(|met| format!("met: {met}")));
    notes.extend(row.overlaps_after_days.map(|days| {
        let days = phrase::count(usize::try_from(days).unwrap_or_default(), "day", "days");
        format!("only {days} after the one before: both look back on some of the same days")
    }));
    let unread = if row.unread { "unread" } else { "" };
    let cells = vec![
        short_id(row.response.uuid()),
        row.at.day_text(),
        total,
        unread.to_owned(),
        [band, row.completeness.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
    ];
    Row { cells, notes }
}

/// Returns `10 of 27`.
fn of_max(scored: &Scored) -> String {
    format!("{} of {}", scored.value, scored.max)
}

/// Returns a score for a terminal.
pub fn score_text(instrument: &Instrument, score: &Score, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    sheet.title(&format!("{}: {}", instrument.id, instrument.title));
    write_score(&mut sheet, score);
    instrument.notes.iter().for_each(|note| sheet.detail(note));
    sheet.line(NOT_A_DIAGNOSIS);
    sheet.finish()
}

fn write_score(sheet: &mut impl Sheet, score: &Score) {
    let Some(total) = &score.total else {
        sheet.line(&format!("{}, so there is no total.", score.completeness()));
        return write_risks(sheet, &score.risks);
    };
    let band = total.band.as_ref().map(|band| format!(", {band}")).unwrap_or_default();
    sheet.line(&format!("{} {}{band} ({})", total.title, of_max(total), score.completeness()));
    if total.prorated_for > 0 {
        sheet.line("What was left out is made up for by the mean of the rest, as the definition allows.");
    }
    if !score.scores.is_empty() {
        let rows = score.scores.iter().map(|scored| {
            let band = scored.band.as_ref().map(|band| format!(", {band}")).unwrap_or_default();
            Row::from([scored.title.clone(), format!("{}{band}", of_max(scored))])
        });
        sheet.table(&rows.collect::<Vec<_>>());
    }
    if !score.findings.is_empty() {
        let rows = score
            .findings
            .iter()
            .map(|finding| Row::from([finding.title.clone(), if finding.met { "met" } else { "not met" }.to_owned()]));
        sheet.table(&rows.collect::<Vec<_>>());
    }
    write_risks(sheet, &score.risks);
}

fn write_risks(sheet: &mut impl Sheet, risks: &[Risk]) {
    for risk in risks {
        let answer = risk.answer.as_ref().map(|answer| format!(" (\"{answer}\")")).unwrap_or_default();
        sheet.line(&format!("Item {}: {}{answer}, {}", risk.number, risk.value, risk.class.label()));
    }
}

/// Returns one response for a terminal: every answer in its words, then the score.
pub fn response_text(view: &MeasureView, instruments: &Instruments, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let response = view.response.body();
    let (at, short) = (view.response.at().minute_text(), short_id(view.response.id().uuid()));
    sheet.title(&format!("{} · {at} · {short}", response.instrument));
    let definition = instruments.definition(&response.instrument, response.version);
    let rows = response.answers.iter().map(|answer| {
        let item = definition.and_then(|instrument| Some(&instrument.items[instrument.place(&answer.item)?]));
        let anchor = item.and_then(|item| item.anchor(answer.value)).and_then(|anchor| anchor.text.clone());
        let words = item.and_then(|item| item.text.clone()).unwrap_or_default();
        let value = anchor.map_or_else(|| answer.value.to_string(), |anchor| format!("{} {anchor}", answer.value));
        Row::from([answer.item.to_string(), value, words])
    });
    sheet.table(&rows.collect::<Vec<_>>());
    sheet.rule();
    match &view.scoring {
        Scoring::Scored(score) => write_score(&mut sheet, score),
        Scoring::NoDefinition => sheet.line("Not scored: the definition of this instrument is not here."),
        Scoring::Misfit(why) => sheet.line(&format!("Not scored: {why}.")),
    }
    sheet.line(NOT_A_DIAGNOSIS);
    if let Some(credit) = definition.and_then(|instrument| instrument.rights.credit.as_ref()) {
        sheet.detail(credit);
    }
    sheet.finish()
}

/// Returns one instrument for a terminal: its words, its scores, its rights.
pub fn instrument_text(instrument: &Instrument, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    sheet.title(&format!("{}: {}", instrument.id, instrument.title));
    sheet.line(&format!("Looks back {}.", phrase::count(instrument.lookback_days as usize, "day", "days")));
    sheet.section("Items");
    instrument.before.iter().chain(&instrument.stem).for_each(|words| sheet.line(words));
    if !instrument.has_wording() {
        sheet.line("This definition has no wording: it scores, and cannot be taken.");
    }
    let rows =
        instrument.items.iter().map(|item| Row::from([item.id.to_string(), item.text.clone().unwrap_or_default()]));
    sheet.table(&rows.collect::<Vec<_>>());
    if let Some(item) = instrument.items.first() {
        sheet.group("Answers");
        let rows = item
            .anchors
            .iter()
            .map(|anchor| Row::from([anchor.value.to_string(), anchor.text.clone().unwrap_or_default()]));
        sheet.table(&rows.collect::<Vec<_>>());
    }
    sheet.section("Scores");
    for rule in &instrument.scores {
        sheet.group(&format!("{}: {} to {}", rule.title, rule.min, rule.max));
        let rows = rule.bands.iter().map(|band| Row::from([format!("from {}", band.from), band.label.clone()]));
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            sheet.table(&rows);
        }
    }
    sheet.line(NOT_A_DIAGNOSIS);
    instrument.notes.iter().for_each(|note| sheet.detail(note));
    sheet.section("Rights");
    let rights = &instrument.rights;
    sheet.line(&format!("{}: {}", rights.holder, rights.licence));
    rights.credit.iter().for_each(|credit| sheet.line(credit));
    sheet.line(&format!("Source: {}", instrument.source));
    if instrument.loinc_panel.is_some() {
        sheet.detail(LOINC_NOTICE);
    }
    sheet.rule();
    sheet.line(NOT_MONITORED_IN_FULL);
    sheet.finish()
}

/// Returns the measures of a patient for a terminal: what was taken, by time, and who reads it.
pub fn measures_text(view: &PatientView, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let taken: Vec<_> = view.measures().collect();
    sheet.section(&format!("Taken ({})", taken.len()));
    write_taken(&mut sheet, &taken);
    sheet.rule();
    sheet.line(NOT_MONITORED);
    sheet.finish()
}

/// Writes a row for each measure, by time.
pub(super) fn write_taken(sheet: &mut impl Sheet, taken: &[&MeasureView]) {
    let mut by_time = taken.to_vec();
    by_time.sort_by_key(|view| (view.response.at(), view.response.id()));
    let rows: Vec<_> = by_time.iter().map(|view| taken_row(view)).collect();
    if rows.is_empty() {
        return sheet.line("None yet.");
    }
    sheet.table(&rows);
    sheet.line(NOT_A_DIAGNOSIS);
}

fn taken_row(view: &MeasureView) -> Row {
    let scored = match &view.scoring {
        Scoring::Scored(score) => match &score.total {
            Some(total) => {
                let band = total.band.as_ref().map(|band| format!(", {band}")).unwrap_or_default();
                format!("{}{band}", of_max(total))
            }
            None => score.completeness(),
        },
        Scoring::NoDefinition | Scoring::Misfit(_) => "not scored".to_owned(),
    };
    let state = if view.state.is_shared() { "shared" } else { "private" };
    let (id, at) = (short_id(view.response.id().uuid()), view.response.at().day_text());
    Row::from([id, at, view.response.body().instrument.to_string(), state.to_owned(), scored])
}

/// Returns what there is, each with whether it can be taken.
pub fn instruments_text(instruments: &Instruments, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    sheet.title("Measures");
    let rows = instruments.offered().into_iter().map(|pack| {
        let instrument = pack.instrument();
        let items = phrase::count(instrument.scored_items(), "item", "items");
        let days = phrase::count(instrument.lookback_days as usize, "day", "days");
        let about = if instrument.has_wording() { "" } else { " (scores only: no wording)" };
        Row::from([instrument.id.to_string(), items, days, format!("{}{about}", instrument.title)])
    });
    sheet.table(&rows.collect::<Vec<_>>());
    sheet.finish()
}
