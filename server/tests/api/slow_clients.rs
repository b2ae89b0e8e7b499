//! Clients that send slowly, stop half-way or come in crowds: they are let go, and others are served.
//!
//! The limits are short here, and every test waits for what the server does, never for a time.

use std::time::Duration;

use reverie_server::{Config, ConnectionLimits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::World;

/// A client that says exactly what it is told to.
pub struct RawClient(TcpStream);

impl RawClient {
    pub async fn connect(world: &World) -> Self {
        Self(TcpStream::connect(world.server.addr).await.unwrap())
    }

    pub async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Returns what arrives until the server closes the connection.
    pub async fn read_to_close(&mut self) -> String {
        let mut answer = Vec::new();
        let read = self.0.read_to_end(&mut answer);
        // A server that waits for ever fails the test instead of hanging it.
        let closed = tokio::time::timeout(Duration::from_secs(20), read).await;
        assert!(closed.is_ok(), "the server keeps the connection open");
        // An error is a reset: that is a close, too.
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Returns the first bytes that arrive.
    async fn read_some(&mut self) -> String {
        let mut bytes = vec![0; 4096];
        let read = self.0.read(&mut bytes).await.unwrap();
        String::from_utf8(bytes[..read].to_vec()).unwrap()
    }
}

/// A server with little patience of one kind, and plenty of every other.
async fn impatient(change: impl FnOnce(&mut ConnectionLimits)) -> World {
    let plenty = Duration::from_secs(600);
    let mut limits =
        ConnectionLimits { headers_within: plenty, body_pause: plenty, json_within: plenty, ..Default::default() };
    change(&mut limits);
    World::configured(|config| Config { limits, ..config }).await
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
const SHORT: Duration = Duration::from_millis(300);

fn post(length: usize) -> String {
    let head = "POST /v1/sessions/start HTTP/1.1\r\nHost: a\r\nContent-Type: application/json";
    format!("{head}\r\nContent-Length: {length}\r\n\r\n")
}

#[tokio::test]
async fn whoever_does_not_finish_a_header_is_closed() {
    let world = impatient(|limits| limits.headers_within = SHORT).await;
    // Nothing; what may become HTTP/1 or HTTP/2; half a header; HTTP/2 without a request.
    for sent in ["", "P", "GET /healthz HTTP/1.1\r\nHost:", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut client = RawClient::connect(&world).await;
        client.send(sent).await;
        let answer = client.read_to_close().await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let world = impatient(|limits| limits.headers_within = SHORT).await;
    let mut client = RawClient::connect(&world).await;
    client.send(HEALTH).await;
    assert!(client.read_to_close().await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_body_that_stops_arriving_is_told_so() {
    let world = impatient(|limits| limits.body_pause = SHORT).await;
    let mut client = RawClient::connect(&world).await;
    client.send(&post(100)).await;
    client.send("{\"handle\":").await;
    let answer = client.read_to_close().await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("request_timeout"), "{answer}");
}

#[tokio::test]
async fn json_has_an_end_however_patiently_it_is_awaited() {
    let world = impatient(|limits| limits.json_within = SHORT).await;
    let mut client = RawClient::connect(&world).await;
    client.send(&post(100)).await;
    client.send("{").await;
    let answer = client.read_to_close().await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("request_timeout"), "{answer}");
}

#[tokio::test]
async fn an_upload_that_stops_leaves_nothing_behind() {
    let world = impatient(|limits| limits.body_pause = SHORT).await;
    let heron = world.patient().await;
    let log = heron.opens_journal(&[]).await;
    let path = log.attachment_path(reverie_protocol::ids::AttachmentId::make(&mut crate::world::rng()));
    let mut client = RawClient::connect(&world).await;
    let authorization = format!("Authorization: Bearer {}", heron.token);
    let kind = "Content-Type: application/octet-stream\r\nContent-Length: 1000000";
    client.send(&format!("PUT {path} HTTP/1.1\r\nHost: a\r\n{authorization}\r\n{kind}\r\n\r\nsealed")).await;
    let answer = client.read_to_close().await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(heron.get(&path).await.status(), 404);
    let unfinished = world.folder.path().join("attachments/unfinished");
    assert_eq!(std::fs::read_dir(unfinished).unwrap().count(), 0);
}

#[tokio::test]
async fn connections_over_the_cap_wait_until_another_ends() {
    // Setting the practice up takes one connection of its own for each client.
    let world = impatient(|limits| limits.connections = 3).await;
    let World { folder: _folder, server, admin, .. } = world;
    drop(admin);
    let address = server.addr;
    let connect = async || RawClient(TcpStream::connect(address).await.unwrap());
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut client = connect().await;
        client.send(HEALTH).await;
        assert!(client.read_some().await.starts_with("HTTP/1.1 200 "));
        held.push(client);
    }
    let mut waiting = connect().await;
    waiting.send(HEALTH).await;
    // Requests on the connections that are held are served, and the one that waits is not.
    for client in &mut held {
        client.send(HEALTH).await;
        assert!(client.read_some().await.starts_with("HTTP/1.1 200 "));
    }
    let early = waiting.0.try_read(&mut [0; 16]);
    assert_eq!(early.map_err(|error| error.kind()), Err(std::io::ErrorKind::WouldBlock));
    held.pop();
    assert!(waiting.read_some().await.starts_with("HTTP/1.1 200 "));
}
