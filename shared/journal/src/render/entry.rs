//! One entry, whole: first words, then what was added and answered in the order in which it came.

use reverie_protocol::ids::{AttachmentId, DocumentId};

use super::sheet::Sheet;
use super::terminal::Terminal;
use super::{Page, Receipts, phrase};
use crate::document::{Details, Document, Entry, Theme};
use crate::find::short_id;
use crate::names::{Names, listed};
use crate::view::{EntryView, LayerView, PatientView, ReplyView, ShareState};

/// Returns one entry for a terminal, or nothing if there is no such entry.
pub fn entry_text(view: &PatientView, id: DocumentId, names: &Names, page: Page) -> Option<String> {
    let entry = view.entry(id)?;
    let mut sheet = Terminal::new(page);
    let (at, short) = (entry.entry.at().minute_text(), short_id(id.uuid()));
    sheet.title(&format!("{} · {at} · {short}", phrase::headline(&entry.headline())));
    write_entry(&mut sheet, view, entry, names, page.receipts);
    Some(sheet.finish())
}

/// Returns something that was captured while its device was locked, and is no entry yet, for a terminal. Files that do not
/// open are said to be damaged.
pub fn capture_text(capture: &Document<Entry>, damaged: &[AttachmentId], page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let (at, short) = (capture.at().minute_text(), short_id(capture.id().uuid()));
    sheet.title(&format!("Captured while locked · {at} · {short}"));
    let Entry { words, attachments, .. } = capture.body();
    if words.is_blank() && attachments.is_empty() {
        sheet.detail("That nothing came.");
    }
    sheet.words(words.as_str());
    let (lost, whole): (Vec<_>, Vec<_>) = attachments.iter().partition(|file| damaged.contains(&file.id));
    sheet.attachments(whole);
    for file in lost {
        sheet.detail(&format!("File: {}. It is damaged and does not open.", phrase::attachment(file)));
    }
    sheet.finish()
}

/// Writes what stands under an entry's headline.
pub(super) fn write_entry(
    sheet: &mut impl Sheet,
    view: &PatientView,
    entry: &EntryView,
    names: &Names,
    receipts: Receipts,
) {
    let first = entry.entry.body();
    sheet.detail(&facts(view, entry, names, receipts).join(" · "));
    sheet.words(first.words.as_str());
    write_details(sheet, &first.details);
    write_meaning(sheet, view, entry, names);
    sheet.attachments(&first.attachments);

    // Layers and replies have their places in one log, so that an answer stands after its question.
    let mut later: Vec<_> = entry.layers.iter().map(|layer| (layer.seq, Later::Layer(layer))).collect();
    later.extend(entry.replies.iter().map(|reply| (reply.seq, Later::Reply(reply))));
    later.sort_by_key(|(seq, _)| *seq);
    for (_, one) in later {
        match one {
            Later::Layer(layer) => write_layer(sheet, layer, "Added"),
            Later::Reply(view) => {
                let (reply, author) = (view.reply.body(), names.of(view.author));
                let said = if reply.question { "asked" } else { "replied" };
                sheet.later(&format!("{author} {said}, {}:", view.reply.at().minute_text()));
                sheet.words(reply.words.as_str());
            }
        }
    }
    let private = view.private.iter().flat_map(|private| &private.additions);
    for addition in private.filter(|addition| addition.entry == entry.entry.id()) {
        for layer in &addition.layers {
            write_layer(sheet, layer, "Added for yourself");
        }
        if let Some(mark) = addition.mark.as_ref().and_then(|mark| phrase::talk(mark.mark.body().talk)) {
            sheet.later(&format!("Marked for yourself: {mark}"));
        }
    }
}

/// Writes which themes an entry is in, who is in it, and what it is linked to.
fn write_meaning(sheet: &mut impl Sheet, view: &PatientView, entry: &EntryView, names: &Names) {
    let (themes, own_themes) = view.themes_of(entry);
    let named = |themes: Vec<&Document<Theme>>| themes.into_iter().map(|theme| theme.body().name.clone()).collect();
    let people: Vec<_> = entry.people.iter().map(|person| person.body().label.clone()).collect();
    let own_people: Vec<_> = view.people_in(entry).into_iter().filter(|label| !people.contains(label)).collect();
    let (themes, own_themes): (Vec<_>, Vec<_>) = (named(themes), named(own_themes));
    phrase::meaning(&themes, &people).iter().for_each(|line| sheet.detail(line));
    if let Some(line) = phrase::meaning(&own_themes, &own_people) {
        sheet.detail(&format!("For yourself: {line}"));
    }
    for view_of in view.links_of(entry.entry.id()) {
        let link = view_of.link.body();
        let forward = link.from == entry.entry.id();
        let (relation, other) =
            if forward { (link.relation.forward(), link.to) } else { (link.relation.backward(), link.from) };
        let headline = view.entry(other).map(EntryView::headline).unwrap_or_default();
        let by = if view_of.by == view.patient { "the patient".to_owned() } else { names.of(view_of.by) };
        // She knows what she linked; who else did is said.
        let linked = match (&view.private, view_of.by == view.patient) {
            (Some(_), true) => String::new(),
            _ => format!(" (linked by {by})"),
        };
        let (id, headline) = (short_id(other.uuid()), phrase::headline(&headline).to_owned());
        sheet.detail(&format!("{relation} {id} \"{headline}\"{linked}"));
    }
}

enum Later<'a> {
    Layer(&'a LayerView),
    Reply(&'a ReplyView),
}

fn write_layer(sheet: &mut impl Sheet, layer: &LayerView, added: &str) {
    sheet.later(&format!("{added} {}:", layer.layer.at().minute_text()));
    if let Some(kind) = layer.layer.body().kind {
        sheet.detail(&format!("sorted as {}", kind.label().to_lowercase()));
    }
    sheet.words(layer.layer.body().words.as_str());
    write_details(sheet, &layer.layer.body().details);
    sheet.attachments(&layer.layer.body().attachments);
}

fn write_details(sheet: &mut impl Sheet, details: &Details) {
    if !details.is_empty() {
        sheet.detail(&details.lines().join(" · "));
    }
}

fn facts(view: &PatientView, entry: &EntryView, names: &Names, receipts: Receipts) -> Vec<String> {
    let first = entry.entry.body();
    let mut facts = vec![phrase::kinds(entry.kind(), &first.also)];
    facts.push(match entry.state {
        ShareState::Private => "private".to_owned(),
        ShareState::Held => phrase::HELD.to_owned(),
        ShareState::SharedUnopened | ShareState::SharedOpened | ShareState::Filed => {
            format!("shared with {}", shared_with(view, entry, names))
        }
    });
    facts.extend(phrase::unsent(view.unsent(entry)).map(str::to_owned));
    if first.captured_while_locked {
        facts.push(phrase::WHILE_LOCKED.to_owned());
    }
    facts.extend(phrase::talk(entry.talk()).map(str::to_owned));
    if entry.is_tender() {
        facts.push(phrase::TENDER.to_owned());
    }
    if let Some(last) = entry.discussed.last() {
        facts.push(format!("discussed in session {}", last.at.day_text()));
    }
    if entry.is_carried_over() {
        facts.push("carried over to the next session".to_owned());
    }
    facts.extend(filed(entry, names));
    facts.extend(opened(view, entry, names, receipts));
    facts
}

/// Returns who copied the entry into the chart first: everybody is told.
pub(super) fn filed(entry: &EntryView, names: &Names) -> Option<String> {
    let first = entry.filed.first()?;
    Some(format!("filed to the chart {} by {}", first.at.day_text(), names.of(first.by)))
}

/// Returns who reads the journals that hold the entry.
fn shared_with(view: &PatientView, entry: &EntryView, names: &Names) -> String {
    let mut readers = Vec::new();
    for shared in &view.shared {
        let Some(held) = shared.entries.iter().find(|held| held.entry.id() == entry.entry.id()) else { continue };
        let closed_to: Vec<_> = shared.closed_to(held).collect();
        for reader in shared.readers().filter(|one| !closed_to.contains(one)).map(|reader| names.of(reader)) {
            if !readers.contains(&reader) {
                readers.push(reader);
            }
        }
    }
    if readers.is_empty() { "nobody now".to_owned() } else { listed(&readers) }
}

/// Returns who read a shared entry for a session, or else who opened it first, if the reader of the page is told.
pub(super) fn opened(view: &PatientView, entry: &EntryView, names: &Names, receipts: Receipts) -> Option<String> {
    if receipts == Receipts::Hidden && !view.tells_when_read(entry) {
        return None;
    }
    match (entry.state, entry.reviewed.last(), entry.opened.first()) {
        (ShareState::Private | ShareState::Held, ..) => None,
        (_, Some(last), _) => {
            Some(format!("seen before your session by {}, {}", names.of(last.by), last.at.day_text()))
        }
        (_, None, Some(first)) => Some(format!("opened {} by {}", first.at.day_text(), names.of(first.by))),
        (_, None, None) => Some("not opened yet".to_owned()),
    }
}
