//! Sealed files: in, out, in part, and gone.

use reverie_protocol::api::StoredAttachment;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{AttachmentRef, MemberRole};
use reverie_protocol::ids::AttachmentId;
use reverie_protocol::problem::ProblemCode;

use crate::world::{Log, Refusal, World, ok, refusal, rng};

fn file() -> (AttachmentRef, Vec<u8>) {
    let bytes: Vec<u8> = (0..1_500_000_u32).map(|position| position.to_le_bytes()[0]).collect();
    (AttachmentRef { id: AttachmentId::make(&mut rng()), sha256: Hash::of(&bytes), size: bytes.len() as u64 }, bytes)
}

#[tokio::test]
async fn a_file_comes_back_whole_and_in_part() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let (named, bytes) = file();
    let path = log.attachment_path(named.id);
    let stored: StoredAttachment = ok(heron.upload(&path, bytes.clone()).await).await;
    assert_eq!((stored.sha256, stored.size), (named.sha256, named.size));
    let write = log.write(&heron, b"sealed", vec![named]);
    log.append(&heron, &[write]).await;
    let whole = heron.get(&path).await;
    assert_eq!(whole.headers()["content-length"], "1500000");
    assert_eq!(whole.bytes().await.unwrap(), bytes);
    let part = heron.request(reqwest::Method::GET, &path).header("range", "bytes=1000-1999").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 1000-1999/1500000");
    assert_eq!(part.bytes().await.unwrap(), bytes[1000..2000]);
    let outside = heron.request(reqwest::Method::GET, &path).header("range", "bytes=1500000-").send().await.unwrap();
    assert_eq!(refusal(outside).await, Refusal(416, ProblemCode::RangeNotSatisfiable));
}

#[tokio::test]
async fn the_same_upload_is_answered_alike_and_another_under_its_id_is_refused() {
    let world = World::new().await;
    let heron = world.patient().await;
    let log = heron.opens_journal(&[]).await;
    let (named, bytes) = file();
    let path = log.attachment_path(named.id);
    let first: StoredAttachment = ok(heron.upload(&path, bytes.clone()).await).await;
    assert_eq!(ok::<StoredAttachment>(heron.upload(&path, bytes).await).await, first);
    let other = heron.upload(&path, "other").await;
    assert_eq!(refusal(other).await, Refusal(409, ProblemCode::AttachmentReused));
}

#[tokio::test]
async fn before_a_record_names_it_only_its_uploader_sees_a_file_and_may_delete_it() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Reader)]).await;
    let (named, bytes) = file();
    let path = log.attachment_path(named.id);
    ok::<StoredAttachment>(heron.upload(&path, bytes.clone()).await).await;
    assert_eq!(refusal(quill.get(&path).await).await, Refusal(404, ProblemCode::NotFound));
    assert_eq!(refusal(quill.delete(&path).await).await, Refusal(404, ProblemCode::NotFound));
    assert_eq!(heron.delete(&path).await.status(), 204);
    assert_eq!(refusal(heron.get(&path).await).await, Refusal(404, ProblemCode::NotFound));
    ok::<StoredAttachment>(heron.upload(&path, bytes.clone()).await).await;
    let write = log.write(&heron, b"sealed", vec![named]);
    log.append(&heron, &[write]).await;
    assert_eq!(quill.get(&path).await.bytes().await.unwrap(), bytes);
    assert_eq!(refusal(heron.delete(&path).await).await, Refusal(409, ProblemCode::AttachmentReused));
}

#[tokio::test]
async fn a_record_names_only_what_its_author_uploaded_as_it_is() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let (named, bytes) = file();
    let missing = Refusal(422, ProblemCode::AttachmentMissing);
    let early = log.clone().write(&heron, b"sealed", vec![named]);
    assert_eq!(refusal(log.try_append(&heron, &[early]).await).await, missing);
    ok::<StoredAttachment>(heron.upload(&log.attachment_path(named.id), bytes).await).await;
    let foreign = log.clone().write(&quill, b"sealed", vec![named]);
    assert_eq!(refusal(log.try_append(&quill, &[foreign]).await).await, missing);
    let wrong = AttachmentRef { sha256: Hash::of("other"), ..named };
    let wrong = log.clone().write(&heron, b"sealed", vec![wrong]);
    assert_eq!(refusal(log.try_append(&heron, &[wrong]).await).await, missing);
}

#[tokio::test]
async fn withdrawing_the_record_erases_the_file_from_the_disk() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    let (named, bytes) = file();
    let path = log.attachment_path(named.id);
    ok::<StoredAttachment>(heron.upload(&path, bytes.clone()).await).await;
    let write = log.write(&heron, b"sealed", vec![named]);
    let record = write.parse().unwrap().record;
    log.append(&heron, &[write]).await;
    let on_disk = world.folder.path().join("attachments").join(log.journal.to_string()).join(named.id.to_string());
    assert!(on_disk.exists());
    let withdraw = log.withdraw(&heron, vec![record]);
    log.append(&heron, &[withdraw]).await;
    assert!(!on_disk.exists());
    assert_eq!(refusal(heron.get(&path).await).await, Refusal(410, ProblemCode::Erased));
    assert_eq!(refusal(heron.upload(&path, bytes).await).await, Refusal(410, ProblemCode::Erased));
}

#[tokio::test]
async fn who_may_not_write_may_not_upload() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let log = heron.opens_journal(&[quill.member(MemberRole::Reader)]).await;
    let (named, bytes) = file();
    let reader = quill.upload(&log.attachment_path(named.id), bytes.clone()).await;
    assert_eq!(refusal(reader).await, Refusal(403, ProblemCode::NotPermitted));
    let nowhere = Log::new(reverie_protocol::ids::JournalId::make(&mut rng()));
    let nowhere = heron.upload(&nowhere.attachment_path(named.id), bytes).await;
    assert_eq!(refusal(nowhere).await, Refusal(404, ProblemCode::NotFound));
}

#[tokio::test]
async fn the_file_of_another_journal_is_not_there() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut private = heron.opens_journal(&[]).await;
    let shared = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let (named, bytes) = file();
    let path = private.attachment_path(named.id);
    ok::<StoredAttachment>(heron.upload(&path, bytes.clone()).await).await;
    let write = private.write(&heron, b"sealed", vec![named]);
    private.append(&heron, &[write]).await;
    let gone = Refusal(404, ProblemCode::NotFound);
    // Neither by its own path, nor through a journal that one may read.
    for path in [path.clone(), shared.attachment_path(named.id)] {
        assert_eq!(refusal(quill.get(&path).await).await, gone);
        assert_eq!(refusal(quill.delete(&path).await).await, gone);
    }
    assert_eq!(refusal(quill.upload(&path, bytes.clone()).await).await, gone);
    assert_eq!(heron.get(&path).await.bytes().await.unwrap(), bytes);
}
