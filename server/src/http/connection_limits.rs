//! How many clients are served at once, and how long the server waits for a slow one.

use std::time::Duration;

/// Limits of connections and requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once; more wait in the listener's queue.
    pub connections: usize,
    /// From the connection, or from the last answer on it, until the next request's header is there.
    pub headers_within: Duration,
    /// A body may pause this long between two pieces.
    pub body_pause: Duration,
    /// A JSON body may take this long altogether; attachments may take as long as they keep coming.
    pub json_within: Duration,
    /// When the server stops, requests may take this long to finish.
    pub drain_within: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 4096,
            headers_within: Duration::from_secs(10),
            body_pause: Duration::from_secs(10),
            json_within: Duration::from_secs(120),
            drain_within: Duration::from_secs(10),
        }
    }
}
