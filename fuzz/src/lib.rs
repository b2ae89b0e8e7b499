//! One function for each parser of outside bytes. None may panic, hang or grow without bound, whatever it is given.
//!
//! libFuzzer calls them through `fuzz_targets/`; on stable Rust `tests/corpus.rs` runs each over its committed corpus.
//! Where bytes are signed or sealed, a target signs or seals what it is given with keys of its own as well, so that the
//! parser behind the seal is reached too.

mod asked;
mod backup;
mod browser;
mod keys;
mod measure;
mod sealed;
mod taken_home;
mod wire;

pub use asked::{opaque, range, request};
pub use backup::backup;
pub use browser::passkey;
pub use measure::{consent, pack, prompts};
pub use sealed::{
    attachment, body, bundle, capture, device, document, grant, handover, invitation_code, key_text, local,
    recovery_words,
};
pub use taken_home::{export, given_back, shown, time};
pub use wire::{answer, card, erasure, events, evidence, keyring, problem, record, text};

/// A target: the name of its file and of its corpus, and what runs.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("record", record),
    ("card", card),
    ("erasure", erasure),
    ("keyring", keyring),
    ("evidence", evidence),
    ("problem", problem),
    ("answer", answer),
    ("events", events),
    ("text", text),
    ("body", body),
    ("grant", grant),
    ("bundle", bundle),
    ("attachment", attachment),
    ("capture", capture),
    ("device", device),
    ("local", local),
    ("invitation_code", invitation_code),
    ("handover", handover),
    ("recovery_words", recovery_words),
    ("key_text", key_text),
    ("document", document),
    ("backup", backup),
    ("pack", pack),
    ("prompts", prompts),
    ("consent", consent),
    ("request", request),
    ("passkey", passkey),
    ("opaque", opaque),
    ("range", range),
    ("export", export),
    ("given_back", given_back),
    ("shown", shown),
    ("time", time),
];
