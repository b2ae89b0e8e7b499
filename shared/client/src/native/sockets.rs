//! HTTP over sockets, to one server.
//!
//! The invariant: what is sent goes to that server alone. No redirect is followed, no proxy of the environment is used,
//! and nothing leaves this computer unencrypted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt as _, TryStreamExt as _};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use reqwest::{Client, ClientBuilder, Url, redirect};

use crate::http::{Body, Http, HttpError, Method, Request, Response};

/// Bytes a second below which an upload is given up: slower than a bad telephone line.
const SLOWEST_UPLOAD: u64 = 4 * 1024;

/// Why a server's address is not used.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is not scheme and host.
    #[error("this is not a server's address; write scheme and host alone, like https://reverie.example")]
    Unreadable,
    /// It would be reached unencrypted.
    #[error("this server would be reached unencrypted; write https:// (http:// works for this computer itself alone)")]
    Unencrypted,
    /// The system cannot do TLS.
    #[error("this computer cannot make encrypted connections: {0}; install its certificates (ca-certificates) first")]
    NoTls(String),
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the answer to begin, and then for each next piece of it.
    pub read: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), read: Duration::from_secs(60) }
    }
}

/// For how long a connection without a request is used again. Servers and what stands before them close theirs after some
/// seconds (ours after ten, some proxies after five); a program that waits for somebody's answer does not see that, and its next
/// request would be lost on the way.
const IDLE: Duration = Duration::from_secs(4);

/// Sends requests to one server over the machine's network.
pub struct Sockets {
    server: Url,
    timeouts: Timeouts,
    requests: Client,
    // reqwest counts its read timeout from the first byte sent, so a long upload would be cut in the middle.
    uploads: Client,
}

impl Sockets {
    /// Returns the way to the server at this address.
    ///
    /// # Errors
    /// [`AddressError`] if the address is not one, or is not `https://` and not this computer's own.
    pub fn new(server_url: &str) -> Result<Self, AddressError> {
        Self::with_timeouts(server_url, Timeouts::default())
    }

    /// Returns the way to the server at this address, waiting as long as `timeouts` say.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_timeouts(server_url: &str, timeouts: Timeouts) -> Result<Self, AddressError> {
        let server = Url::parse(server_url.trim()).map_err(|_| AddressError::Unreadable)?;
        let bare = server.path() == "/" && server.query().is_none() && server.fragment().is_none();
        let anonymous = server.username().is_empty() && server.password().is_none();
        if !bare || !anonymous || !matches!(server.scheme(), "http" | "https") {
            return Err(AddressError::Unreadable);
        }
        let encrypted = server.scheme() == "https";
        if !encrypted && !is_this_computer(&server) {
            return Err(AddressError::Unencrypted);
        }
        // Whoever chose a provider before chose for the whole program; that one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = || {
            let client = ClientBuilder::new()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .https_only(encrypted)
                .connect_timeout(timeouts.connect)
                .pool_idle_timeout(IDLE)
                // A hosts file or resolver must not send `localhost` elsewhere, where it would go unencrypted.
                .resolve_to_addrs("localhost", &[(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()]);
            // Without TLS the system's certificates are not needed, and may not be there.
            if encrypted { client } else { client.tls_certs_only([]) }
        };
        let build = |client: ClientBuilder| client.build().map_err(|error| AddressError::NoTls(cause(error)));
        let requests = build(client().read_timeout(timeouts.read))?;
        let uploads = build(client())?;
        Ok(Self { server, timeouts, requests, uploads })
    }
}

#[async_trait]
impl Http for Sockets {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let mut url = self.server.clone();
        let (path, query) = request.path.split_once('?').map_or((&*request.path, None), |(p, q)| (p, Some(q)));
        url.set_path(path);
        url.set_query(query);
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let sending = match request.body {
            Body::Empty => self.requests.request(method, url),
            Body::Json(bytes) => {
                self.requests.request(method, url).header(CONTENT_TYPE, "application/json").body(bytes)
            }
            Body::Stream(stream, size) => self
                .uploads
                .request(method, url)
                .timeout(self.timeouts.read + Duration::from_secs(size / SLOWEST_UPLOAD))
                .header(CONTENT_TYPE, "application/octet-stream")
                .header(CONTENT_LENGTH, size)
                .body(reqwest::Body::wrap_stream(stream)),
        };
        let sending = match &request.token {
            Some(token) => sending.bearer_auth(token),
            None => sending,
        };
        let sending = match &request.last_event {
            Some(last) => sending.header("last-event-id", last),
            None => sending,
        };
        let response = sending.send().await.map_err(|error| HttpError(cause(error)))?;
        let content_type =
            response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let status = response.status().as_u16();
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = response.bytes_stream().map_err(|error| HttpError(cause(error))).boxed();
        Ok(Response { status, content_type, date, body })
    }

    fn server(&self) -> String {
        self.server.origin().ascii_serialization()
    }
}

fn is_this_computer(server: &Url) -> bool {
    let host = server.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Returns what went wrong at the bottom, without the address: what reqwest says on top is "error sending request".
fn cause(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".into();
    }
    let error = error.without_url();
    let mut bottom: &dyn std::error::Error = &error;
    while let Some(below) = bottom.source() {
        bottom = below;
    }
    bottom.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_never_leaves_this_computer_unencrypted() {
        for address in ["http://reverie.example", "http://192.168.1.20:8787", "http://localhost.reverie.example"] {
            assert!(matches!(Sockets::new(address), Err(AddressError::Unencrypted)), "{address}");
        }
        for address in
            ["http://127.0.0.1:8787", "http://[::1]:8787/", "http://localhost:8787", "https://reverie.example"]
        {
            assert!(Sockets::new(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn an_address_is_scheme_and_host_alone() {
        for address in [
            "",
            "reverie.example",
            "localhost:8787",
            "ftp://reverie.example",
            "https://quill@reverie.example",
            "https://:word@reverie.example",
            "https://reverie.example/journal",
            "https://reverie.example/?a=b",
        ] {
            assert!(matches!(Sockets::new(address), Err(AddressError::Unreadable)), "{address}");
        }
    }

    #[test]
    fn messages_name_the_server_without_a_path() {
        let sockets = Sockets::new(" HTTP://LOCALHOST:8787/ ").unwrap();
        assert_eq!(sockets.server(), "http://localhost:8787");
    }
}
