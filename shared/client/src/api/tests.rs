//! What becomes of whatever a server, or something that is none, answers: a real socket at the other end.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the server in these tests has sockets and a thread"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use reverie_protocol::problem::ProblemCode;

use super::*;
use crate::native::{Sockets, Timeouts};

const TOKEN: &str = "rvs_a-token";

/// Answers one request with these bytes, whatever it asks; then hangs up. Gives back what it was sent.
fn server(answer: impl AsRef<[u8]> + Send + 'static) -> (Api, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = api(&listener, Duration::from_secs(30));
    let answering = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut sent = Vec::new();
        let mut piece = [0; 4096];
        while !is_whole(&sent) {
            let read = socket.read(&mut piece).unwrap();
            sent.extend_from_slice(&piece[..read]);
            if read == 0 {
                break;
            }
        }
        // The client may hang up first, on an answer that it finds too long.
        let _ = socket.write_all(answer.as_ref());
        String::from_utf8(sent).unwrap()
    });
    (api, answering)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    body.len() >= length
}

fn api(listener: &TcpListener, read: Duration) -> Api {
    let address = format!("http://{}", listener.local_addr().unwrap());
    let timeouts = Timeouts { connect: Duration::from_secs(30), read };
    Api::new(Arc::new(Sockets::with_timeouts(&address, timeouts).unwrap()))
}

fn answer(status: &str, content_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn refusal(problem: &Problem) -> String {
    answer("422 No", "application/problem+json; charset=utf-8", &serde_json::to_string(problem).unwrap())
}

fn journal() -> JournalId {
    JournalId::from_random_bytes([7; 16])
}

#[tokio::test]
async fn an_answer_comes_back_in_the_protocols_type() {
    let (api, answering) = server(answer("200 OK", "application/json", r#"{"journals":[]}"#));
    assert_eq!(api.list_journals(TOKEN).await.unwrap(), Journals { journals: vec![], open_invitations: vec![] });
    let sent = answering.join().unwrap();
    assert!(sent.starts_with("GET /v1/journals HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("authorization: Bearer rvs_a-token\r\n"), "{sent}");
}

#[tokio::test]
async fn a_page_is_asked_for_by_position() {
    let (api, answering) = server(answer("200 OK", "application/json", r#"{"records":[],"more":false}"#));
    assert!(!api.list_records(TOKEN, journal(), Some(41), 500).await.unwrap().more);
    let path = format!("GET /v1/journals/{}/records?after=41&limit=500 HTTP/1.1\r\n", journal());
    assert!(answering.join().unwrap().starts_with(&path));
}

#[tokio::test]
async fn a_success_without_content_is_enough_where_nothing_is_awaited() {
    let (api, answering) = server("HTTP/1.1 204 No Content\r\n\r\n");
    api.suspend_account(TOKEN, AccountId::from_random_bytes([1; 16])).await.unwrap();
    assert!(answering.join().unwrap().starts_with("POST /v1/admin/accounts/"));
}

#[tokio::test]
async fn a_refusal_keeps_its_code_and_says_why() {
    let problem = Problem::new(ProblemCode::InvalidRecord, "The record names a member who was removed.");
    let (api, _) = server(refusal(&problem));
    let error = api.list_journals(TOKEN).await.unwrap_err();
    assert_eq!(error.to_string(), "The record is not valid: The record names a member who was removed.");
    assert!(matches!(error, ApiError::Refused(refused) if *refused == problem));
}

#[tokio::test]
async fn a_hostile_refusal_cannot_steer_the_terminal() {
    let (api, _) = server(refusal(&Problem::new(ProblemCode::NotFound, "\u{1b}[2Jgone\u{9b}31m\r")));
    let error = api.list_journals(TOKEN).await.unwrap_err().to_string();
    assert!(!error.chars().any(char::is_control), "{error:?}");
}

#[tokio::test]
async fn nobody_listening_names_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (api, address) = (api(&listener, Duration::from_secs(30)), listener.local_addr().unwrap());
    drop(listener);
    let error = api.list_journals(TOKEN).await.unwrap_err();
    assert!(matches!(error, ApiError::Offline(_)));
    assert!(error.to_string().starts_with(&format!("the server at http://{address} cannot be reached: ")), "{error}");
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_without_end() {
    // Accepted by the system, answered by nobody.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = api(&listener, Duration::from_millis(100));
    let error = api.list_journals(TOKEN).await.unwrap_err();
    assert!(matches!(error, ApiError::Offline(_)));
    assert!(error.to_string().ends_with("it did not answer in time"), "{error}");
    let upload = stream::iter([Ok(Bytes::from_static(b"sealed"))]).boxed();
    let error = api.put_attachment(TOKEN, journal(), AttachmentId::from_random_bytes([2; 16]), upload, 6).await;
    assert!(matches!(error, Err(ApiError::Offline(_))));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let (api, _) = server("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"jour");
    let error = api.list_journals(TOKEN).await.unwrap_err();
    assert!(matches!(error, ApiError::Offline(_)));
    assert!(error.to_string().contains("went away in the middle of its answer"), "{error}");
}

#[tokio::test]
async fn garbage_is_no_answer() {
    let (api, _) = server("220 mail.harbor-lane.example ESMTP\r\n");
    assert!(matches!(api.list_journals(TOKEN).await, Err(ApiError::Offline(_))));
}

#[tokio::test]
async fn another_kind_of_server_is_strange() {
    for strange in [
        answer("200 OK", "text/html", "<p>Welcome</p>"),
        answer("404 Not Found", "text/html", "<p>Nothing here</p>"),
        answer("422 No", "application/problem+json", r#"{"code":"not_in_this_version"}"#),
    ] {
        let (api, _) = server(strange);
        let error = api.list_journals(TOKEN).await.unwrap_err();
        assert!(matches!(error, ApiError::Strange { .. }), "{error}");
        assert!(error.to_string().starts_with("this does not look like a Reverie server, or it is newer"), "{error}");
        assert!(!error.to_string().contains("Welcome") && !error.to_string().contains("not_in_this"), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (api, _) = server("HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    assert!(matches!(api.list_journals(TOKEN).await, Err(ApiError::Strange { status: 307, .. })));
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let (api, _) = server(answer("200 OK", "application/json", &" ".repeat(ANSWER_BYTES as usize + 1)));
    let error = api.list_journals(TOKEN).await.unwrap_err();
    assert!(error.to_string().contains("its answer is too long"), "{error}");
}

#[tokio::test]
async fn an_attachment_goes_up_in_pieces_with_its_size_told_first() {
    let attachment = AttachmentId::from_random_bytes([2; 16]);
    let stored = format!(r#"{{"attachment":"{attachment}","sha256":"{}","size":9}}"#, "ab".repeat(32));
    let (api, answering) = server(answer("200 OK", "application/json", &stored));
    let pieces = ["one", "two", "six"].map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
    let stored = api.put_attachment(TOKEN, journal(), attachment, stream::iter(pieces).boxed(), 9).await.unwrap();
    assert_eq!(stored.size, 9);
    let sent = answering.join().unwrap();
    assert!(sent.starts_with(&format!("PUT /v1/journals/{}/attachments/{attachment} ", journal())), "{sent}");
    assert!(sent.contains("content-length: 9\r\n") && sent.ends_with("onetwosix"), "{sent}");
}

#[tokio::test]
async fn an_attachment_comes_down_as_it_is_and_a_cut_one_says_so() {
    let attachment = AttachmentId::from_random_bytes([2; 16]);
    let (api, _) = server(answer("200 OK", "application/octet-stream", "sealed"));
    let pieces: Vec<_> = api.get_attachment(TOKEN, journal(), attachment).await.unwrap().collect().await;
    assert_eq!(pieces.into_iter().map(Result::unwrap).collect::<Vec<_>>().concat(), b"sealed");

    let (api, _) = server("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\nsea");
    let pieces: Vec<_> = api.get_attachment(TOKEN, journal(), attachment).await.unwrap().collect().await;
    let error = pieces.last().unwrap().as_ref().unwrap_err();
    assert!(error.to_string().contains("went away in the middle of its answer"), "{error}");
}

fn told_of(journal: JournalId) -> String {
    let changes = format!(r#"{{"whole":true,"journals":[{{"journal":"{journal}"}}]}}"#);
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n:\n\nid: 7\ndata: {changes}\n\n"
    )
}

#[tokio::test]
async fn changes_are_told_one_by_one_and_asked_for_from_the_last_on() {
    let (api, answering) = server(told_of(journal()));
    let mut stream = api.changes(TOKEN, Some("6")).await.unwrap();
    let told = stream.next().await.unwrap().unwrap();
    assert_eq!((told.id.as_str(), told.changes.whole, told.changes.journals.len()), ("7", true, 1));
    assert_eq!(stream.next().await.unwrap(), None, "the server ended the stream");
    let sent = answering.join().unwrap();
    assert!(sent.starts_with("GET /v1/changes HTTP/1.1\r\n") && sent.contains("last-event-id: 6\r\n"), "{sent}");
}

#[tokio::test]
async fn a_stream_of_something_else_is_strange() {
    let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: hello\n\n";
    let mut stream = server(stream).0.changes(TOKEN, None).await.unwrap();
    assert!(matches!(stream.next().await, Err(ApiError::Strange { .. })));
    let page = server(answer("200 OK", "text/html", "<p>Welcome</p>")).0.changes(TOKEN, None).await;
    assert!(matches!(page.map(drop), Err(ApiError::Strange { .. })));
}

#[tokio::test]
async fn an_event_without_end_is_not_held_in_memory() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: ".to_vec();
    let endless = [head, vec![b'x'; crate::changes::EVENT_BYTES + 1]].concat();
    let mut stream = server(endless).0.changes(TOKEN, None).await.unwrap();
    assert!(matches!(stream.next().await, Err(ApiError::Strange { .. })));
}
