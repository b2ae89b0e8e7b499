//! Erasing an account: all that its owner signed for and nothing else, for good, and her readers are told by her signature.

use ed25519_dalek::{Signer as _, SigningKey};
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{AccountErased, Accounts, Append, EraseAccount, Journals, OpenedSession, StoredAttachment};
use reverie_protocol::bytes::B64;
use reverie_protocol::disclosure::DisclosurePage;
use reverie_protocol::erasure::{Erasure, SignedErasure};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{AttachmentRef, MemberRole};
use reverie_protocol::ids::{AttachmentId, JournalId};
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::signed::{Kind, VerifyingKey, encode};

use crate::world::{Log, PASSWORD, Person, Refusal, World, login, ok, refusal, rng};

const PATH: &str = "/v1/accounts/me/erase";

fn sign(key: &SigningKey, erasure: Erasure) -> SignedErasure {
    let bytes = erasure.to_bytes();
    let signature = key.sign(&encode(Kind::Erasure, &bytes)).to_bytes().to_vec();
    SignedErasure { erasure: B64(bytes), signature: B64(signature) }
}

/// What a person signs to erase the account with these journals.
pub fn erasure(person: &Person, journals: &[JournalId]) -> EraseAccount {
    let journal = |journal: &JournalId| sign(&person.key, Erasure::of_journal(person.account, *journal));
    EraseAccount {
        account: sign(&person.key, Erasure::of_account(person.account)),
        journals: journals.iter().map(journal).collect(),
    }
}

/// A patient with a private journal and one that she shares with a clinician; the shared one holds a file.
async fn story(world: &World) -> (Person, Person, Log, Log) {
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut private = heron.opens_journal(&[]).await;
    let mut shared = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let record = private.write(&heron, b"sealed for herself", vec![]);
    private.append(&heron, &[record]).await;
    let id = AttachmentId::make(&mut rng());
    ok::<StoredAttachment>(heron.upload(&shared.attachment_path(id), "a sealed drawing").await).await;
    let file = AttachmentRef { id, sha256: Hash::of("a sealed drawing"), size: 16 };
    let record = shared.write(&heron, b"sealed for both", vec![file]);
    shared.append(&heron, &[record]).await;
    let reply = shared.write(&quill, b"sealed reply", vec![]);
    shared.append(&quill, &[reply]).await;
    (heron, quill, private, shared)
}

/// Returns the tables whose rows the administrator's disclosure of an account has.
async fn tables_about(world: &World, account: &Person) -> Vec<String> {
    let path = format!("/v1/admin/accounts/{}/disclosure", account.account);
    let (mut next, mut tables) = (String::new(), Vec::new());
    loop {
        let page: DisclosurePage = ok(world.admin.get(&format!("{path}{next}")).await).await;
        tables.extend(page.rows.into_iter().map(|row| row.table));
        let Some(place) = page.next else { break };
        next = format!("?table={}&skip={}", place.table, place.skip);
    }
    tables.dedup();
    tables
}

#[tokio::test]
async fn an_erased_account_leaves_nothing_but_the_log_and_what_was_signed() {
    let world = World::new().await;
    let (heron, quill, private, shared) = story(&world).await;
    let erased: AccountErased = ok(heron.post(PATH, &erasure(&heron, &[private.journal, shared.journal])).await).await;
    assert_eq!(erased, AccountErased { day: "2031-05-01".into(), journals: 2, records: 5, files: 1 });

    assert_eq!(refusal(heron.get("/v1/accounts/me").await).await, Refusal(401, ProblemCode::AccountErased));
    let again = login(&world.base(), "heron-41", PASSWORD).await;
    assert_eq!(refusal(again).await, Refusal(401, ProblemCode::LoginFailed), "as for a handle that nobody has");
    let accounts: Accounts = ok(world.admin.get("/v1/admin/accounts").await).await;
    assert!(accounts.accounts.iter().all(|account| account.handle != "heron-41"));
    let journals: Journals = ok(quill.get("/v1/journals").await).await;
    assert_eq!(journals.journals, []);
    assert_eq!(refusal(quill.get(&shared.path()).await).await, Refusal(404, ProblemCode::NotFound));

    let path = format!("/v1/admin/accounts/{}/disclosure", heron.account);
    assert_eq!(refusal(world.admin.get(&path).await).await, Refusal(404, ProblemCode::NotFound));
    let attachments = world.folder.path().join("attachments");
    let files = walk(&attachments);
    assert!(files.is_empty(), "{files:?}");
    // The practice may give the handle to somebody else, who is somebody else.
    let other = world.person(AccountRole::Patient, "heron-41").await;
    assert_ne!(other.account, heron.account);
    assert_eq!(tables_about(&world, &other).await, ["account", "session", "invitation", "audit"]);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn readers_are_told_by_the_owners_signature_and_cannot_bring_the_journal_back() {
    let world = World::new().await;
    let (heron, quill, private, shared) = story(&world).await;
    let kept = shared.read(&quill).await.records;
    let told = format!("/v1/journals/{}/erasure", shared.journal);
    assert_eq!(refusal(quill.get(&told).await).await, Refusal(404, ProblemCode::NotFound), "nothing is erased yet");
    ok::<AccountErased>(heron.post(PATH, &erasure(&heron, &[shared.journal, private.journal])).await).await;

    let signed: SignedErasure = ok(quill.get(&told).await).await;
    let key = VerifyingKey(heron.key.verifying_key().to_bytes());
    assert_eq!(signed.verify(&key).unwrap(), Erasure::of_journal(heron.account, shared.journal));
    assert!(!String::from_utf8(signed.erasure.0).unwrap().contains(&private.journal.to_string()));
    let again = quill.post(&format!("/v1/journals/{}/resend", shared.journal), &Append { records: kept }).await;
    assert_eq!(refusal(again).await, Refusal(410, ProblemCode::Erased));
    let journals: Journals = ok(quill.get("/v1/journals").await).await;
    assert_eq!(journals.journals, []);
}

#[tokio::test]
async fn what_the_account_did_not_sign_is_not_erased() {
    let world = World::new().await;
    let (heron, quill, private, shared) = story(&world).await;
    let whole = erasure(&heron, &[private.journal, shared.journal]);
    let refused = async |person: &Person, wanted: &EraseAccount| refusal(person.post(PATH, wanted).await).await;

    // A token alone, a signature for something else, one by somebody else, one twice.
    let invalid = Refusal(422, ProblemCode::InvalidCredentials);
    let by_other = EraseAccount { account: sign(&quill.key, Erasure::of_account(heron.account)), ..whole.clone() };
    assert_eq!(refused(&heron, &by_other).await, invalid);
    let bytes = Erasure::of_account(heron.account).to_bytes();
    let as_record = heron.key.sign(&encode(Kind::Record, &bytes)).to_bytes().to_vec();
    let as_record = SignedErasure { erasure: B64(bytes), signature: B64(as_record) };
    assert_eq!(refused(&heron, &EraseAccount { account: as_record, ..whole.clone() }).await, invalid);
    let malformed = Refusal(400, ProblemCode::MalformedRequest);
    let journal_as_account = EraseAccount { account: whole.journals[0].clone(), ..whole.clone() };
    assert_eq!(refused(&heron, &journal_as_account).await, malformed);
    let twice = erasure(&heron, &[private.journal, private.journal, shared.journal]);
    assert_eq!(refused(&heron, &twice).await, malformed);
    // Not what she owns: too little, too much.
    let stale = Refusal(409, ProblemCode::StaleHead);
    assert_eq!(refused(&heron, &erasure(&heron, &[private.journal])).await, stale);
    let strange = JournalId::make(&mut rng());
    assert_eq!(refused(&heron, &erasure(&heron, &[private.journal, shared.journal, strange])).await, stale);
    // Nobody's account but a patient's own.
    assert_eq!(refused(&quill, &erasure(&quill, &[])).await, Refusal(403, ProblemCode::NotPermitted));
    assert_eq!(refused(&quill, &whole).await, Refusal(403, ProblemCode::NotPermitted));

    assert_eq!(shared.read(&quill).await.records.len(), 3);
    assert_eq!(private.read(&heron).await.records.len(), 2);
    ok::<OpenedSession>(login(&world.base(), "heron-41", PASSWORD).await).await;
    ok::<AccountErased>(heron.post(PATH, &whole).await).await;
}
