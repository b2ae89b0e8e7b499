//! Every field of a log line. A field that is not here is not written.

use super::Named;

const fn field(name: &'static str, what: &'static str) -> Named {
    Named { name, what }
}

/// The fields of a log line.
pub const LOG_FIELDS: &[Named] = &[
    field("timestamp", "the server's time"),
    field("level", "how much it matters"),
    field("target", "which part of the program says it"),
    field("message", "what happened, in words without ids"),
    field("request.id", "a random number, made for this request; its answer carries it as `x-request-id`"),
    field("method", "the request's method, if the path has it"),
    field(
        "route",
        "the path as the specification writes it, with `{journal}` in place of an id; `unknown` for any other",
    ),
    field("status", "the answer's status"),
    field("milliseconds", "how long it took"),
    field("error", "why something failed inside: what the system or the database said, or the line of our code"),
    field("journal", "the journal of a file that was left over, or could not be removed"),
    field("attachment", "the id of a file that could not be removed"),
    field("count", "how many files were removed that were left over"),
];
