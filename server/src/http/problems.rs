//! Turns the framework's own refusals into problems, and adds the headers that go with a status.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::http::header::{ALLOW, HeaderValue, WWW_AUTHENTICATE};
use poem::{Endpoint, IntoResponse as _, Request, Response};
use reverie_protocol::problem::ProblemCode;

use super::routes::Routes;
use crate::refusal::{ApiError, internal, malformed, refuse};

/// Runs the endpoint; every error comes out as a problem.
pub(crate) async fn problems<E: Endpoint<Output = Response>>(
    routes: &Routes,
    endpoint: Arc<E>,
    request: Request,
) -> poem::Result<Response> {
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let mut response = match endpoint.call(request).await {
        Ok(response) => response,
        Err(error) if error.is_from_response() => error.into_response(),
        // The router knows no method of the path that was asked for, but the specification has the path.
        Err(error)
            if error.status() == StatusCode::NOT_FOUND
                && routes.template(&path).is_some()
                && !routes.has(&path, &method) =>
        {
            from_framework(StatusCode::METHOD_NOT_ALLOWED, &error).into_response()
        }
        Err(error) => from_framework(error.status(), &error).into_response(),
    };
    match response.status() {
        StatusCode::UNAUTHORIZED => {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = routes.allow(&path).and_then(|methods| HeaderValue::try_from(methods).ok());
            response.headers_mut().insert(ALLOW, allow.unwrap_or_else(|| HeaderValue::from_static("")));
        }
        _ => {}
    }
    Ok(response)
}

fn from_framework(status: StatusCode, error: &poem::Error) -> ApiError {
    match status.as_u16() {
        // The framework's text names the parameter or field; it never quotes more than that of the request.
        400 => malformed(format!("The request cannot be read: {error}.")),
        401 => refuse(ProblemCode::Unauthenticated, "There is no valid session token. Log in and try again."),
        404 => refuse(ProblemCode::NotFound, "There is nothing at this path. The API's paths are in /openapi.json."),
        405 => refuse(ProblemCode::MethodNotAllowed, "This path has other methods; the header Allow lists them."),
        408 => refuse(ProblemCode::RequestTimeout, "The request took too long to arrive. Send it again."),
        413 => refuse(ProblemCode::TooLarge, "The request is too large."),
        415 => refuse(
            ProblemCode::UnsupportedMediaType,
            "This operation takes another Content-Type: application/json, or application/octet-stream for attachments.",
        ),
        _ if status.is_client_error() => malformed("The request cannot be read."),
        _ => internal(error),
    }
}
