//! Log lines: JSON, one for each event, with the fields that the list of what the server sees has and no others.
//!
//! A field that is not declared is named, and its value is not written, so that nothing reaches a log by carelessness, ours
//! or a library's.

use std::fmt;

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::sees::{LOG_FIELDS, declares};

/// Writes events as lines of JSON.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeclaredJson;

impl<S, N> FormatEvent<S, N> for DeclaredJson
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let meta = event.metadata();
        let mut line = json!({
            "timestamp": timestamp,
            "level": meta.level().as_str(),
            "target": meta.target(),
            "fields": fields.declared,
        });
        if !fields.undeclared.is_empty() {
            line["undeclared"] = json!(fields.undeclared);
        }
        writeln!(writer, "{line}")
    }
}

#[derive(Default)]
struct Fields {
    declared: Map<String, Value>,
    /// Names without their values.
    undeclared: Vec<&'static str>,
}

impl Fields {
    fn take(&mut self, field: &Field, value: impl Into<Value>) {
        if declares(LOG_FIELDS, field.name()) {
            self.declared.insert(field.name().to_owned(), value.into());
        } else {
            self.undeclared.push(field.name());
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_field_that_is_not_declared_is_named_and_not_written() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber =
            tracing_subscriber::fmt().event_format(DeclaredJson).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(handle = "heron-41", status = 200_u16, error = %"it broke", "Answered");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["fields"], json!({"message": "Answered", "status": 200, "error": "it broke"}));
        assert_eq!(line["undeclared"], json!(["handle"]));
        assert!(!text.contains("heron-41"), "{text}");
    }
}
