//! Logging in and out, and guessing.

use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{OpenedSession, SessionFinish, SessionRecover, SessionStart, SessionStarted, Sessions};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::SessionId;
use reverie_protocol::problem::ProblemCode;
use reverie_server::Config;
use serde_json::json;

use crate::world::{PASSWORD, Refusal, World, enter, http_at, login, login_by, ok, refusal, rng};

#[tokio::test]
async fn whoever_registered_logs_in_and_each_session_ends_alone() {
    let world = World::new().await;
    let heron = world.patient().await;
    let opened: OpenedSession = ok(login(&world.base(), "heron-41", PASSWORD).await).await;
    assert_eq!((opened.account.account, opened.bundle.unwrap().version), (heron.account, 1));
    let sessions: Sessions = ok(heron.get("/v1/sessions").await).await;
    assert_eq!(sessions.sessions.len(), 2);
    assert_eq!(sessions.sessions.iter().filter(|session| session.current).count(), 1);
    assert_eq!(sessions.sessions[0].first_day, "2031-05-01");
    assert_eq!(heron.delete(&format!("/v1/sessions/{}", opened.session)).await.status(), 204);
    let ended = crate::world::Person { token: opened.token, ..heron.clone() };
    assert_eq!(refusal(ended.get("/v1/accounts/me").await).await, Refusal(401, ProblemCode::DeviceRevoked));
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

const FAILED: Refusal = Refusal(401, ProblemCode::LoginFailed);
const DELAYED: Refusal = Refusal(429, ProblemCode::TooManyRequests);

/// A world in which everybody is where a proxy says.
async fn behind_a_proxy() -> World {
    World::configured(|config| Config { behind_proxy: true, ..config }).await
}

#[tokio::test]
async fn guessing_is_delayed_and_nobody_is_locked_out() {
    let world = World::new().await;
    world.patient().await;
    for _ in 0..5 {
        assert_eq!(refusal(login(&world.base(), "heron-41", b"wrong").await).await, FAILED);
    }
    let delayed = login(&world.base(), "heron-41", PASSWORD).await;
    assert_eq!(delayed.headers()["retry-after"], "1");
    assert_eq!(refusal(delayed).await, DELAYED);
    world.pass_seconds(1);
    ok::<OpenedSession>(login(&world.base(), "heron-41", PASSWORD).await).await;
}

#[tokio::test]
async fn somebody_who_keeps_guessing_at_a_handle_is_slowed_and_keeps_its_owner_out_at_no_time() {
    let world = behind_a_proxy().await;
    world.patient().await;
    let (attacker, owner) = (http_at("203.0.113.66"), http_at("192.0.2.41"));
    let mut judged = 0;
    for _ in 0..40 {
        let guess = refusal(login_by(&attacker, &world.base(), "heron-41", b"wrong").await).await;
        judged += usize::from(guess == FAILED);
        assert!(guess == FAILED || guess == DELAYED, "{guess:?}");
        ok::<OpenedSession>(login_by(&owner, &world.base(), "heron-41", PASSWORD).await).await;
        world.pass_seconds(3);
    }
    // In two minutes: five at once, then one after 1, 2, 4, 8, 16, 32 and 60 seconds.
    assert_eq!(judged, 5 + 6, "the attacker is slowed");
}

#[tokio::test]
async fn guesses_from_many_addresses_delay_the_owner_at_none_of_hers() {
    let world = behind_a_proxy().await;
    world.patient().await;
    for number in 1..=60 {
        let attacker = http_at(&format!("203.0.113.{number}"));
        assert_eq!(refusal(login_by(&attacker, &world.base(), "heron-41", b"wrong").await).await, FAILED);
    }
    let attacker = http_at("203.0.113.61");
    assert_eq!(refusal(login_by(&attacker, &world.base(), "heron-41", b"wrong").await).await, FAILED);
    let again = refusal(login_by(&attacker, &world.base(), "heron-41", b"wrong").await).await;
    assert_eq!(again, DELAYED, "each address has one free try now");
    ok::<OpenedSession>(login_by(&http_at("192.0.2.41"), &world.base(), "heron-41", PASSWORD).await).await;
}

#[tokio::test]
async fn the_recovery_kit_opens_at_once_even_where_somebody_keeps_guessing() {
    let world = behind_a_proxy().await;
    world.patient().await;
    let shared = http_at("203.0.113.66");
    for _ in 0..9 {
        login_by(&shared, &world.base(), "heron-41", b"wrong").await;
    }
    let recover = async |byte: u8| {
        let kit = SessionRecover { handle: "heron-41".into(), token: B64(vec![byte; 32]) };
        shared.post(format!("{}/v1/sessions/recover", world.base())).json(&kit).send().await.unwrap()
    };
    while refusal(recover(8).await).await != DELAYED {}
    ok::<OpenedSession>(recover(9).await).await;
}

#[tokio::test]
async fn logins_that_were_begun_in_advance_are_delayed_when_they_are_finished() {
    let world = World::new().await;
    let heron = world.patient().await;
    let mut begun = Vec::new();
    for _ in 0..12 {
        let start = SessionStart { handle: "heron-41".into(), request: B64(login_request()) };
        begun.push(ok::<SessionStarted>(heron.post("/v1/sessions/start", &start).await).await);
    }
    let finish = async |started: SessionStarted| {
        let finish = SessionFinish { attempt: started.attempt, finalization: B64(vec![0; 64]) };
        refusal(heron.post("/v1/sessions/finish", &finish).await).await
    };
    let finishes = begun.into_iter().map(finish);
    let answers = futures_util::future::join_all(finishes).await;
    assert_eq!(answers.iter().filter(|answer| **answer == FAILED).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| **answer == DELAYED).count(), 7, "{answers:?}");
}

fn login_request() -> Vec<u8> {
    let mut rng = rng();
    let mut rng = reverie_protocol::opaque::OpaqueRng(&mut rng);
    let started = opaque_ke::ClientLogin::<reverie_protocol::opaque::Suite>::start(&mut rng, PASSWORD).unwrap();
    started.message.serialize().to_vec()
}

#[tokio::test]
async fn an_attempt_is_good_for_one_finish_within_two_minutes() {
    let world = World::new().await;
    let heron = world.patient().await;
    let start = SessionStart { handle: "heron-41".into(), request: B64(login_request()) };
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
    enter(&world.base(), "quill").await;
}

/// Fails to log in as often as one address may, each time with another handle and another claim of who forwarded it.
async fn guesses(world: &World, forwarded: impl Fn(u8) -> String) -> Refusal {
    let heron = world.patient().await;
    let mut last = None;
    for number in 0..21 {
        let guess = SessionRecover { handle: format!("guess-{number}"), token: B64(vec![8; 32]) };
        let request = heron.request(reqwest::Method::POST, "/v1/sessions/recover").json(&guess);
        last = Some(request.header("x-forwarded-for", forwarded(number)).send().await.unwrap());
    }
    refusal(last.unwrap()).await
}

#[tokio::test]
async fn without_a_proxy_nobody_escapes_the_delay_by_claiming_to_be_forwarded() {
    let world = World::new().await;
    let last = guesses(&world, |number| format!("192.0.2.{number}")).await;
    assert_eq!(last, Refusal(429, ProblemCode::TooManyRequests));
}

#[tokio::test]
async fn behind_a_proxy_each_client_is_delayed_alone_and_only_the_proxys_word_counts() {
    let others = guesses(&behind_a_proxy().await, |number| format!("192.0.2.{number}")).await;
    assert_eq!(others, FAILED);
    let same = guesses(&behind_a_proxy().await, |number| format!("198.51.100.{number}, 192.0.2.1")).await;
    assert_eq!(same, DELAYED);
    let one_network = guesses(&behind_a_proxy().await, |number| format!("2001:db8:0:7::{number:x}")).await;
    assert_eq!(one_network, DELAYED, "whoever has an IPv6 network has all of its addresses");
    let networks = guesses(&behind_a_proxy().await, |number| format!("2001:db8:0:{number:x}::7")).await;
    assert_eq!(networks, FAILED);
}

#[tokio::test]
async fn a_token_opens_nothing_once_its_session_or_account_is_stopped() {
    let world = World::new().await;
    let quill = world.clinician().await;
    let log = quill.opens_journal(&[]).await;
    let me: Sessions = ok(quill.get("/v1/sessions").await).await;
    let suspend = format!("/v1/admin/accounts/{}/suspend", quill.account);
    assert_eq!(world.admin.post(&suspend, &json!({})).await.status(), 200);
    let reinstate = format!("/v1/admin/accounts/{}/reinstate", quill.account);
    assert_eq!(world.admin.post(&reinstate, &json!({})).await.status(), 200);
    // The old token does not come back with the account.
    for path in ["/v1/journals".to_owned(), log.path(), "/v1/accounts/me/credentials".to_owned()] {
        assert_eq!(refusal(quill.get(&path).await).await, Refusal(401, ProblemCode::Unauthenticated));
    }
    let again = enter(&world.base(), "quill").await;
    let quill = crate::world::Person { token: again.token, ..quill };
    assert_eq!(log.read(&quill).await.records.len(), 1);
    let ended = quill.delete(&format!("/v1/sessions/{}", me.sessions[0].session)).await;
    assert_eq!(refusal(ended).await, Refusal(404, ProblemCode::NotFound), "it ended with the suspension");
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let of_heron: Sessions = ok(heron.get("/v1/sessions").await).await;
    let path = format!("/v1/sessions/{}", of_heron.sessions[0].session);
    assert_eq!(refusal(quill.delete(&path).await).await, Refusal(404, ProblemCode::NotFound));
    assert_eq!(heron.get("/v1/accounts/me").await.status(), 200);
}
