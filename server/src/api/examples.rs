//! Puts the samples into the specification as examples, so that a client can be written and tried from it.

use reverie_protocol::problem::ProblemCode;
use serde_json::{Map, Value, json};

use super::samples::problems::problem;
use super::samples::{self, Visitor, Wire};

/// The first sample of each type, by the name of its schema.
struct Examples(Map<String, Value>);

impl Visitor for Examples {
    fn visit<T: Wire>(&mut self, samples: &[T]) {
        if let Some(sample) = samples.first() {
            let value = serde_json::to_value(sample).expect("wire types are JSON");
            self.0.insert(T::name().into_owned(), value);
        }
    }
}

/// Adds examples to every schema, parameter and refusal.
pub(super) fn add(spec: &mut Value) {
    let mut examples = Examples(Map::new());
    samples::visit(&mut examples);
    for (name, schema) in members(spec.pointer_mut("/components/schemas")) {
        if let Some(example) = examples.0.remove(name) {
            describe(schema, example);
        }
    }
    let parameters = samples::parameters();
    for (_, item) in members(spec.get_mut("paths")) {
        for (_, operation) in members(Some(item)) {
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                let sample = parameters.iter().find(|(name, _)| parameter["name"] == *name);
                if let Some((_, value)) = sample {
                    parameter["example"] = value.clone();
                }
            }
        }
    }
    let head = samples::journal_head();
    for (name, response) in members(spec.pointer_mut("/components/responses")) {
        let of_status = ProblemCode::ALL.iter().filter(|code| name.ends_with(&code.status().to_string()));
        let examples = of_status
            .map(|code| (code.code().to_owned(), json!({"summary": code.title(), "value": problem(*code, head)})));
        response["content"]["application/problem+json"]["examples"] = Value::Object(examples.collect());
    }
}

/// Gives a schema its example, and those of its properties that are no schemas of their own theirs.
fn describe(schema: &mut Value, example: Value) {
    for (name, property) in members(schema.get_mut("properties")) {
        let plain = property["type"].as_str().is_some_and(|kind| kind != "array");
        if let Some(value) = example.get(name).filter(|_| plain) {
            property["example"] = value.clone();
        }
    }
    schema["example"] = example;
}

/// Returns the members of a JSON object.
fn members(value: Option<&mut Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    value.and_then(Value::as_object_mut).into_iter().flatten()
}
