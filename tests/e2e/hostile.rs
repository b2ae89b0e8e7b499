//! A hostile server: it has everything that the real one has, and lies. Each lie is named by the client that hears it.

mod bodies;
mod evidence;
mod history;
mod kept_up;
mod keyrings;
mod keys;
mod readers;

use reverie_client::Notice;
use reverie_protocol::api::RecordPage;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::JournalId;
use reverie_tests::hostile::header;
use reverie_tests::{Hostile, Person, Wire};

/// Changes every page of records that the device is given.
fn lies_about_records(wire: &Wire, change: impl FnMut(&mut RecordPage) + Send + 'static) {
    Hostile(wire).changes_records(change);
}

/// Syncs, and returns what the person is told.
async fn told(person: &mut Person) -> Vec<String> {
    let notices = person.sync().await.unwrap();
    let say = |notice: Notice| match notice {
        Notice::Failed { error, .. } | Notice::Pairing { error, .. } | Notice::Keys { error } => error.to_string(),
        Notice::NewKeys { .. } => "new keys".into(),
        Notice::Ended { .. } => "an account was ended".into(),
        Notice::OffBoarded { .. } => "off-boarded".into(),
        Notice::Stranger { .. } => "a stranger's journal".into(),
        Notice::Hidden { .. } => "a journal is hidden".into(),
        Notice::Erased { .. } => "a journal was erased".into(),
        Notice::Unseen { .. } => "an answer is about what was taken back".into(),
        Notice::FileLost { .. } => "a file was damaged before it was sent".into(),
    };
    notices.into_iter().map(say).collect()
}

/// Returns the only thing that the person is told.
async fn told_once(person: &mut Person) -> String {
    let told = told(person).await;
    assert_eq!(told.len(), 1, "{told:?}");
    told.concat()
}

/// Returns what quill reads in heron's shared journal, words in the order of the log.
fn read(quill: &Person, heron: &Person) -> Vec<String> {
    let view = quill.view(heron.account());
    let entries = view.shared.iter().flat_map(|shared| &shared.entries);
    entries.map(|entry| entry.entry.body().words.as_str().to_owned()).collect()
}

/// Returns the records that a device sent to a journal, accepted or not, in order.
fn appended(wire: &Wire, journal: JournalId) -> Vec<SignedRecord> {
    Hostile(wire).got(journal)
}
