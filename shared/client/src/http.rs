//! The one door to the network: a request goes out, an answer comes back. Native clients and browsers bring their own.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

/// The server could not be asked, or its answer did not arrive whole.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HttpError(pub String);

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are HTTP's")]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// A stream of bytes, in chunks.
pub type ByteStream = BoxStream<'static, Result<Bytes, HttpError>>;

/// What a request carries.
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON, whole.
    Json(Vec<u8>),
    /// Bytes as they come, with their number.
    Stream(ByteStream, u64),
}

/// A request to the server.
pub struct Request {
    /// What it does.
    pub method: Method,
    /// The path with its query, from `/v1` on.
    pub path: String,
    /// The session token, if the request needs one. Never logged.
    pub token: Option<String>,
    /// The last event that was taken in, where a stream of events is asked for again.
    pub last_event: Option<String>,
    /// What it carries.
    pub body: Body,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.method, self.path)
    }
}

/// An answer of the server.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The content type, without parameters.
    pub content_type: String,
    /// What time it is, as the server says in `Date`.
    pub date: Option<String>,
    /// What it carries.
    pub body: ByteStream,
}

/// Sends requests to one server.
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
pub trait Http: Send + Sync {
    /// Sends a request and returns the answer once its head has arrived.
    ///
    /// # Errors
    /// [`HttpError`] if the server cannot be reached or goes away; a refusal is an answer, not an error.
    async fn send(&self, request: Request) -> Result<Response, HttpError>;

    /// Returns the server's address, for messages.
    fn server(&self) -> String;
}
