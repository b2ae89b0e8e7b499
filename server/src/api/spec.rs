//! The specification, as it is served, printed and committed: made from the code, in an order that stays.

use serde_json::Value;

use super::examples;

/// Returns the specification as poem-openapi writes it.
pub(crate) fn raw() -> String {
    super::service().spec()
}

/// Returns the specification, with what generators of clients need put right.
pub(crate) fn json() -> Value {
    let mut spec = serde_json::from_str(&raw()).expect("the specification is JSON that this program wrote");
    tidy(&mut spec);
    share_refusals(&mut spec);
    describe_answers(&mut spec);
    examples::add(&mut spec);
    spec
}

/// Returns a specification as text, with its keys in order.
pub(crate) fn text(spec: &Value) -> String {
    let mut text = serde_json::to_string_pretty(spec).expect("a JSON value is written as JSON");
    text.push('\n');
    text
}

/// Media types lose their charset (a JSON text is UTF-8), and unsigned integers gain their minimum.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(media) = map.remove("application/json; charset=utf-8") {
                map.insert("application/json".into(), media);
            }
            if map.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("uint")) {
                map.entry("minimum").or_insert(0.into());
            }
            map.values_mut().for_each(tidy);
            map.sort_keys();
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Refusals are the same for every operation: they are written once and referred to.
fn share_refusals(spec: &mut Value) {
    let mut shared = serde_json::Map::new();
    let operations = spec["paths"].as_object_mut().into_iter().flatten();
    for (_, operation) in operations.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten()) {
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            if response["content"].get("application/problem+json").is_some() {
                let name = format!("problem_{status}");
                let reference = serde_json::json!({"$ref": format!("#/components/responses/{name}")});
                shared.insert(name, std::mem::replace(response, reference));
            }
        }
    }
    spec["components"]["responses"] = Value::Object(shared);
}

/// An answer is described by what it carries, where the code does not describe it otherwise.
fn describe_answers(spec: &mut Value) {
    let schemas = spec["components"]["schemas"].clone();
    let operations = spec["paths"].as_object_mut().into_iter().flatten();
    for (_, operation) in operations.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten()) {
        for (_, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            let content = &response["content"];
            let named = [
                &content["application/json"]["schema"]["$ref"],
                &content["text/event-stream"]["schema"]["items"]["$ref"],
            ];
            let named = named.into_iter().find_map(Value::as_str);
            let carried = named.and_then(|reference| reference.rsplit('/').next()).map(|name| &schemas[name]);
            let described = carried.and_then(|schema| schema["description"].as_str()).unwrap_or("It is so.").to_owned();
            if response["description"] == "" {
                response["description"] = described.into();
            }
        }
    }
}
