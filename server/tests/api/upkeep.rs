//! Starting, stopping, setting up again, and finding damage.

use std::time::Duration;

use reqwest::StatusCode;
use reverie_protocol::api::StoredAttachment;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::AttachmentRef;
use reverie_protocol::ids::AttachmentId;
use reverie_server::check_data::check_data;
use reverie_server::init::{Initialised, init};
use reverie_server::{Clock, Config, Server};

use crate::world::{Person, World, ok, rng};

#[tokio::test]
async fn setting_up_again_changes_nothing_once_there_is_an_administrator() {
    let world = World::new().await;
    let before = std::fs::read(world.folder.path().join("keys/opaque-setup")).unwrap();
    let again = init(world.folder.path(), &world.folder.database(), &Clock::system(), &mut rng()).await.unwrap();
    assert!(matches!(again, Initialised::AlreadySetUp));
    assert_eq!(std::fs::read(world.folder.path().join("keys/opaque-setup")).unwrap(), before);
}

#[tokio::test]
async fn a_folder_without_a_server_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = Server::start(Config::new(folder.path()), listener).await.unwrap_err();
    assert!(error.to_string().contains("reverie-server init"), "{error}");
}

#[tokio::test]
async fn a_data_folder_serves_one_server_at_a_time() {
    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = Server::start(world.folder.config(), listener).await.unwrap_err();
    assert!(error.to_string().contains("another server is running"), "{error}");
    // The folder is free again when the other server stopped.
    world.restart().await;
}

#[tokio::test]
async fn check_finds_nothing_in_whole_data_and_names_what_is_damaged() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let named = AttachmentRef { id: AttachmentId::make(&mut rng()), sha256: Hash::of("sealed file"), size: 11 };
    ok::<StoredAttachment>(heron.upload(&log.attachment_path(named.id), "sealed file").await).await;
    let kept = log.write(&heron, b"sealed", vec![named]);
    let gone = log.write(&heron, b"regretted", vec![]);
    let withdraw = log.withdraw(&heron, vec![gone.parse().unwrap().record]);
    log.append(&heron, &[kept, gone, withdraw]).await;
    world.server.stop().await;
    let report = check_data(world.folder.path(), &world.folder.database()).await.unwrap();
    assert_eq!(report.findings, []);
    assert_eq!((report.journals, report.records, report.attachments), (1, 4, 1));

    let folder = world.folder.path().join("attachments").join(log.journal.to_string());
    std::fs::write(folder.join(named.id.to_string()), "sealed fi1e").unwrap();
    std::fs::write(folder.join("stray"), "").unwrap();
    let report = check_data(world.folder.path(), &world.folder.database()).await.unwrap();
    let found: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            format!("journal {}: the file of attachment {} is damaged", log.journal, named.id),
            format!("attachments: the file {}/stray belongs to no attachment", log.journal),
        ]
    );
}

#[tokio::test]
async fn a_withdrawn_file_that_a_crash_left_is_erased_at_the_next_start() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let mut named = Vec::new();
    for _ in 0..2 {
        let one = AttachmentRef { id: AttachmentId::make(&mut rng()), sha256: Hash::of("sealed file"), size: 11 };
        ok::<StoredAttachment>(heron.upload(&log.attachment_path(one.id), "sealed file").await).await;
        named.push(one);
    }
    let [gone, kept] = named[..] else { panic!("two files") };
    let regretted = log.write(&heron, b"sealed", vec![gone]);
    let writes = [regretted.clone(), log.write(&heron, b"sealed", vec![kept])];
    log.append(&heron, &writes).await;
    let withdraw = log.withdraw(&heron, vec![regretted.parse().unwrap().record]);
    log.append(&heron, &[withdraw]).await;
    let folder = world.folder.path().join("attachments").join(log.journal.to_string());
    let (gone, kept) = (folder.join(gone.id.to_string()), folder.join(kept.id.to_string()));
    assert!(!gone.exists());
    // As if the server had died between the commit and the removal.
    std::fs::write(&gone, "sealed file").unwrap();
    let _world = world.restart().await;
    assert!(!gone.exists() && kept.exists());
}

/// An hour, in the seconds of the server's clock.
const HOUR: i64 = 60 * 60;

/// Asks for a file until the answer has this status: upkeep runs beside the requests.
async fn until(heron: &Person, path: &str, status: StatusCode) {
    let asking = async { while heron.get(path).await.status() != status {} };
    tokio::time::timeout(Duration::from_secs(30), asking).await.expect("upkeep comes round");
}

#[tokio::test]
async fn uploads_that_no_record_names_go_after_a_day_while_the_server_runs() {
    let often = |config| Config { upkeep_every: Duration::from_millis(5), ..config };
    let world = World::configured(often).await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let paths = [0; 3].map(|_| AttachmentId::make(&mut rng())).map(|id| (id, log.attachment_path(id)));
    let [(named, named_path), (_, abandoned), (_, sent_again)] = &paths;
    for (_, path) in &paths {
        ok::<StoredAttachment>(heron.upload(path, "sealed file").await).await;
    }
    let reference = AttachmentRef { id: *named, sha256: Hash::of("sealed file"), size: 11 };
    let write = log.write(&heron, b"sealed", vec![reference]);
    log.append(&heron, &[write]).await;
    world.pass_seconds(23 * HOUR);
    ok::<StoredAttachment>(heron.upload(sent_again, "sealed file").await).await;
    world.pass_seconds(2 * HOUR);
    until(&heron, abandoned, StatusCode::NOT_FOUND).await;
    let folder = world.folder.path().join("attachments").join(log.journal.to_string());
    for path in [named_path, sent_again] {
        assert_eq!(heron.get(path).await.status(), StatusCode::OK, "it is named, or was sent again since");
    }
    // Gone from the disk too; and whoever has it may send it once more.
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    ok::<StoredAttachment>(heron.upload(abandoned, "sealed file").await).await;
    assert_eq!(heron.get(abandoned).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_crashes_left_is_no_damage_and_goes_when_the_server_starts() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let named = AttachmentRef { id: AttachmentId::make(&mut rng()), sha256: Hash::of("sealed file"), size: 11 };
    ok::<StoredAttachment>(heron.upload(&log.attachment_path(named.id), "sealed file").await).await;
    let write = log.write(&heron, b"sealed", vec![named]);
    log.append(&heron, &[write]).await;
    let folder = world.folder.path().join("attachments");
    let litter = folder.join(log.journal.to_string()).join(AttachmentId::make(&mut rng()).to_string());
    // As if the server had died between the file and its row, and amid an upload.
    std::fs::write(&litter, "arrived").unwrap();
    std::fs::write(folder.join("unfinished/0123abcd"), "arri").unwrap();
    let report = check_data(world.folder.path(), &world.folder.database()).await.unwrap();
    assert_eq!((report.findings, report.remarks.len()), (vec![], 1));
    assert!(report.remarks[0].what.contains("is left from a crash"), "{}", report.remarks[0]);
    let world = world.restart().await;
    assert!(!litter.exists() && std::fs::read_dir(folder.join("unfinished")).unwrap().count() == 0);
    let report = check_data(world.folder.path(), &world.folder.database()).await.unwrap();
    assert_eq!((report.findings, report.remarks, report.attachments), (vec![], vec![], 1));
}
