//! Second factors, as the client's people meet them.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use reverie_client::{AskSecondFactor, BackupCode, ClientError, Enrolment, Environment, Recovery, Shown, Unlocked};
use reverie_protocol::api::OpenedSession;
use reverie_protocol::second_factor::SecondFactors;
use reverie_tests::person::PASSWORD;
use reverie_tests::{Person, Practice, World};
use zeroize::Zeroizing;

use crate::shell::{flat, goes_home, ok, reverie};

/// Somebody who has nothing but this backup code.
struct Has(Option<Zeroizing<String>>);

#[async_trait]
impl AskSecondFactor for Has {
    async fn show(&self, _: &SecondFactors, wrong: u32) -> Option<Shown> {
        let code = self.0.as_ref().filter(|_| wrong == 0)?;
        Some(Shown::Backup(BackupCode::parse(code).unwrap()))
    }

    async fn enrol(&self, _: &Enrolment, _: u32) -> Option<Zeroizing<String>> {
        None
    }
}

fn with(world: &World, home: &Path, code: Option<Zeroizing<String>>) -> Environment {
    super::at(world, home).asking(Arc::new(Has(code)))
}

/// Makes a new recovery kit, and returns its words.
async fn kit(person: &mut Person) -> String {
    let words = person.make_kit().await.unwrap().words().join(" ");
    person.prove_kit(&words).await.unwrap();
    words
}

#[tokio::test]
async fn a_clinicians_keys_come_after_the_second_factor_and_not_before() {
    let Practice { world: _world, mut quill, heron: _heron } = Practice::open().await;
    quill.login(PASSWORD).await.unwrap();
    quill.wire.passed(|passed| {
        let at = |method: &str, path: &str| passed.iter().position(|passed| passed.asked.is(method, path)).unwrap();
        let session: OpenedSession = passed[at("POST", "/sessions/finish")].answer.as_ref().unwrap().parse();
        assert!(session.bundle.is_none() && session.second_factor.is_some());
        let fetched = at("GET", "/accounts/me/credentials");
        assert!(at("POST", "/second-factor/show") < fetched);
    });
    quill.sync().await.unwrap();
}

#[tokio::test]
async fn whoever_cannot_show_the_second_factor_changes_nothing_on_the_device() {
    let Practice { world, quill, heron: _heron } = Practice::open().await;
    let home = quill.home.clone();
    drop(quill);
    let mut thief = Unlocked::unlock(with(&world, &home, None), PASSWORD).await.unwrap();
    assert!(matches!(thief.login(PASSWORD).await, Err(ClientError::SecondFactorNeeded)));
    // The session from before is the one that counts still.
    thief.sync().await.unwrap();
}

#[tokio::test]
async fn a_backup_code_lets_a_clinician_in_once() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let codes = quill.replace_backup_codes().await.unwrap();
    assert_eq!(codes.len(), 10);
    let home = quill.home.clone();
    drop(quill);
    let one = || Some(codes[0].clone());
    let mut quill = Unlocked::unlock(with(&world, &home, one()), PASSWORD).await.unwrap();
    quill.login(PASSWORD).await.unwrap();
    assert_eq!(quill.second_factors().await.unwrap().backup_codes, 9);
    assert!(quill.login(PASSWORD).await.is_err(), "it was used");
}

#[tokio::test]
async fn a_patient_whose_phone_is_gone_comes_back_with_her_kit_alone() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    heron.add_authenticator().await.unwrap();
    let words = kit(&mut heron).await;
    let code = reverie_client::kit::read(&words).unwrap().code;
    let recovery = Recovery::open(with(&world, &world.home("clean"), None), "heron-41", &code).await.unwrap();
    let mut back = recovery.finish("seven reeds and a heron").await.unwrap();
    let factors = back.second_factors().await.unwrap().factors;
    back.remove_second_factor(factors[0].factor).await.unwrap();
    back.login("seven reeds and a heron").await.unwrap();
}

#[tokio::test]
async fn a_clinicians_kit_opens_nothing_without_her_second_factor_and_her_drill_asks_for_it() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let words = kit(&mut quill).await;
    let code = reverie_client::kit::read(&words).unwrap().code;
    let found = Recovery::open(with(&world, &world.home("clean"), None), "quill", &code).await;
    assert!(matches!(found.err(), Some(ClientError::SecondFactorNeeded)));
    assert!(quill.drill(&words).await.unwrap().people > 0);
}

#[tokio::test]
async fn an_administrator_lets_somebody_enrol_anew_who_lost_everything_but_the_password() {
    let (world, code) = World::empty().await;
    let mut admin = world.administrator(&code).await;
    let mut quill = world.clinician("quill", &mut admin).await;
    admin.reset_second_factor("quill").await.unwrap();
    assert!(matches!(quill.sync().await, Err(ClientError::LoggedOut)));
    // A new phone: logging in enrols it.
    quill.login(PASSWORD).await.unwrap();
    assert_eq!(quill.second_factors().await.unwrap().factors.len(), 1);
    quill.sync().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_does_not_count_is_named_as_such_and_by_which_clocks() {
    let Practice { world, quill, heron: _heron } = Practice::open().await;
    goes_home(&world, "quill", quill);
    let file = world.home("code");
    std::fs::write(&file, "000000").unwrap();
    // The machine's clock is the story's, five years on; the server's answers carry the time of the machine that it is on.
    let login = reverie(&world, "quill", &["login", "--second-factor-file", file.to_str().unwrap()]);
    assert_eq!(login.status.code(), Some(1));
    let told = flat(&login.stderr);
    assert!(told.contains("Error: This code does not count"), "{told}");
    assert!(
        told.contains("The server's clock says ") && told.contains("and this device's 1 May 2031, 09:00."),
        "{told}"
    );
    assert!(told.contains("let the phone set its clock by itself"), "{told}");
    assert!(!told.contains("nobody to ask"), "{told}");
    // Nothing was changed: the session of before goes on.
    ok(reverie(&world, "quill", &["queue"]));
}

#[tokio::test]
async fn a_clinician_who_adds_a_device_by_kit_shows_her_second_factor_once() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let words = kit(&mut quill).await;
    let codes = quill.replace_backup_codes().await.unwrap();
    // A backup code counts once.
    let clean = with(&world, &world.home("clean"), Some(codes[0].clone()));
    let code = reverie_client::kit::read(&words).unwrap().code;
    let recovery = Recovery::open(clean, "quill", &code).await.unwrap();
    let mut added = recovery.add_device(PASSWORD).await.unwrap();
    added.sync().await.unwrap();
    assert_eq!(quill.devices().await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_backup_codes_are_not_made_void_unasked_nor_made_for_nothing() {
    let Practice { world, mut quill, heron } = Practice::open().await;
    quill.replace_backup_codes().await.unwrap();
    goes_home(&world, "quill", quill);
    goes_home(&world, "heron-41", heron);
    let refused = flat(&reverie(&world, "quill", &["second-factor", "codes"]).stderr);
    assert!(refused.contains("the same command with `--yes`"), "{refused}");
    let (_, said) = ok(reverie(&world, "quill", &["second-factor"]));
    assert!(said.contains("Backup codes left: 10."), "{said}");
    ok(reverie(&world, "quill", &["second-factor", "codes", "--yes"]));
    let refused = flat(&reverie(&world, "heron-41", &["second-factor", "codes"]).stderr);
    assert!(refused.contains("Next: `reverie second-factor add`, then the codes."), "{refused}");
}
