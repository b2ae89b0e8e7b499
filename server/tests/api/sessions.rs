//! Logging in and out, and guessing.

use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{OpenedSession, SessionFinish, SessionRecover, SessionStart, SessionStarted, Sessions};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::SessionId;
use reverie_protocol::problem::ProblemCode;
use serde_json::json;

use crate::world::{PASSWORD, Refusal, World, login, ok, refusal, rng};

#[tokio::test]
async fn whoever_registered_logs_in_and_each_session_ends_alone() {
    let world = World::new().await;
    let heron = world.patient().await;
    let opened: OpenedSession = ok(login(&world.base(), "heron-41", PASSWORD).await).await;
    assert_eq!((opened.account.account, opened.bundle.version), (heron.account, 1));
    let sessions: Sessions = ok(heron.get("/v1/sessions").await).await;
    assert_eq!(sessions.sessions.len(), 2);
    assert_eq!(sessions.sessions.iter().filter(|session| session.current).count(), 1);
    assert_eq!(sessions.sessions[0].first_day, "2031-05-01");
    assert_eq!(heron.delete(&format!("/v1/sessions/{}", opened.session)).await.status(), 204);
    let ended = crate::world::Person { token: opened.token, ..heron.clone() };
    assert_eq!(refusal(ended.get("/v1/accounts/me").await).await, Refusal(401, ProblemCode::Unauthenticated));
    assert_eq!(heron.get("/v1/accounts/me").await.status(), 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_handle_fail_alike() {
    let world = World::new().await;
    world.patient().await;
    let failed = Refusal(401, ProblemCode::LoginFailed);
    assert_eq!(refusal(login(&world.base(), "heron-41", b"wrong").await).await, failed);
    assert_eq!(refusal(login(&world.base(), "cedar-07", PASSWORD).await).await, failed);
}

#[tokio::test]
async fn the_recovery_code_logs_in_without_the_password() {
    let world = World::new().await;
    let heron = world.patient().await;
    let recover = |byte: u8| SessionRecover { handle: "heron-41".into(), token: B64(vec![byte; 32]) };
    let opened: OpenedSession = ok(heron.post("/v1/sessions/recover", &recover(9)).await).await;
    assert_eq!(opened.account.account, heron.account);
    let wrong = heron.post("/v1/sessions/recover", &recover(8)).await;
    assert_eq!(refusal(wrong).await, Refusal(401, ProblemCode::LoginFailed));
}

#[tokio::test]
async fn guessing_is_delayed_and_nobody_is_locked_out() {
    let world = World::new().await;
    let heron = world.patient().await;
    let wrong = SessionRecover { handle: "heron-41".into(), token: B64(vec![8; 32]) };
    for _ in 0..5 {
        heron.post("/v1/sessions/recover", &wrong).await;
    }
    let delayed = login(&world.base(), "heron-41", PASSWORD).await;
    assert_eq!(delayed.headers()["retry-after"], "1");
    assert_eq!(refusal(delayed).await, Refusal(429, ProblemCode::TooManyRequests));
    world.pass_seconds(1);
    ok::<OpenedSession>(login(&world.base(), "heron-41", PASSWORD).await).await;
}

#[tokio::test]
async fn an_attempt_is_good_for_one_finish_within_two_minutes() {
    let world = World::new().await;
    let heron = world.patient().await;
    let request = {
        let mut rng = rng();
        let mut rng = reverie_protocol::opaque::OpaqueRng(&mut rng);
        opaque_ke::ClientLogin::<reverie_protocol::opaque::Suite>::start(&mut rng, PASSWORD).unwrap().message
    };
    let start = SessionStart { handle: "heron-41".into(), request: B64(request.serialize().to_vec()) };
    let started: SessionStarted = ok(heron.post("/v1/sessions/start", &start).await).await;
    let finish = SessionFinish { attempt: started.attempt, finalization: B64(vec![0; 64]) };
    let failed = Refusal(401, ProblemCode::LoginFailed);
    assert_eq!(refusal(heron.post("/v1/sessions/finish", &finish).await).await, failed);
    assert_eq!(refusal(heron.post("/v1/sessions/finish", &finish).await).await, failed);
    let never = SessionFinish { attempt: SessionId::make(&mut rng()), ..finish };
    assert_eq!(refusal(heron.post("/v1/sessions/finish", &never).await).await, failed);
    let short = json!({"handle": "heron-41", "request": "AAAA"});
    let short = heron.post("/v1/sessions/start", &short).await;
    assert_eq!(refusal(short).await, Refusal(422, ProblemCode::InvalidCredentials));
}

#[tokio::test]
async fn a_suspended_account_is_out_at_once_and_back_when_reinstated() {
    let world = World::new().await;
    let quill = world.person(AccountRole::Clinician, "quill").await;
    let path = |verb: &str| format!("/v1/admin/accounts/{}/{verb}", quill.account);
    assert_eq!(world.admin.post(&path("suspend"), &json!({})).await.status(), 200);
    assert_eq!(refusal(quill.get("/v1/journals").await).await, Refusal(401, ProblemCode::Unauthenticated));
    let suspended = login(&world.base(), "quill", PASSWORD).await;
    assert_eq!(refusal(suspended).await, Refusal(403, ProblemCode::AccountSuspended));
    assert_eq!(world.admin.post(&path("reinstate"), &json!({})).await.status(), 200);
    ok::<OpenedSession>(login(&world.base(), "quill", PASSWORD).await).await;
}
