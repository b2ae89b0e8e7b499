//! `reverie-server` as the host runs it: what it says when something is not as it should be.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::Ordering;

use reverie_protocol::api::OpenedSession;
use reverie_protocol::audit::{AccessLog, AuditAct};
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::SecondFactorDue;
use reverie_server::check_data::check_data;

use crate::home::Home;
use crate::world::{PASSWORD, Person, Refusal, World, enrol, enter, login, ok, refusal};

fn reverie_server(arguments: &[&str], data: &Path) -> Output {
    command(arguments).arg("--data").arg(data).output().unwrap()
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reverie-server"));
    command.env_remove("REVERIE_DATA").env_remove("REVERIE_LISTEN").env_remove("REVERIE_DATABASE_URL");
    command.env_remove("REVERIE_PUBLIC_ADDRESS");
    command.args(arguments);
    command
}

/// Runs a command on everything that a server has.
fn at_home(arguments: &[&str], home: &Home) -> Output {
    let mut command = command(arguments);
    command.arg("--data").arg(home.path());
    home.url().map(|url| command.arg("--database").arg(url));
    command.output().unwrap()
}

/// Runs a command that fails, and returns what it says.
fn complaint(arguments: &[&str], data: &Path) -> String {
    let output = reverie_server(arguments, data);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn init_prints_a_code_alone_on_standard_output_and_a_new_one_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let codes = [(); 2].map(|()| {
        let output = reverie_server(&["init"], &data);
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    });
    assert!(codes[0].starts_with("reve-rie1-") && codes[0].lines().count() == 1);
    assert_ne!(codes[0], codes[1]);
}

#[test]
fn an_address_that_others_can_reach_needs_a_proxy_with_tls() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8787"] {
        let said = complaint(&["serve", "--listen", address], folder.path());
        assert!(said.contains("--behind-proxy") && said.contains("TLS"), "{said}");
    }
}

#[test]
fn a_public_address_at_which_no_passkey_works_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    for (address, reason) in
        [("http://reverie.example", "https alone"), ("https://192.0.2.7", "give the server a name")]
    {
        let output = reverie_server(&["serve", "--public-address", address], folder.path());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(reason), "{said}");
    }
}

#[tokio::test]
async fn the_only_administrator_who_lost_every_second_factor_gets_back_in_with_the_hosts_help() {
    let world = World::new().await;
    let opened = enter(&world.base(), "admin").await;
    let reset = ["reset-second-factor", "admin"];
    let output = at_home(&reset, &world.folder);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("2 sessions ended") && said.contains("audit log"), "{said}");
    assert!(output.stdout.is_empty());
    // What the running server has looked up lately it knows for half a minute.
    world.pass_seconds(31);
    let ended = Person { token: opened.token, ..world.admin.clone() };
    for person in [&ended, &world.admin] {
        assert_eq!(refusal(person.get("/v1/journals").await).await, Refusal(401, ProblemCode::Unauthenticated));
    }

    let opened: OpenedSession = ok(login(&world.base(), "admin", PASSWORD).await).await;
    assert_eq!((opened.bundle, opened.second_factor), (None, Some(SecondFactorDue::Enrol)));
    let back = Person { token: opened.token, ..world.admin.clone() };
    enrol(&back, world.now.load(Ordering::SeqCst)).await;
    let log: AccessLog = ok(back.get("/v1/accounts/me/access-log").await).await;
    let reset = log.entries.iter().find(|entry| entry.act == AuditAct::ResetSecondFactor).unwrap();
    assert_eq!((reset.actor, reset.handle.as_deref()), (None, None), "nobody of the practice");
    let report = check_data(world.folder.path(), &world.folder.database()).await.unwrap();
    assert_eq!(report.findings, [], "the audit log is one chain still");
}

#[tokio::test]
async fn a_second_factor_that_is_not_there_is_not_taken_away() {
    let world = World::new().await;
    world.patient().await;
    for (handle, reason) in [("wren-07", "no account is called"), ("heron-41", "has no second factor")] {
        let output = at_home(&["reset-second-factor", handle], &world.folder);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(1) && said.contains(reason) && said.contains("nothing was changed"),
            "{said}"
        );
    }
    let nowhere = tempfile::tempdir().unwrap();
    let said = complaint(&["reset-second-factor", "admin"], &nowhere.path().join("elsewhere"));
    assert!(said.contains("there is no Reverie server"), "{said}");
    assert_eq!(world.admin.get("/v1/journals").await.status(), 200);
}

#[test]
fn a_missing_data_folder_is_told_with_the_command_that_makes_one() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let served = complaint(&["serve", "--listen", "127.0.0.1:0"], &nowhere);
    assert!(served.contains("reverie-server init --data"), "{served}");
    assert!(complaint(&["check"], &nowhere).contains("--data"));
    assert!(!nowhere.exists(), "looking for it does not make it");
}

#[tokio::test]
async fn a_port_in_use_is_told_with_what_to_do() {
    let world = World::new().await;
    let said = complaint(&["serve", "--listen", &world.server.addr.to_string()], world.folder.path());
    assert!(said.contains("--listen"), "{said}");
}

#[test]
fn what_cannot_be_made_or_read_is_told_in_words_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let said = complaint(&["init"], &file.join("data"));
    assert!(said.contains("choose another with --data"), "{said}");
    assert_eq!(said.matches("Not a directory").count(), 1, "{said}");

    let data = folder.path().join("data");
    assert!(reverie_server(&["init"], &data).status.success());
    std::fs::write(data.join("database/reverie.sqlite"), [0x5a; 4096]).unwrap();
    for arguments in [&["check"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let said = complaint(arguments, &data);
        assert_eq!(said.matches("file is not a database").count(), 1, "{said}");
    }
}

#[tokio::test]
async fn check_says_that_all_is_whole_or_where_it_is_not_and_what_to_do() {
    let World { folder, server, admin, .. } = World::new().await;
    let log = admin.opens_journal(&[]).await;
    server.stop().await;
    let whole = at_home(&["check"], &folder);
    assert!(whole.status.success() && whole.stdout.is_empty());
    let stray = folder.path().join("attachments").join(log.journal.to_string());
    std::fs::create_dir_all(&stray).unwrap();
    std::fs::write(stray.join("stray"), "").unwrap();
    let damaged = at_home(&["check"], &folder);
    assert_eq!(damaged.status.code(), Some(1));
    assert!(String::from_utf8(damaged.stdout).unwrap().contains("/stray belongs to no attachment"));
    assert!(String::from_utf8(damaged.stderr).unwrap().contains("restore a backup"));
}
