//! The brief as a page: counts first, then the ten sections, each there even when it has nothing to show.

use std::collections::BTreeMap;

use super::html::Html;
use super::markdown::Markdown;
use super::sheet::{Row, Sheet};
use super::terminal::Terminal;
use super::{Page, phrase};
use crate::NOT_MONITORED;
use crate::brief::{Brief, BriefEntry, Emerged, ListItem, Novelty};
use crate::document::Kind;
use crate::find::short_id;
use crate::names::Names;
use crate::rules::Side;

/// Returns the brief for a terminal.
pub fn brief_text(brief: &Brief, names: &Names, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    write(&mut sheet, brief, names);
    sheet.finish()
}

/// Returns the brief as a page of HTML that loads nothing.
pub fn brief_html(brief: &Brief, names: &Names) -> String {
    let mut sheet = Html::new();
    write(&mut sheet, brief, names);
    sheet.finish()
}

/// Returns the brief as Markdown.
pub fn brief_markdown(brief: &Brief, names: &Names) -> String {
    let mut sheet = Markdown::new(BTreeMap::new());
    write(&mut sheet, brief, names);
    sheet.finish()
}

fn write(sheet: &mut impl Sheet, brief: &Brief, names: &Names) {
    header(sheet, brief, names);
    super::safety::write_strip(sheet, brief, names);
    list(sheet, brief);
    entries(sheet, brief);

    intentions(sheet, brief, names);
    super::themes::write_themes(sheet, &brief.themes, names);

    sheet.section("Unanswered");
    for question in &brief.unanswered {
        let about = short_id(question.about.uuid());
        sheet.item(&about, &question.at.day_text(), &format!("{} asked:", names.of(question.author)), false);
        sheet.words(question.words.as_str());
    }
    if brief.unanswered.is_empty() {
        sheet.line("No open questions.");
    }
    if !brief.measures_due.is_empty() {
        let due: Vec<_> = brief.measures_due.iter().map(ToString::to_string).collect();
        sheet.line(&format!("Measures due: {}", crate::names::listed(&due)));
    }
    super::measures::write_groups(sheet, &brief.measures);
    super::check_ins::write_group(sheet, &brief.check_ins);
    sheet.section("Carried over");
    match brief.carried_over.as_slice() {
        [] => sheet.line("Nothing is carried over."),
        items => sheet.table(&items.iter().map(row).collect::<Vec<_>>()),
    }
    sheet.section("Withdrawn");
    sheet.line(&match brief.withdrawn.records {
        0 => "Nothing was withdrawn.".to_owned(),
        1 => "1 record was withdrawn.".to_owned(),
        records => format!("{records} records were withdrawn (an entry and each addition and mark count one each)."),
    });
    sheet.rule();
    sheet.line(NOT_MONITORED);
}

fn header(sheet: &mut impl Sheet, brief: &Brief, names: &Names) {
    let header = &brief.header;
    sheet.title(&format!("Integration brief: {}, {}", names.of(header.patient), phrase::cycle(header.cycle)));
    let changed = if header.changed == 0 { String::new() } else { format!(" · {} changed", header.changed) };
    sheet.line(&format!("{} new{changed} · {} unread", header.new, header.unread));
    sheet.line(&match header.since {
        Some(since) => format!("{} to {}", since.minute_text(), header.until.minute_text()),
        None => format!("From the beginning to {}", header.until.minute_text()),
    });
    sheet.line(&match header.last_record_at {
        Some(at) => format!("Last record {}, {}", at.minute_text(), phrase::ago(at, header.until)),
        None => "Nothing shared yet.".to_owned(),
    });
    if let Some(since) = header.paused_since {
        sheet.line(&format!("The patient paused sharing on {}.", since.minute_text()));
    }
    if let Some(since) = header.hidden_since {
        sheet.line(&format!(
            "The server has not shown you this journal since {}: this is what your device had fetched before.",
            since.day_text()
        ));
    }
    if header.newer > 0 {
        let records = phrase::count(header.newer, "record is", "records are");
        sheet.line(&format!("{records} from a newer version of Reverie; update to read them."));
    }
    if header.unreadable > 0 {
        let records = phrase::count(header.unreadable, "record", "records");
        sheet.line(&format!("{records} could not be read; `reverie verify` says why."));
    }
}

fn list(sheet: &mut impl Sheet, brief: &Brief) {
    let list = &brief.patients_list;
    sheet.section("The patient's list");
    let parts = [
        ("Wants to talk about", &list.want_to_talk),
        ("Wants known, not talked about", &list.know_only),
        ("Tender: \"please don't raise this unless I do\"", &list.tender),
    ];
    for (what, items) in parts.iter().filter(|(_, items)| !items.is_empty()) {
        sheet.group(&format!("{what} ({})", items.len()));
        sheet.table(&items.iter().map(row).collect::<Vec<_>>());
    }
    if parts.iter().all(|(_, items)| items.is_empty()) {
        sheet.line("Nothing on it.");
    }
}

fn intentions(sheet: &mut impl Sheet, brief: &Brief, names: &Names) {
    sheet.section("Intentions and what emerged");
    for intention in &brief.intentions.intentions {
        let headline = phrase::headline(&intention.headline);
        sheet.item(&short_id(intention.entry.uuid()), &intention.at.day_text(), headline, false);
        for revisit in &intention.revisits {
            sheet.later(&format!("Came back to it {}:", revisit.at().minute_text()));
            sheet.words(revisit.body().words.as_str());
        }
        let rows = intention.emerged.iter().map(|one| emerged(one, names)).collect::<Vec<_>>();
        if !rows.is_empty() {
            sheet.table(&rows);
        }
        intention.note.iter().for_each(|note| sheet.detail(note));
    }
    brief.intentions.note.iter().for_each(|note| sheet.line(note));
}

fn emerged(one: &Emerged, names: &Names) -> Row {
    // Seen from the intention.
    let relation = if one.to_intention { one.relation.backward() } else { one.relation.forward() };
    let linked = match one.linked_by {
        Side::Patient => "linked by the patient".to_owned(),
        Side::Clinician => format!("linked by {}", names.of(one.by)),
    };
    Row {
        cells: vec![
            relation.to_owned(),
            short_id(one.entry.uuid()),
            one.at.day_text(),
            phrase::headline(&one.headline).to_owned(),
        ],
        notes: vec![format!("{} · {linked}", one.kind.label())],
    }
}

fn row(item: &ListItem) -> Row {
    let headline = phrase::headline(&item.headline);
    let headline = item.rank.map_or_else(|| headline.to_owned(), |rank| format!("{rank}. {headline}"));
    Row::from([short_id(item.entry.uuid()), item.at.day_text(), item.kind.label().to_owned(), headline])
}

fn entries(sheet: &mut impl Sheet, brief: &Brief) {
    let shown: usize = brief.entries.iter().map(|group| group.entries.len()).sum();
    sheet.section(&format!("New and changed ({shown})"));
    if shown == 0 {
        sheet.line("Nothing new since then.");
    }
    for group in &brief.entries {
        sheet.group(&format!("{} ({})", group.kind.label(), group.entries.len()));
        for entry in &group.entries {
            write_entry(sheet, entry);
        }
    }
}

fn write_entry(sheet: &mut impl Sheet, entry: &BriefEntry) {
    let title = entry.title.as_ref().map_or("", |title| title.as_str());
    sheet.item(&short_id(entry.entry.uuid()), &entry.at.minute_text(), title, entry.unread);
    let facts = facts(entry);
    if !facts.is_empty() {
        sheet.detail(&facts.join(" · "));
    }
    sheet.words(entry.words.as_str());
    if entry.words.is_blank() {
        sheet.detail("(no words)");
    }
    if !entry.details.is_empty() {
        sheet.detail(&entry.details.join(" · "));
    }
    phrase::meaning(&entry.themes, &entry.people).iter().for_each(|line| sheet.detail(line));
    if let Some(layer) = &entry.latest_layer {
        let which =
            if entry.layers == 1 { "Added".to_owned() } else { format!("Latest of {} additions,", entry.layers) };
        sheet.later(&format!("{which} {}:", layer.at().minute_text()));
        sheet.words(layer.body().words.as_str());
    }
    sheet.attachments(&entry.attachments);
}

fn facts(entry: &BriefEntry) -> Vec<String> {
    let mut facts = Vec::new();
    if !entry.also.is_empty() {
        let also: Vec<_> = entry.also.iter().map(|kind: &Kind| kind.label().to_lowercase()).collect();
        facts.push(format!("also {}", crate::names::listed(&also)));
    }
    let novelty = match entry.novelty {
        Novelty::New => "new",
        Novelty::Changed => "changed",
    };
    facts.extend(phrase::phase(entry.phase).map(str::to_owned));
    facts.push(if entry.unread { format!("{novelty}, unread") } else { novelty.to_owned() });
    facts.extend(phrase::talk(entry.talk).map(str::to_owned));
    if entry.tender {
        facts.push(phrase::TENDER.to_owned());
    }
    if entry.replies > 0 {
        facts.push(phrase::count(entry.replies, "reply", "replies"));
    }
    facts
}
