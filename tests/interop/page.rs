//! `docs/protocol.md` cannot go stale: every example on the page is compared with the vector or specification that it
//! quotes.
//!
//! An example is a block of text after a comment that names its source: a file and a JSON pointer, `<!-- card.json
//! /first/json -->`, or several with the label of their line, `<!-- card.json card=/first/json … -->`. JSON may be laid
//! out and put in another order; long texts may be shortened with `…`. `opened.json` is what is inside sealed vectors.

use std::collections::BTreeSet;

use reverie_crypto::bundle::way_from_recovery_code;
use reverie_crypto::{HybridIdentity, RecoveryCode};
use reverie_protocol::bytes::B64;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::foreign::root;

/// One example: where it is from, and what the page shows.
struct Example<'a> {
    source: &'a str,
    shown: String,
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/protocol.md")).unwrap()
}

/// Finds the blocks that follow a comment with a source.
fn examples(page: &str) -> Vec<Example<'_>> {
    let mut examples = Vec::new();
    for part in page.split("<!-- ").skip(1) {
        let (source, rest) = part.split_once(" -->\n").expect("a comment ends, and its line with it");
        let block = rest.strip_prefix("```").unwrap_or_else(|| panic!("no block follows {source}"));
        let (_, block) = block.split_once('\n').unwrap();
        let (shown, _) = block.split_once("\n```").expect("a block ends");
        examples.push(Example { source, shown: shown.to_owned() });
    }
    examples
}

fn source(file: &str) -> Value {
    if file == "opened.json" {
        return opened();
    }
    let folders = ["shared/protocol/tests/vectors", "shared/crypto/tests/vectors", "."];
    let found = folders.iter().map(|folder| root().join(folder).join(file)).find(|path| path.is_file());
    let found = found.unwrap_or_else(|| panic!("there is no {file}"));
    serde_json::from_slice(&std::fs::read(found).unwrap()).unwrap()
}

/// Opens the sealed vectors with the age crate, as a stranger would: what is inside is what the page says.
fn opened() -> Value {
    let vectors = ["journal.json", "bundle.json", "device.json", "recovery.json"].map(source);
    let [journal, bundle, device, recovery] = &vectors;
    let account: HybridIdentity = text(&journal["account_identity"]).parse().unwrap();
    let grant = open(&account, &journal["grant"]["sealed"]);
    let epoch: age::x25519::Identity = grant.lines().last().unwrap().parse().unwrap();
    let way = way_from_recovery_code(&RecoveryCode::parse(&text(&recovery["words"])).unwrap());
    let password = age::scrypt::Identity::new(SecretString::from(text(&device["password"])));
    let copy: Value = serde_json::from_str(&open(&password, &device["sealed"])).unwrap();
    let own: age::x25519::Identity = text(&copy["device_key"]).parse().unwrap();
    json!({
        "grant": grant,
        "body": open(&epoch, &journal["signed_record"]["body"]),
        "bundle": serde_json::from_str::<Value>(&open(&way, &bundle["sealed"])).unwrap(),
        "local": open(&own, &device["local"]["sealed"]),
        "device": copy,
    })
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is text").to_owned()
}

fn open(identity: &impl age::Identity, sealed: &Value) -> String {
    let sealed = B64::decode(&text(sealed)).unwrap();
    let plaintext = age::decrypt(identity, &sealed.0).unwrap();
    String::from_utf8(plaintext).unwrap().trim_end_matches('\n').to_owned()
}

/// Tells whether the page shows this value; `…` stands for what is left out of a text.
fn shows(shown: &Value, value: &Value) -> bool {
    match (shown, value) {
        (Value::String(shown), Value::String(value)) => match shown.split_once('…') {
            Some((first, last)) => first.len() >= 3 && value.starts_with(first) && value.ends_with(last),
            None => shown == value,
        },
        (Value::Array(shown), Value::Array(values)) => {
            shown.len() == values.len() && shown.iter().zip(values).all(|(shown, value)| shows(shown, value))
        }
        (Value::Object(shown), Value::Object(values)) => {
            shown.len() == values.len()
                && shown.iter().all(|(name, shown)| values.get(name).is_some_and(|value| shows(shown, value)))
        }
        _ => shown == value,
    }
}

/// Compares a text of the page with a value: as text, as words, or as JSON.
fn agrees(shown: &str, value: &Value) -> bool {
    match value {
        // Signed JSON is text in the vectors, and may be laid out on the page.
        Value::String(text) => {
            let parsed = |text| serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
            let laid_out = parsed(shown).zip(parsed(text)).is_some_and(|(shown, value)| shows(&shown, &value));
            laid_out || shows(&Value::from(shown), value)
        }
        Value::Array(words) if words.iter().all(Value::is_string) => {
            words.iter().map(|word| word.as_str().unwrap()).eq(shown.split(' '))
        }
        _ => serde_json::from_str(shown).is_ok_and(|shown| shows(&shown, value)),
    }
}

/// Returns what is wrong with an example, if something is.
fn fault(example: &Example<'_>) -> Option<String> {
    let (file, pointers) = example.source.split_once(' ').expect("a source is a file and pointers");
    let vector = source(file);
    let at = |pointer: &str| vector.pointer(pointer).unwrap_or_else(|| panic!("{file} has no {pointer}"));
    if pointers.starts_with('/') {
        return (!agrees(&example.shown, at(pointers))).then(|| format!("{}:\n{}", example.source, at(pointers)));
    }
    let mut lines = example.shown.lines();
    for pointer in pointers.split(' ') {
        let (label, pointer) = pointer.split_once('=').expect("a label and a pointer");
        let line = lines.next().unwrap_or_default();
        let shown = line.strip_prefix(&label.replace('_', " ")).map(str::trim);
        if !shown.is_some_and(|shown| agrees(shown, at(pointer))) {
            return Some(format!("{} {label}: {line}\n{}", example.source, at(pointer)));
        }
    }
    lines.next().map(|line| format!("{}: nothing is said about {line}", example.source))
}

#[test]
fn every_example_on_the_page_is_the_vector_that_it_quotes() {
    let page = page();
    let faults: Vec<_> = examples(&page).iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn no_hash_key_or_signature_stands_on_the_page_outside_of_an_example() {
    let page = page();
    let checked: String = examples(&page).into_iter().map(|example| example.shown).collect::<Vec<_>>().join("\n");
    let is_of_bytes = |character: char| character.is_ascii_alphanumeric() || "+/=".contains(character);
    for word in page.split(|character| !is_of_bytes(character)).filter(|word| word.len() >= 40 && !word.contains('/')) {
        assert!(checked.contains(word), "{word} is not checked");
    }
}

/// Signed and sealed things, and the talk with the server: each has an example, from each of these files.
#[test]
fn every_vector_is_quoted() {
    let page = page();
    let quoted: BTreeSet<_> =
        examples(&page).iter().map(|it| it.source.split(' ').next().unwrap().to_owned()).collect();
    let mut expected = BTreeSet::from(["opened.json", "openapi.json"].map(str::to_owned));
    for folder in ["shared/protocol/tests/vectors", "shared/crypto/tests/vectors"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            // Those of RFCs and of C2SP are quoted where they come from.
            if name.ends_with(".json") && !name.starts_with("rfc") {
                expected.insert(name);
            }
        }
    }
    assert_eq!(quoted, expected);
}

#[test]
fn an_example_that_is_altered_is_noticed() {
    let altered = |source: &'static str, shown: &str| fault(&Example { source, shown: shown.to_owned() }).is_some();
    assert!(!altered("pairing.json role=/role", "role  patient"));
    assert!(altered("pairing.json role=/role", "role  clinician"));
    assert!(altered("pairing.json role=/role", "role  patient\nmore  of it"));
    assert!(altered("pairing.json /words", "whip drama hold visit stuff snow more"));
    assert!(altered("journal.json /grant", "{\"epoch\":3}"));
}
