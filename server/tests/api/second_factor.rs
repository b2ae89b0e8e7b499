//! Second factors: what a password alone gets, how often a code counts, and what happens when it is lost.

use std::collections::BTreeMap;

use reqwest::{Method, Response};
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Bundle, OpenedSession, SessionRecover, Sessions};
use reverie_protocol::audit::{AccessLog, AuditAct};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::*;
use serde_json::json;

use crate::bad_input::operations::Operation;
use crate::world::{PASSWORD, Person, Refusal, World, backup_code, enter, join_halfway, login, ok, refusal};

const REQUIRED: Refusal = Refusal(403, ProblemCode::SecondFactorRequired);
/// What somebody may do who has no second factor yet and must have one.
const ENROLMENT: [&str; 7] = [
    "list_second_factors",
    "begin_authenticator",
    "confirm_authenticator",
    "begin_passkey",
    "ask_passkey",
    "confirm_passkey",
    "show_second_factor",
];
const FAILED: Refusal = Refusal(403, ProblemCode::SecondFactorFailed);

/// The person, as whoever has the password alone.
pub async fn with_password_alone(world: &World, person: &Person, handle: &str) -> (Person, OpenedSession) {
    let opened: OpenedSession = ok(login(&world.base(), handle, PASSWORD).await).await;
    (Person { token: opened.token.clone(), ..person.clone() }, opened)
}

async fn show_code(person: &Person, code: &str) -> Response {
    person.post("/v1/second-factor/show", &json!({ "code": code })).await
}

async fn show_backup(person: &Person, token: [u8; 32]) -> Response {
    let shown = ShownSecondFactor { backup: Some(B64(token.into())), ..ShownSecondFactor::default() };
    person.post("/v1/second-factor/show", &shown).await
}

/// Enrols one more authenticator, and returns it. The clock goes on by a minute: its first code is used.
pub async fn enrols(world: &World, person: &Person) -> NewAuthenticator {
    let begun: NewAuthenticator = ok(person.post("/v1/second-factor/authenticator", &json!({})).await).await;
    let confirm = ConfirmAuthenticator { code: world.code(&begun.secret) };
    assert_eq!(person.post("/v1/second-factor/authenticator/confirm", &confirm).await.status(), 204);
    world.pass_seconds(60);
    begun
}

/// Asks for everything that takes a session, and returns what was not refused for want of a second factor.
async fn gets(person: &Person) -> Vec<String> {
    let mut got = Vec::new();
    for operation in Operation::all().iter().filter(|operation| operation.for_people) {
        let request = person.request(operation.method.clone(), &operation.path(&BTreeMap::new()));
        let response = operation.with_body(request).send().await.unwrap();
        if response.status() != 403 || refusal(response).await != REQUIRED {
            got.push(operation.id.clone());
        }
    }
    got
}

#[tokio::test]
async fn a_clinician_or_administrator_with_a_password_alone_gets_to_show_a_second_factor_and_nothing_else() {
    let world = World::new().await;
    let quill = world.clinician().await;
    for (person, handle) in [(&quill, "quill"), (&world.admin, "admin")] {
        let (thief, opened) = with_password_alone(&world, person, handle).await;
        assert_eq!((opened.bundle, opened.second_factor), (None, Some(SecondFactorDue::Prove)));
        assert_eq!(gets(&thief).await, ["list_second_factors", "ask_passkey", "show_second_factor"]);
    }
}

#[tokio::test]
async fn a_clinician_or_administrator_with_a_kit_alone_gets_no_more_than_with_a_password_alone() {
    let world = World::new().await;
    let quill = world.clinician().await;
    let by_kit = async |person: &Person, handle: &str| {
        let recover = SessionRecover { handle: handle.into(), token: B64(vec![9; 32]) };
        let opened: OpenedSession = ok(person.post("/v1/sessions/recover", &recover).await).await;
        assert_eq!(opened.bundle, None);
        (Person { token: opened.token, ..person.clone() }, opened.second_factor)
    };
    for (person, handle) in [(&quill, "quill"), (&world.admin, "admin")] {
        let (finder, due) = by_kit(person, handle).await;
        assert_eq!(due, Some(SecondFactorDue::Prove));
        assert_eq!(gets(&finder).await, ["list_second_factors", "ask_passkey", "show_second_factor"]);
    }
    let invitation = world.admin.invites(AccountRole::Clinician, Some("crane")).await;
    let (crane, _) = join_halfway(&world.base(), &invitation, Some(B64(vec![2; 32]))).await;
    let (finder, due) = by_kit(&crane, "crane").await;
    assert_eq!(due, Some(SecondFactorDue::Enrol));
    assert_eq!(gets(&finder).await, ENROLMENT);
}

#[tokio::test]
async fn a_clinician_or_administrator_without_a_second_factor_gets_to_enrol_one_and_nothing_else() {
    let world = World::new().await;
    for (role, handle) in [(AccountRole::Clinician, "quill"), (AccountRole::Administrator, "second")] {
        let invitation = world.admin.invites(role, Some(handle)).await;
        let (newcomer, due) = join_halfway(&world.base(), &invitation, Some(B64(vec![2; 32]))).await;
        assert_eq!(due, Some(SecondFactorDue::Enrol));
        assert_eq!(gets(&newcomer).await, ENROLMENT);
        let (_, opened) = with_password_alone(&world, &newcomer, handle).await;
        assert_eq!((opened.bundle, opened.second_factor), (None, Some(SecondFactorDue::Enrol)));
        enrols(&world, &newcomer).await;
        ok::<Bundle>(newcomer.get("/v1/accounts/me/credentials").await).await;
    }
}

#[tokio::test]
async fn a_code_of_now_opens_the_session_and_no_code_counts_twice() {
    let world = World::new().await;
    let heron = world.patient().await;
    let authenticator = enrols(&world, &heron).await;
    let (first, opened) = with_password_alone(&world, &heron, "heron-41").await;
    assert_eq!((opened.bundle, opened.second_factor), (None, Some(SecondFactorDue::Prove)));
    let code = world.code(&authenticator.secret);
    assert_eq!(show_code(&first, &code).await.status(), 204);
    ok::<Bundle>(first.get("/v1/accounts/me/credentials").await).await;

    let (second, _) = with_password_alone(&world, &heron, "heron-41").await;
    assert_eq!(refusal(show_code(&second, &code).await).await, FAILED, "it was used");
    let before = crate::world::code(&authenticator.secret, crate::world::MAY_FIRST + 30);
    assert_eq!(refusal(show_code(&second, &before).await).await, FAILED, "a later one was used");
    assert_eq!(refusal(second.get("/v1/journals").await).await, REQUIRED);
    world.pass_seconds(30);
    assert_eq!(show_code(&second, &world.code(&authenticator.secret)).await.status(), 204);
}

#[tokio::test]
async fn two_logins_at_once_do_not_both_get_in_with_one_code() {
    let world = World::new().await;
    let heron = world.patient().await;
    let authenticator = enrols(&world, &heron).await;
    let (one, _) = with_password_alone(&world, &heron, "heron-41").await;
    let (other, _) = with_password_alone(&world, &heron, "heron-41").await;
    let code = world.code(&authenticator.secret);
    let (first, second) = tokio::join!(show_code(&one, &code), show_code(&other, &code));
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 403]);
}

#[tokio::test]
async fn codes_that_are_tried_all_at_once_are_delayed_like_those_that_come_one_by_one() {
    let world = World::new().await;
    let heron = world.patient().await;
    let authenticator = enrols(&world, &heron).await;
    let right = world.code(&authenticator.secret);
    let (thief, _) = with_password_alone(&world, &heron, "heron-41").await;
    let wrong: Vec<_> = (0..40).map(|number| format!("{number:06}")).filter(|code| *code != right).collect();
    let answers = futures_util::future::join_all(wrong.iter().map(async |code| show_code(&thief, code).await)).await;
    let judged = answers.iter().filter(|answer| answer.status() == 403).count();
    assert!(judged <= 5, "{judged} codes were judged");
    assert_eq!(answers.iter().filter(|answer| answer.status() == 429).count(), wrong.len() - judged);
}

#[tokio::test]
async fn an_authenticator_that_was_never_confirmed_opens_nothing() {
    let world = World::new().await;
    let heron = world.patient().await;
    let begun: NewAuthenticator = ok(heron.post("/v1/second-factor/authenticator", &json!({})).await).await;
    let wrong = ConfirmAuthenticator { code: "000000".into() };
    let confirmed = heron.post("/v1/second-factor/authenticator/confirm", &wrong).await;
    assert_eq!(refusal(confirmed).await, FAILED);
    let (session, opened) = with_password_alone(&world, &heron, "heron-41").await;
    assert_eq!(opened.second_factor, None, "the password is enough still");
    assert_eq!(refusal(show_code(&session, &world.code(&begun.secret)).await).await, FAILED);
}

#[tokio::test]
async fn a_password_enrols_no_second_factor_beside_the_one_that_is_there() {
    let world = World::new().await;
    let quill = world.clinician().await;
    // Somebody began to enrol before the owner did, and wants to finish after her.
    let invitation = world.admin.invites(AccountRole::Clinician, Some("crane")).await;
    let (crane, _) = join_halfway(&world.base(), &invitation, Some(B64(vec![2; 32]))).await;
    let (thief, _) = with_password_alone(&world, &crane, "crane").await;
    enrols(&world, &crane).await;
    for (thief, _) in [(thief, ()), (with_password_alone(&world, &quill, "quill").await.0, ())] {
        let begun = thief.post("/v1/second-factor/authenticator", &json!({})).await;
        assert_eq!(refusal(begun).await, REQUIRED);
        let confirm = thief.post("/v1/second-factor/authenticator/confirm", &json!({ "code": "123456" })).await;
        assert_eq!(refusal(confirm).await, REQUIRED);
    }
}

#[tokio::test]
async fn sessions_from_before_the_second_factor_have_to_show_it() {
    let world = World::new().await;
    let heron = world.patient().await;
    let (tablet, _) = with_password_alone(&world, &heron, "heron-41").await;
    ok::<Sessions>(tablet.get("/v1/sessions").await).await;
    let authenticator = enrols(&world, &heron).await;
    assert_eq!(refusal(tablet.get("/v1/sessions").await).await, REQUIRED);
    assert_eq!(show_code(&tablet, &world.code(&authenticator.secret)).await.status(), 204);
    ok::<Sessions>(tablet.get("/v1/sessions").await).await;
}

#[tokio::test]
async fn a_backup_code_counts_once_and_new_ones_void_the_old() {
    let world = World::new().await;
    let quill = world.clinician().await;
    let (device, _) = with_password_alone(&world, &quill, "quill").await;
    assert_eq!(refusal(show_backup(&device, [200; 32]).await).await, FAILED);
    assert_eq!(show_backup(&device, backup_code(1)).await.status(), 204);
    let listed: SecondFactors = ok(device.get("/v1/second-factor").await).await;
    assert_eq!((listed.due, listed.factors.len(), listed.backup_codes), (None, 1, 19));
    let (again, _) = with_password_alone(&world, &quill, "quill").await;
    assert_eq!(refusal(show_backup(&again, backup_code(1)).await).await, FAILED, "it was used");
    let new = NewBackupCodes { token_sha256: vec![Hash::of([77; 32])] };
    assert_eq!(device.put("/v1/second-factor/backup-codes", &new).await.status(), 204);
    assert_eq!(refusal(show_backup(&again, backup_code(2)).await).await, FAILED, "it is void");
    assert_eq!(show_backup(&again, [77; 32]).await.status(), 204);
}

#[tokio::test]
async fn whoever_keeps_failing_at_codes_locks_the_owner_out_of_neither_password_nor_backup_code() {
    let world = World::new().await;
    let quill = world.clinician().await;
    let (thief, _) = with_password_alone(&world, &quill, "quill").await;
    for _ in 0..5 {
        assert_eq!(refusal(show_code(&thief, "000000").await).await, FAILED);
    }
    let delayed = show_code(&thief, "000000").await;
    assert_eq!(delayed.headers()["retry-after"], "1");
    assert_eq!(refusal(delayed).await, Refusal(429, ProblemCode::TooManyRequests));
    enter(&world.base(), "quill").await;
    // The owner is told.
    let log: AccessLog = ok(quill.get("/v1/accounts/me/access-log").await).await;
    assert_eq!(log.entries.iter().filter(|entry| entry.act == AuditAct::FailSecondFactor).count(), 1);
}

#[tokio::test]
async fn the_kit_is_enough_for_a_patient_and_only_a_first_factor_for_a_clinician() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    enrols(&world, &heron).await;
    let recover = async |handle: &str| -> OpenedSession {
        let recover = SessionRecover { handle: handle.into(), token: B64(vec![9; 32]) };
        ok(heron.post("/v1/sessions/recover", &recover).await).await
    };
    let opened = recover("heron-41").await;
    assert_eq!(opened.second_factor, None);
    // Her authenticator is lost too: she takes it away.
    let back = Person { token: opened.token, ..heron.clone() };
    let listed: SecondFactors = ok(back.get("/v1/second-factor").await).await;
    let path = format!("/v1/second-factor/{}", listed.factors[0].factor);
    assert_eq!(back.delete(&path).await.status(), 204);
    let (_, opened) = with_password_alone(&world, &heron, "heron-41").await;
    assert_eq!(opened.second_factor, None);

    let opened = recover("quill").await;
    assert_eq!((opened.bundle, opened.second_factor), (None, Some(SecondFactorDue::Prove)));
    let finder = Person { token: opened.token, ..quill.clone() };
    assert_eq!(refusal(finder.get("/v1/accounts/me/credentials").await).await, REQUIRED);
}

#[tokio::test]
async fn the_last_second_factor_of_a_clinician_stays_and_anothers_is_not_there() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let listed: SecondFactors = ok(quill.get("/v1/second-factor").await).await;
    let path = format!("/v1/second-factor/{}", listed.factors[0].factor);
    assert_eq!(refusal(quill.delete(&path).await).await, Refusal(403, ProblemCode::NotPermitted));
    assert_eq!(refusal(heron.delete(&path).await).await, Refusal(404, ProblemCode::NotFound));
    enrols(&world, &quill).await;
    assert_eq!(quill.delete(&path).await.status(), 204);
    assert_eq!(quill.request(Method::GET, "/v1/journals").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_administrator_takes_a_lost_second_factor_away_and_its_owner_enrols_a_new_one() {
    let world = World::new().await;
    let quill = world.clinician().await;
    let reset = |account| format!("/v1/admin/accounts/{account}/reset-second-factor");
    let own = world.admin.post(&reset(world.admin.account), &json!({})).await;
    assert_eq!(refusal(own).await, Refusal(403, ProblemCode::NotPermitted));
    assert_eq!(refusal(quill.post(&reset(quill.account), &json!({})).await).await.0, 403);
    assert_eq!(world.admin.post(&reset(quill.account), &json!({})).await.status(), 204);
    assert_eq!(refusal(quill.get("/v1/journals").await).await, Refusal(401, ProblemCode::Unauthenticated));
    let (back, opened) = with_password_alone(&world, &quill, "quill").await;
    assert_eq!(opened.second_factor, Some(SecondFactorDue::Enrol));
    assert_eq!(refusal(show_backup(&back, backup_code(1)).await).await, FAILED, "backup codes went with it");
    enrols(&world, &back).await;
    let log: AccessLog = ok(back.get("/v1/accounts/me/access-log").await).await;
    assert!(log.entries.iter().any(|entry| entry.act == AuditAct::ResetSecondFactor));
}

#[tokio::test]
async fn a_database_alone_makes_no_code() {
    let world = World::new().await;
    let heron = world.patient().await;
    let authenticator = enrols(&world, &heron).await;
    let secret = totp_rs::Secret::try_from_base32(&authenticator.secret).unwrap();
    let mut files = vec![world.folder.path().to_owned()];
    let mut searched = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        searched += bytes.len();
        for needle in [secret.as_bytes(), authenticator.secret.as_bytes()] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{}", path.display());
        }
    }
    assert!(searched > 0, "the server's folder was read");
}
