//! What passed and what was logged in a real run holds nothing that is not declared.

use std::collections::BTreeSet;

use reverie_server::sees::{HEADERS_READ, HEADERS_SENT, LOG_FIELDS, declares};
use reverie_tests::Wire;
use serde_json::Value;

/// What our own client sends and the server takes off unread.
const UNREAD: [&str; 1] = ["accept"];

/// Asserts that every field of every line of a server's log is declared.
pub fn log_is_declared(log: &str) {
    let mut seen = BTreeSet::new();
    for line in log.lines().filter(|line| line.starts_with('{')) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line.get("undeclared").is_none(), "say in server/src/sees/logged.rs what it holds: {line}");
        let (outer, inner) = (line.as_object().unwrap(), line["fields"].as_object().unwrap());
        let names = outer.keys().filter(|name| *name != "fields").chain(inner.keys());
        for name in names {
            assert!(declares(LOG_FIELDS, name), "`{name}` is logged and not declared: {line}");
            seen.insert(name.clone());
        }
    }
    for name in ["timestamp", "level", "target", "message", "request.id", "method", "route", "status", "milliseconds"] {
        assert!(seen.contains(name), "positive control: `{name}` is in every run's log");
    }
}

/// Asserts that every header that passed on a wire is declared.
pub fn headers_are_declared(wire: &Wire) {
    wire.passed(|passed| {
        assert!(!passed.is_empty(), "positive control: something passed");
        for passed in passed {
            for name in passed.asked.headers.keys() {
                let known = declares(HEADERS_READ, name.as_str()) || UNREAD.contains(&name.as_str());
                assert!(known, "our client sends `{name}`, which is neither read nor known to be left unread");
            }
            for name in passed.answer.iter().flat_map(|answer| answer.headers.keys()) {
                assert!(declares(HEADERS_SENT, name.as_str()), "`{name}` is sent and not declared");
            }
        }
    });
}
