//! The server's half of OPAQUE (RFC 9807): registration and login messages in, messages out.
//!
//! The credential identifier is the handle's bytes; neither side names an identity beyond its keys.
//! An unknown handle goes through the same steps as a known one and fails at the end.

use std::io;

use hkdf::Hkdf;
use opaque_ke::{
    CredentialFinalization, CredentialRequest, Identifiers, RegistrationRequest, RegistrationUpload, ServerLogin,
    ServerLoginParameters, ServerRegistration, ServerSetup,
};
use rand_core::CryptoRng;
use reverie_protocol::ids::FactorId;
use reverie_protocol::opaque::{OpaqueRng, Suite};
use zeroize::Zeroizing;

use crate::data::{DataFolder, write_secret};

const AUTHENTICATOR_LABEL: &[u8] = b"reverie/v1/authenticator";

/// A message is not what the protocol expects at this point, or the login failed.
#[derive(Debug, thiserror::Error)]
#[error("the login message is not acceptable")]
pub(crate) struct BadMessage;

/// The set-up key and what is done with it.
pub(crate) struct Opaque(ServerSetup<Suite>);

impl Opaque {
    /// Makes a set-up key and stores it in the data folder, unless there is one.
    pub(crate) fn create(data: &DataFolder, rng: &mut impl CryptoRng) -> io::Result<()> {
        let path = data.opaque_setup();
        if path.exists() {
            return Ok(());
        }
        let setup = ServerSetup::<Suite>::new(&mut OpaqueRng(rng));
        write_secret(&path, &Zeroizing::new(setup.serialize().to_vec()))
    }

    /// Reads the set-up key.
    pub(crate) fn open(data: &DataFolder) -> io::Result<Self> {
        let bytes = Zeroizing::new(std::fs::read(data.opaque_setup())?);
        let damaged = |_| io::Error::new(io::ErrorKind::InvalidData, "the OPAQUE set-up key is damaged");
        ServerSetup::deserialize(&bytes).map(Self).map_err(damaged)
    }

    /// `HKDF(none, set-up key, "reverie/v1/authenticator" ‖ factor id)`, 20 bytes: the secret of an authenticator.
    pub(crate) fn authenticator_secret(&self, factor: FactorId) -> Zeroizing<[u8; 20]> {
        let key = Zeroizing::new(self.0.serialize().to_vec());
        let mut secret = Zeroizing::new([0; 20]);
        Hkdf::<sha2::Sha256>::new(None, &key)
            .expand_multi_info(&[AUTHENTICATOR_LABEL, factor.as_bytes()], secret.as_mut_slice())
            .expect("20 bytes are fewer than HKDF can give");
        secret
    }

    /// Answers a RegistrationRequest (32 bytes) with a RegistrationResponse (64 bytes).
    pub(crate) fn start_registration(&self, handle: &str, request: &[u8]) -> Result<Vec<u8>, BadMessage> {
        let request = RegistrationRequest::deserialize(request).map_err(|_| BadMessage)?;
        let started = ServerRegistration::<Suite>::start(&self.0, request, handle.as_bytes());
        Ok(started.map_err(|_| BadMessage)?.message.serialize().to_vec())
    }

    /// Turns a RegistrationUpload (192 bytes) into the record to store.
    pub(crate) fn finish_registration(upload: &[u8]) -> Result<Vec<u8>, BadMessage> {
        let upload = RegistrationUpload::<Suite>::deserialize(upload).map_err(|_| BadMessage)?;
        Ok(ServerRegistration::finish(upload).serialize().to_vec())
    }

    /// Answers a CredentialRequest (96 bytes): the state to keep, and a CredentialResponse (320 bytes).
    pub(crate) fn start_login(
        &self,
        rng: &mut impl CryptoRng,
        handle: &str,
        record: Option<&[u8]>,
        request: &[u8],
    ) -> Result<(Vec<u8>, Vec<u8>), BadMessage> {
        let record = record.map(ServerRegistration::deserialize).transpose().map_err(|_| BadMessage)?;
        let request = CredentialRequest::deserialize(request).map_err(|_| BadMessage)?;
        let rng = &mut OpaqueRng(rng);
        let started = ServerLogin::start(rng, &self.0, record, request, handle.as_bytes(), parameters());
        let started = started.map_err(|_| BadMessage)?;
        Ok((started.state.serialize().to_vec(), started.message.serialize().to_vec()))
    }

    /// Judges a CredentialFinalization (64 bytes).
    pub(crate) fn finish_login(state: &[u8], finalization: &[u8]) -> Result<(), BadMessage> {
        let state = ServerLogin::<Suite>::deserialize(state).map_err(|_| BadMessage)?;
        let finalization = CredentialFinalization::deserialize(finalization).map_err(|_| BadMessage)?;
        state.finish(finalization, parameters()).map_err(|_| BadMessage)?;
        Ok(())
    }
}

/// The handle is bound by the credential identifier; clients and server name no identities beyond their keys.
fn parameters() -> ServerLoginParameters<'static, 'static> {
    ServerLoginParameters { context: None, identifiers: Identifiers::default() }
}

#[cfg(test)]
mod tests {
    use opaque_ke::{
        ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
        CredentialResponse, RegistrationResponse,
    };

    use super::*;
    use crate::random;

    const PASSWORD: &[u8] = b"a harbour lane in the rain";

    #[test]
    fn whoever_registered_logs_in_and_nobody_else_does() {
        let mut rng = random::system();
        let rng = &mut OpaqueRng(&mut rng);
        let opaque = Opaque(ServerSetup::new(rng));
        let ids = parameters().identifiers;
        let slow = reverie_protocol::opaque::KsfParams::DEFAULT.argon2().unwrap();
        let started = ClientRegistration::<Suite>::start(rng, PASSWORD).unwrap();
        let response = opaque.start_registration("heron-41", &started.message.serialize()).unwrap();
        let response = RegistrationResponse::deserialize(&response).unwrap();
        let finish = ClientRegistrationFinishParameters::new(ids, Some(&slow));
        let upload = started.state.finish(rng, PASSWORD, response, finish).unwrap().message;
        let record = Opaque::finish_registration(&upload.serialize()).unwrap();
        for (record, opens) in [(Some(record.as_slice()), true), (None, false)] {
            let started = ClientLogin::<Suite>::start(rng, PASSWORD).unwrap();
            let request = started.message.serialize();
            let (state, response) = opaque.start_login(&mut random::system(), "heron-41", record, &request).unwrap();
            assert_eq!(response.len(), 320, "an unknown handle is answered like a known one");
            let response = CredentialResponse::deserialize(&response).unwrap();
            let finish = ClientLoginFinishParameters::new(None, ids, Some(&slow));
            let finished = started.state.finish(rng, PASSWORD, response, finish);
            assert_eq!(finished.is_ok(), opens);
            if let Ok(finished) = finished {
                assert!(Opaque::finish_login(&state, &finished.message.serialize()).is_ok());
                assert!(Opaque::finish_login(&state, &[0; 64]).is_err());
            }
        }
    }
}
