//! The wire between one device and the server. It keeps everything that passes, and on request does what a hostile
//! server or a bad line does: changes an answer, gives one of its own, loses it, cuts it off, never gives it.
//!
//! It is an HTTP proxy: both sides speak over real sockets. Bodies are kept whole, so that a search through what passed
//! cannot miss something between two packets.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request, as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Asked {
    /// Tells whether this is a request of this method whose path ends so; a query does not count.
    pub fn is(&self, method: &str, path_end: &str) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        self.method == method && path.ends_with(path_end)
    }

    /// Tells whether this appends records.
    pub fn is_append(&self) -> bool {
        self.is("POST", "/records")
    }

    /// Tells whether this asks for records.
    pub fn is_reading(&self) -> bool {
        self.is("GET", "/records")
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// Returns an answer of JSON: a problem, if the status is a refusal's.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("wire types are JSON");
        let mut headers = HeaderMap::new();
        let media_type = if status < 400 { "application/json" } else { "application/problem+json" };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self { status, headers, body: body.into() }
    }

    /// Parses the body.
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).expect("the real server answers in the protocol's types")
    }
}

/// What becomes of a request or of its answer.
pub enum Fate {
    /// Nothing happens to it.
    Pass,
    /// This is answered instead.
    Answer(Answer),
    /// The connection is closed.
    HangUp,
    /// The first half of the answer arrives, then the connection is closed.
    CutOff,
    /// Nothing ever comes.
    Stall,
}

/// A request and what was answered, if the server was asked.
pub struct Passed {
    /// The request.
    pub asked: Asked,
    /// What the server answered, before the wire did anything to it.
    pub answer: Option<Answer>,
}

type Before = Box<dyn FnMut(&Asked) -> Fate + Send>;
type After = Box<dyn FnMut(&Asked, &Answer) -> Fate + Send>;

struct State {
    server: SocketAddr,
    before: Before,
    after: After,
    passed: Vec<Passed>,
}

/// The wire of one device.
#[derive(Clone)]
pub struct Wire {
    addr: SocketAddr,
    state: Arc<Mutex<State>>,
    _listening: Arc<Listening>,
}

/// Stops listening when the last wire is dropped.
struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Wire {
    /// Lays a wire to a server.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback address has a free port");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let (before, after): (Before, After) = (Box::new(|_| Fate::Pass), Box::new(|_, _| Fate::Pass));
        let state = Arc::new(Mutex::new(State { server, before, after, passed: Vec::new() }));
        let listening = Arc::new(Listening(tokio::spawn(listen(listener, Arc::clone(&state)))));
        Self { addr, state, _listening: listening }
    }

    /// Returns the address that the device is given.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Lays the wire to another server.
    pub fn reroute(&self, server: SocketAddr) {
        self.state().server = server;
    }

    /// Decides the fate of requests before the server gets them.
    pub fn requests(&self, rule: impl FnMut(&Asked) -> Fate + Send + 'static) {
        self.state().before = Box::new(rule);
    }

    /// Decides the fate of answers after the server gave them.
    pub fn answers(&self, rule: impl FnMut(&Asked, &Answer) -> Fate + Send + 'static) {
        self.state().after = Box::new(rule);
    }

    /// Changes what the server answers where `change` returns something.
    pub fn lies(&self, mut change: impl FnMut(&Asked, &Answer) -> Option<Answer> + Send + 'static) {
        self.answers(move |asked, answer| change(asked, answer).map_or(Fate::Pass, Fate::Answer));
    }

    /// Lets everything pass again.
    pub fn is_honest(&self) {
        self.requests(|_| Fate::Pass);
        self.answers(|_, _| Fate::Pass);
    }

    /// Sends the server a request that no device sent.
    pub async fn ask_server(&self, asked: &Asked) -> Answer {
        let server = self.state().server;
        ask(server, asked).await.expect("the server answers whatever it is asked")
    }

    /// Looks at everything that passed so far.
    pub fn passed<T>(&self, look: impl FnOnce(&[Passed]) -> T) -> T {
        look(&self.state().passed)
    }

    /// Returns how many requests of this kind passed so far.
    pub fn count(&self, which: impl Fn(&Asked) -> bool) -> usize {
        self.passed(|passed| passed.iter().filter(|passed| which(&passed.asked)).count())
    }

    /// Returns every byte that passed, both ways: paths, headers and bodies.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let put = |headers: &HeaderMap, body: &Bytes, bytes: &mut Vec<u8>| {
            for (name, value) in headers {
                bytes.extend(name.as_str().as_bytes());
                bytes.extend(b": ");
                bytes.extend(value.as_bytes());
                bytes.push(b'\n');
            }
            bytes.extend(body);
            bytes.push(b'\n');
        };
        for Passed { asked, answer } in &self.state().passed {
            bytes.extend(format!("{} {}\n", asked.method, asked.path).as_bytes());
            put(&asked.headers, &asked.body, &mut bytes);
            if let Some(answer) = answer {
                put(&answer.headers, &answer.body, &mut bytes);
            }
        }
        bytes
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| pass(request, Arc::clone(&state)));
            // An error is a connection that was closed, by the device or by a rule.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Body = BoxBody<Bytes, io::Error>;

/// Takes a request, asks the server, and does with both what the rules say.
async fn pass(request: Request<Incoming>, state: Arc<Mutex<State>>) -> Result<Response<Body>, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let path = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let asked = Asked { method: head.method.to_string(), path, headers: head.headers, body };
    let (fate, server) = {
        let mut state = locked(&state);
        ((state.before)(&asked), state.server)
    };
    if matches!(fate, Fate::Pass) && asked.is("GET", "/changes") {
        return stream_through(server, asked, &state).await;
    }
    let answer = match fate {
        Fate::Pass => Some(ask(server, &asked).await?),
        Fate::CutOff | Fate::Answer(_) | Fate::HangUp | Fate::Stall => None,
    };
    let after = {
        let mut state = locked(&state);
        let after = answer.as_ref().map(|answer| (state.after)(&asked, answer));
        state.passed.push(Passed { asked, answer: answer.clone() });
        after
    };
    match (after.unwrap_or(fate), answer) {
        (Fate::Answer(answer), _) | (Fate::Pass, Some(answer)) => Ok(whole(answer)),
        (Fate::CutOff, Some(answer)) => Ok(half(answer)),
        (Fate::Stall, _) => std::future::pending().await,
        (Fate::HangUp | Fate::CutOff | Fate::Pass, _) => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

/// Passes a stream of events on as it comes; it has no end that could be waited for.
async fn stream_through(server: SocketAddr, asked: Asked, state: &Mutex<State>) -> Result<Response<Body>, io::Error> {
    let (response, _) = send(server, &asked).await?;
    let (head, body) = response.into_parts();
    let answer = Answer { status: head.status.as_u16(), headers: head.headers, body: Bytes::new() };
    let response = head_of(&answer).body(body.map_err(io::Error::other).boxed());
    locked(state).passed.push(Passed { asked, answer: Some(answer) });
    response.map_err(io::Error::other)
}

/// Asks the server over a connection of its own.
async fn ask(server: SocketAddr, asked: &Asked) -> Result<Answer, io::Error> {
    let (response, connection) = send(server, asked).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    connection.abort();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

/// Sends a request over a connection of its own, and returns its answer once the head is there.
async fn send(
    server: SocketAddr,
    asked: &Asked,
) -> Result<(Response<Incoming>, JoinHandle<hyper::Result<()>>), io::Error> {
    let stream = TcpStream::connect(server).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let connection = tokio::spawn(connection);
    let mut request = Request::builder().method(asked.method.as_str()).uri(&asked.path);
    for (name, value) in asked.headers.iter().filter(|(name, _)| *name != TRANSFER_ENCODING && *name != CONTENT_LENGTH)
    {
        request = request.header(name, value);
    }
    if !asked.headers.contains_key(HOST) {
        request = request.header(HOST, server.to_string());
    }
    let request = request.body(Full::new(asked.body.clone())).map_err(io::Error::other)?;
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    Ok((response, connection))
}

fn head_of(answer: &Answer) -> hyper::http::response::Builder {
    let status = StatusCode::from_u16(answer.status).expect("answers have an HTTP status");
    let mut response = Response::builder().status(status);
    for (name, value) in answer.headers.iter().filter(|(name, _)| *name != TRANSFER_ENCODING && *name != CONTENT_LENGTH)
    {
        response = response.header(name, value);
    }
    response
}

fn whole(answer: Answer) -> Response<Body> {
    let body = Full::new(answer.body.clone()).map_err(|never: Infallible| match never {}).boxed();
    head_of(&answer).body(body).expect("the headers were parsed before")
}

/// Promises all of the answer, sends half and breaks off.
fn half(answer: Answer) -> Response<Body> {
    let first = answer.body.slice(..answer.body.len() / 2);
    let broken = stream::once(async {
        // What is sent so far leaves before the connection breaks.
        tokio::task::yield_now().await;
        Err(io::ErrorKind::ConnectionAborted.into())
    });
    let body = StreamBody::new(stream::once(async { Ok(Frame::data(first)) }).chain(broken));
    let body = BoxBody::new(body);
    let response = head_of(&answer).header(CONTENT_LENGTH, answer.body.len());
    response.body(body).expect("the headers were parsed before")
}
