//! What the framework itself refuses, in our words, and clients that send too much.

use reqwest::Method;
use reverie_protocol::problem::ProblemCode;

use crate::slow_clients::RawClient;
use crate::world::{Refusal, World, refusal};

#[tokio::test]
async fn every_refusal_of_the_framework_is_a_problem() {
    let world = World::new().await;
    let admin = &world.admin;
    let send = async |method: Method, path: &str, kind: Option<&'static str>, body: &'static str| {
        let mut request = admin.request(method, path);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        request.body(body).send().await.unwrap()
    };
    let json = Some("application/json");
    let malformed = Refusal(400, ProblemCode::MalformedRequest);
    assert_eq!(refusal(send(Method::POST, "/v1/sessions/start", json, "{\"a\"").await).await, malformed);
    assert_eq!(refusal(send(Method::POST, "/v1/sessions/start", json, "").await).await, malformed);
    let unknown_field = "{\"handle\":\"quill\",\"request\":\"\",\"typo\":1}";
    assert_eq!(refusal(send(Method::POST, "/v1/sessions/start", json, unknown_field).await).await, malformed);
    assert_eq!(refusal(admin.get("/v1/accounts/not-an-id/card").await).await, malformed);
    assert_eq!(refusal(admin.get("/v1/nowhere").await).await, Refusal(404, ProblemCode::NotFound));
    let unsupported = Refusal(415, ProblemCode::UnsupportedMediaType);
    assert_eq!(refusal(send(Method::POST, "/v1/sessions/start", Some("text/plain"), "{}").await).await, unsupported);
    let wrong_method = admin.request(Method::PATCH, "/v1/journals").send().await.unwrap();
    assert_eq!(wrong_method.headers()["allow"], "GET");
    assert_eq!(refusal(wrong_method).await, Refusal(405, ProblemCode::MethodNotAllowed));
    let nobody = admin.http.get(format!("{}/v1/journals", admin.base)).send().await.unwrap();
    assert_eq!(nobody.headers()["www-authenticate"], "Bearer");
    assert_eq!(nobody.headers()["cache-control"], "no-store");
    assert_eq!(refusal(nobody).await, Refusal(401, ProblemCode::Unauthenticated));
}

#[tokio::test]
async fn a_request_over_the_limit_is_refused_with_its_length_or_without() {
    let world = World::new().await;
    let large = vec![b' '; reverie_protocol::limits::REQUEST_BYTES + 1];
    let too_large = Refusal(413, ProblemCode::TooLarge);
    let path = "/v1/sessions/start";
    let post = || world.admin.request(Method::POST, path).header("content-type", "application/json");
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> =
        large.chunks(64 * 1024).map(|chunk| Ok(chunk.to_vec())).collect();
    let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    assert_eq!(refusal(post().body(chunked).send().await.unwrap()).await, too_large);
    // Announced: refused before any of it is sent.
    let mut client = RawClient::connect(&world).await;
    let length = reverie_protocol::limits::REQUEST_BYTES + 1;
    let kind = "Content-Type: application/json";
    client.send(&format!("POST {path} HTTP/1.1\r\nHost: a\r\n{kind}\r\nContent-Length: {length}\r\n\r\n")).await;
    let answer = client.read_to_close().await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("too_large"), "{answer}");
}

#[tokio::test]
async fn health_is_told_without_a_session() {
    let world = World::new().await;
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        let response = world.admin.http.get(format!("{}{path}", world.base())).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
    }
}
