//! A patient's journal: as a list for a terminal, and whole as Markdown.

use super::entry::{filed, opened, write_entry};
use super::markdown::Markdown;
use super::measures::write_taken;
use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use super::{Page, Receipts, phrase};
use crate::NOT_MONITORED;
use crate::find::short_id;
use crate::names::{Names, listed};
use crate::paths::attachment_paths;
use crate::view::{CheckInView, EntryView, MeasureView, PatientView, ShareState, SharedView, Unshown, UnshownWhy};

/// Returns the list of entries for a terminal: what is private, what is shared and with whom.
pub fn journal_text(view: &PatientView, names: &Names, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    write(&mut sheet, view, names, |sheet, entries| {
        sheet.table(&entries.iter().map(|entry| row(view, entry, names, page.receipts)).collect::<Vec<_>>());
    });
    sheet.finish()
}

/// Returns the journal whole, as Markdown: every word that the reader may see. Process notes are never in it.
pub fn journal_markdown(view: &PatientView, names: &Names) -> String {
    let mut sheet = Markdown::new(attachment_paths(view));
    write(&mut sheet, view, names, |sheet, entries| {
        for entry in entries {
            let (id, at) = (short_id(entry.entry.id().uuid()), entry.entry.at().minute_text());
            sheet.item(&id, &at, phrase::headline(&entry.headline()), false);
            write_entry(sheet, view, entry, names, Receipts::Hidden);
        }
    });
    sheet.finish()
}

fn write<S: Sheet>(sheet: &mut S, view: &PatientView, names: &Names, each: impl Fn(&mut S, &[&EntryView])) {
    sheet.title(&format!("Journal of {}", names.of(view.patient)));
    let shared: usize = view.shared.iter().map(|shared| shared.entries.len()).sum();
    match &view.private {
        Some(private) if view.shared.is_empty() => sheet.line(&format!("{} private", private.entries.len())),
        Some(private) => sheet.line(&format!("{} private · {shared} shared", private.entries.len())),
        None => sheet.line(&format!("{shared} shared")),
    }
    if let Some(private) = &view.private {
        sheet.section(&format!("Private ({})", private.entries.len()));
        match private.entries.len() + private.measures.len() + private.check_ins.len() {
            0 => sheet.line("Nothing is private."),
            _ => sheet.line("Only you can read these. Your care circle cannot tell that they are there."),
        }
        each(sheet, &by_time(&private.entries));
        measures(sheet, &private.measures);
        check_ins(sheet, &private.check_ins);
        unshown(sheet, &private.unshown);
    }
    for shared in view.shared.iter().filter(|shared| !(shared.closed && shared.holds_nothing())) {
        sheet.section(&format!("Shared with {} ({})", readers(shared, names), shared.entries.len()));
        if shared.entries.is_empty() && shared.measures.is_empty() && shared.check_ins.is_empty() {
            sheet.line("Nothing is shared.");
        }
        each(sheet, &by_time(&shared.entries));
        measures(sheet, &shared.measures);
        check_ins(sheet, &shared.check_ins);
        unshown(sheet, &shared.unshown);
    }
    sheet.rule();
    sheet.line(NOT_MONITORED);
}

fn measures(sheet: &mut impl Sheet, measures: &[MeasureView]) {
    if !measures.is_empty() {
        sheet.group(&format!("Measures ({})", measures.len()));
        write_taken(sheet, &measures.iter().collect::<Vec<_>>());
    }
}

fn check_ins(sheet: &mut impl Sheet, check_ins: &[CheckInView]) {
    if !check_ins.is_empty() {
        sheet.group(&format!("Check-ins ({})", check_ins.len()));
        super::check_ins::write_list(sheet, &check_ins.iter().collect::<Vec<_>>());
    }
}

fn by_time(entries: &[EntryView]) -> Vec<&EntryView> {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|entry| (entry.entry.at(), entry.entry.id()));
    entries
}

fn readers(shared: &SharedView, names: &Names) -> String {
    let readers: Vec<_> = shared.readers().map(|reader| names.of(reader)).collect();
    if readers.is_empty() { "nobody now".to_owned() } else { listed(&readers) }
}

fn row(view: &PatientView, entry: &EntryView, names: &Names, receipts: Receipts) -> Row {
    let headline = phrase::headline(&entry.headline()).to_owned();
    let (id, kind) = (short_id(entry.entry.id().uuid()), entry.kind().label().to_owned());
    let facts = facts(view, entry, names, receipts).join(" · ");
    let files = entry.attachments().map(|attachment| format!("File: {}", phrase::attachment(attachment)));
    let notes = Some(facts).filter(|facts| !facts.is_empty()).into_iter().chain(files).collect();
    Row { cells: vec![id, entry.entry.at().day_text(), kind, headline], notes }
}

fn facts(view: &PatientView, entry: &EntryView, names: &Names, receipts: Receipts) -> Vec<String> {
    let mut facts: Vec<_> = phrase::unsent(view.unsent(entry)).map(str::to_owned).into_iter().collect();
    if entry.state == ShareState::Held {
        facts.push("held for you to decide".to_owned());
    }
    let shared = view.shared.iter().find(|shared| shared.journal == entry.journal);
    let closed_to: Vec<_> = shared.iter().flat_map(|shared| shared.closed_to(entry)).map(|one| names.of(one)).collect();
    if !closed_to.is_empty() {
        facts.push(format!("closed to {}, who came later", listed(&closed_to)));
    }
    facts.extend(phrase::talk(entry.talk()).map(str::to_owned));
    if entry.is_tender() {
        facts.push("tender".to_owned());
    }
    let (themes, own) = view.themes_of(entry);
    facts.extend(themes.iter().chain(&own).map(|theme| format!("in \"{}\"", theme.body().name.as_str())));
    let people: Vec<_> = view.people_in(entry).iter().map(|label| label.as_str().to_owned()).collect();
    if !people.is_empty() {
        facts.push(format!("with {}", listed(&people)));
    }
    if !entry.layers.is_empty() {
        facts.push(phrase::count(entry.layers.len(), "addition", "additions"));
    }
    let private = view.private.iter().flat_map(|private| &private.additions);
    if private.filter(|addition| addition.entry == entry.entry.id()).any(|addition| !addition.layers.is_empty()) {
        facts.push("additions for yourself".to_owned());
    }
    if !entry.replies.is_empty() {
        facts.push(phrase::count(entry.replies.len(), "reply", "replies"));
    }
    facts.extend(filed(entry, names));
    facts.extend(opened(view, entry, names, receipts));
    facts
}

fn unshown(sheet: &mut impl Sheet, unshown: &[Unshown]) {
    for one in unshown {
        let why = match &one.why {
            UnshownWhy::Newer(_) => "it is from a newer version of Reverie; update to read it".to_owned(),
            UnshownWhy::Unreadable(reason) => reason.to_string(),
        };
        sheet.line(&format!("Record {} is not shown: {why}.", short_id(one.record.uuid())));
    }
}
