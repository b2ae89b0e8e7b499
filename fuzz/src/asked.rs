//! What a server reads: requests, messages of OPAQUE, the Range header.
//!
//! The server reads requests as JSON values first; that they are the same types that serde reads here is a test of its own
//! (`server/src/api/samples/tests.rs`), and `server/tests/api/bad_input.rs` asks over HTTP.

use opaque_ke::{
    CredentialFinalization, CredentialRequest, CredentialResponse, RegistrationRequest, RegistrationResponse,
    RegistrationUpload, ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};
use reverie_protocol::api::{
    Append, InvitationKey, NewInvitation, PutBundle, RedeemInvitation, RegistrationFinish, RegistrationStart,
    SessionFinish, SessionRecover, SessionStart,
};
use reverie_protocol::check::check;
use reverie_protocol::opaque::{OpaqueRng, Suite};
use reverie_protocol::passkey::ConfirmPasskey;
use reverie_protocol::second_factor::ShownSecondFactor;

use crate::keys::rng;

// The parser is the server's own; the rest of the server is nothing that a fuzzer of parsers should build.
#[path = "../../server/src/byte_range.rs"]
mod byte_range;

/// Requests, all of them tried on the same bytes.
pub fn request(bytes: &[u8]) {
    if let Ok(append) = serde_json::from_slice::<Append>(bytes) {
        let mut state = None;
        for record in &append.records {
            let _ = check(&mut state, record);
        }
    }
    if let Ok(finish) = serde_json::from_slice::<RegistrationFinish>(bytes) {
        let _ = finish.card.verify();
        let _ = finish.ksf.argon2();
    }
    let _ = serde_json::from_slice::<ConfirmPasskey>(bytes);
    let _ = serde_json::from_slice::<ShownSecondFactor>(bytes);
    let _ = serde_json::from_slice::<NewInvitation>(bytes);
    let _ = serde_json::from_slice::<InvitationKey>(bytes);
    let _ = serde_json::from_slice::<RedeemInvitation>(bytes);
    let _ = serde_json::from_slice::<RegistrationStart>(bytes);
    let _ = serde_json::from_slice::<SessionStart>(bytes);
    let _ = serde_json::from_slice::<SessionFinish>(bytes);
    let _ = serde_json::from_slice::<SessionRecover>(bytes);
    let _ = serde_json::from_slice::<PutBundle>(bytes);
}

/// Messages of OPAQUE on both sides; what a server can read, it answers.
pub fn opaque(bytes: &[u8]) {
    let mut rng = rng();
    let setup = ServerSetup::<Suite>::new(&mut OpaqueRng(&mut rng));
    if let Ok(request) = RegistrationRequest::<Suite>::deserialize(bytes) {
        let answer = ServerRegistration::start(&setup, request, b"heron-41").expect("what was read can be answered");
        let again = RegistrationResponse::<Suite>::deserialize(&answer.message.serialize());
        again.expect("a server's answer can be read");
    }
    if let Ok(request) = CredentialRequest::<Suite>::deserialize(bytes) {
        let parameters = ServerLoginParameters::default();
        let rng = &mut OpaqueRng(&mut rng);
        let answer = ServerLogin::start(rng, &setup, None, request, b"heron-41", parameters);
        let answer = answer.expect("what was read can be answered").message.serialize();
        CredentialResponse::<Suite>::deserialize(&answer).expect("a server's answer can be read");
    }
    if let Ok(upload) = RegistrationUpload::<Suite>::deserialize(bytes) {
        let record = ServerRegistration::finish(upload).serialize();
        ServerRegistration::<Suite>::deserialize(&record).expect("what is stored can be read");
    }
    let _ = RegistrationResponse::<Suite>::deserialize(bytes);
    let _ = CredentialResponse::<Suite>::deserialize(bytes);
    let _ = CredentialFinalization::<Suite>::deserialize(bytes);
    let _ = ServerSetup::<Suite>::deserialize(bytes);
    let _ = ServerLogin::<Suite>::deserialize(bytes);
}

/// The Range header of a file of as many bytes as the first eight say.
pub fn range(bytes: &[u8]) {
    let Some((size, header)) = bytes.split_first_chunk::<8>() else { return };
    let Ok(header) = std::str::from_utf8(header) else { return };
    let size = u64::from_be_bytes(*size);
    if let byte_range::Asked::Part { first, length } = byte_range::asked(Some(header), size) {
        assert!(length > 0 && first < size && length <= size - first, "a part that is not in the file");
    }
}
