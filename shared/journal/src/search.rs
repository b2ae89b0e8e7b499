//! Search: the entries in which words stand, and where. Over what a device has opened already; nothing of it leaves the device.
//!
//! The invariant: a word is found where it stands and nowhere else, whatever its capitals and accents. Nothing is stemmed,
//! guessed or ranked: an entry is found if it holds every word, and entries stand in the order of time.

use std::collections::BTreeSet;

use reverie_protocol::ids::{AccountId, DocumentId};
use serde::Serialize;

use crate::alike::{plain, plain_char};
use crate::document::{Attachment, Document, Kind, Layer};
use crate::filter::EntryFilter;
use crate::timestamp::Timestamp;
use crate::view::{EntryView, PatientView};

/// How much of a text stands on each side of what was found, in characters.
const AROUND: usize = 40;

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    words: Vec<String>,
    /// What an entry has to have beside the words.
    pub filter: EntryFilter,
}

/// An entry that holds every word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Whose it is.
    pub patient: AccountId,
    /// The entry.
    pub entry: DocumentId,
    /// Its kind.
    pub kind: Kind,
    /// When it was captured.
    pub at: Timestamp,
    /// Its title, or how its first words begin.
    pub headline: String,
    /// Whether anybody else can read it. Who opened it is nothing that a search tells.
    pub shared: bool,
    /// Where the words stand, each place once; none if no word was asked for.
    pub places: Vec<Place>,
}

/// A text in which at least one of the words stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Which text.
    pub part: Part,
    /// When it was written, for what came later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Who wrote it, for replies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// What stands before the first word that was found.
    pub before: String,
    /// What was found.
    pub found: String,
    /// What stands after it.
    pub after: String,
}

/// A part of an entry that holds text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The title.
    Title,
    /// The first words.
    FirstWords,
    /// A field of its kind.
    Details,
    /// Something that the patient added.
    Addition,
    /// Something that the patient added for herself.
    PrivateAddition,
    /// A reply.
    Reply,
    /// The name of a theme.
    Theme,
    /// The label of a person.
    Person,
    /// The name of a file.
    File,
}

impl Part {
    /// Returns the name for people: `first words`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::FirstWords => "first words",
            Self::Details => "details",
            Self::Addition => "added",
            Self::PrivateAddition => "added for yourself",
            Self::Reply => "reply",
            Self::Theme => "theme",
            Self::Person => "person",
            Self::File => "file",
        }
    }
}

impl Query {
    /// Returns a query for every word of these texts; white space parts words.
    pub fn new(texts: &[String], filter: EntryFilter) -> Self {
        // Parted after marks are left out: a mark alone leaves nothing to look for.
        let texts: Vec<_> = texts.iter().map(|text| plain(text)).collect();
        let words: BTreeSet<_> = texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect();
        Self { words: words.into_iter().collect(), filter }
    }

    /// Tells whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.filter.is_empty()
    }
}

/// Returns the entries of a view that are looked for, by time. An entry of several circles is found once.
pub fn search(view: &PatientView, query: &Query) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<_> = view
        .entries()
        .filter(|entry| seen.insert(entry.entry.id()) && view.has(entry, &query.filter))
        .filter_map(|entry| look_into(view, entry, query))
        .collect();
    found.sort_by_key(|found| (found.at, found.entry));
    found
}

fn look_into(view: &PatientView, entry: &EntryView, query: &Query) -> Option<Found> {
    let mut missing: BTreeSet<&String> = query.words.iter().collect();
    let mut places = Vec::new();
    for Text { part, at, by, text } in texts(view, entry) {
        let plain = Plain::of(&text);
        missing.retain(|word| plain.find(word).is_none());
        let first = query.words.iter().filter_map(|word| plain.find(word)).min();
        places.extend(first.map(|range| excerpt(part, at, by, &text, range)));
    }
    missing.is_empty().then(|| Found {
        patient: view.patient,
        entry: entry.entry.id(),
        kind: entry.kind(),
        at: entry.entry.at(),
        headline: entry.headline(),
        shared: entry.state.is_shared(),
        places,
    })
}

/// A text of an entry.
struct Text {
    part: Part,
    at: Option<Timestamp>,
    by: Option<AccountId>,
    text: String,
}

/// Returns every text of an entry, in the order in which a page shows it. A text that stands there twice is looked into once.
fn texts(view: &PatientView, entry: &EntryView) -> Vec<Text> {
    let first = entry.entry.body();
    let mut texts = Vec::new();
    let mut add = |part, at, by, text: &str| texts.push(Text { part, at, by, text: text.to_owned() });
    first.title.iter().for_each(|title| add(Part::Title, None, None, title.as_str()));
    add(Part::FirstWords, None, None, first.words.as_str());
    first.details.lines().iter().for_each(|line| add(Part::Details, None, None, line));
    let mut layer = |part, layer: &Document<Layer>| {
        let (at, body) = (Some(layer.at()), layer.body());
        add(part, at, None, body.words.as_str());
        body.details.lines().iter().for_each(|line| add(Part::Details, at, None, line));
    };
    entry.layers.iter().for_each(|one| layer(Part::Addition, &one.layer));
    let beside = view.private.iter().flat_map(|private| &private.additions);
    let beside: Vec<_> = beside.filter(|addition| addition.entry == entry.entry.id()).collect();
    let own = beside.iter().flat_map(|addition| &addition.layers);
    own.clone().for_each(|one| layer(Part::PrivateAddition, &one.layer));
    for reply in &entry.replies {
        add(Part::Reply, Some(reply.reply.at()), Some(reply.author), reply.reply.body().words.as_str());
    }
    let (themes, own_themes) = view.themes_of(entry);
    themes.iter().chain(&own_themes).for_each(|theme| add(Part::Theme, None, None, theme.body().name.as_str()));
    view.people_in(entry).iter().for_each(|label| add(Part::Person, None, None, label.as_str()));
    let files = entry.attachments().chain(own.flat_map(|one| &one.layer.body().attachments));
    files.for_each(|file: &Attachment| add(Part::File, None, None, file.name.as_str()));
    texts
}

/// A text without capitals and accents, and where each of its bytes came from.
struct Plain {
    text: String,
    /// For each byte, where the character that it came from begins and ends in the text as it was written.
    from: Vec<(usize, usize)>,
}

impl Plain {
    fn of(written: &str) -> Self {
        let mut plain = Self { text: String::new(), from: Vec::new() };
        for (at, one) in written.char_indices() {
            let whole = (at, at + one.len_utf8());
            for part in plain_char(one) {
                plain.text.push(part);
                plain.from.resize(plain.text.len(), whole);
            }
        }
        plain
    }

    /// Returns where a word stands first in the text as it was written, in bytes.
    fn find(&self, word: &str) -> Option<(usize, usize)> {
        let at = self.text.find(word)?;
        let (begin, _) = self.from.get(at)?;
        let (_, end) = self.from.get(at + word.len() - 1)?;
        Some((*begin, *end))
    }
}

fn excerpt(
    part: Part,
    at: Option<Timestamp>,
    by: Option<AccountId>,
    text: &str,
    (begin, end): (usize, usize),
) -> Place {
    let (before, found, after) = (&text[..begin], &text[begin..end], &text[end..]);
    // Whole words, as far as there is room for them.
    let from = before.char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    let from = if from == 0 { 0 } else { before[from..].find(char::is_whitespace).map_or(from, |space| from + space) };
    let to = after.char_indices().nth(AROUND).map_or(after.len(), |(at, _)| at);
    let to = if to == after.len() { to } else { after[..to].rfind(char::is_whitespace).unwrap_or(to) };
    let cut = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let ellipsis = |cut: bool| if cut { "…" } else { "" };
    let gap = |text: &str| if text.is_empty() { "" } else { " " };
    let (lead, tail) = (cut(&before[from..]), cut(&after[..to]));
    let space_before = if before.ends_with(char::is_whitespace) { gap(&lead) } else { "" };
    let space_after = if after.starts_with(char::is_whitespace) { gap(&tail) } else { "" };
    Place {
        part,
        at,
        by,
        before: format!("{}{lead}{space_before}", ellipsis(from > 0)),
        found: found.to_owned(),
        after: format!("{space_after}{tail}{}", ellipsis(to < after.len())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Entry;
    use crate::fold::fold;
    use crate::sample::*;
    use crate::text::Title;

    fn query(words: &str) -> Query {
        Query::new(&[words.to_owned()], EntryFilter::default())
    }

    fn found(view: &PatientView, words: &str) -> Vec<(DocumentId, Vec<Part>)> {
        let found = search(view, &query(words));
        found.into_iter().map(|one| (one.entry, one.places.iter().map(|place| place.part).collect())).collect()
    }

    fn view() -> PatientView {
        let mut lake = Entry::new(Kind::Image, words("El lago, y mi MAMÁ en la orilla."));
        lake.title = Some(Title::new("The still lake").unwrap());
        let private = private()
            .write(HERON, entry(3, at(3, 9, 0), Kind::Dream, "The pool, without water."))
            .write(HERON, layer(4, 1, at(4, 9, 0), "Nobody knows that it was the lake at home."));
        let shared = shared()
            .write(HERON, document(1, at(1, 9, 0), lake))
            .write(HERON, layer(5, 1, at(2, 9, 0), "The water was warm."))
            .write(QUILL, reply(6, 1, at(2, 10, 0), "Who was on the shore?", true))
            .write(HERON, theme(9, at(2, 9, 0), "water"))
            .write(HERON, placement(11, 1, 9, at(2, 9, 0)))
            .write(HERON, person_label(31, 1, "Mamá", at(2, 9, 0)));
        fold(HERON, &[private, shared])
    }

    #[test]
    fn a_word_is_found_wherever_it_stands_whatever_its_capitals_and_accents() {
        let view = view();
        assert_eq!(found(&view, "mama"), [(id(1), vec![Part::FirstWords, Part::Person])]);
        assert_eq!(
            found(&view, "WATER"),
            [(id(1), vec![Part::Addition, Part::Theme]), (id(3), vec![Part::FirstWords])]
        );
        assert_eq!(found(&view, "shore"), [(id(1), vec![Part::Reply])]);
        assert_eq!(found(&view, "lake home"), [(id(1), vec![Part::Title, Part::PrivateAddition])]);
        assert_eq!(found(&view, "lake pool"), [], "every word has to be there");
    }

    #[test]
    fn a_clinician_finds_nothing_of_what_is_private() {
        let clinicians = PatientView { private: None, ..view() };
        assert_eq!(found(&clinicians, "home"), []);
        assert_eq!(found(&clinicians, "pool"), []);
        assert_eq!(found(&clinicians, "lago").len(), 1);
    }

    #[test]
    fn what_was_found_stands_in_its_words_as_they_were_written() {
        let place = search(&view(), &query("mama")).remove(0).places.remove(0);
        assert_eq!(
            (place.before.as_str(), place.found.as_str(), place.after.as_str()),
            ("El lago, y mi ", "MAMÁ", " en la orilla.")
        );
        let long = format!("{} the door {}", "far away ".repeat(20), "and on ".repeat(20));
        let journal = private().write(HERON, entry(1, at(1, 9, 0), Kind::Free, &long));
        let place = search(&fold(HERON, &[journal]), &query("door")).remove(0).places.remove(0);
        let shown = format!("{}[{}]{}", place.before, place.found, place.after);
        assert_eq!(shown, "…away far away far away far away the [door] and on and on and on and on and on and…");
    }

    #[test]
    fn filters_narrow_it_down_and_need_no_words() {
        let view = view();
        let with =
            |filter| search(&view, &Query::new(&[], filter)).into_iter().map(|one| one.entry).collect::<Vec<_>>();
        let any = EntryFilter::default;
        assert_eq!(with(EntryFilter { person: Some("MAMA".into()), ..any() }), [id(1)]);
        assert_eq!(with(EntryFilter { theme: Some("Water".into()), ..any() }), [id(1)]);
        assert_eq!(with(EntryFilter { kind: Some(Kind::Dream), ..any() }), [id(3)]);
        assert_eq!(with(EntryFilter { since: Some(at(2, 0, 0)), ..any() }), [id(3)]);
        assert!(query(" \u{301} ").is_empty());
    }

    proptest! {
        #[test]
        fn any_part_of_any_text_is_found_and_is_cut_between_characters(
            before in ".{0,60}", word in "\\PC{1,10}", after in ".{0,60}",
        ) {
            let journal = private().write(
                HERON,
                entry(1, at(1, 9, 0), Kind::Free, &format!("{before}{word}{after}")),
            );
            let view = fold(HERON, &[journal]);
            let query = query(&word);
            if !query.is_empty() {
                let found = search(&view, &query);
                prop_assert_eq!(found.len(), 1, "{:?}", word);
                prop_assert!(!found[0].places.is_empty());
            }
        }

        #[test]
        fn searching_any_journals_finds_only_what_may_be_seen(journals in journals(), word in "[a-zA-Z.]{1,2}") {
            let view = fold(HERON, &journals);
            for found in search(&view, &query(&word)) {
                prop_assert!(view.entry(found.entry).is_some());
            }
        }
    }
}
