//! OPAQUE as this client and the server run it, against the vectors of RFC 9807 for our suite.
//!
//! `tests/vectors/rfc9807.json` has the inputs and outputs of appendix D that are for ristretto255 and SHA-512; the others
//! are for suites that Reverie does not speak. The RFC's slow hash is the identity, so the suite here differs from ours in
//! that alone; Argon2id is checked by the permanent vector in `password.rs`.

use std::convert::Infallible;

use opaque_ke::ksf::Identity;
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialFinalization, CredentialRequest, CredentialResponse, Identifiers, RegistrationRequest,
    RegistrationResponse, RegistrationUpload, ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};
use reverie_protocol::opaque::{OpaqueRng, Suite};
use serde_json::Value;

use crate::fixtures::vector;

const CONTEXT: &[u8] = b"OPAQUE-POC";
const CREDENTIAL: &[u8] = b"1234";
const PASSWORD: &[u8] = b"CorrectHorseBatteryStaple";

/// Our suite, with the RFC's slow hash.
struct RfcSuite;

impl opaque_ke::CipherSuite for RfcSuite {
    type OprfCs = <Suite as opaque_ke::CipherSuite>::OprfCs;
    type KeyExchange = <Suite as opaque_ke::CipherSuite>::KeyExchange;
    type Ksf = Identity;
}

/// Says what the vector dictates, and nothing more.
struct Dictated(Vec<u8>);

impl rand_core::TryRng for Dictated {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("OPAQUE asks for bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("OPAQUE asks for bytes")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&std::mem::replace(&mut self.0, rest));
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Dictated {}

fn field(vector: &Value, name: &str) -> Vec<u8> {
    let text = vector[name].as_str().unwrap_or_else(|| panic!("the vector has no {name}"));
    hex::decode(text).expect("vectors are hexadecimal")
}

fn dictated(vector: &Value, names: &[&str]) -> Dictated {
    Dictated(names.iter().flat_map(|name| field(vector, name)).collect())
}

/// The blinding scalar is drawn as 64 bytes and reduced; a scalar with zeros after it is itself.
fn blinded(vector: &Value, blind: &str, then: &[&str]) -> Dictated {
    Dictated([field(vector, blind), vec![0; 32], dictated(vector, then).0].concat())
}

/// The server's set-up of the vector. `dummy` is the key that unknown handles are answered with.
fn setup(vector: &Value, dummy: &[u8]) -> ServerSetup<RfcSuite> {
    let bytes = [&field(vector, "oprf_seed"), &field(vector, "server_private_key"), dummy].concat();
    ServerSetup::deserialize(&bytes).expect("the vector's set-up")
}

/// Runs a step with the names of both sides, which some vectors have and Reverie has not.
fn named<T>(vector: &Value, step: impl FnOnce(Identifiers<'_>) -> T) -> T {
    let name = |side: &str| vector[side].as_str().map(|_| field(vector, side));
    let (client, server) = (name("client_identity"), name("server_identity"));
    step(Identifiers { client: client.as_deref(), server: server.as_deref() })
}

fn vectors(kind: &str) -> Value {
    vector("rfc9807.json")[kind].clone()
}

#[test]
fn registration_and_login_are_those_of_the_rfc_byte_for_byte() {
    for vector in vectors("real").as_array().unwrap() {
        let is = |name: &str, bytes: &[u8]| assert_eq!(bytes, field(vector, name), "{name}, {}", vector["source"]);
        // Any valid key does for the dummy: this handle is known.
        let setup = setup(vector, &field(vector, "registration_response")[32..]);

        let mut rng = blinded(vector, "blind_registration", &["envelope_nonce"]);
        let started = ClientRegistration::<RfcSuite>::start(&mut OpaqueRng(&mut rng), PASSWORD).unwrap();
        is("registration_request", &started.message.serialize());
        let request = RegistrationRequest::deserialize(&field(vector, "registration_request")).unwrap();
        let answer = ServerRegistration::start(&setup, request, CREDENTIAL).unwrap().message;
        is("registration_response", &answer.serialize());
        let answer = RegistrationResponse::deserialize(&field(vector, "registration_response")).unwrap();
        let finished = named(vector, |names| {
            let parameters = ClientRegistrationFinishParameters::new(names, None);
            started.state.finish(&mut OpaqueRng(&mut rng), PASSWORD, answer, parameters).unwrap()
        });
        is("registration_upload", &finished.message.serialize());
        is("export_key", &finished.export_key);
        let upload = RegistrationUpload::deserialize(&field(vector, "registration_upload")).unwrap();
        let record = ServerRegistration::finish(upload);

        let mut rng = blinded(vector, "blind_login", &["client_keyshare_seed", "client_nonce"]);
        let started = ClientLogin::<RfcSuite>::start(&mut OpaqueRng(&mut rng), PASSWORD).unwrap();
        is("ke1", &started.message.serialize());
        let request = CredentialRequest::deserialize(&field(vector, "ke1")).unwrap();
        // opaque-ke draws a masking key for an unknown handle first, whether it is needed or not.
        let mut server_rng = Dictated(
            [vec![0; 64], dictated(vector, &["masking_nonce", "server_keyshare_seed", "server_nonce"]).0].concat(),
        );
        let server = named(vector, |identifiers| {
            let parameters = ServerLoginParameters { context: Some(CONTEXT), identifiers };
            let rng = &mut OpaqueRng(&mut server_rng);
            ServerLogin::start(rng, &setup, Some(record), request, CREDENTIAL, parameters).unwrap()
        });
        is("ke2", &server.message.serialize());
        let answer = CredentialResponse::deserialize(&field(vector, "ke2")).unwrap();
        let finished = named(vector, |names| {
            let parameters = ClientLoginFinishParameters::new(Some(CONTEXT), names, None);
            started.state.finish(&mut OpaqueRng(&mut rng), PASSWORD, answer, parameters).unwrap()
        });
        is("ke3", &finished.message.serialize());
        is("export_key", &finished.export_key);
        is("session_key", &finished.session_key);
        let finalization = CredentialFinalization::deserialize(&field(vector, "ke3")).unwrap();
        let session = named(vector, |identifiers| {
            let parameters = ServerLoginParameters { context: Some(CONTEXT), identifiers };
            server.state.finish(finalization, parameters).unwrap()
        });
        is("session_key", &session.session_key);
    }
}

#[test]
fn an_unknown_handle_is_answered_as_in_the_rfc() {
    let vector = vectors("fake");
    let setup = setup(&vector, &field(&vector, "client_public_key"));
    let mut rng = dictated(&vector, &["masking_key", "masking_nonce", "server_keyshare_seed", "server_nonce"]);
    let request = CredentialRequest::deserialize(&field(&vector, "ke1")).unwrap();
    let answer = named(&vector, |identifiers| {
        let parameters = ServerLoginParameters { context: Some(CONTEXT), identifiers };
        ServerLogin::start(&mut OpaqueRng(&mut rng), &setup, None, request, CREDENTIAL, parameters).unwrap()
    });
    assert_eq!(answer.message.serialize().to_vec(), field(&vector, "ke2"));
}
