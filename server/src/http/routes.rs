//! The paths and methods of the specification: for `Allow`, and for logs that name a route instead of a path.

use std::cmp::Reverse;

use poem::http::Method;
use serde_json::Value;

/// Every path of the specification.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    template: String,
    methods: Vec<String>,
}

impl Routes {
    /// Reads the paths from the specification.
    pub(crate) fn from_spec(spec: &Value) -> Self {
        let paths = spec["paths"].as_object().into_iter().flatten();
        let route = |(template, item): (&String, &Value)| {
            let methods = item.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
            Route { template: template.clone(), methods: methods.collect() }
        };
        let mut routes: Vec<_> = paths.map(route).collect();
        routes.push(Route { template: "/openapi.json".into(), methods: vec!["GET".into()] });
        // A literal segment goes before a parameter: `/accounts/me` before `/accounts/{id}`.
        routes.sort_by_key(|route| Reverse(route.template.replace('{', "\u{0}")));
        Self(routes)
    }

    /// Returns the template of a path, like `/v1/journals/{journal}/records`.
    pub(crate) fn template(&self, path: &str) -> Option<&str> {
        self.find(path).map(|route| route.template.as_str())
    }

    /// Returns the methods of a path, as `Allow` lists them.
    pub(crate) fn allow(&self, path: &str) -> Option<String> {
        self.find(path).map(|route| route.methods.join(", "))
    }

    /// Tells whether the path has the method.
    pub(crate) fn has(&self, path: &str, method: &Method) -> bool {
        self.find(path).is_some_and(|route| route.methods.iter().any(|known| known == method.as_str()))
    }

    fn find(&self, path: &str) -> Option<&Route> {
        self.0.iter().find(|route| {
            let mut segments = path.split('/');
            let fits = route.template.split('/').all(|expected| {
                segments
                    .next()
                    .is_some_and(|segment| expected == segment || (expected.starts_with('{') && !segment.is_empty()))
            });
            fits && segments.next().is_none()
        })
    }
}
