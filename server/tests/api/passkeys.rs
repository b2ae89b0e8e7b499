//! Passkeys as second factor, against a browser with an authenticator that is not ours: whose answers count, and how often.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Response;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::Bundle;
use reverie_protocol::audit::{AccessLog, AuditAct};
use reverie_protocol::bytes::B64;
use reverie_protocol::passkey::{ConfirmPasskey, PasskeyOptions, ShownPasskey};
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_protocol::second_factor::{
    SecondFactor, SecondFactorDue, SecondFactorKind, SecondFactors, ShownSecondFactor,
};
use reverie_server::Config;
use reverie_test_browser::Browser;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::second_factor::{enrols, with_password_alone};
use crate::world::{PUBLIC_ADDRESS, Person, Refusal, World, backup_code, join_halfway, ok, refusal};

const REQUIRED: Refusal = Refusal(403, ProblemCode::SecondFactorRequired);
const FAILED: Refusal = Refusal(403, ProblemCode::SecondFactorFailed);

/// Reads a field of a browser's answer.
fn field(answer: &Value, path: &str) -> B64 {
    let text = answer.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("{path}"));
    B64(URL_SAFE_NO_PAD.decode(text).unwrap())
}

/// Returns what of a browser's answer goes to the server when a passkey was made.
fn made(answer: &str) -> ConfirmPasskey {
    let answer: Value = serde_json::from_str(answer).unwrap();
    ConfirmPasskey {
        client_data_json: field(&answer, "/response/clientDataJSON"),
        attestation_object: field(&answer, "/response/attestationObject"),
    }
}

/// Returns what of a browser's answer goes to the server when a passkey was shown.
fn shown(answer: &str) -> ShownPasskey {
    let answer: Value = serde_json::from_str(answer).unwrap();
    ShownPasskey {
        credential: field(&answer, "/rawId"),
        client_data_json: field(&answer, "/response/clientDataJSON"),
        authenticator_data: field(&answer, "/response/authenticatorData"),
        signature: field(&answer, "/response/signature"),
    }
}

async fn begins(person: &Person) -> String {
    ok::<PasskeyOptions>(person.post("/v1/second-factor/passkey", &json!({})).await).await.options
}

async fn confirms(person: &Person, answer: &ConfirmPasskey) -> Response {
    person.post("/v1/second-factor/passkey/confirm", answer).await
}

async fn is_asked(person: &Person) -> String {
    ok::<PasskeyOptions>(person.post("/v1/second-factor/passkey/ask", &json!({})).await).await.options
}

async fn shows(person: &Person, passkey: ShownPasskey) -> Response {
    let shown = ShownSecondFactor { passkey: Some(passkey), ..ShownSecondFactor::default() };
    person.post("/v1/second-factor/show", &shown).await
}

/// Enrols a passkey, and returns the browser that has it.
async fn enrols_passkey(person: &Person) -> Browser {
    let browser = Browser::at(PUBLIC_ADDRESS);
    let answer = browser.create(&begins(person).await).unwrap();
    assert_eq!(confirms(person, &made(&answer)).await.status(), 204);
    browser
}

async fn listed(person: &Person) -> SecondFactors {
    ok(person.get("/v1/second-factor").await).await
}

#[tokio::test]
async fn a_passkey_opens_the_session_and_its_answer_counts_once() {
    let world = World::new().await;
    let heron = world.patient().await;
    let browser = enrols_passkey(&heron).await;
    let SecondFactors { due, factors, passkeys, .. } = listed(&heron).await;
    assert!(matches!(factors[..], [SecondFactor { kind: SecondFactorKind::Passkey, .. }]), "{factors:?}");
    assert_eq!((due, passkeys), (None, true));

    let (device, opened) = with_password_alone(&world, &heron, "heron-41").await;
    assert_eq!((opened.bundle, opened.second_factor), (None, Some(SecondFactorDue::Prove)));
    let answer = shown(&browser.get(&is_asked(&device).await).unwrap());
    assert_eq!(refusal(device.get("/v1/journals").await).await, REQUIRED, "asking opens nothing");
    assert_eq!(shows(&device, answer.clone()).await.status(), 204);
    ok::<Bundle>(device.get("/v1/accounts/me/credentials").await).await;

    let (other, _) = with_password_alone(&world, &heron, "heron-41").await;
    assert_eq!(refusal(shows(&other, answer.clone()).await).await, FAILED, "nobody asked this session");
    is_asked(&other).await;
    assert_eq!(refusal(shows(&other, answer).await).await, FAILED, "it answers another challenge");
    assert_eq!(refusal(other.get("/v1/journals").await).await, REQUIRED);
    let again = shown(&browser.get(&is_asked(&other).await).unwrap());
    assert_eq!(shows(&other, again).await.status(), 204);
}

#[tokio::test]
async fn an_answer_that_failed_used_the_challenge_up() {
    let world = World::new().await;
    let heron = world.patient().await;
    let browser = enrols_passkey(&heron).await;
    let (device, _) = with_password_alone(&world, &heron, "heron-41").await;
    let right = shown(&browser.get(&is_asked(&device).await).unwrap());
    let mut wrong = right.clone();
    wrong.signature.0[20] ^= 1;
    assert_eq!(refusal(shows(&device, wrong).await).await, FAILED);
    assert_eq!(refusal(shows(&device, right).await).await, FAILED);
}

#[tokio::test]
async fn an_answer_that_was_changed_in_any_part_does_not_count() {
    let world = World::new().await;
    let heron = world.patient().await;
    let browser = enrols_passkey(&heron).await;
    let (device, _) = with_password_alone(&world, &heron, "heron-41").await;
    let parts: [fn(&mut ShownPasskey) -> &mut B64; 4] = [
        |it| &mut it.credential,
        |it| &mut it.client_data_json,
        |it| &mut it.authenticator_data,
        |it| &mut it.signature,
    ];
    for part in parts {
        for change in [|bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1, |bytes: &mut Vec<u8>| bytes.clear()] {
            let mut answer = shown(&browser.get(&is_asked(&device).await).unwrap());
            change(&mut part(&mut answer).0);
            assert_eq!(refusal(shows(&device, answer).await).await, FAILED);
        }
    }
    assert_eq!(refusal(device.get("/v1/journals").await).await, REQUIRED);
}

#[tokio::test]
async fn an_answer_that_was_given_to_another_page_does_not_count() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    // A page of the same name's own subdomain gets browsers to answer, and no further.
    for page in ["https://login.reverie.example", "https://reverie.example:8443"] {
        let browser = Browser::at(page);
        let answer = browser.create(&begins(&quill).await).unwrap();
        assert_eq!(refusal(confirms(&quill, &made(&answer)).await).await, FAILED, "{page}");
    }
    let mut browser = enrols_passkey(&heron).await;
    let (device, _) = with_password_alone(&world, &heron, "heron-41").await;
    browser.visit("https://login.reverie.example");
    let answer = shown(&browser.get(&is_asked(&device).await).unwrap());
    assert_eq!(refusal(shows(&device, answer).await).await, FAILED);
    // And another name's page asks for a passkey of its own.
    browser.visit("https://reverie.test");
    assert_eq!(browser.get(&is_asked(&device).await), None, "the browser refuses by itself");
    let own = is_asked(&device).await.replace("reverie.example", "reverie.test");
    let answer = shown(&browser.get(&own).unwrap());
    assert_eq!(refusal(shows(&device, answer).await).await, FAILED);
}

#[tokio::test]
async fn a_passkey_that_did_not_ask_for_the_person_does_not_count() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut browser = enrols_passkey(&heron).await;
    browser.stop_verifying();
    let (device, _) = with_password_alone(&world, &heron, "heron-41").await;
    let careless =
        is_asked(&device).await.replace(r#""userVerification":"required""#, r#""userVerification":"discouraged""#);
    let answer = shown(&browser.get(&careless).unwrap());
    assert_eq!(refusal(shows(&device, answer).await).await, FAILED);
}

#[tokio::test]
async fn somebody_elses_passkey_opens_nothing_and_is_enrolled_for_nobody_else() {
    let world = World::new().await;
    let (heron, wren) = (world.patient().await, world.person(AccountRole::Patient, "wren-07").await);
    let (of_heron, _of_wren) = (enrols_passkey(&heron).await, enrols_passkey(&wren).await);
    let (device, _) = with_password_alone(&world, &wren, "wren-07").await;
    assert_eq!(of_heron.get(&is_asked(&device).await), None, "the browser is not asked for it");
    // A browser that answers all the same.
    let all = with_credentials(&is_asked(&device).await, json!([]));
    let answer = shown(&of_heron.copy().get(&all).unwrap());
    assert_eq!(refusal(shows(&device, answer).await).await, FAILED);

    let begun = begins(&heron).await;
    let before: Value = serde_json::from_str(&begun).unwrap();
    assert_eq!(before["excludeCredentials"].as_array().unwrap().len(), 1, "the browser is told of what there is");
    assert_eq!(of_heron.create(&begun), None, "and makes no second one");
    let answer = Browser::at(PUBLIC_ADDRESS).create(&begun).unwrap();
    assert_eq!(refusal(confirms(&wren, &made(&answer)).await).await, FAILED, "it was heron who was asked");
    assert_eq!(confirms(&heron, &made(&answer)).await.status(), 204);
    assert_eq!(refusal(confirms(&heron, &made(&answer)).await).await, FAILED, "once");
    assert_eq!(listed(&heron).await.factors.len(), 2);
}

/// Returns the options with other passkeys in them.
fn with_credentials(options: &str, credentials: Value) -> String {
    let mut options: Value = serde_json::from_str(options).unwrap();
    options["allowCredentials"] = credentials;
    if options["allowCredentials"] == json!([]) {
        options.as_object_mut().unwrap().remove("allowCredentials");
    }
    options.to_string()
}

#[tokio::test]
async fn a_copy_of_a_passkey_is_found_out_when_the_two_counters_cross() {
    let world = World::new().await;
    let heron = world.patient().await;
    let browser = enrols_passkey(&heron).await;
    let thief = browser.copy();
    let (device, _) = with_password_alone(&world, &heron, "heron-41").await;
    let answer = shown(&browser.get(&is_asked(&device).await).unwrap());
    assert_eq!(shows(&device, answer).await.status(), 204);

    let (stolen, _) = with_password_alone(&world, &heron, "heron-41").await;
    let answer = shown(&thief.get(&is_asked(&stolen).await).unwrap());
    let problem: Problem = shows(&stolen, answer).await.json().await.unwrap();
    assert_eq!(problem.code, ProblemCode::SecondFactorFailed);
    assert!(problem.detail.contains("copy"), "{}", problem.detail);
    // The owner is told.
    let log: AccessLog = ok(device.get("/v1/accounts/me/access-log").await).await;
    assert_eq!(log.entries.iter().filter(|entry| entry.act == AuditAct::FailSecondFactor).count(), 1);
}

#[tokio::test]
async fn five_minutes_after_it_was_asked_nothing_is_answered_any_more_or_kept() {
    let world =
        World::configured(|config| Config { upkeep_every: std::time::Duration::from_millis(5), ..config }).await;
    let heron = world.patient().await;
    let browser = enrols_passkey(&heron).await;
    let (device, _) = with_password_alone(&world, &heron, "heron-41").await;
    let late = shown(&browser.get(&is_asked(&device).await).unwrap());
    let made_late = made(&Browser::at(PUBLIC_ADDRESS).create(&begins(&heron).await).unwrap());
    assert_eq!(ceremonies(&world).await, 2);
    world.pass_seconds(299);
    let in_time = shown(&browser.get(&is_asked(&device).await).unwrap());
    world.pass_seconds(1);
    assert_eq!(refusal(confirms(&heron, &made_late).await).await, FAILED);
    assert_eq!(refusal(shows(&device, late).await).await, FAILED, "something else was asked since");
    assert_eq!(refusal(shows(&device, in_time).await).await, FAILED, "and the wrong answer used that up");

    is_asked(&device).await;
    assert_eq!(ceremonies(&world).await, 1);
    world.pass_seconds(300);
    while ceremonies(&world).await > 0 {
        tokio::task::yield_now().await;
    }
    // A clock that is set back brings nothing to life.
    let late = shown(&browser.get(&is_asked(&device).await).unwrap());
    world.pass_seconds(-1000);
    assert_eq!(refusal(shows(&device, late).await).await, FAILED);
}

/// Counts what the database keeps between asking and answering.
async fn ceremonies(world: &World) -> i64 {
    let db = world.folder.connect().await;
    let count = Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) AS n FROM passkey_ceremony");
    let row = db.query_one_raw(count).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

#[tokio::test]
async fn what_one_server_asked_another_may_judge() {
    let world = World::new().await;
    let heron = world.patient().await;
    let browser = enrols_passkey(&heron).await;
    let (mut device, _) = with_password_alone(&world, &heron, "heron-41").await;
    let answer = shown(&browser.get(&is_asked(&device).await).unwrap());
    let world = world.restart().await;
    device.base = world.base();
    assert_eq!(shows(&device, answer).await.status(), 204);
}

#[tokio::test]
async fn a_clinician_may_begin_with_a_passkey_and_the_last_second_factor_stays() {
    let world = World::new().await;
    let invitation = world.admin.invites(AccountRole::Clinician, Some("crane")).await;
    let (crane, due) = join_halfway(&world.base(), &invitation, Some(B64(vec![2; 32]))).await;
    assert_eq!(due, Some(SecondFactorDue::Enrol));
    let (thief, _) = with_password_alone(&world, &crane, "crane").await;
    let answer = made(&Browser::at(PUBLIC_ADDRESS).create(&begins(&thief).await).unwrap());
    enrols_passkey(&crane).await;
    ok::<Bundle>(crane.get("/v1/accounts/me/credentials").await).await;
    assert_eq!(refusal(confirms(&thief, &answer).await).await, REQUIRED, "the owner was first");

    let passkey = listed(&crane).await.factors[0].factor;
    let path = format!("/v1/second-factor/{passkey}");
    assert_eq!(refusal(crane.delete(&path).await).await, Refusal(403, ProblemCode::NotPermitted));
    enrols(&world, &crane).await;
    assert_eq!(crane.delete(&path).await.status(), 204);
    let kinds: Vec<_> = listed(&crane).await.factors.iter().map(|factor| factor.kind).collect();
    assert_eq!(kinds, [SecondFactorKind::Authenticator]);
    assert_eq!(refusal(crane.post("/v1/second-factor/passkey/ask", &json!({})).await).await.0, 404);
}

#[tokio::test]
async fn a_passkey_that_was_removed_opens_nothing() {
    let world = World::new().await;
    let heron = world.patient().await;
    let browser = enrols_passkey(&heron).await;
    enrols(&world, &heron).await;
    let (device, _) = with_password_alone(&world, &heron, "heron-41").await;
    let answer = shown(&browser.get(&is_asked(&device).await).unwrap());
    let factors = listed(&heron).await.factors;
    let passkey = factors.iter().find(|factor| factor.kind == SecondFactorKind::Passkey).unwrap();
    assert_eq!(heron.delete(&format!("/v1/second-factor/{}", passkey.factor)).await.status(), 204);
    assert_eq!(refusal(shows(&device, answer).await).await, FAILED);
}

#[tokio::test]
async fn an_administrator_who_takes_second_factors_away_takes_passkeys_too() {
    let world = World::new().await;
    let quill = world.clinician().await;
    enrols_passkey(&quill).await;
    let reset = format!("/v1/admin/accounts/{}/reset-second-factor", quill.account);
    assert_eq!(world.admin.post(&reset, &json!({})).await.status(), 204);
    let (back, opened) = with_password_alone(&world, &quill, "quill").await;
    assert_eq!(opened.second_factor, Some(SecondFactorDue::Enrol));
    assert_eq!(listed(&back).await.factors, []);
}

#[tokio::test]
async fn a_server_that_was_not_told_its_address_says_so_and_takes_the_rest() {
    let world = World::configured(|config| Config { public_address: None, ..config }).await;
    let quill = world.clinician().await;
    assert!(!listed(&quill).await.passkeys);
    for path in ["/v1/second-factor/passkey", "/v1/second-factor/passkey/ask"] {
        let problem: Problem = quill.post(path, &json!({})).await.json().await.unwrap();
        assert_eq!(problem.code, ProblemCode::NotPermitted);
        assert!(problem.detail.contains("--public-address"), "{}", problem.detail);
    }
    let backup = ShownSecondFactor { backup: Some(B64(backup_code(1).into())), ..ShownSecondFactor::default() };
    assert_eq!(quill.post("/v1/second-factor/show", &backup).await.status(), 204);
}

#[tokio::test]
async fn whoever_shows_two_kinds_at_once_or_none_is_told() {
    let world = World::new().await;
    let heron = world.patient().await;
    let passkey = ShownPasskey {
        credential: B64(vec![1]),
        client_data_json: B64(vec![2]),
        authenticator_data: B64(vec![3]),
        signature: B64(vec![4]),
    };
    let both = ShownSecondFactor { code: Some("123456".into()), passkey: Some(passkey), backup: None };
    for shown in [both, ShownSecondFactor::default()] {
        let answer = heron.post("/v1/second-factor/show", &shown).await;
        assert_eq!(refusal(answer).await, Refusal(400, ProblemCode::MalformedRequest));
    }
}

#[tokio::test]
async fn an_answer_has_no_place_for_what_a_prf_gave() {
    let world = World::new().await;
    let heron = world.patient().await;
    let answer = Browser::at(PUBLIC_ADDRESS).create(&begins(&heron).await).unwrap();
    let mut answer = serde_json::to_value(made(&answer)).unwrap();
    answer["client_extension_results"] = json!({ "prf": { "results": { "first": "AAAA" } } });
    let refused = heron.post("/v1/second-factor/passkey/confirm", &answer).await;
    assert_eq!(refusal(refused).await, Refusal(400, ProblemCode::MalformedRequest));
}
