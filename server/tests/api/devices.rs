//! Devices: removed ones are told why, new ones take what an old one left, and changes of credentials are one with the
//! bundle.

use opaque_ke::{ClientRegistration, ClientRegistrationFinishParameters, Identifiers, RegistrationResponse};
use reverie_protocol::api::*;
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::HandoverId;
use reverie_protocol::limits::{HANDOVER_BYTES, HANDOVER_SECONDS};
use reverie_protocol::opaque::{KsfParams, OpaqueRng, Suite};
use reverie_protocol::problem::{Problem, ProblemCode};

use crate::world::{PASSWORD, Person, Refusal, World, cheap, login, ok, refusal, rng};

const CREDENTIALS: &str = "/v1/accounts/me/credentials";

/// Logs in once more, as on another device.
async fn another(world: &World, heron: &Person) -> (Person, OpenedSession) {
    let opened: OpenedSession = ok(login(&world.base(), "heron-41", PASSWORD).await).await;
    (Person { token: opened.token.clone(), ..heron.clone() }, opened)
}

async fn told(person: &Person) -> (ProblemCode, String) {
    let problem: Problem = person.get("/v1/accounts/me").await.json().await.unwrap();
    (problem.code, problem.detail)
}

/// Registers a password for the account, up to storing it.
async fn new_password(heron: &Person, password: &[u8], ksf: KsfParams) -> NewPassword {
    let mut rng = rng();
    let started = ClientRegistration::<Suite>::start(&mut OpaqueRng(&mut rng), password).unwrap();
    let start = PasswordStart { request: B64(started.message.serialize().to_vec()) };
    let answer: RegistrationStarted = ok(heron.post("/v1/accounts/me/credentials/start", &start).await).await;
    let response = RegistrationResponse::deserialize(&answer.response.0).unwrap();
    let slow = cheap();
    let parameters = ClientRegistrationFinishParameters::new(Identifiers::default(), Some(&slow));
    let finished = started.state.finish(&mut OpaqueRng(&mut rng), password, response, parameters).unwrap();
    NewPassword { upload: B64(finished.message.serialize().to_vec()), ksf }
}

#[tokio::test]
async fn the_last_day_of_a_device_is_the_day_of_its_last_call_and_the_first_stays() {
    let world = World::new().await;
    let heron = world.patient().await;
    let (phone, opened) = another(&world, &heron).await;
    let days = async || {
        let listed: Sessions = ok(heron.get("/v1/sessions").await).await;
        let phone = listed.sessions.into_iter().find(|session| session.session == opened.session).unwrap();
        (phone.first_day, phone.last_day)
    };
    assert_eq!(days().await, ("2031-05-01".into(), "2031-05-01".into()));
    world.pass_seconds(2 * 24 * 60 * 60);
    assert_eq!(days().await, ("2031-05-01".into(), "2031-05-01".into()), "another device's calls are not its own");
    assert_eq!(phone.get("/v1/journals").await.status(), 200);
    assert_eq!(days().await, ("2031-05-01".into(), "2031-05-03".into()));
}

#[tokio::test]
async fn a_removed_device_is_refused_at_once_and_told_why() {
    let world = World::new().await;
    let heron = world.patient().await;
    let (phone, opened) = another(&world, &heron).await;
    let (tablet, _) = another(&world, &heron).await;
    assert_eq!(heron.delete(&format!("/v1/sessions/{}", opened.session)).await.status(), 204);
    let (code, detail) = told(&phone).await;
    assert_eq!(code, ProblemCode::DeviceRevoked);
    assert_eq!(detail, "Another device of this account removed this one on 2031-05-01.");

    assert_eq!(heron.delete("/v1/sessions").await.status(), 204);
    assert_eq!(told(&tablet).await.0, ProblemCode::DeviceRevoked);
    let left: Sessions = ok(heron.get("/v1/sessions").await).await;
    assert!(left.sessions.len() == 1 && left.sessions[0].current);

    // Who logs out knows why. A token that never was is told nothing.
    assert_eq!(heron.delete(&format!("/v1/sessions/{}", left.sessions[0].session)).await.status(), 204);
    assert_eq!(told(&heron).await.0, ProblemCode::Unauthenticated);
    assert_eq!(told(&Person { token: "rvs_never".into(), ..heron }).await.0, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn nobody_ends_the_sessions_of_somebody_else() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let sessions: Sessions = ok(heron.get("/v1/sessions").await).await;
    let path = format!("/v1/sessions/{}", sessions.sessions[0].session);
    assert_eq!(refusal(quill.delete(&path).await).await, Refusal(404, ProblemCode::NotFound));
    assert_eq!(quill.delete("/v1/sessions").await.status(), 204);
    assert_eq!(heron.get("/v1/accounts/me").await.status(), 200);
}

#[tokio::test]
async fn a_handover_is_taken_once_within_its_time_and_by_its_code_alone() {
    let world = World::new().await;
    let heron = world.patient().await;
    let leave = async |sealed: &[u8]| {
        let (handover, token) = (HandoverId::make(&mut rng()), B64(vec![7; 32]));
        let new = NewHandover { handover, token_sha256: Hash::of(&token), sealed: B64(sealed.to_vec()) };
        (heron.post("/v1/handovers", &new).await.status().as_u16(), HandoverKey { handover, token })
    };
    let take = async |key: &HandoverKey| heron.post("/v1/handovers/take", key).await;
    let gone = Refusal(404, ProblemCode::NotFound);

    let (made, key) = leave(b"sealed").await;
    assert_eq!(made, 204);
    let guess = HandoverKey { token: B64(vec![8; 32]), ..key.clone() };
    assert_eq!(refusal(take(&guess).await).await, gone);
    assert_eq!(ok::<Handover>(take(&key).await).await.sealed.0, b"sealed");
    assert_eq!(refusal(take(&key).await).await, gone, "it was taken");

    let (_, first) = leave(b"first").await;
    let (_, second) = leave(b"second").await;
    assert_eq!(refusal(take(&first).await).await, gone, "another one was left since");
    world.pass_seconds(i64::from(HANDOVER_SECONDS));
    assert_eq!(refusal(take(&second).await).await, gone, "it is too late");
    assert_eq!(leave(&vec![0; HANDOVER_BYTES + 1]).await.0, 413);
}

#[tokio::test]
async fn password_recovery_code_and_bundle_change_together_or_not_at_all() {
    let world = World::new().await;
    let heron = world.patient().await;
    let (phone, _) = another(&world, &heron).await;
    let password = new_password(&heron, b"the stairs smell of rain", KsfParams::DEFAULT).await;
    let put = PutBundle {
        password: Some(password),
        recovery_sha256: Some(Hash::of([5; 32])),
        end_other_sessions: true,
        ..PutBundle::new(3, B64(b"newer".to_vec()))
    };
    let recover = |byte: u8| SessionRecover { handle: "heron-41".into(), token: B64(vec![byte; 32]) };
    let conflict = Refusal(409, ProblemCode::VersionConflict);
    assert_eq!(refusal(heron.put(CREDENTIALS, &put).await).await, conflict, "version 2 is missing");
    assert_eq!(login(&world.base(), "heron-41", PASSWORD).await.status(), 200);
    assert_eq!(heron.post("/v1/sessions/recover", &recover(9)).await.status(), 200);
    assert_eq!(phone.get("/v1/accounts/me").await.status(), 200);

    let weak = KsfParams { memory_kib: 8, ..KsfParams::DEFAULT };
    let mut bad = PutBundle { version: 2, ..put.clone() };
    bad.password.as_mut().unwrap().ksf = weak;
    assert_eq!(refusal(heron.put(CREDENTIALS, &bad).await).await, Refusal(422, ProblemCode::InvalidCredentials));

    assert_eq!(heron.put(CREDENTIALS, &PutBundle { version: 2, ..put }).await.status(), 204);
    assert_eq!(login(&world.base(), "heron-41", PASSWORD).await.status(), 401);
    assert_eq!(login(&world.base(), "heron-41", b"the stairs smell of rain").await.status(), 200);
    assert_eq!(heron.post("/v1/sessions/recover", &recover(9)).await.status(), 401);
    assert_eq!(heron.post("/v1/sessions/recover", &recover(5)).await.status(), 200);
    let (code, detail) = told(&phone).await;
    assert_eq!(code, ProblemCode::AccountRecovered);
    assert!(detail.contains("recovered with its recovery kit on 2031-05-01"), "{detail}");
}

#[tokio::test]
async fn whoever_has_a_cheaper_hash_than_the_server_wants_is_told_at_login() {
    let wanted = KsfParams { passes: 4, ..KsfParams::DEFAULT };
    let world = World::configured(|config| reverie_server::Config { ksf: wanted, ..config }).await;
    // The people of these tests register with the default, whatever the server says.
    let heron = world.patient().await;
    let (_, opened) = another(&world, &heron).await;
    assert_eq!(opened.raise_ksf, Some(wanted));
    let password = Some(new_password(&heron, PASSWORD, wanted).await);
    let put = PutBundle { password, ..PutBundle::new(2, B64(b"same".to_vec())) };
    assert_eq!(heron.put(CREDENTIALS, &put).await.status(), 204);
    let recover = SessionRecover { handle: "heron-41".into(), token: B64(vec![9; 32]) };
    let opened: OpenedSession = ok(heron.post("/v1/sessions/recover", &recover).await).await;
    assert_eq!(opened.raise_ksf, None);
}
