//! Every operation of the specification against input that no client sends: random, cut off, too large, of another type,
//! twice, and out of order.
//!
//! The operations are read from `openapi.json`, so that a new one is covered by itself. Whatever is sent, an answer is no
//! 5xx and its status is in the specification; a refusal is a problem with a code; and what is refused changes nothing.

mod bodies;
pub mod operations;

use std::collections::BTreeMap;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use reqwest::{Method, RequestBuilder, Response};
use reverie_protocol::api::StoredAttachment;
use reverie_protocol::header::MemberRole;
use reverie_protocol::limits;

use crate::bad_input::operations::Operation;
use crate::world::{Person, World, ok, refusal, rng};

/// A practice in which something is there to be harmed: a journal with a record and a file.
struct Target {
    world: World,
    heron: Person,
    quill: Person,
    /// Parameters of the specification, with the ids of things that are there.
    real: BTreeMap<String, String>,
}

impl Target {
    async fn new() -> Self {
        let world = World::new().await;
        let (heron, quill) = (world.patient().await, world.clinician().await);
        let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
        let attachment = reverie_protocol::ids::AttachmentId::make(&mut rng());
        let path = log.attachment_path(attachment);
        let stored: StoredAttachment = ok(heron.upload(&path, "sealed file").await).await;
        let named =
            reverie_protocol::header::AttachmentRef { id: attachment, sha256: stored.sha256, size: stored.size };
        let write = log.write(&heron, b"sealed", vec![named]);
        log.append(&heron, &[write]).await;
        let real = [
            ("journal", log.journal.to_string()),
            ("attachment", attachment.to_string()),
            ("account", heron.account.to_string()),
        ];
        let real = real.map(|(name, value)| (name.to_owned(), value)).into();
        Self { world, heron, quill, real }
    }

    fn people(&self) -> [&Person; 3] {
        [&self.world.admin, &self.heron, &self.quill]
    }

    /// Everything that the three can read, as they read it.
    async fn seen(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for operation in Operation::all().iter().filter(|operation| operation.is_a_plain_read()) {
            for person in self.people() {
                let response = person.get(&operation.path(&self.real)).await;
                seen.push(format!("{operation} {} {}", response.status(), response.text().await.unwrap()));
            }
        }
        seen.extend(self.files().into_iter().map(|file| file.display().to_string()));
        seen
    }

    fn files(&self) -> Vec<std::path::PathBuf> {
        let mut folders = vec![self.world.folder.path().join("attachments")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }
}

/// Sends a request, and holds the answer against the specification.
async fn documented(operation: &Operation, what: &str, request: RequestBuilder) -> Response {
    let response = request.send().await.unwrap_or_else(|error| panic!("{operation} {what}: {error}"));
    let status = response.status().as_u16();
    assert!(status < 500, "{operation} {what}: {status}");
    assert!(operation.statuses.contains(&status), "{operation} {what}: {status} is not in the specification");
    response
}

/// The same, for what must be refused.
async fn refused(operation: &Operation, what: &str, request: RequestBuilder) {
    let response = documented(operation, what, request).await;
    assert!(!response.status().is_success(), "{operation} {what} was accepted");
    refusal(response).await;
}

fn random(runner: &mut TestRunner, most: usize) -> Vec<u8> {
    let bytes = proptest::collection::vec(proptest::num::u8::ANY, 1..most);
    bytes.new_tree(runner).expect("bytes are never rejected").current()
}

#[tokio::test]
async fn no_operation_takes_a_body_that_is_cut_off_random_or_of_another_shape() {
    let target = Target::new().await;
    let before = target.seen().await;
    let mut runner = TestRunner::deterministic();
    for operation in Operation::all().iter().filter(|operation| operation.body.is_some()) {
        let mut bodies = bodies::broken(operation.body.as_ref().unwrap());
        bodies.extend((0..8).map(|number| (format!("random bytes, {number}"), random(&mut runner, 400))));
        for (number, (what, body)) in bodies.into_iter().enumerate() {
            // Each of the three in turn: bodies are read before anybody's rights are looked at, or after.
            let person = target.people()[number % 3];
            let request = person.request(operation.method.clone(), &operation.path(&target.real));
            refused(operation, &what, request.header("content-type", "application/json").body(body)).await;
        }
    }
    assert_eq!(target.seen().await, before, "something that was refused left something behind");
}

#[tokio::test]
async fn no_operation_takes_a_body_over_the_limit_or_of_another_type() {
    let target = Target::new().await;
    let before = target.seen().await;
    for operation in Operation::all().iter().filter(|operation| operation.body.is_some()) {
        let request = || target.heron.request(operation.method.clone(), &operation.path(&target.real));
        let large = vec![b' '; limits::REQUEST_BYTES + 1];
        refused(operation, "too large", request().header("content-type", "application/json").body(large)).await;
        let body = operation.body.as_ref().unwrap().example.to_string();
        for kind in ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded", "\u{e9}", ""] {
            refused(operation, kind, request().header("content-type", kind).body(body.clone())).await;
        }
    }
    assert_eq!(target.seen().await, before);
}

#[tokio::test]
async fn no_operation_takes_parameters_that_are_none() {
    let target = Target::new().await;
    let before = target.seen().await;
    let mut runner = TestRunner::deterministic();
    for operation in &Operation::all() {
        for name in operation.path_parameters() {
            let mut values: Vec<String> = ["x", "%00", "%FF%FE", "%2F", "-1", "'--", "%7B%7D"].map(Into::into).into();
            values.push("a".repeat(5000));
            values.push(format!("{}x", target.real.values().next().unwrap()));
            let escaped = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("%{byte:02x}")).collect::<String>();
            values.extend((0..4).map(|_| escaped(random(&mut runner, 40))));
            for value in values {
                let with = BTreeMap::from([(name.to_owned(), value.clone())]);
                let given = target.real.clone().into_iter().chain(with).collect();
                let request = target.heron.request(operation.method.clone(), &operation.path(&given));
                refused(operation, &value, operation.with_body(request)).await;
            }
        }
        for name in &operation.numbers {
            for value in ["", "x", "-1", "1.5", "99999999999999999999999", "%00", "true", "1e3"] {
                let path = format!("{}?{name}={value}", operation.path(&target.real));
                refused(operation, value, target.heron.request(operation.method.clone(), &path)).await;
            }
        }
    }
    assert_eq!(target.seen().await, before);
}

#[tokio::test]
async fn no_operation_for_people_answers_without_a_session() {
    let target = Target::new().await;
    let before = target.seen().await;
    for operation in Operation::all().iter().filter(|operation| operation.for_people) {
        for token in
            ["", "rvs_", "Bearer ", "Bearer rvs_\u{e9}", "Basic cXVpbGw6cXVpbGw=", &"Bearer rvs_AAAA".repeat(50)]
        {
            let url = format!("{}{}", target.world.base(), operation.path(&target.real));
            let request = target.heron.http.request(operation.method.clone(), url).header("authorization", token);
            let response = documented(operation, token, operation.with_body(request)).await;
            assert_eq!(response.status(), 401, "{operation} {token}");
            refusal(response).await;
        }
    }
    assert_eq!(target.seen().await, before);
}

#[tokio::test]
async fn no_path_takes_a_method_that_it_does_not_have() {
    let target = Target::new().await;
    let operations = Operation::all();
    for operation in &operations {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if operations.iter().any(|other| other.template == operation.template && other.method == method) {
                continue;
            }
            let response = target.heron.request(method, &operation.path(&target.real)).send().await.unwrap();
            assert!(response.headers()["allow"].to_str().unwrap().contains(operation.method.as_str()), "{operation}");
            assert_eq!(refusal(response).await.0, 405, "{operation}");
        }
    }
}

/// What is well formed and comes from nowhere: a finish without a start, a file for a journal that is not there, a code
/// that nobody made; first by itself, then again, each by everybody.
#[tokio::test]
async fn every_operation_answers_as_the_specification_says_when_it_comes_out_of_order_and_twice() {
    let target = Target::new().await;
    for parameters in [&BTreeMap::new(), &target.real] {
        for operation in Operation::all().iter().filter(|operation| !operation.is_a_stream) {
            for person in target.people() {
                for turn in ["first", "again"] {
                    let request = person.request(operation.method.clone(), &operation.path(parameters));
                    let response = documented(operation, turn, operation.with_body(request)).await;
                    if !response.status().is_success() {
                        refusal(response).await;
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_field_that_stands_twice_or_holds_too_much_is_no_fault_of_the_server() {
    let target = Target::new().await;
    for operation in Operation::all().iter().filter(|operation| operation.body.is_some()) {
        for (number, (what, body)) in bodies::strange(operation.body.as_ref().unwrap()).into_iter().enumerate() {
            let person = target.people()[number % 3];
            let request = person.request(operation.method.clone(), &operation.path(&target.real));
            documented(operation, &what, request.header("content-type", "application/json").body(body)).await;
        }
    }
}

#[tokio::test]
async fn a_range_that_is_none_gives_the_whole_file_or_a_refusal() {
    let target = Target::new().await;
    let mut runner = TestRunner::deterministic();
    let operations = Operation::all();
    let download = operations.iter().find(|operation| operation.id == "get_attachment").unwrap();
    let ranges = ["bytes=", "bytes=-", "bytes=9-1", "bytes=0-0,2-3", "bytes=99999999999999999999-", "bytes=-0", "0-1"];
    let random = (0..40).map(|_| random(&mut runner, 30)).map(|bytes| {
        let visible = bytes.iter().map(|byte| char::from(b' ' + byte % 95));
        format!("bytes={}", visible.collect::<String>())
    });
    for range in ranges.iter().map(ToString::to_string).chain(random) {
        let request = target.heron.request(Method::GET, &download.path(&target.real)).header("range", &range);
        let response = documented(download, &range, request).await;
        match response.status().as_u16() {
            200 => assert_eq!(response.bytes().await.unwrap(), "sealed file", "{range}"),
            206 => assert!(!response.bytes().await.unwrap().is_empty(), "{range}"),
            _ => assert_eq!(refusal(response).await.0, 416, "{range}"),
        }
    }
}
