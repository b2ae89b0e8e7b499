//! Passkeys (WebAuthn level 3) as second factor: what a browser is given, and what of its answer the server gets.
//!
//! The invariant stands in the types: an answer has the fields that a signature is checked by, and no other. There is no
//! place for what a passkey's PRF gave, which unlocks the key bundle and must not leave the client, and none for what tells
//! one device from another (transports, attachment).

use serde::{Deserialize, Serialize};

use crate::bytes::B64;

/// What a browser is to be asked for: a new passkey, or an answer of one that there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct PasskeyOptions {
    /// JSON of WebAuthn level 3, as text: what `PublicKeyCredential.parseCreationOptionsFromJSON` takes for a new passkey,
    /// and `parseRequestOptionsFromJSON` for one that there is. Good for five minutes and one answer.
    pub options: String,
}

/// What a browser answered when it made a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct ConfirmPasskey {
    /// `response.clientDataJSON`: what the browser says it was asked, and by which page.
    pub client_data_json: B64,
    /// `response.attestationObject`: the new public key, and for which site it is.
    pub attestation_object: B64,
}

/// What a passkey answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", oai(deny_unknown_fields, skip_serializing_if_is_none))]
pub struct ShownPasskey {
    /// `rawId`: which passkey answers.
    pub credential: B64,
    /// `response.clientDataJSON`: what the browser says it was asked, and by which page.
    pub client_data_json: B64,
    /// `response.authenticatorData`: for which site the passkey is, whether it asked for the person, its counter.
    pub authenticator_data: B64,
    /// `response.signature`: over the two before.
    pub signature: B64,
}
