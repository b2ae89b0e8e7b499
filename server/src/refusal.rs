//! How the server says no: one error type for every operation, one problem on the wire (RFC 9457).
//!
//! A refusal is a [`Problem`]; its code tells the status. What went wrong inside is logged here, once, and not told.

use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use reverie_protocol::api::Head;
use reverie_protocol::problem::{Problem, ProblemCode};
use sea_orm::DbErr;

use crate::database;
use crate::writer::Refused;

/// What a handler returns.
pub(crate) type Answer<T> = Result<Json<T>, ApiError>;

/// Every refusal. The code in the body says which one it is; programs act on the code.
#[derive(Debug, ApiResponse)]
pub(crate) enum ApiError {
    /// The request cannot be read: `malformed_request`.
    #[oai(status = 400, content_type = "application/problem+json")]
    BadRequest(Json<Box<Problem>>),
    /// Not logged in, or the login failed: `unauthenticated`, `device_revoked`, `account_recovered`, `account_erased`, `login_failed`.
    #[oai(status = 401, content_type = "application/problem+json")]
    Unauthorized(Json<Box<Problem>>),
    /// The account may not do this, or not yet: `not_permitted`, `account_suspended`, `account_off_boarded`,
    /// `second_factor_required`, `second_factor_failed`.
    #[oai(status = 403, content_type = "application/problem+json")]
    Forbidden(Json<Box<Problem>>),
    /// There is no such thing, or it is not yours: `not_found`.
    #[oai(status = 404, content_type = "application/problem+json")]
    NotFound(Json<Box<Problem>>),
    /// The path exists, the method does not: `method_not_allowed`.
    #[oai(status = 405, content_type = "application/problem+json")]
    MethodNotAllowed(Json<Box<Problem>>),
    /// The request took too long to arrive: `request_timeout`.
    #[oai(status = 408, content_type = "application/problem+json")]
    RequestTimeout(Json<Box<Problem>>),
    /// It does not fit what is there: `stale_head` (with `head`), `record_reused`, `attachment_reused`, `handle_taken`,
    /// `version_conflict`, `already_exists`.
    #[oai(status = 409, content_type = "application/problem+json")]
    Conflict(Json<Box<Problem>>),
    /// It is over: `invitation_used`, `invitation_expired`, `erased`.
    #[oai(status = 410, content_type = "application/problem+json")]
    Gone(Json<Box<Problem>>),
    /// Over a limit: `too_large`.
    #[oai(status = 413, content_type = "application/problem+json")]
    TooLarge(Json<Box<Problem>>),
    /// Not the content type that the operation takes: `unsupported_media_type`.
    #[oai(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(Json<Box<Problem>>),
    /// The range is outside the attachment: `range_not_satisfiable`.
    #[oai(status = 416, content_type = "application/problem+json")]
    RangeNotSatisfiable(Json<Box<Problem>>),
    /// It breaks a rule: `invalid_record`, `body_mismatch`, `attachment_missing`, `invalid_credentials`.
    #[oai(status = 422, content_type = "application/problem+json")]
    Unprocessable(Json<Box<Problem>>),
    /// Too many tries: `too_many_requests`.
    #[oai(status = 429, content_type = "application/problem+json")]
    TooManyRequests(
        Json<Box<Problem>>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u32,
    ),
    /// Something went wrong on the server; nothing was changed: `internal`.
    #[oai(status = 500, content_type = "application/problem+json")]
    Internal(Json<Box<Problem>>),
    /// The server is stopping, has too much to write, or no room left on its disk: `busy`.
    #[oai(status = 503, content_type = "application/problem+json")]
    Busy(
        Json<Box<Problem>>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u32,
    ),
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        let wait = problem.retry_after_seconds.unwrap_or(1);
        let status = problem.code.status();
        let problem = Json(Box::new(problem));
        match status {
            400 => Self::BadRequest(problem),
            401 => Self::Unauthorized(problem),
            403 => Self::Forbidden(problem),
            404 => Self::NotFound(problem),
            405 => Self::MethodNotAllowed(problem),
            408 => Self::RequestTimeout(problem),
            409 => Self::Conflict(problem),
            410 => Self::Gone(problem),
            413 => Self::TooLarge(problem),
            415 => Self::UnsupportedMediaType(problem),
            416 => Self::RangeNotSatisfiable(problem),
            422 => Self::Unprocessable(problem),
            429 => Self::TooManyRequests(problem, wait),
            503 => Self::Busy(problem, wait),
            _ => Self::Internal(problem),
        }
    }
}

/// Returns a refusal of this code, saying `detail`.
pub(crate) fn refuse(code: ProblemCode, detail: impl Into<String>) -> ApiError {
    Problem::new(code, detail).into()
}

/// Returns `not_found` for `what`; the same whether it does not exist or is somebody else's.
pub(crate) fn not_found(what: &str) -> ApiError {
    refuse(ProblemCode::NotFound, format!("There is no such {what}, or it is not yours to see."))
}

/// Returns `malformed_request`, saying `detail`.
pub(crate) fn malformed(detail: impl Into<String>) -> ApiError {
    refuse(ProblemCode::MalformedRequest, detail)
}

/// Returns `stale_head` with the journal's head.
pub(crate) fn stale_head(head: Option<Head>) -> ApiError {
    let detail =
        "Another record came first. Fetch what is new, build your records on the new head and send them again.";
    Problem { head, ..Problem::new(ProblemCode::StaleHead, detail) }.into()
}

/// Returns `too_many_requests`.
pub(crate) fn too_many_requests(wait: u32) -> ApiError {
    let detail = format!("There were too many failed tries. Wait {wait} seconds and try again.");
    Problem { retry_after_seconds: Some(wait), ..Problem::new(ProblemCode::TooManyRequests, detail) }.into()
}

/// Returns `busy`.
pub(crate) fn busy() -> ApiError {
    let detail =
        "The server cannot take this now: it is stopping, or too busy. Nothing was stored; try again in a moment.";
    Problem { retry_after_seconds: Some(1), ..Problem::new(ProblemCode::Busy, detail) }.into()
}

/// Logs what went wrong inside and returns `internal`, which tells nothing of it.
pub(crate) fn internal(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(error = %error, "A request failed inside the server");
    refuse(ProblemCode::Internal, "Something went wrong on the server, and nothing was changed. Try again later.")
}

/// Logs that the disk is full, and returns `busy`: clients keep what they have, and send it again.
fn no_room() -> ApiError {
    tracing::error!("There is no room left on the disk; nothing is stored until there is");
    let detail =
        "The server has no room left on its disk. Nothing was stored; try again when whoever runs it has made some.";
    Problem { retry_after_seconds: Some(60), ..Problem::new(ProblemCode::Busy, detail) }.into()
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        if database::is_full(&error) {
            return no_room();
        }
        if database::is_away(&error) {
            tracing::error!(%error, "The database cannot be asked");
            return busy();
        }
        internal(&error)
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        if matches!(error.kind(), StorageFull | QuotaExceeded) {
            return no_room();
        }
        internal(&error)
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::StaleHead(head) => stale_head(head),
            Refused::AttachmentMissing => refuse(
                ProblemCode::AttachmentMissing,
                "An attachment that a record names is not there. Upload it and send the records again.",
            ),
            Refused::RecordReused => refuse(
                ProblemCode::RecordReused,
                "A record with this id is already in the journal. Nothing was stored.",
            ),
            Refused::Busy => busy(),
            Refused::Database(error) => error.into(),
        }
    }
}
