//! A hostile server: it has everything that the real one has, and lies. Each lie is named by the client that hears it.

mod bodies;
mod history;
mod keys;
mod readers;

use reverie_client::Notice;
use reverie_protocol::api::{Append, RecordPage};
use reverie_protocol::header::{Header, SignedRecord};
use reverie_protocol::ids::JournalId;
use reverie_tests::{Answer, Person, Wire};

/// Changes every page of records that the device is given.
fn lies_about_records(wire: &Wire, mut change: impl FnMut(&mut RecordPage) + Send + 'static) {
    wire.lies(move |asked, answer| {
        if !asked.is_reading() || answer.status != 200 {
            return None;
        }
        let mut page: RecordPage = answer.parse();
        change(&mut page);
        Some(Answer::json(200, &page))
    });
}

/// Syncs, and returns what the person is told.
async fn told(person: &mut Person) -> Vec<String> {
    let notices = person.sync().await.unwrap();
    let say = |notice: Notice| match notice {
        Notice::Failed { error, .. } | Notice::Pairing { error, .. } => error.to_string(),
        Notice::Stranger { .. } => "a stranger's journal".into(),
        Notice::Gone { .. } => "a journal is gone".into(),
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
    wire.passed(|passed| {
        let appends = passed.iter().filter(|passed| passed.asked.is_append());
        let appends = appends.map(|passed| serde_json::from_slice::<Append>(&passed.asked.body).unwrap());
        appends.flat_map(|append| append.records).filter(|record| header(record).journal == journal).collect()
    })
}

fn header(record: &SignedRecord) -> Header {
    record.parse().expect("the record is a real one")
}
