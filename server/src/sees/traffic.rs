//! Every header that is read or sent.

use super::Named;

const fn header(name: &'static str, what: &'static str) -> Named {
    Named { name, what }
}

/// Headers of requests that are read. Every other header is taken off at the door, unread.
pub const HEADERS_READ: &[Named] = &[
    header("authorization", "the session's token. Only its SHA-256 is stored"),
    header("connection", "whether the connection stays open"),
    header("content-length", "how large the request's body is"),
    header("content-type", "JSON, or the bytes of a sealed file"),
    header("expect", "whether the client waits for a go-ahead before it sends its body"),
    header("host", "the address by which the client calls the server"),
    header("last-event-id", "where a stream of changes goes on after it was cut"),
    header("range", "which part of a sealed file is asked for"),
    header("transfer-encoding", "that the body comes in pieces"),
    header(
        "x-forwarded-for",
        "the client's address, as a proxy of ours in front wrote it (`--behind-proxy`). Delays repeated failed tries; kept \
         in memory for a quarter of an hour, never stored or logged",
    ),
];

/// Headers of answers.
pub const HEADERS_SENT: &[Named] = &[
    header("accept-ranges", "that parts of a sealed file can be asked for"),
    header("allow", "which methods a path has"),
    header("cache-control", "`no-store`: nothing that the server says may be kept on the way"),
    header("connection", "whether the connection stays open"),
    header("content-length", "how large the answer is"),
    header("content-range", "which part of a sealed file this is"),
    header("content-type", "JSON, text, or the bytes of a sealed file"),
    header("date", "the server's time"),
    header("retry-after", "how many seconds to wait"),
    header("transfer-encoding", "that the answer comes in pieces"),
    header("www-authenticate", "that a session's token is wanted"),
    header("x-accel-buffering", "`no`: a proxy in front passes a stream of changes on as it comes"),
    header("x-content-type-options", "`nosniff`: a browser takes the answer for nothing else"),
    header("x-request-id", "a random number that finds this request in the log"),
];
