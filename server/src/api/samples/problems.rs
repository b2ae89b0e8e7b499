//! A problem of every code, as a client might meet it.

use reverie_protocol::api::Head;
use reverie_protocol::problem::{Problem, ProblemCode};

/// Returns a problem of this code; `head` is where the journal of the samples is.
pub(crate) fn problem(code: ProblemCode, head: Head) -> Problem {
    use ProblemCode as Code;
    let detail = match code {
        Code::MalformedRequest => "`limit` is between 1 and 500.",
        Code::Unauthenticated => "The session has ended or never was. Log in again.",
        Code::DeviceRevoked => "Another device of this account removed this one on 2031-05-01.",
        Code::AccountRecovered => {
            "The account was recovered with its recovery kit on 2031-05-01, which removes every device before."
        }
        Code::AccountErased => "This account was deleted on 2031-05-01, and the server has nothing of it any more.",
        Code::LoginFailed => "Handle and password, or recovery code, do not go together. Check both and try again.",
        Code::SecondFactorRequired => "Show your second factor first: a code of your authenticator, or a backup code.",
        Code::SecondFactorFailed => "The code is wrong, was used before, or its time is over.",
        Code::AccountSuspended => "An administrator suspended this account; its data is kept. Ask the practice.",
        Code::AccountOffBoarded => "An administrator ended this account for good; its data is kept. Ask the practice.",
        Code::NotPermitted => "You may read this journal, but not write to it.",
        Code::NotFound => "There is no such journal, or it is not yours to see.",
        Code::MethodNotAllowed => "This path has other methods; the header Allow lists them.",
        Code::RequestTimeout => "The request stopped arriving half-way, or took too long. Send it again.",
        Code::StaleHead => "Another record came first. Fetch what is new, build your records on the new head.",
        Code::RecordReused => "A record with this id is already in the journal. Nothing was stored.",
        Code::AttachmentReused => "There is another attachment with this id. Upload this one under a new id.",
        Code::HandleTaken => "This handle belongs to an account or to an open invitation. Choose another one.",
        Code::VersionConflict => "The key bundle was changed from another device. Fetch it and make the change again.",
        Code::AlreadyExists => "There is an invitation with this id. Make a new code and try again.",
        Code::InvitationUsed => "This invitation was taken back. Ask whoever invited you for a new one.",
        Code::InvitationExpired => "This invitation has expired. Ask whoever invited you for a new one.",
        Code::Erased => "The record that named this attachment was withdrawn, and the file was erased.",
        Code::TooLarge => "The request is over the limit of 4194304 bytes. Nothing of it was stored.",
        Code::UnsupportedMediaType => "This operation takes another Content-Type: application/json.",
        Code::RangeNotSatisfiable => "The file has 2289 bytes; the range is outside of them.",
        Code::InvalidRecord => "The record's signature does not verify. Nothing was stored.",
        Code::BodyMismatch => "A body does not have the size or SHA-256 that its header names. Send it again.",
        Code::AttachmentMissing => {
            "An attachment that a record names is not there. Upload it and send the records again."
        }
        Code::InvalidCredentials => "The key card is not the new account's first card.",
        Code::TooManyRequests => "There were too many failed tries. Wait 8 seconds and try again.",
        Code::Internal => "Something went wrong on the server, and nothing was changed. Try again later.",
        Code::Busy => "The server is stopping or has too much to write. Nothing was stored; try again in a moment.",
    };
    Problem {
        head: (code == Code::StaleHead).then_some(head),
        retry_after_seconds: match code {
            Code::TooManyRequests => Some(8),
            Code::Busy => Some(1),
            _ => None,
        },
        ..Problem::new(code, detail)
    }
}
