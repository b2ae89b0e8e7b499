//! A person's device with a browser: makes passkeys and shows them, by code that is not ours.
//!
//! One line of JSON in, one out. `{"device": n, "verified": true, "page": "https://…", "create": options}` (or `get`) gives
//! the browser's answer as text, or null if the browser refuses; `{"device": n, "copy": m}` makes `m` a copy of `n`.

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _};

use async_trait::async_trait;
use passkey::authenticator::extensions::HmacSecretConfig;
use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use serde_json::{Value, json};
use url::Url;

/// Whoever sits there: present, and verified by a finger or not.
struct Person {
    verified: bool,
}

#[async_trait]
impl UserValidationMethod for Person {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        about: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        // As browsers do: one passkey of an account is enough for a device.
        if matches!(about, UiHint::InformExcludedCredentialFound(_)) {
            return Err(Ctap2Error::CredentialExcluded);
        }
        Ok(UserCheck { presence, verification: verification && self.verified })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(self.verified)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut devices: HashMap<u64, Passkey> = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line.expect("the test asks in UTF-8")).expect("the test asks in JSON");
        let answer = answer(&mut devices, &asked).await;
        println!("{}", json!(answer));
        std::io::stdout().flush().expect("the test listens");
    }
}

async fn answer(devices: &mut HashMap<u64, Passkey>, asked: &Value) -> Option<String> {
    let device = asked["device"].as_u64().expect("a device has a number");
    if let Some(copy) = asked["copy"].as_u64() {
        let passkey = devices.get(&device).cloned()?;
        devices.insert(copy, passkey);
        return None;
    }
    let person = Person { verified: asked["verified"] == true };
    let kept = devices.get(&device).cloned();
    let mut authenticator = Authenticator::new(Aaguid::new_empty(), kept, person, RustCryptoBackend)
        .hmac_secret(HmacSecretConfig::new_with_uv_only().enable_on_make_credential());
    authenticator.set_make_credentials_with_signature_counter(true);
    let mut browser = Client::new(authenticator);
    let page: Url = asked["page"].as_str().expect("a browser shows a page").parse().expect("a page has an address");
    let answer = if let Some(options) = asked["create"].as_str() {
        let options: CredentialCreationOptions = parsed(options);
        let made = browser.register(&page, options, DefaultClientData).await.ok()?;
        serde_json::to_string(&made)
    } else {
        let options: CredentialRequestOptions = parsed(asked["get"].as_str().expect("create, get or copy"));
        let shown = browser.authenticate(&page, options, DefaultClientData).await.ok()?;
        serde_json::to_string(&shown)
    };
    if let Some(passkey) = browser.authenticator().store().clone() {
        devices.insert(device, passkey);
    }
    Some(answer.expect("the answer is JSON"))
}

/// Returns what a page hands to the browser, from the text that it got from the server.
fn parsed<T: serde::de::DeserializeOwned>(options: &str) -> T {
    let options: Value = serde_json::from_str(options).expect("the server's options are JSON");
    serde_json::from_value(json!({ "publicKey": options })).expect("the server's options are WebAuthn's")
}
