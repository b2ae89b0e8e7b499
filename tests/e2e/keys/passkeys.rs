//! Passkeys of a browser, through the real client and server: as second factor, and as one more way in.

use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reverie_client::passkey::PrfOutput;
use reverie_client::{AskSecondFactor, ClientError, Enrolment, Environment, Shown, Unlocked};
use reverie_crypto::Bundle;
use reverie_crypto::bundle::way_from_prf;
use reverie_journal::Kind;
use reverie_protocol::api::PutBundle;
use reverie_protocol::second_factor::{SecondFactorKind, SecondFactors};
use reverie_test_browser::Browser;
use reverie_tests::person::{PASSWORD, entry};
use reverie_tests::server::PUBLIC_ADDRESS;
use reverie_tests::{Person, Practice, World};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::shell::{flat, goes_home, reverie};

/// Somebody who shows a passkey whenever a second factor is asked for.
#[derive(Clone)]
struct AtBrowser(Arc<Mutex<Browser>>);

impl AtBrowser {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Browser::at(PUBLIC_ADDRESS))))
    }

    fn makes(&self, options: &str) -> String {
        self.0.lock().unwrap().create(options).unwrap()
    }
}

#[async_trait]
impl AskSecondFactor for AtBrowser {
    async fn show(&self, _: &SecondFactors, wrong: u32) -> Option<Shown> {
        (wrong == 0).then_some(Shown::Passkey)
    }

    async fn passkey(&self, options: &str) -> Option<Zeroizing<String>> {
        self.0.lock().unwrap().get(options).map(Zeroizing::new)
    }

    async fn enrol(&self, _: &Enrolment, _: u32) -> Option<Zeroizing<String>> {
        None
    }
}

fn with(world: &World, home: &Path, browser: &AtBrowser) -> Environment {
    super::at(world, home).asking(Arc::new(browser.clone()))
}

/// Enrols a passkey; returns what its PRF gave, and the same as the browser's own text.
async fn enrols(person: &mut Person, browser: &AtBrowser) -> (PrfOutput, String) {
    let answer = browser.makes(&person.begin_passkey().await.unwrap());
    let prf = person.confirm_passkey(&answer).await.unwrap().unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    (prf, answer["clientExtensionResults"]["prf"]["results"]["first"].as_str().unwrap().to_owned())
}

/// Returns the key bundle that went to the server last, sealed.
fn sent_bundle(person: &Person) -> Vec<u8> {
    person.wire.passed(|passed| {
        let put = passed.iter().rev().find(|passed| passed.asked.is("PUT", "/accounts/me/credentials")).unwrap();
        let put: PutBundle = serde_json::from_slice(&put.asked.body).unwrap();
        put.bundle.0
    })
}

fn prf_bytes(text: &str) -> [u8; 32] {
    URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_shown_at_the_next_login() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let browser = AtBrowser::new();
    enrols(&mut quill, &browser).await;
    let factors = quill.second_factors().await.unwrap().factors;
    assert!(factors.iter().any(|factor| factor.kind == SecondFactorKind::Passkey), "{factors:?}");
    let home = quill.home.clone();
    drop(quill);
    let mut quill = Unlocked::unlock(with(&world, &home, &browser), PASSWORD).await.unwrap();
    quill.login(PASSWORD).await.unwrap();
    quill.sync().await.unwrap();
    // Another passkey is none of hers.
    drop(quill);
    let mut thief = Unlocked::unlock(with(&world, &home, &AtBrowser::new()), PASSWORD).await.unwrap();
    assert!(matches!(thief.login(PASSWORD).await, Err(ClientError::SecondFactorNeeded)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_opens_the_device_and_the_bundle_and_what_its_prf_gave_is_never_sent() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    let browser = AtBrowser::new();
    let (prf, text) = enrols(&mut heron, &browser).await;
    assert!(!heron.opens_by_passkey());
    heron.open_by_passkey(&prf).await.unwrap();
    assert!(heron.opens_by_passkey());
    let opened = Bundle::open(&way_from_prf(&prf_bytes(&text)), &sent_bundle(&heron)).ok().unwrap();
    assert_eq!(opened.account, heron.account());

    let wire = heron.wire.bytes();
    assert!(memchr::memmem::find(&wire, b"attestation_object").is_some(), "positive control: the answer passed");
    for secret in [text.clone().into_bytes(), STANDARD.encode(prf_bytes(&text)).into_bytes(), prf_bytes(&text).to_vec()]
    {
        assert!(memchr::memmem::find(&wire, &secret).is_none());
    }

    let home = heron.home.clone();
    drop(heron);
    let mut back = Unlocked::unlock_by_passkey(super::at(&world, &home), &prf).await.unwrap();
    back.write(entry(Kind::Dream, "A key of light.")).await.unwrap();
    // The password opens it as before.
    drop(back);
    let back = super::unlock(&world, PASSWORD).await.unwrap();
    assert_eq!(back.view(back.account()).private.iter().flat_map(|private| &private.entries).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_passkey_opens_nothing_and_one_that_was_taken_away_no_longer_does() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    let home = heron.home.clone();
    let (browser, other) = (AtBrowser::new(), AtBrowser::new());
    let (prf, _) = enrols(&mut heron, &browser).await;
    let (others, _) = enrols(&mut heron, &other).await;
    heron.open_by_passkey(&prf).await.unwrap();
    let unlock = async |prf| Unlocked::unlock_by_passkey(with(&world, &home, &browser), prf).await;
    drop(heron);
    assert!(matches!(unlock(&others).await, Err(ClientError::WrongPasskey)));
    let mut back = unlock(&prf).await.unwrap();
    back.close_to_passkey().await.unwrap();
    assert!(!back.opens_by_passkey());
    drop(back);
    assert!(matches!(unlock(&prf).await, Err(ClientError::WrongPasskey)));
    let mut back = Unlocked::unlock(with(&world, &home, &browser), PASSWORD).await.unwrap();
    back.login(PASSWORD).await.unwrap();
    assert!(!back.opens_by_passkey(), "the bundle that the server has says the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_another_device_took_away_does_not_open_this_one_after_its_next_login() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    heron.login(PASSWORD).await.unwrap();
    let browser = AtBrowser::new();
    let code = heron.hand_over().await.unwrap();
    let tablet = world.home("tablet");
    let newcomer = reverie_client::Newcomer::take(with(&world, &tablet, &browser), &code).await.unwrap();
    let mut tablet = newcomer.login(PASSWORD).await.unwrap();
    heron.login(PASSWORD).await.unwrap();
    let (prf, _) = enrols(&mut heron, &browser).await;
    heron.open_by_passkey(&prf).await.unwrap();
    let home = heron.home.clone();
    drop(heron);

    tablet.login(PASSWORD).await.unwrap();
    assert!(tablet.opens_by_passkey(), "the bundle tells");
    tablet.close_to_passkey().await.unwrap();
    let mut heron = Unlocked::unlock_by_passkey(with(&world, &home, &browser), &prf).await.unwrap();
    heron.login(PASSWORD).await.unwrap();
    drop(heron);
    let refused = Unlocked::unlock_by_passkey(with(&world, &home, &browser), &prf).await;
    assert!(matches!(refused, Err(ClientError::WrongPasskey)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_from_before_a_recovery_opens_nothing_on_the_device_and_no_file_is_left_for_it() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    let words = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&words).await.unwrap();
    let browser = AtBrowser::new();
    let (prf, _) = enrols(&mut heron, &browser).await;
    heron.open_by_passkey(&prf).await.unwrap();
    let home = heron.home.clone();
    assert!(home.join("key-passkey.age").exists());
    drop(heron);
    let recovery = super::by_kit(super::at(&world, &home), &words).await.unwrap();
    drop(recovery.finish("the stairs smell of snow").await.unwrap());
    let refused = Unlocked::unlock_by_passkey(super::at(&world, &home), &prf).await.err();
    assert!(matches!(refused, Some(ClientError::WrongPasskey)));
    assert!(!home.join("key-passkey.age").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_passkeys_alone_is_told_at_a_terminal_who_can_help() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    enrols(&mut quill, &AtBrowser::new()).await;
    for factor in quill.second_factors().await.unwrap().factors {
        if factor.kind == SecondFactorKind::Authenticator {
            quill.remove_second_factor(factor.factor).await.unwrap();
        }
    }
    goes_home(&world, "quill", quill);
    let refused = reverie(&world, "quill", &["login"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = flat(&refused.stderr);
    for part in [
        "works in a browser and not here, and no backup code is left",
        "Nothing was changed",
        "`reverie second-factor codes`",
        "`reverie admin reset-second-factor HANDLE`",
        "`reverie-server reset-second-factor HANDLE`",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
