//! One log line for each request: method, route, status, time, request id. Never a body, token, handle or address.

use std::sync::Arc;
use std::time::Instant;

use poem::http::header::{CACHE_CONTROL, HeaderValue};
use poem::{Endpoint, Request, Response};
use rand_core::Rng as _;

use super::routes::Routes;
use crate::random;

/// Runs the endpoint and logs what came of it; nothing that the API says may be cached on the way.
pub(crate) async fn log<E: Endpoint<Output = Response>>(
    routes: &Routes,
    endpoint: Arc<E>,
    request: Request,
) -> poem::Result<Response> {
    let started = Instant::now();
    let id = format!("{:016x}", random::system().next_u64());
    // A path that is not ours may hold anything: it is not logged.
    let route = routes.template(request.uri().path()).unwrap_or("unknown").to_owned();
    let method =
        if routes.has(request.uri().path(), request.method()) { request.method().to_string() } else { "-".into() };
    let mut response = endpoint.get_response(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request.id = id, method, route, status = response.status().as_u16(), milliseconds, "Answered");
    Ok(response)
}
