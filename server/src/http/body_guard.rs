//! Request bodies have a size and must keep coming: 413 and 408 otherwise, chunked or not.
//!
//! The guard sits on the stream, so nothing over the limit is ever held, and whoever stalls is let go.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use poem::{Body, Endpoint, IntoResponse as _, Request, Response};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use tokio::time::Instant;

use super::connection_limits::ConnectionLimits;
use crate::refusal::refuse;

const FINE: u8 = 0;
const TOO_LARGE: u8 = 1;
const STALLED: u8 = 2;

/// Runs the endpoint with a guarded body.
pub(crate) async fn guard<E: Endpoint<Output = Response>>(
    patience: ConnectionLimits,
    endpoint: Arc<E>,
    mut request: Request,
) -> poem::Result<Response> {
    let streamed = request.uri().path().contains("/attachments/");
    // Attachments are streamed, all else is JSON held in memory.
    let limit = if streamed { limits::ATTACHMENT_BYTES } else { limits::REQUEST_BYTES as u64 };
    let until = (!streamed).then(|| Instant::now() + patience.json_within);
    let announced = request.header("content-length").and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Ok(refuse(ProblemCode::TooLarge, too_large(limit)).into_response());
    }
    let found = Arc::new(AtomicU8::new(FINE));
    let body = request.take_body();
    request.set_body(guarded(body, limit, patience.body_pause, until, Arc::clone(&found)));
    let answer = endpoint.call(request).await;
    // The handler saw a broken body and refused in its own words; the guard knows what was wrong.
    match found.load(Ordering::Relaxed) {
        TOO_LARGE => Ok(refuse(ProblemCode::TooLarge, too_large(limit)).into_response()),
        STALLED => {
            let detail =
                "The request stopped arriving half-way, or took too long. Check the connection and send it again.";
            Ok(refuse(ProblemCode::RequestTimeout, detail).into_response())
        }
        _ => answer,
    }
}

fn too_large(limit: u64) -> String {
    format!("The request is over the limit of {limit} bytes. Nothing of it was stored.")
}

fn guarded(body: Body, limit: u64, pause: Duration, until: Option<Instant>, found: Arc<AtomicU8>) -> Body {
    let pieces = Box::pin(body.into_bytes_stream());
    Body::from_bytes_stream(stream::unfold(Some((pieces, 0_u64)), move |state| {
        let found = Arc::clone(&found);
        async move {
            let (mut pieces, mut seen) = state?;
            let refuse = |why, text: &str| {
                found.store(why, Ordering::Relaxed);
                Some((Err(io::Error::other(text.to_owned())), None))
            };
            let next = Instant::now() + pause;
            let next = until.map_or(next, |until| until.min(next));
            let Ok(piece) = tokio::time::timeout_at(next, pieces.next()).await else {
                return refuse(STALLED, "the body stopped arriving");
            };
            match piece? {
                Ok(piece) => {
                    seen += piece.len() as u64;
                    if seen > limit {
                        return refuse(TOO_LARGE, "the body is too large");
                    }
                    Some((Ok(piece), Some((pieces, seen))))
                }
                Err(error) => Some((Err(error), None)),
            }
        }
    }))
}
