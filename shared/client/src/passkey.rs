//! Passkeys of browsers: shown as second factor, and by their PRF one more way into the key bundle.
//!
//! The invariant: what a PRF gave is a key, and is taken out of a browser's answer here. What goes to the server is a type
//! that has no place for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reverie_crypto::HybridIdentity;
use reverie_crypto::bundle::{Way, WayIn, way_from_prf};
use reverie_journal::Deed;
use reverie_protocol::bytes::B64;
use reverie_protocol::passkey::{ConfirmPasskey, ShownPasskey};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::credentials::{Change, NewCredentials, with_way};
use crate::device;
use crate::environment::Environment;
use crate::error::ClientError;
use crate::unlocked::Unlocked;

/// What a passkey's PRF is asked with. NEVER CHANGE: for anything else it gives another key, which opens nothing.
const PRF_INPUT: &[u8] = b"reverie/v1/passkey-prf";

/// What a passkey's PRF gave for this application: 32 bytes, the same each time. Never sent anywhere.
pub struct PrfOutput(Zeroizing<[u8; 32]>);

impl PrfOutput {
    /// Returns the identity of the way in that it is.
    fn way(&self) -> HybridIdentity {
        way_from_prf(&self.0)
    }
}

/// The parts of `RegistrationResponseJSON` and `AuthenticationResponseJSON` (WebAuthn level 3) that are of use here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<Response> {
    raw_id: String,
    response: Response,
    #[serde(default)]
    client_extension_results: Results,
}

#[derive(Deserialize)]
struct Made {
    #[serde(rename = "clientDataJSON")]
    client_data_json: String,
    #[serde(rename = "attestationObject")]
    attestation_object: String,
}

#[derive(Deserialize)]
struct Asserted {
    #[serde(rename = "clientDataJSON")]
    client_data_json: String,
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    signature: String,
}

#[derive(Default, Deserialize)]
struct Results {
    prf: Option<Prf>,
}

#[derive(Deserialize)]
struct Prf {
    results: Option<PrfResults>,
}

#[derive(Deserialize)]
struct PrfResults {
    first: Option<Zeroizing<String>>,
}

impl Results {
    fn output(self) -> Result<Option<PrfOutput>, ClientError> {
        let first = self.prf.and_then(|prf| prf.results).and_then(|results| results.first);
        let Some(text) = first else { return Ok(None) };
        let mut output = Zeroizing::new([0; 32]);
        let length = URL_SAFE_NO_PAD.decode_slice(text.as_bytes(), output.as_mut_slice());
        if length == Ok(32) { Ok(Some(PrfOutput(output))) } else { Err(unreadable()) }
    }
}

/// Returns options from the server with the PRF asked for as well, for a browser that knows it; others pass it over.
///
/// # Errors
/// [`ClientError::Untrustworthy`] if the server's text is not options.
pub fn with_prf(options: &str) -> Result<String, ClientError> {
    let unusable = || ClientError::Untrustworthy("the server gave no options that a browser can take".into());
    let mut options: Value = serde_json::from_str(options).map_err(|_| unusable())?;
    let fields = options.as_object_mut().ok_or_else(unusable)?;
    let extensions = fields.entry("extensions").or_insert_with(|| json!({}));
    let extensions = extensions.as_object_mut().ok_or_else(unusable)?;
    extensions.insert("prf".into(), json!({ "eval": { "first": URL_SAFE_NO_PAD.encode(PRF_INPUT) } }));
    Ok(options.to_string())
}

/// Reads what a browser answered when it made a passkey (`toJSON()`): what goes to the server, and what its PRF gave, if it
/// has one that gives something at once.
///
/// # Errors
/// [`ClientError::Untrustworthy`] if it is no such answer.
pub fn read_made(answer: &str) -> Result<(ConfirmPasskey, Option<PrfOutput>), ClientError> {
    let answer: Answer<Made> = serde_json::from_str(answer).map_err(|_| unreadable())?;
    let confirm = ConfirmPasskey {
        client_data_json: bytes(&answer.response.client_data_json)?,
        attestation_object: bytes(&answer.response.attestation_object)?,
    };
    Ok((confirm, answer.client_extension_results.output()?))
}

/// Reads what a browser answered when a passkey was shown (`toJSON()`): what goes to the server, and what its PRF gave.
///
/// # Errors
/// [`ClientError::Untrustworthy`] if it is no such answer.
pub fn read_shown(answer: &str) -> Result<(ShownPasskey, Option<PrfOutput>), ClientError> {
    let answer: Answer<Asserted> = serde_json::from_str(answer).map_err(|_| unreadable())?;
    let shown = ShownPasskey {
        credential: bytes(&answer.raw_id)?,
        client_data_json: bytes(&answer.response.client_data_json)?,
        authenticator_data: bytes(&answer.response.authenticator_data)?,
        signature: bytes(&answer.response.signature)?,
    };
    Ok((shown, answer.client_extension_results.output()?))
}

fn bytes(text: &str) -> Result<B64, ClientError> {
    URL_SAFE_NO_PAD.decode(text).map(B64).map_err(|_| unreadable())
}

fn unreadable() -> ClientError {
    ClientError::Untrustworthy("the browser's answer about the passkey cannot be read; try again".into())
}

impl Unlocked {
    /// Begins to enrol a passkey as second factor: returns the options for the browser (`parseCreationOptionsFromJSON`).
    ///
    /// # Errors
    /// The server's: it takes no passkeys, or the account has ten second factors.
    pub async fn begin_passkey(&mut self) -> Result<String, ClientError> {
        let token = self.token()?;
        with_prf(&self.env.api.begin_passkey(&token).await?.options)
    }

    /// Enrols the passkey that a browser made, and returns what its PRF gave, if anything: for [`Self::open_by_passkey`].
    ///
    /// # Errors
    /// [`ClientError::Untrustworthy`] for what is no answer, or the server's.
    pub async fn confirm_passkey(&mut self, answer: &str) -> Result<Option<PrfOutput>, ClientError> {
        let (confirm, prf) = read_made(answer)?;
        let token = self.token()?;
        self.env.api.confirm_passkey(&token, &confirm).await?;
        self.joined().await?;
        Ok(prf)
    }

    /// Makes a passkey a way into the key bundle beside password and kit, and lets it unlock this device. One before it is
    /// one no longer.
    ///
    /// # Errors
    /// [`ClientError::Guarded`], or the server's: then this device opens as before.
    pub async fn open_by_passkey(&mut self, prf: &PrfOutput) -> Result<(), ClientError> {
        self.may(Deed::ChangeKeys)?;
        let recipient = prf.way().to_recipient();
        let ways = with_way(&self.state.ways, WayIn { way: Way::Passkey, recipient: recipient.clone() });
        self.send_ways(ways).await?;
        device::save_passkey_key(&*self.env.store, &self.copy, &recipient).await
    }

    /// Takes the passkey away as a way in, here and in the bundle. Password and kit open as before.
    ///
    /// # Errors
    /// The server's: then this device no longer opens by it, and others may.
    pub async fn close_to_passkey(&mut self) -> Result<(), ClientError> {
        device::forget_passkey_key(&*self.env.store).await?;
        let others = self.state.ways.iter().filter(|way| way.way != Way::Passkey).cloned().collect();
        self.send_ways(others).await
    }

    /// Tells whether a passkey is a way into the key bundle.
    pub fn opens_by_passkey(&self) -> bool {
        self.state.ways.iter().any(|way| way.way == Way::Passkey)
    }

    /// Unlocks the account that this device holds with a passkey; needs no network.
    ///
    /// # Errors
    /// [`ClientError::NoAccount`], [`ClientError::WrongPasskey`] if it is not the one that opens this device, or not any
    /// more, or what is damaged.
    pub async fn unlock_by_passkey(env: Environment, prf: &PrfOutput) -> Result<Self, ClientError> {
        let way = prf.way();
        let copy = device::load_by_passkey(&*env.store, &way).await?;
        let unlocked = Self::load(env, copy).await?;
        // Another device may have taken it away since.
        let recipient = way.to_recipient();
        let counts = unlocked.state.ways.iter().any(|it| it.way == Way::Passkey && it.recipient == recipient);
        if counts { Ok(unlocked) } else { Err(ClientError::WrongPasskey) }
    }

    async fn send_ways(&mut self, ways: Vec<WayIn>) -> Result<(), ClientError> {
        self.send_credentials(NewCredentials::of_ways(Change::Passkey, ways)).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHOWN: &str = r#"{"id":"AQI","rawId":"AQI","type":"public-key","authenticatorAttachment":"platform",
        "response":{"clientDataJSON":"e30","authenticatorData":"Aw","signature":"BA","userHandle":"BQ"},
        "clientExtensionResults":{"prf":{"results":{"first":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"}}}}"#;

    #[test]
    fn what_a_prf_gave_is_taken_out_of_what_goes_to_the_server() {
        let (shown, prf) = read_shown(SHOWN).unwrap();
        assert_eq!(*prf.unwrap().0, [7; 32]);
        let sent = serde_json::to_string(&shown).unwrap();
        assert!(!sent.contains("BwcH") && !sent.contains("prf"), "{sent}");
        assert_eq!((shown.credential.0.as_slice(), shown.signature.0.as_slice()), (&[1, 2][..], &[4][..]));
    }

    #[test]
    fn an_answer_without_a_prf_is_an_answer() {
        for results in ["{}", r#"{"prf":{}}"#, r#"{"prf":{"enabled":true}}"#, r#"{"prf":{"results":{"first":null}}}"#] {
            let value: Value = serde_json::from_str(SHOWN).unwrap();
            let mut value = value;
            value["clientExtensionResults"] = serde_json::from_str(results).unwrap();
            assert!(read_shown(&value.to_string()).unwrap().1.is_none(), "{results}");
        }
    }

    #[test]
    fn a_prf_that_gave_anything_but_32_bytes_is_refused() {
        for first in ["", "BwcH", "Bwc=", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"] {
            let answer = SHOWN.replace("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc", first);
            assert!(read_shown(&answer).is_err(), "{first}");
        }
    }

    #[test]
    fn the_prf_is_asked_for_beside_whatever_the_server_asks() {
        let options = with_prf(r#"{"challenge":"AQ","extensions":{"credProps":true}}"#).unwrap();
        let options: Value = serde_json::from_str(&options).unwrap();
        assert_eq!(options["challenge"], "AQ");
        assert_eq!(options["extensions"]["credProps"], true);
        assert_eq!(options["extensions"]["prf"]["eval"]["first"], "cmV2ZXJpZS92MS9wYXNza2V5LXByZg");
        for text in ["", "[]", r#"{"extensions":7}"#] {
            assert!(matches!(with_prf(text), Err(ClientError::Untrustworthy(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_answer_or_refused(text in "(?s).{0,200}", at in 0_usize..400, cut in any::<bool>()) {
            let changed: String = SHOWN.chars().enumerate().filter(|(place, _)| *place != at).map(|(_, it)| it).collect();
            for answer in [text, if cut { SHOWN.chars().take(at).collect() } else { changed }] {
                let _ = (read_made(&answer).is_ok(), read_shown(&answer).is_ok(), with_prf(&answer).is_ok());
            }
        }
    }
}
