//! Problems: how the server says no (RFC 9457), with codes that stay.

use serde::{Deserialize, Serialize};

use crate::api::Head;

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// Why the server refused, as a code that programs can act on. Codes are never renamed or reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
        #[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemCode {
            $($(#[$doc])* $name,)*
        }

        impl ProblemCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the code as it stands on the wire.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Returns the short, unchanging title of the code.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

problem_codes! {
    /// The request is not what the operation takes: bad JSON, a bad parameter, a missing field.
    MalformedRequest = "malformed_request", 400, "The request cannot be read";
    /// There is no valid session token.
    Unauthenticated = "unauthenticated", 401, "Not logged in";
    /// The session was ended from elsewhere: another device removed this one, or gave the account new keys.
    DeviceRevoked = "device_revoked", 401, "This device was removed from the account";
    /// The session was ended when the account was recovered with its kit.
    AccountRecovered = "account_recovered", 401, "The account was recovered on another device";
    /// The session was ended when the account was erased.
    AccountErased = "account_erased", 401, "The account was deleted";
    /// Handle and password, or recovery code, do not go together; an unknown handle answers the same.
    LoginFailed = "login_failed", 401, "Login failed";
    /// The session does nothing before a second factor was shown, or, where there is none yet, enrolled.
    SecondFactorRequired = "second_factor_required", 403, "A second factor is needed";
    /// The code is wrong, was used before, or its time is over.
    SecondFactorFailed = "second_factor_failed", 403, "This code does not count";
    /// An administrator suspended the account.
    AccountSuspended = "account_suspended", 403, "The account is suspended";
    /// An administrator ended the account for good.
    AccountOffBoarded = "account_off_boarded", 403, "The account was off-boarded";
    /// The account's role may not do this.
    NotPermitted = "not_permitted", 403, "Not permitted";
    /// There is no such thing, or it is not yours.
    NotFound = "not_found", 404, "Not found";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    /// The client was too slow to send its request.
    RequestTimeout = "request_timeout", 408, "The request took too long to arrive";
    /// The append does not extend the journal's head; `head` says where the journal is now.
    StaleHead = "stale_head", 409, "The journal has moved on";
    /// A record with this id and other content is already in the journal.
    RecordReused = "record_reused", 409, "The record id is taken";
    /// An attachment with this id and other content is already there, or a record names it.
    AttachmentReused = "attachment_reused", 409, "The attachment id is taken";
    /// The handle belongs to another account or to an open invitation.
    HandleTaken = "handle_taken", 409, "The handle is taken";
    /// The key bundle on the server is newer than the one that this replaces.
    VersionConflict = "version_conflict", 409, "The key bundle has moved on";
    /// The account id or the id of the invitation is taken.
    AlreadyExists = "already_exists", 409, "It already exists";
    /// The invitation was used or revoked.
    InvitationUsed = "invitation_used", 410, "The invitation was already used";
    /// The invitation's time is over.
    InvitationExpired = "invitation_expired", 410, "The invitation has expired";
    /// What was here was withdrawn and erased.
    Erased = "erased", 410, "Withdrawn and erased";
    /// The request, a header, a body or an attachment is over its limit.
    TooLarge = "too_large", 413, "Too large";
    /// The content type is not the one that the operation takes.
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported media type";
    /// The range asked for is outside the attachment.
    RangeNotSatisfiable = "range_not_satisfiable", 416, "Range not satisfiable";
    /// The record breaks a rule of the journal, or its signature does not verify.
    InvalidRecord = "invalid_record", 422, "The record is not valid";
    /// The body does not have the size or hash that its header names.
    BodyMismatch = "body_mismatch", 422, "The body does not match its header";
    /// A record names an attachment that was not uploaded, or was uploaded with other content.
    AttachmentMissing = "attachment_missing", 422, "An attachment is missing";
    /// A key card, a login message or a bundle is not acceptable.
    InvalidCredentials = "invalid_credentials", 422, "Keys or login messages are not valid";
    /// Too many tries; `retry_after_seconds` says how long to wait.
    TooManyRequests = "too_many_requests", 429, "Too many tries";
    /// Something went wrong on the server. Nothing was changed.
    Internal = "internal", 500, "Something went wrong on the server";
    /// The server is stopping, or has more to write than it can take. Try again.
    Busy = "busy", 503, "The server is busy";
}

/// A refusal: `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct Problem {
    /// `urn:reverie:problem:` and the code.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", oai(rename = "type"))]
    pub kind: String,
    /// The code's title.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The code: what a program acts on.
    pub code: ProblemCode,
    /// What was wrong with this request and what to do, for a person.
    pub detail: String,
    /// Where the journal is now; with `stale_head`. Absent if the journal is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// Seconds to wait; with `too_many_requests` and `busy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    /// Returns the problem of this code, saying `detail`.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:reverie:problem:{}", code.code()),
            title: code.title().into(),
            status: code.status(),
            code,
            detail: detail.into(),
            head: None,
            retry_after_seconds: None,
        }
    }
}
