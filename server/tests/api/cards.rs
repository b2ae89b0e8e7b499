//! New keys: a card is followed by its successor and by nothing else, and those who know one are led to the next.

use ed25519_dalek::{Signer as _, SigningKey};
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Account, AccountCard, Bundle, Journals, PutCard};
use reverie_protocol::bytes::B64;
use reverie_protocol::card::{KeyCard, SignedCard, successors};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header, MemberRole, SignedRecord};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::signed::{Kind, VerifyingKey, encode};

use crate::world::{Log, PASSWORD, Person, Refusal, World, login, ok, refusal};

const PATH: &str = "/v1/accounts/me/card";

/// Returns the card that follows the person's, and its key; vouched for by `voucher`'s key.
pub fn next(person: &Person, voucher: &SigningKey) -> (SignedCard, SigningKey) {
    let old = person.card.verify().unwrap();
    let key = SigningKey::from_bytes(&Hash::of(person.key.to_bytes()).0);
    let (n, prev) = (old.n + 1, Some(person.card.fingerprint()));
    let card = KeyCard { n, prev, verifying_key: VerifyingKey(key.verifying_key().to_bytes()), ..old };
    let bytes = serde_json::to_vec(&card).unwrap();
    let sign = |key: &SigningKey, kind| B64(key.sign(&encode(kind, &bytes)).to_bytes().to_vec());
    let (signature, succession) = (sign(&key, Kind::Card), Some(sign(voucher, Kind::Succession)));
    (SignedCard { card: B64(bytes), signature, succession }, key)
}

fn put(card: &SignedCard, version: u64) -> PutCard {
    PutCard { card: card.clone(), version, bundle: B64(format!("bundle {version}").into_bytes()) }
}

/// Changes the person's keys, with the bundle's `version`.
async fn change_keys(person: &mut Person, version: u64) {
    let (card, key) = next(person, &person.key);
    assert_eq!(person.put(PATH, &put(&card, version)).await.status(), 204);
    (person.card, person.key) = (card, key);
}

/// Makes the record that changes one member's card, with the owner's key from before it.
fn rekey(log: &mut Log, owner: &Person, epoch: u32, changed: &Person, others: &[&Person]) -> SignedRecord {
    let member = |person: &Person| {
        person.member(if person.account == owner.account { MemberRole::Owner } else { MemberRole::Writer })
    };
    let members = others.iter().copied().chain([changed]).map(member).collect();
    let epoch_commitment = Some(Hash::of(format!("epoch {epoch}")));
    let header = Header { epoch, epoch_commitment, members: Some(members), ..log.header(owner, Action::Rekey) };
    log.sign(owner, header, Some(b"{\"v\":1,\"grants\":[]}"))
}

#[tokio::test]
async fn new_keys_are_stored_with_their_bundle_and_end_every_other_session() {
    let world = World::new().await;
    let mut heron = world.patient().await;
    let elsewhere = ok::<reverie_protocol::api::OpenedSession>(login(&world.base(), "heron-41", PASSWORD).await).await;
    let first = heron.card.clone();
    let (second, _) = next(&heron, &heron.key);
    change_keys(&mut heron, 2).await;
    let me: Account = ok(heron.get("/v1/accounts/me").await).await;
    assert_eq!(me.card, second);
    let bundle: Bundle = ok(heron.get("/v1/accounts/me/credentials").await).await;
    assert_eq!((bundle.version, bundle.bundle.0), (2, b"bundle 2".to_vec()));
    let other = Person { token: elsewhere.token, ..heron.clone() };
    assert_eq!(refusal(other.get("/v1/accounts/me").await).await, Refusal(401, ProblemCode::DeviceRevoked));

    // The answer was lost: the same again is answered alike, and changes nothing.
    assert_eq!(heron.put(PATH, &put(&second, 2)).await.status(), 204);
    let known: AccountCard = ok(heron.get(&format!("/v1/accounts/{}/card", heron.account)).await).await;
    assert_eq!((&known.card, known.earlier.as_slice()), (&second, [first].as_slice()));
}

#[tokio::test]
async fn a_card_that_does_not_follow_the_stored_one_is_refused_and_nothing_is_stored() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let (vouched_by_another, _) = next(&heron, &quill.key);
    let (somebody_elses, _) = next(&quill, &quill.key);
    let (second, key) = next(&heron, &heron.key);
    let (third, _) = next(&Person { card: second.clone(), key: key.clone(), ..heron.clone() }, &key);
    let mut unvouched = second.clone();
    unvouched.succession = None;
    let refused = Refusal(422, ProblemCode::InvalidCredentials);
    for card in [&vouched_by_another, &somebody_elses, &third, &unvouched, &heron.card] {
        assert_eq!(refusal(heron.put(PATH, &put(card, 2)).await).await, refused);
    }
    for version in [1, 3] {
        let conflict = Refusal(409, ProblemCode::VersionConflict);
        assert_eq!(refusal(heron.put(PATH, &put(&second, version)).await).await, conflict);
    }
    let large = PutCard { bundle: B64(vec![0; limits::BUNDLE_BYTES + 1]), ..put(&second, 2) };
    assert_eq!(refusal(heron.put(PATH, &large).await).await, Refusal(413, ProblemCode::TooLarge));
    let me: Account = ok(heron.get("/v1/accounts/me").await).await;
    assert_eq!(me.card, heron.card);
    let bundle: Bundle = ok(heron.get("/v1/accounts/me/credentials").await).await;
    assert_eq!(bundle.version, 1, "the bundle moves with the card or not at all");
}

#[tokio::test]
async fn who_changed_keys_twice_is_led_from_card_to_card_and_admitted_with_the_current_one() {
    let world = World::new().await;
    let (heron, mut quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let first = quill.clone();
    change_keys(&mut quill, 2).await;
    let second = quill.clone();
    change_keys(&mut quill, 3).await;
    let told: AccountCard = ok(heron.get(&format!("/v1/accounts/{}/card", quill.account)).await).await;
    let cards = [told.earlier, vec![told.card]].concat();
    assert_eq!(successors(&first.card, &cards).unwrap(), [second.card.clone(), quill.card.clone()]);

    for (epoch, step) in [(1, &second), (2, &quill)] {
        let record = rekey(&mut log, &heron, epoch, step, &[&heron]);
        log.append(&heron, &[record]).await;
    }
    let written = Header { epoch: 2, ..log.header(&quill, Action::Write) };
    let written = log.sign(&quill, written, Some(b"sealed"));
    log.append(&quill, &[written]).await;

    // Somebody new comes with the card that is current.
    let mut other = Log::new(reverie_protocol::ids::JournalId::make(&mut crate::world::rng()));
    let open = other.open(&heron, &[first.member(MemberRole::Writer)]);
    let refused = Refusal(422, ProblemCode::InvalidRecord);
    assert_eq!(refusal(other.try_append(&heron, &[open]).await).await, refused);
}

#[tokio::test]
async fn the_list_of_journals_says_who_was_stopped_and_whose_card_changed() {
    let world = World::new().await;
    let (heron, mut quill) = (world.patient().await, world.clinician().await);
    let haddon = world.person(AccountRole::Clinician, "haddon").await;
    heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    haddon.opens_journal(&[]).await;
    change_keys(&mut quill, 2).await;
    for state in ["suspend", "reinstate", "off-board"] {
        let path = format!("/v1/admin/accounts/{}/{state}", quill.account);
        assert_eq!(world.admin.post(&path, &serde_json::json!({})).await.status(), 200);
        let told: Journals = ok(heron.get("/v1/journals").await).await;
        let [journal] = told.journals.as_slice() else { panic!("heron has one journal") };
        let mut accounts: Vec<_> = journal.members.iter().map(|member| member.account).collect();
        accounts.sort();
        let mut expected = [heron.account, quill.account];
        expected.sort();
        assert_eq!(accounts, expected, "and nobody of haddon's");
        let said = journal.members.iter().find(|member| member.account == quill.account).unwrap();
        let name = serde_json::to_value(said.state).unwrap();
        let expected = match state {
            "suspend" => "suspended",
            "reinstate" => "active",
            _ => "off_boarded",
        };
        assert_eq!((name.as_str(), said.card), (Some(expected), quill.card.fingerprint()));
    }
}

#[tokio::test]
async fn an_off_boarded_account_is_out_at_once_and_never_comes_back() {
    let world = World::new().await;
    let quill = world.clinician().await;
    let path = |act: &str| format!("/v1/admin/accounts/{}/{act}", quill.account);
    let refused = Refusal(403, ProblemCode::NotPermitted);
    assert_eq!(refusal(quill.post(&path("off-board"), &serde_json::json!({})).await).await, refused);
    let own = format!("/v1/admin/accounts/{}/off-board", world.admin.account);
    assert_eq!(refusal(world.admin.post(&own, &serde_json::json!({})).await).await, refused);
    for _ in 0..2 {
        assert_eq!(world.admin.post(&path("off-board"), &serde_json::json!({})).await.status(), 200);
    }
    assert_eq!(refusal(quill.get("/v1/accounts/me").await).await, Refusal(401, ProblemCode::Unauthenticated));
    let again = login(&world.base(), "quill", PASSWORD).await;
    assert_eq!(refusal(again).await, Refusal(403, ProblemCode::AccountOffBoarded));
    for act in ["reinstate", "suspend"] {
        assert_eq!(refusal(world.admin.post(&path(act), &serde_json::json!({})).await).await, refused);
    }
    let again = login(&world.base(), "quill", PASSWORD).await;
    assert_eq!(refusal(again).await, Refusal(403, ProblemCode::AccountOffBoarded), "nothing of it took hold");
}
