//! A restored server is told again what its backup lacked, by whoever has it; and nobody writes anything else this way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::Response;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Append, Appended, OpenedSession, PutBundle, Resent, StoredAttachment};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, AttachmentRef, MemberRole, SignedRecord};
use reverie_protocol::ids::AttachmentId;
use reverie_protocol::problem::ProblemCode;
use reverie_server::check_data::check_data;
use reverie_server::{Clock, Config, DatabaseAddress, RunningServer, Server};

use crate::home::Home;
use crate::world::{Log, Person, Refusal, World, card, enrol, enter, ok, refusal, registration, rng, sign_as_is};

/// A server that was restored, and people who have seen more than it has.
struct Restored {
    world: World,
    folder: PathBuf,
    _server: RunningServer,
    base: String,
}

impl Restored {
    /// Restores what the world's server holds now to another server.
    async fn from(world: World) -> Self {
        let folder = world.folder.path().join("restored");
        let shelf = world.folder.path().join("shelf");
        let run = |arguments: &[&Path]| {
            let program = Command::new(env!("CARGO_BIN_EXE_reverie-server")).args(arguments).output().unwrap();
            assert!(program.status.success(), "{}", String::from_utf8_lossy(&program.stderr));
            String::from_utf8(program.stdout).unwrap()
        };
        let [backup, data, to, restore] = ["backup", "--data", "--to", "restore"].map(Path::new);
        let made = run(&[backup, data, world.folder.path(), to, &shelf, Path::new("--with-key")]);
        run(&[restore, Path::new(made.trim()), data, &folder]);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        // What the backup says of times was told by the clock of the first server.
        let now = std::sync::Arc::clone(&world.now);
        let clock = Clock::new(move || now.load(std::sync::atomic::Ordering::SeqCst));
        let server = Server::start(Config { clock, ..Config::new(&folder) }, listener).await.unwrap();
        let base = format!("http://{}", server.addr);
        Self { world, folder, _server: server, base }
    }

    /// Logs somebody in on the restored server.
    async fn meets(&self, person: &Person, handle: &str) -> Person {
        let token = enter(&self.base, handle).await.token;
        Person { base: self.base.clone(), token, ..person.clone() }
    }

    async fn remarks(&self) -> Vec<String> {
        let report = check_data(&self.folder, &DatabaseAddress::default()).await.unwrap();
        assert_eq!(report.findings, []);
        report.remarks.iter().map(|remark| remark.what.clone()).collect()
    }
}

async fn resend(person: &Person, log: &Log, records: &[SignedRecord]) -> Response {
    person.post(&format!("/v1/journals/{}/resend", log.journal), &Append { records: records.to_vec() }).await
}

fn file(number: u8) -> (AttachmentRef, Vec<u8>) {
    let bytes = vec![number; 100];
    let id = AttachmentId::from_random_bytes([number; 16]);
    (AttachmentRef { id, sha256: Hash::of(&bytes), size: 100 }, bytes)
}

#[tokio::test]
async fn what_the_backup_lacked_is_sent_again_by_whoever_has_it() {
    let world = World::at(Home::embedded(), |config| config).await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Reader)]).await;
    let restored = Restored::from(world).await;
    let records = [log.write(&heron, b"first", vec![]), log.write(&heron, b"second", vec![])];
    log.append(&heron, &records).await;

    let seen = log.read(&quill).await;
    let quill = restored.meets(&quill, "quill").await;
    let resent: Resent = ok(resend(&quill, &log, &records).await).await;
    assert_eq!((Some(resent.head), resent.missing), (seen.head, vec![]));
    assert_eq!(log.read(&quill).await, seen, "the log is what it was, byte for byte");
    assert_eq!(ok::<Resent>(resend(&quill, &log, &records).await).await.head, resent.head, "twice is once");

    // The journal goes on from there, and its author is none the wiser.
    let heron = restored.meets(&heron, "heron-41").await;
    let third = log.write(&heron, b"third", vec![]);
    log.append(&heron, &[third]).await;
    assert_eq!(restored.remarks().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_journal_that_the_backup_lacked_comes_back_from_any_of_its_members_and_from_nobody_else() {
    let world = World::at(Home::embedded(), |config| config).await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let wren = world.person(AccountRole::Patient, "wren-17").await;
    let restored = Restored::from(world).await;
    let mut log = Log::new(reverie_protocol::ids::JournalId::make(&mut rng()));
    let records = [log.open(&heron, &[quill.member(MemberRole::Reader)]), log.write(&heron, b"sealed", vec![])];
    log.append(&heron, &records).await;

    let wren = restored.meets(&wren, "wren-17").await;
    assert_eq!(refusal(resend(&wren, &log, &records).await).await, Refusal(404, ProblemCode::NotFound));
    let quill = restored.meets(&quill, "quill").await;
    assert_eq!(refusal(resend(&quill, &log, &records[1..]).await).await, Refusal(404, ProblemCode::NotFound));
    ok::<Resent>(resend(&quill, &log, &records).await).await;
    assert_eq!(log.read(&restored.meets(&heron, "heron-41").await).await.records, records);
    assert_eq!(refusal(resend(&wren, &log, &records).await).await, Refusal(404, ProblemCode::NotFound));
}

#[tokio::test]
async fn nothing_new_can_be_written_in_somebody_elses_name() {
    let world = World::at(Home::embedded(), |config| config).await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let first = log.write(&heron, b"first", vec![]);
    log.append(&heron, std::slice::from_ref(&first)).await;
    let before = log.read(&heron).await;

    // In another's name, under one's own key.
    let forged = sign_as_is(&quill, &log.header(&heron, Action::Close), None);
    // In another's name, with another's signature, at a place where it was not signed to be.
    let replayed = first.clone();
    // Of another, after a gap.
    let mut ahead = log.clone();
    ahead.write(&heron, b"unseen", vec![]);
    let gap = ahead.write(&heron, b"later", vec![]);
    // Of another, with a body of one's own.
    let mut other_body = log.clone().write(&heron, b"true", vec![]);
    other_body.body = Some(B64(b"lies".to_vec()));
    // Of another, without its body.
    let mut no_body = log.clone().write(&heron, b"true", vec![]);
    no_body.body = None;
    for (records, code) in [
        (vec![forged], ProblemCode::InvalidRecord),
        (vec![replayed, gap.clone()], ProblemCode::StaleHead),
        (vec![gap], ProblemCode::StaleHead),
        (vec![other_body], ProblemCode::BodyMismatch),
        (vec![no_body], ProblemCode::BodyMismatch),
    ] {
        assert_eq!(refusal(resend(&quill, &log, &records).await).await, Refusal(code.status(), code));
    }
    // And what has not come from its author yet is still refused in appending.
    let unsent = log.clone().write(&heron, b"unsent", vec![]);
    let refused = log.try_append(&quill, &[unsent]).await;
    assert_eq!(refusal(refused).await, Refusal(422, ProblemCode::InvalidRecord));
    assert_eq!(log.read(&heron).await, before);
}

#[tokio::test]
async fn files_that_the_backup_lacked_are_named_and_come_back_from_anybody_who_has_them() {
    let world = World::at(Home::embedded(), |config| config).await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let ((one, bytes), (other, _)) = (file(1), file(2));
    let restored = Restored::from(world).await;
    for named in [one, other] {
        ok::<StoredAttachment>(heron.upload(&log.attachment_path(named.id), vec![named.id.as_bytes()[0]; 100]).await)
            .await;
    }
    let records = [log.write(&heron, b"sealed", vec![one, other])];
    log.append(&heron, &records).await;

    let quill = restored.meets(&quill, "quill").await;
    let heron = restored.meets(&heron, "heron-41").await;
    // Somebody who knows the id was there first, with something else.
    ok::<StoredAttachment>(quill.upload(&log.attachment_path(one.id), "other").await).await;
    let resent: Resent = ok(resend(&heron, &log, &records).await).await;
    assert_eq!(resent.missing, [one.id, other.id]);
    let gone = heron.get(&log.attachment_path(one.id)).await.text().await.unwrap();
    assert!(gone.contains("restored from a backup without this file"), "{gone}");
    assert_eq!(restored.remarks().await.len(), 2);

    let wrong = quill.upload(&log.attachment_path(one.id), "other").await;
    assert_eq!(refusal(wrong).await, Refusal(409, ProblemCode::AttachmentReused));
    ok::<StoredAttachment>(quill.upload(&log.attachment_path(one.id), bytes.clone()).await).await;
    assert_eq!(heron.get(&log.attachment_path(one.id)).await.bytes().await.unwrap(), bytes);
    assert_eq!(ok::<Resent>(resend(&heron, &log, &records).await).await.missing, [other.id]);
    let remarks = restored.remarks().await;
    assert!(remarks.len() == 1 && remarks[0].contains("was not in the backup"), "{remarks:?}");
    let there = fs::read_dir(restored.folder.join("attachments").join(log.journal.to_string())).unwrap();
    assert_eq!(there.count(), 1);
}

#[tokio::test]
async fn what_was_withdrawn_since_needs_no_body() {
    let world = World::at(Home::embedded(), |config| config).await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Reader)]).await;
    let restored = Restored::from(world).await;
    let regretted = log.write(&heron, b"regretted", vec![]);
    let withdraw = log.withdraw(&heron, vec![regretted.parse().unwrap().record]);
    let kept = log.write(&heron, b"kept", vec![]);
    log.append(&heron, &[regretted.clone(), withdraw.clone(), kept.clone()]).await;
    let seen = log.read(&heron).await;

    let bare = SignedRecord { body: None, ..regretted };
    let quill = restored.meets(&quill, "quill").await;
    let alone = resend(&quill, &log, std::slice::from_ref(&bare)).await;
    assert_eq!(refusal(alone).await, Refusal(422, ProblemCode::BodyMismatch), "not hers, and not withdrawn yet");
    // Its author may send it alone: until the withdrawal comes, it is a record without its words.
    let heron = restored.meets(&heron, "heron-41").await;
    ok::<Resent>(resend(&heron, &log, std::slice::from_ref(&bare)).await).await;
    let remarks = restored.remarks().await;
    assert!(remarks.len() == 1 && remarks[0].contains("without its body"), "{remarks:?}");
    ok::<Resent>(resend(&quill, &log, &[withdraw, kept]).await).await;
    assert_eq!(restored.remarks().await, Vec::<String>::new());
    assert_eq!(log.read(&quill).await, seen);
}

#[tokio::test]
async fn a_withdrawal_and_what_it_withdraws_come_together_from_anybody() {
    let world = World::at(Home::embedded(), |config| config).await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Reader)]).await;
    let restored = Restored::from(world).await;
    let (named, bytes) = file(1);
    ok::<StoredAttachment>(heron.upload(&log.attachment_path(named.id), bytes).await).await;
    let regretted = log.write(&heron, b"regretted", vec![named]);
    let withdraw = log.withdraw(&heron, vec![regretted.parse().unwrap().record]);
    log.append(&heron, &[regretted.clone(), withdraw.clone()]).await;
    let quill = restored.meets(&quill, "quill").await;
    ok::<Resent>(resend(&quill, &log, &[SignedRecord { body: None, ..regretted }, withdraw]).await).await;
    assert_eq!(restored.remarks().await, Vec::<String>::new());
    let erased = quill.get(&log.attachment_path(named.id)).await;
    assert_eq!(refusal(erased).await, Refusal(410, ProblemCode::Erased));
}

#[tokio::test]
async fn a_lost_account_is_a_member_still_and_its_id_belongs_to_its_keys() {
    let world = World::at(Home::embedded(), |config| config).await;
    let heron = world.patient().await;
    let invitation = world.admin.invites(AccountRole::Clinician, Some("quill")).await;
    let (second, third) = (
        world.admin.invites(AccountRole::Clinician, Some("crane")).await,
        world.admin.invites(AccountRole::Clinician, Some("quill-2")).await,
    );
    let restored = Restored::from(world).await;
    let quill = restored.world.join(&invitation).await;
    let mut log = Log::new(reverie_protocol::ids::JournalId::make(&mut rng()));
    let open = log.open(&heron, &[quill.member(MemberRole::Reader)]);
    log.append(&heron, std::slice::from_ref(&open)).await;

    let heron = restored.meets(&heron, "heron-41").await;
    ok::<Resent>(resend(&heron, &log, &[open]).await).await;
    // Whoever joins under the id of the lost account, with keys of their own, is not let in.
    let (mut finish, key) = registration(&restored.base, &second).await;
    (finish.account, finish.card) = (quill.account, card(quill.account, &key));
    let stolen =
        heron.http.post(format!("{}/v1/registration/finish", restored.base)).json(&finish).send().await.unwrap();
    assert_eq!(refusal(stolen).await, Refusal(409, ProblemCode::AlreadyExists));
    // The keys themselves are.
    let (mut finish, _) = registration(&restored.base, &third).await;
    (finish.account, finish.card) = (quill.account, quill.card.clone());
    let again =
        heron.http.post(format!("{}/v1/registration/finish", restored.base)).json(&finish).send().await.unwrap();
    let token = ok::<OpenedSession>(again).await.token;
    let quill = Person { base: restored.base.clone(), token, ..quill };
    enrol(&quill, crate::world::MAY_FIRST).await;
    assert_eq!(log.read(&quill).await.records.len(), 1);
}

#[tokio::test]
async fn a_newer_bundle_replaces_the_one_of_the_backup() {
    let world = World::at(Home::embedded(), |config| config).await;
    let heron = world.patient().await;
    let put = async |version: u64, replaces: Option<u64>| {
        let bundle = PutBundle { replaces, ..PutBundle::new(version, B64(format!("version {version}").into_bytes())) };
        heron.put("/v1/accounts/me/credentials", &bundle).await.status().as_u16()
    };
    // The device has seen version 7; the server is back at 1.
    assert_eq!(put(8, None).await, 409);
    assert_eq!(put(8, Some(2)).await, 409, "only what is there is replaced");
    assert_eq!(put(8, Some(8)).await, 400);
    assert_eq!(put(8, Some(1)).await, 204);
    assert_eq!(put(8, Some(1)).await, 409);
    assert_eq!(put(9, None).await, 204);
}

#[tokio::test]
async fn a_member_who_was_removed_sends_nothing() {
    let world = World::at(Home::embedded(), |config| config).await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let mut remove = log.header(&heron, Action::Remove);
    remove.members = Some(vec![heron.member(MemberRole::Owner)]);
    (remove.epoch, remove.epoch_commitment) = (1, Some(Hash::of("epoch 1")));
    let remove = log.sign(&heron, remove, Some(b"{\"v\":1,\"grants\":[]}"));
    ok::<Appended>(log.try_append(&heron, &[remove]).await).await;
    let later = log.write(&heron, b"later", vec![]);
    assert_eq!(refusal(resend(&quill, &log, &[later]).await).await, Refusal(404, ProblemCode::NotFound));
}
