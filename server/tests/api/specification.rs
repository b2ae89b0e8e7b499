//! `openapi.json`: current, and of use to generators of clients.

use std::collections::HashSet;
use std::fmt;

use reverie_protocol::problem::ProblemCode;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// JSON whose objects have each key once.
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut keys = HashSet::new();
        while let Some((key, Self)) = map.next_entry::<String, Self>()? {
            if !keys.insert(key.clone()) {
                return Err(A::Error::custom(format!("the key {key} stands twice")));
            }
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}

fn committed() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json")).unwrap()
}

#[test]
fn the_committed_specification_is_what_the_code_says() {
    assert!(committed() == reverie_server::openapi(), "run `reverie-server openapi > openapi.json`");
}

#[test]
fn no_key_stands_twice_even_before_the_specification_is_tidied() {
    for text in [reverie_server::openapi(), reverie_server::untidied_openapi()] {
        if let Err(error) = serde_json::from_str::<Strict>(&text) {
            panic!("{error}");
        }
    }
    assert!(serde_json::from_str::<Strict>("{\"a\":1,\"a\":2}").is_err(), "the test can fail");
}

#[test]
fn bytes_are_byte_and_json_has_no_charset() {
    let text = committed();
    assert!(text.contains("\"format\": \"byte\"") && !text.contains("\"format\": \"bytes\""));
    assert!(text.contains("\"application/json\"") && !text.contains("application/json; charset"));
}

#[test]
fn every_operation_is_named_described_and_tells_its_refusals() {
    let spec: Value = serde_json::from_str(&committed()).unwrap();
    let mut names = HashSet::new();
    for (path, item) in spec["paths"].as_object().unwrap() {
        assert!(!path.contains(':'), "{path} has a parameter that is not described");
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} stands twice");
            assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 3), "{method} {path}");
            assert!(operation["description"].as_str().is_some_and(|text| text.len() > 20), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let told =
                    response["$ref"].is_string() || response["description"].as_str().is_some_and(|it| !it.is_empty());
                assert!(told, "{method} {path} {status}");
            }
            assert!(operation["responses"]["500"].is_object(), "{method} {path}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let told = parameter["description"].as_str().is_some_and(|text| text.len() > 10);
                assert!(told && !parameter["example"].is_null(), "{method} {path} {}", parameter["name"]);
            }
        }
    }
}

#[test]
fn every_schema_and_every_problem_has_an_example() {
    let spec: Value = serde_json::from_str(&committed()).unwrap();
    for (name, schema) in spec["components"]["schemas"].as_object().unwrap() {
        assert!(!schema["example"].is_null(), "{name}: add a sample to server/src/api/samples.rs");
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let plain = property["type"].is_string() && property["type"] != "array";
            let optional = !schema["required"].as_array().into_iter().flatten().any(|required| required == field);
            assert!(!plain || optional || !property["example"].is_null(), "{name}.{field}");
        }
    }
    let refusals = spec["components"]["responses"].as_object().unwrap().values();
    let examples: HashSet<_> = refusals
        .flat_map(|refusal| refusal["content"]["application/problem+json"]["examples"].as_object().unwrap().keys())
        .collect();
    for code in ProblemCode::ALL {
        assert!(examples.contains(&code.code().to_owned()), "{}", code.code());
    }
}

#[test]
fn every_problem_code_is_documented() {
    let spec: Value = serde_json::from_str(&committed()).unwrap();
    let documented = serde_json::to_string(&spec["components"]).unwrap();
    for code in ProblemCode::ALL {
        assert!(documented.contains(&format!("`{}`", code.code())), "{} is not explained", code.code());
    }
}
