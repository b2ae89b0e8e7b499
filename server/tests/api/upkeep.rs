//! Starting, stopping, setting up again, and finding damage.

use reverie_protocol::api::StoredAttachment;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::AttachmentRef;
use reverie_protocol::ids::AttachmentId;
use reverie_server::check_data::check_data;
use reverie_server::init::{Initialised, init};
use reverie_server::{Clock, Config, Server};

use crate::world::{World, ok, rng};

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
