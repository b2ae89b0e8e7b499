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
            assert!(operation["responses"]["500"].is_object(), "{method} {path}");
        }
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
