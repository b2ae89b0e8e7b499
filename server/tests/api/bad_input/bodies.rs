//! What can be wrong with a JSON body, made from one that is right.

use serde_json::{Map, Value, json};

type Bodies = Vec<(String, Vec<u8>)>;

/// What an operation takes: an example of it, and which of its fields must be there.
pub struct Body {
    pub example: Value,
    pub required: Vec<String>,
}

impl Body {
    /// The fields that must be there.
    fn fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.required.iter().map(|name| (name, &self.example[name]))
    }

    fn with(&self, name: &str, value: Option<Value>) -> Vec<u8> {
        let mut object: Map<String, Value> = self.example.as_object().expect("bodies are objects").clone();
        match value {
            Some(value) => drop(object.insert(name.to_owned(), value)),
            None => drop(object.remove(name)),
        }
        Value::from(object).to_string().into()
    }
}

/// Returns bodies that must be refused, each with what is wrong with it.
pub fn broken(right: &Body) -> Bodies {
    let text = right.example.to_string();
    let mut bodies: Bodies = (0..8)
        .map(|part| (format!("cut off at {part}/8"), text.as_bytes()[..text.len() * part / 8].to_vec()))
        .collect();
    let last_byte_gone = text.as_bytes()[..text.len() - 1].to_vec();
    bodies.push(("without its last byte".into(), last_byte_gone));
    for other in ["null", "true", "7", "[]", "\"text\"", "{}", "[{}]", "1e999", "{\"a\":1}garbage"] {
        bodies.push((other.into(), other.into()));
    }
    bodies.push(("twice".into(), format!("{text}{text}").into()));
    bodies.push(("nested without end".into(), "[".repeat(200_000).into()));
    bodies.push(("not UTF-8".into(), [text.as_bytes(), b"\xff\xfe"].concat()));
    bodies.push(("an unknown field".into(), right.with("unknown_field", Some(json!(1)))));
    for (name, value) in right.fields() {
        bodies.push((format!("without {name}"), right.with(name, None)));
        for other in [json!(null), json!({}), json!([[]]), json!(-1), json!(1.5), json!(true), json!("\u{0}")] {
            if std::mem::discriminant(&other) != std::mem::discriminant(value) || value.is_string() || value.is_number()
            {
                bodies.push((format!("{name} is {other}"), right.with(name, Some(other))));
            }
        }
        if value.is_u64() {
            bodies.push((format!("{name} is too large a number"), right.with(name, Some(json!(1e30)))));
        }
    }
    bodies
}

/// Returns bodies that a server may refuse or take, and must get over.
pub fn strange(right: &Body) -> Bodies {
    let text = right.example.to_string();
    let mut bodies = Vec::new();
    for (name, value) in right.fields() {
        let twice = format!("{{{}:{value},{}", json!(name), &text[1..]);
        bodies.push((format!("{name} twice"), twice.into()));
        if value.is_string() {
            for long in ["a".repeat(100_000), "A".repeat(1_000_000), "\u{1f3de}".repeat(1000), String::new()] {
                bodies.push((format!("{name} of {} bytes", long.len()), right.with(name, Some(json!(long)))));
            }
        }
        if let Some(items) = value.as_array() {
            let many = items.iter().cycle().take(5000).cloned().collect::<Vec<_>>();
            bodies.push((format!("{name} 5000 times"), right.with(name, Some(json!(many)))));
            bodies.push((format!("{name} empty"), right.with(name, Some(json!([])))));
        }
        if value.is_u64() {
            for number in [0, 1, u64::from(u32::MAX), u64::MAX, i64::MAX.unsigned_abs()] {
                bodies.push((format!("{name} is {number}"), right.with(name, Some(json!(number)))));
            }
        }
    }
    bodies
}
