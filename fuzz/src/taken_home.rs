//! What somebody hands over, and what somebody else wrote: an exported folder, and documents on their way to a screen.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use reverie_client::{ExportSource, verify_copy, verify_export};
use reverie_crypto::{Binding, seal_body};
use reverie_journal::render::{self, Page, Receipts, Style};
use reverie_journal::{
    Compartment, Content, EntryFilter, GivenBack, Names, Opened, OpenedJournal, Query, Timestamp, brief, fold, search,
    share_plan, withdraw_plan,
};
use reverie_protocol::bytes::B64;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::{AccountId, RecordId};
use reverie_protocol::signed::Kind;
use secrecy::ExposeSecret as _;

use crate::keys::KEYS;

/// Between names and contents of the files of a folder.
const BETWEEN: &[u8] = b"\n%%\n";
const OTHER: AccountId = AccountId::from_bytes([7; 16]);
const PAGE: Page = Page { width: 60, style: Style::Plain, receipts: Receipts::Shown };

/// A folder in memory.
struct Folder(BTreeMap<String, Vec<u8>>);

impl ExportSource for Folder {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + Send>>> {
        let file = self.0.get(path).cloned();
        Ok(file.map(|bytes| -> Box<dyn Read + Send> { Box::new(Cursor::new(bytes)) }))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }
}

/// An exported folder: names and contents in turn; as it is, and with its manifest and its headers signed.
pub fn export(bytes: &[u8]) {
    let mut parts = split(bytes);
    let mut files = BTreeMap::new();
    while let (Some(name), Some(content)) = (parts.next(), parts.next()) {
        files.insert(String::from_utf8_lossy(name).into_owned(), content.to_vec());
    }
    let _ = verify_export(&Folder(files.clone()), Some(&BTreeMap::new()), &mut |_, _| {});
    let sign = |kind, bytes: &[u8]| B64(KEYS.keys.sign_statement(kind, bytes).0.to_vec());
    let mut signatures = BTreeMap::new();
    for (name, content) in &files {
        if name == "manifest.json" {
            signatures.insert("manifest.sig".to_owned(), sign(Kind::Manifest, content).encode().into());
        } else if let Some(stem) = name.strip_suffix(".header.json") {
            signatures.insert(format!("{stem}.sig"), sign(Kind::Record, content).encode().into());
        }
    }
    files.extend(signatures);
    let _ = verify_export(&Folder(files), None, &mut |_, _| {});
}

/// The original of a copy that was given back, as it is; and one whose header is signed and whose words are sealed.
pub fn given_back(bytes: &[u8]) {
    let mut parts = split(bytes);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Binding { journal, record, author } = KEYS.binding;
    let document = String::from_utf8_lossy(second).into_owned();
    let copy = GivenBack { patient: author, journal, seq: 1, record, author, document, attachments: Vec::new() };
    let _ = verify_copy(first, &copy);
    let signature = B64(KEYS.keys.sign_statement(Kind::Record, first).0.to_vec());
    let body = seal_body(&KEYS.epoch, &KEYS.binding, second).ok().map(B64);
    let original = serde_json::json!({
        "v": 1,
        "signed": SignedRecord { header: B64(first.to_vec()), signature, body },
        "card": KEYS.keys.card(KEYS.account),
        "epoch_key": KEYS.epoch.to_identity_file().expose_secret(),
    });
    let _ = verify_copy(original.to_string().as_bytes(), &copy);
}

fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let end = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        rest = end.map(|end| &bytes[end + BETWEEN.len()..]);
        Some(end.map_or(bytes, |end| &bytes[..end]))
    })
}

/// Documents, one a line, by a patient and a clinician in turn, in a private, a shared and a clinician's journal in turn:
/// folded, briefed and shown. Nothing of it reaches a terminal as a control character.
pub fn shown(bytes: &[u8]) {
    let mut journals = [Compartment::Private, Compartment::Shared, Compartment::ProcessNotes].map(|compartment| {
        let owner = if compartment == Compartment::ProcessNotes { OTHER } else { KEYS.account };
        OpenedJournal { id: KEYS.binding.journal, compartment, owner, records: Vec::new() }
    });
    for (number, line) in bytes.split(|byte| *byte == b'\n').take(64).enumerate() {
        let record = RecordId::from_bytes([u8::try_from(number).unwrap_or_default(); 16]);
        let author = if number % 2 == 0 { KEYS.account } else { OTHER };
        let opened = Opened { seq: number as u64, record, author, content: Content::parse(line) };
        journals[number / 2 % 3].records.push(opened);
    }
    let view = fold(KEYS.account, &journals);
    let again = fold(KEYS.account, &journals);
    assert!(view == again, "the same journals were folded in two ways");
    let names = Names::default();
    let mut pages = vec![render::journal_text(&view, &names, PAGE), render::journal_markdown(&view, &names)];
    pages.push(render::themes_text(&view, &names, PAGE));
    for entry in view.entries() {
        let id = entry.entry.id();
        pages.extend(render::entry_text(&view, id, &names, PAGE));
        let _ = (share_plan(&view, id, KEYS.binding.journal), withdraw_plan(&view, id));
    }
    // Whatever stands in the first line is looked for in the rest.
    let words = String::from_utf8_lossy(bytes.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
    for words in [words, "door".to_owned()] {
        let found = search(&view, &Query::new(&[words], EntryFilter::default()));
        pages.push(render::found_text(&found, &names, PAGE));
    }
    pages.push(render::spoken_text(&view.spoken_lines(), PAGE));
    let now = Timestamp::from_unix(1_935_360_000, 0).expect("it is in our era");
    for shared in &view.shared {
        let brief = brief(shared, OTHER, None, now);
        pages.push(render::brief_text(&brief, &names, PAGE));
        pages.push(render::brief_markdown(&brief, &names));
    }
    for page in pages {
        assert!(page.chars().all(|char| char == '\n' || !char.is_control()), "a control character is shown");
    }
}

/// A time: one text for one value.
pub fn time(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(time) = text.parse::<Timestamp>() {
        let again = time.to_string();
        assert_eq!(again.parse::<Timestamp>().map(|again| again.to_string()), Ok(again));
        let _ = time.plus_seconds(i64::MAX);
    }
}
