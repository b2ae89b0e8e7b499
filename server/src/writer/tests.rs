//! The writer's promises, on a real database of each kind.

use reverie_protocol::api::Head;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AttachmentId, JournalId, RecordId};
use reverie_test_database::TestDatabase;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use tempfile::TempDir;

use super::{Append, Refused, Work, batch};
use crate::changes::Changes;
use crate::database::{Database, DatabaseAddress};
use crate::entity::{journal, record};

/// A database with what has to outlive it.
struct Fresh {
    db: Database,
    folder: TempDir,
    _postgresql: Option<TestDatabase>,
}

/// Returns an empty database of each kind.
async fn databases() -> [Fresh; 2] {
    let open = async |postgresql: Option<TestDatabase>| {
        let folder = TempDir::new().unwrap();
        let address = postgresql.as_ref().map(|on| DatabaseAddress::parse(&on.url()).unwrap()).unwrap_or_default();
        let db = Database::create(&address, &folder.path().join("reverie.sqlite")).await.unwrap();
        Fresh { db, folder, _postgresql: postgresql }
    };
    [open(None).await, open(Some(TestDatabase::empty())).await]
}

const JOURNAL: JournalId = JournalId::from_bytes([1; 16]);
const OTHER: JournalId = JournalId::from_bytes([2; 16]);

fn head(seq: u64, name: &str) -> Head {
    Head { seq, hash: Hash::of(name) }
}

/// An append of one record, named so that its ids and hashes differ from others.
fn append(journal: JournalId, extends: Option<Head>, name: &str) -> Append {
    let head = head(extends.as_ref().map_or(0, |head| head.seq + 1), name);
    let id = RecordId::from_random_bytes(Hash::of(name).0[..16].try_into().unwrap());
    let row = record::Model {
        journal: journal.uuid(),
        seq: i64::try_from(head.seq).unwrap(),
        id: id.uuid(),
        author: uuid::Uuid::nil(),
        action: "write".into(),
        header: name.into(),
        signature: vec![],
        body: None,
        withdrawn: false,
        chain_hash: head.hash.0.to_vec(),
        received_day: 22_400,
    };
    let state = extends.is_none().then(|| "{}".to_owned());
    let (records, attachments, withdrawn) = (vec![row], vec![], vec![]);
    Append { journal, extends, head, records, state, members: None, attachments, lost: vec![], withdrawn, act: None }
}

async fn stored(db: &Database) -> u64 {
    record::Entity::find().count(db.read()).await.unwrap()
}

async fn head_of(db: &Database, journal: JournalId) -> Head {
    journal::Entity::find_by_id(journal.uuid()).one(db.read()).await.unwrap().unwrap().head().unwrap()
}

#[tokio::test]
async fn within_a_batch_a_stale_append_is_refused_alone() {
    for fresh in databases().await {
        let db = &fresh.db;
        let batch = [
            append(JOURNAL, None, "open"),
            append(JOURNAL, Some(head(0, "open")), "first"),
            append(JOURNAL, Some(head(0, "open")), "late"),
            append(OTHER, None, "other"),
            append(JOURNAL, Some(head(1, "first")), "second"),
        ];
        let outcomes = batch::commit(db, &batch.map(|append| Work::Append(Box::new(append)))).await;
        assert!([0, 1, 3, 4].iter().all(|at| outcomes[*at].is_ok()), "{outcomes:?}");
        assert!(matches!(&outcomes[2], Err(Refused::StaleHead(Some(now))) if *now == head(1, "first")), "{outcomes:?}");
        assert_eq!((stored(db).await, head_of(db, JOURNAL).await), (4, head(2, "second")));
    }
}

#[tokio::test]
async fn an_append_that_cannot_be_written_harms_no_other_and_leaves_nothing() {
    for fresh in databases().await {
        let db = &fresh.db;
        let mut unnamed = append(OTHER, None, "other");
        unnamed.attachments.push((AttachmentId::from_bytes([7; 16]), RecordId::from_bytes([7; 16])));
        let mut twice = append(JOURNAL, Some(head(0, "open")), "twice");
        twice.records.push(twice.records[0].clone());
        let batch = [append(JOURNAL, None, "open"), unnamed, twice, append(JOURNAL, Some(head(0, "open")), "first")];
        let outcomes = batch::commit(db, &batch.map(|append| Work::Append(Box::new(append)))).await;
        assert!(outcomes[0].is_ok() && outcomes[3].is_ok(), "{outcomes:?}");
        assert!(matches!(outcomes[1], Err(Refused::AttachmentMissing)), "{outcomes:?}");
        assert!(matches!(outcomes[2], Err(Refused::RecordReused)), "{outcomes:?}");
        assert_eq!((stored(db).await, head_of(db, JOURNAL).await), (2, head(1, "first")));
    }
}

#[tokio::test]
async fn a_stopped_writer_takes_nothing_more_and_has_written_what_it_took() {
    for fresh in databases().await {
        let db = &fresh.db;
        let files =
            crate::attachment_files::AttachmentFiles::open(fresh.folder.path().join("attachments")).await.unwrap();
        let (writer, writing) = super::Writer::start(db.clone(), std::sync::Arc::new(files), Changes::new());
        writer.append(append(JOURNAL, None, "open")).await.unwrap();
        writer.stop();
        writing.await.unwrap();
        let late = writer.append(append(OTHER, None, "other")).await;
        assert!(matches!(late, Err(Refused::Busy)), "{late:?}");
        assert_eq!(stored(db).await, 1);
    }
}
