//! The fictional practice keeps to its plan, and names nobody and no place that is not on its lists.

use std::collections::{BTreeMap, BTreeSet};

use reverie_client::NewFile;
use reverie_journal::measure::{Answers, Instruments, Pack, Points, score};
use reverie_journal::{Talk, Words};
use reverie_tests::fiction::{EntryTold, Fiction, Tale};
use reverie_tests::media::{long_voice_memo, photo, strokes};
use serde_json::Value;

/// Texts are written by hand: a cycle may be this much longer or shorter than the plan, in per cent.
const TEXT_TOLERANCE: usize = 5;
/// Files are generated to sizes like those of the plan.
const FILE_TOLERANCE: usize = 10;

fn plan() -> Value {
    serde_json::from_str(include_str!("../fiction/plan.json")).unwrap()
}

fn number(value: &Value) -> usize {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap()
}

/// The entries that the plan counts under a cycle.
fn of_cycle(tale: &Tale, n: usize) -> Vec<&EntryTold> {
    tale.entries.iter().filter(|entry| entry.cycle == n && !entry.beside_the_plan).collect()
}

fn chars(entries: &[&EntryTold]) -> usize {
    entries.iter().map(|entry| entry.words().chars().count()).sum()
}

fn files(entry: &EntryTold) -> Vec<NewFile> {
    let drawings = entry.drawings.iter().map(|drawing| strokes(&drawing.name, drawing.kb));
    let voice = entry.voice.iter().map(|voice| long_voice_memo(&voice.name, voice.seconds));
    drawings.chain(voice).chain(entry.photo.iter().map(|of| photo(&of.name, of.kb))).collect()
}

fn within(found: usize, wanted: usize, per_cent: usize) -> bool {
    found.abs_diff(wanted) * 100 <= wanted * per_cent
}

#[test]
fn every_cycle_has_the_kinds_shares_marks_and_files_of_the_plan() {
    let (fiction, plan) = (Fiction::load(), plan());
    for tale in &fiction.patients {
        for cycle in plan["plan"][&tale.handle]["cycles"].as_array().unwrap() {
            let n = number(&cycle["n"]);
            let (entries, what) = (of_cycle(tale, n), format!("{}, cycle {n}", tale.handle));
            let mut kinds = BTreeMap::new();
            entries.iter().for_each(|entry| *kinds.entry(entry.kind.name().to_owned()).or_insert(0) += 1);
            let wanted = cycle["kinds"].as_object().unwrap();
            let wanted: BTreeMap<_, _> = wanted.iter().map(|(kind, count)| (kind.clone(), number(count))).collect();
            assert_eq!(kinds, wanted, "{what}");
            let voice: BTreeSet<_> = entries.iter().filter_map(|entry| Some(entry.voice.as_ref()?.seconds)).collect();
            let wanted = cycle["voice"].as_array().unwrap().iter();
            assert_eq!(voice, wanted.map(|seconds| u32::try_from(number(seconds)).unwrap()).collect(), "{what}");
            let talks = |entry: &&&EntryTold| entry.talk.is_some_and(|talk| talk.wish == Talk::WantToTalk);
            let counted = [
                ("draw", entries.iter().map(|entry| entry.drawings.len()).sum()),
                ("photo", entries.iter().filter(|entry| entry.photo.is_some()).count()),
                ("shared", entries.iter().filter(|entry| entry.share).count()),
                ("talk", entries.iter().filter(talks).count()),
            ];
            for (name, found) in counted {
                assert_eq!(found, number(&cycle[name]), "{what}: {name}");
            }
        }
    }
}

#[test]
fn texts_and_files_are_as_long_as_the_plan_says() {
    let (fiction, plan) = (Fiction::load(), plan());
    let mut all = 0;
    for row in plan["rows"].as_array().unwrap() {
        let (handle, n) = (row[0].as_str().unwrap(), number(&row[1]));
        let tale = fiction.patients.iter().find(|tale| tale.handle == handle).unwrap();
        let entries = of_cycle(tale, n);
        let found = chars(&entries);
        assert!(within(found, number(&row[12]), TEXT_TOLERANCE), "{handle}, cycle {n}: {found} characters");
        let bytes: u64 = entries.iter().flat_map(|entry| files(entry)).map(|file| file.size).sum();
        let bytes = usize::try_from(bytes).unwrap() + found;
        let wanted = (row[13].as_f64().unwrap() * 100.0).round() as usize * 10_000;
        assert!(within(bytes, wanted, FILE_TOLERANCE), "{handle}, cycle {n}: {bytes} of {wanted} bytes");
        all += found;
    }
    assert!(within(all, number(&plan["totals"]["text"]), 3), "{all} characters");
}

#[test]
fn answers_come_to_the_totals_of_the_plan() {
    let (fiction, plan) = (Fiction::load(), plan());
    let shipped = Instruments::default();
    let pack = |source: &str| Pack::load(source.to_owned()).unwrap();
    let packs = BTreeMap::from([
        ("CORE-10", pack(include_str!("../../shared/journal/packs/core-10.toml"))),
        ("WHO-5", pack(include_str!("../../shared/journal/packs/who-5.toml"))),
    ]);
    let names = [("PHQ-9", "phq9"), ("GAD-7", "gad7"), ("PCL-5", "pcl5"), ("WHO-5", "who5raw"), ("CORE-10", "core10")];
    for tale in &fiction.patients {
        let planned = &plan["plan"][&tale.handle];
        for (name, key) in names {
            let taken: Vec<_> = tale.measures.iter().filter(|measure| measure.name == name).collect();
            let instrument = packs.get(name).unwrap_or_else(|| shipped.find(name).unwrap()).instrument();
            let totals = taken.iter().map(|measure| {
                let given: Vec<_> = measure.answers.iter().copied().map(Some).collect();
                let score = score(instrument, &Answers::in_order(instrument, &given).unwrap());
                score.total.unwrap().value
            });
            let wanted = planned[key].as_array().cloned().unwrap_or_default();
            let wanted: Vec<_> =
                wanted.iter().map(|total| Points::whole(i32::try_from(number(total)).unwrap())).collect();
            assert_eq!(totals.collect::<Vec<_>>(), wanted, "{}: {name}", tale.handle);
        }
    }
    let cedar = fiction.patients.iter().find(|tale| tale.handle == "cedar-07").unwrap();
    let item_9 = cedar.measures.iter().filter(|measure| measure.name == "PHQ-9").map(|measure| measure.answers[8]);
    assert_eq!(item_9.collect::<Vec<_>>(), [0, 0, 1, 0]);
}

#[test]
fn the_practice_has_the_sessions_cards_notes_and_oddities_of_the_plan() {
    let fiction = Fiction::load();
    let count = |of: fn(&Tale) -> usize| fiction.patients.iter().map(of).sum::<usize>();
    assert_eq!(count(|tale| tale.sessions.len()), 21, "sessions");
    assert_eq!(count(|tale| tale.doses.len()), 9, "dose cards, one of them of a cycle that was broken off");
    assert_eq!(count(|tale| tale.replies.len()), 12, "replies");
    assert_eq!(count(|tale| tale.notes.len()), 6, "process notes");
    assert_eq!(count(|tale| tale.too_soon.len()), 2, "attempts to share while decisions wait");
    let notes = fiction.patients.iter().flat_map(|tale| &tale.notes);
    assert_eq!(
        notes.filter_map(|note| note.canary()).collect::<BTreeSet<_>>().len(),
        6,
        "each has a canary of its own"
    );
    let entries = || fiction.patients.iter().flat_map(|tale| &tale.entries);
    assert_eq!(entries().map(|entry| entry.kind).collect::<BTreeSet<_>>().len(), 16, "all kinds");
    let odd = |what: &str, is: &dyn Fn(&EntryTold) -> bool| assert!(entries().any(is), "{what}");
    odd("an empty entry", &|entry| entry.words().is_empty());
    odd("one as long as an entry can be", &|entry| entry.words().chars().count() == Words::MAX_CHARS);
    odd("one captured without a network for nine days", &|entry| entry.offline_days == Some(9));
    odd("one that is sent twice", &|entry| entry.upload_twice);
    odd("one with emoji that is also written from right to left", &|entry| {
        let words = entry.words();
        words.contains('\u{1f3ee}') && words.chars().any(|letter| ('\u{600}'..'\u{700}').contains(&letter))
    });
    let behind = fiction.patients.iter().filter_map(|tale| Some(tale.lost_phone.as_ref()?.behind_hours));
    assert_eq!(behind.collect::<Vec<_>>(), [26]);
    let names =
        entries().map(|entry| entry.words().chars().take(40).collect::<String>()).filter(|words| !words.is_empty());
    assert_eq!(names.clone().count(), names.collect::<BTreeSet<_>>().len(), "no text begins like another");
}

/// Every text of a file, in order.
fn texts(value: &toml::Value, into: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => into.push(text.clone()),
        toml::Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        toml::Value::Table(table) => table.values().for_each(|value| texts(value, into)),
        _ => {}
    }
}

/// The words of a text that have a capital letter, each with whether a sentence begins with it.
fn capitals(text: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut begins = true;
    let mut rest = text;
    while let Some(at) = rest.find(char::is_alphabetic) {
        let gap = &rest[..at];
        begins = begins || gap.trim_end_matches(' ').ends_with(['.', '?', '!', ':', '"', '(', '\n', '¡', '¿']);
        rest = &rest[at..];
        let end = rest.find(|letter: char| !letter.is_alphabetic() && letter != '\'').unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches('\'');
        if word.starts_with(char::is_uppercase) {
            found.push((word, begins));
        }
        begins = false;
        rest = &rest[end..];
    }
    found
}

#[test]
fn every_name_place_and_number_is_on_the_lists() {
    let practice = Fiction::load().practice;
    let known = practice.people.iter().chain(&practice.places).flat_map(|name| name.split(' '));
    let known: BTreeSet<_> = known.chain(practice.capitals.iter().map(String::as_str)).collect();
    let mut all = Vec::new();
    for source in Fiction::sources().skip(1) {
        texts(&toml::from_str(source).unwrap(), &mut all);
    }
    let lower: BTreeSet<_> = all.iter().flat_map(|text| text.split(|c: char| !c.is_alphabetic())).collect();
    let allowed = |word: &str| {
        let word = word.strip_suffix("'s").unwrap_or(word);
        // Loud words and the names of instruments and routes are all capitals.
        known.contains(word) || (word.chars().count() > 1 && word.chars().all(|letter| !letter.is_lowercase()))
    };
    for text in &all {
        for (word, begins) in capitals(text) {
            let ordinary = begins && lower.contains(&*word.to_lowercase());
            let ordinary = ordinary || (begins && word.split('\'').all(|part| lower.contains(&*part.to_lowercase())));
            assert!(allowed(word) || ordinary, "`{word}` is on no list: {text}");
        }
    }
    let digits = |c: char| c.is_ascii_digit() || c == '-';
    for text in all.iter().map(String::as_str).chain([practice.phone.as_str()]) {
        for run in text.split(|c| !digits(c)).filter(|run| run.matches('-').count() == 2 && run.len() == 12) {
            assert!(practice.phones.iter().any(|phone| phone == run), "{run} is on no list");
        }
    }
    assert!(
        practice.phones.iter().all(|phone| phone.starts_with("617-555-01")),
        "numbers that are kept free for fiction"
    );
}
