//! schemathesis attacks a live server from its own specification, logged in as each of the three roles.
//!
//! It knows real ids, so that it gets behind the first "not found". Whatever it sends, no answer is a 5xx, and none has a
//! status, a type, a header or a body that the specification does not tell.

use std::path::Path;

use reverie_client::NewEntry;
use reverie_crypto::InvitationCode;
use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::media::file;
use reverie_tests::person::entry_with;
use reverie_tests::{Person, Practice, World};

use crate::foreign::python;

/// Requests for each operation and phase; the seed makes them the same in every run.
const EXAMPLES: &str = "5";
const SEED: &str = "41";

/// What no answer may be. Left out are checks that take a refusal by a rule (a stale head, a used code) for a fault.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth";

/// Returns the token with which the person's device last asked.
fn token(person: &Person) -> String {
    let header = person.wire.passed(|passed| {
        let asked = passed.iter().rev().find_map(|passed| passed.asked.headers.get("authorization"));
        asked.expect("somebody who is logged in asked").to_str().unwrap().to_owned()
    });
    header.strip_prefix("Bearer ").unwrap().to_owned()
}

/// Runs schemathesis as somebody, with real values for parameters.
async fn attack(world: &World, who: &str, token: String, parameters: &[(&str, String)]) {
    let folder = world.home(&format!("schemathesis as {who}"));
    std::fs::create_dir_all(&folder).unwrap();
    let given: String = parameters.iter().map(|(name, value)| format!("\"path.{name}\" = \"{value}\"\n")).collect();
    let configuration = folder.join("schemathesis.toml");
    let text = format!(
        "headers = {{ Authorization = \"Bearer ${{REVERIE_TOKEN}}\" }}\ngeneration.database = \"none\"\n[parameters]\n{given}"
    );
    std::fs::write(&configuration, text).unwrap();
    let output = run(world, &folder, &configuration, token).await;
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "as {who}: {told}\n{}", String::from_utf8_lossy(&output.stderr));
    let cases = told.lines().find_map(|line| line.trim().split_once(" generated")?.0.parse::<u32>().ok());
    assert!(cases.is_some_and(|cases| cases > 300), "as {who}: {told}");
}

async fn run(world: &World, folder: &Path, configuration: &Path, token: String) -> std::process::Output {
    let mut command = tokio::process::Command::from(python("schemathesis.cli"));
    command.arg("--no-color").arg("--config-file").arg(configuration);
    command.args(["run", &format!("http://{}/openapi.json", world.addr)]);
    command.args(["--seed", SEED, "--max-examples", EXAMPLES, "--checks", CHECKS, "--no-shrink"]);
    // A stream of changes has no end to wait for.
    command.args(["--phases", "examples,coverage,fuzzing", "--warnings", "off", "--exclude-path-regex", "/changes$"]);
    command.env("REVERIE_TOKEN", token).current_dir(folder).output().await.expect("Python is installed")
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_5xx_and_nothing_that_the_specification_does_not_tell() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let memo = vec![file("tide.m4a", "audio/mp4", vec![7; 5000], Some(1))];
    let entry: NewEntry = entry_with(Kind::Image, "The tide", "It went out.", memo);
    heron.account.write(entry).await.unwrap();
    let upload = heron.wire.passed(|passed| {
        let upload = passed.iter().rev().find(|passed| passed.asked.path.contains("/attachments/"));
        upload.expect("the memo was uploaded").asked.path.clone()
    });
    let [_, _, _, journal, _, attachment] = upload.split('/').collect::<Vec<_>>()[..] else { panic!("{upload}") };
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let invitation = InvitationCode::parse(&code).unwrap().id().to_string();
    let account = heron.account().to_string();

    let ids = [("journal", journal.to_owned()), ("attachment", attachment.to_owned())];
    attack(&world, "a patient", token(&heron), &ids).await;
    let ids = [("invitation", invitation), ("account", account.clone())];
    attack(&world, "a clinician", token(&quill), &ids).await;
    let mut admin = world.unlocks("admin").await;
    admin.collect_guests().await.unwrap();
    attack(&world, "an administrator", token(&admin), &[("account", account)]).await;
}
