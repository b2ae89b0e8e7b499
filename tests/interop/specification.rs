//! `openapi.json` before tools that others wrote: a validator, and a generator of types whose result compiles.
//!
//! `scripts/check-spec-generators` runs the generators of whole clients, which need Java and are large.

use crate::foreign::{npm, python, root, succeeded};

#[test]
fn a_validator_accepts_the_specification() {
    let told = succeeded(python("openapi_spec_validator").arg(root().join("openapi.json")).output().unwrap());
    assert!(told.trim().ends_with("OK"), "{told}");
}

#[test]
fn the_types_that_openapi_typescript_makes_compile() {
    let folder = tempfile::tempdir().unwrap();
    let types = folder.path().join("reverie.ts");
    succeeded(npm("openapi-typescript").arg(root().join("openapi.json")).arg("-o").arg(&types).output().unwrap());
    let client = folder.path().join("client.ts");
    std::fs::write(&client, CLIENT).unwrap();
    let mut compile = npm("tsc");
    compile.args(["--noEmit", "--strict", "--target", "es2022"]);
    succeeded(compile.arg(&client).output().unwrap());
}

/// What a client would do with the types: requests, answers and problems have the fields that they have.
const CLIENT: &str = r#"
import type { components, operations } from "./reverie";

type Problem = components["schemas"]["Problem"];
type Page = operations["list_records"]["responses"][200]["content"]["application/json"];

export const last = (page: Page): number | undefined => page.head?.seq;
export const isStale = (problem: Problem): boolean => problem.code === "stale_head" && problem.status === 409;
export const login: components["schemas"]["SessionStart"] = { handle: "heron-41", request: "AAAA" };
// @ts-expect-error: there is no such code
export const never = (problem: Problem): boolean => problem.code === "no_such_code";
"#;
