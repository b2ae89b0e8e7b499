//! The operations of `openapi.json`: how each is called, and what it may answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::bodies::Body;

/// One operation.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub template: String,
    /// Its JSON body; the example is well formed, and about things that are not there.
    pub body: Option<Body>,
    /// The query parameters that are numbers.
    pub numbers: Vec<String>,
    /// The statuses that the specification tells.
    pub statuses: BTreeSet<u16>,
    /// Whether it takes a session.
    pub for_people: bool,
    /// Whether its answer goes on and on.
    pub is_a_stream: bool,
    takes_bytes: bool,
    examples: BTreeMap<String, String>,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)
    }
}

impl Operation {
    /// Returns every operation of the specification.
    pub fn all() -> Vec<Self> {
        let spec: Value = serde_json::from_str(&reverie_server::openapi()).unwrap();
        let mut operations = Vec::new();
        for (template, item) in spec["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                operations.push(Self::read(&spec, template, method, operation));
            }
        }
        assert!(operations.len() > 20, "the specification was read");
        operations
    }

    fn read(spec: &Value, template: &str, method: &str, operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let named = |place: &str| {
            let of_place = parameters.iter().filter(|parameter| parameter["in"] == place);
            of_place
                .map(|parameter| (text(&parameter["name"]), text(&parameter["example"])))
                .collect::<BTreeMap<_, _>>()
        };
        let content = &operation["requestBody"]["content"];
        let schema = content["application/json"]["schema"]["$ref"].as_str().map(|reference| {
            spec.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} is not there"))
        });
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase().parse().unwrap(),
            template: template.to_owned(),
            body: schema.map(|schema| Body {
                example: schema["example"].clone(),
                required: schema["required"].as_array().into_iter().flatten().map(text).collect(),
            }),
            numbers: parameters
                .iter()
                .filter(|it| it["in"] == "query" && it["schema"]["type"] == "integer")
                .map(|it| text(&it["name"]))
                .collect(),
            statuses: operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .map(|status| status.parse().unwrap())
                .collect(),
            for_people: operation["security"].is_array(),
            is_a_stream: operation["responses"]["200"]["content"]["text/event-stream"].is_object(),
            takes_bytes: content["application/octet-stream"].is_object(),
            examples: named("path"),
        }
    }

    pub fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.examples.keys().map(String::as_str)
    }

    /// Returns its path, with these parameters, and those of the examples where there are none.
    pub fn path(&self, given: &BTreeMap<String, String>) -> String {
        self.examples.iter().fold(self.template.clone(), |path, (name, example)| {
            path.replace(&format!("{{{name}}}"), given.get(name).unwrap_or(example))
        })
    }

    /// Gives a request the body that the operation takes, if it takes one.
    pub fn with_body(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.body {
            Some(body) => request.json(&body.example),
            None if self.takes_bytes => request.header("content-type", "application/octet-stream").body("sealed file"),
            None => request,
        }
    }

    /// Tells whether it reads what nothing but a change makes another: not the audit log, in which each look is entered.
    pub fn is_a_plain_read(&self) -> bool {
        let tells_of_looks = ["audit", "access-log", "disclosure"].iter().any(|part| self.template.contains(part));
        self.method == Method::GET && !self.is_a_stream && !tells_of_looks
    }
}
