//! Looking into what a program answered.

use serde_json::Value;

/// Returns the first text under this key, wherever it stands.
///
/// # Panics
/// If there is none.
pub fn text(value: &Value, key: &str) -> String {
    fn find<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
        match value {
            Value::Object(fields) => {
                fields.get(key).and_then(Value::as_str).or_else(|| fields.values().find_map(|value| find(value, key)))
            }
            Value::Array(items) => items.iter().find_map(|value| find(value, key)),
            _ => None,
        }
    }
    find(value, key).unwrap_or_else(|| panic!("there is no `{key}` in {value}")).to_owned()
}
