//! Passwords: the client's side of OPAQUE (RFC 9807), fed with the account secret as well.
//!
//! A password alone opens nothing: whoever holds the server's database and OPAQUE key cannot try passwords without the
//! 128 bits that only the account's devices hold. So people may choose passwords that they can remember.

use opaque_ke::errors::ProtocolError;
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, Identifiers, RegistrationResponse,
};
use rand_core::CryptoRng;
use reverie_protocol::opaque::{KsfOutOfRange, KsfParams, OpaqueRng, Suite};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::account::AccountSecret;
use crate::derive::derive;

mod policy;

pub use policy::{LEAST_CHARS, WorstPassword, refuse_worst};

const INPUT_LABEL: &str = "reverie/v1/password";
/// Why an OPAQUE step did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpaqueError {
    /// Password and account secret do not go with the account, or the server does not know it.
    #[error("the handle or the password is not right, or this device belongs to another account")]
    WrongPassword,
    /// The server's message is no OPAQUE message.
    #[error("the server's answer cannot be read; check the server's address")]
    Malformed,
    /// The server asks for a slow hash that this client does not accept.
    #[error(transparent)]
    Ksf(#[from] KsfOutOfRange),
}

impl From<ProtocolError> for OpaqueError {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::InvalidLoginError => Self::WrongPassword,
            _ => Self::Malformed,
        }
    }
}

/// Returns the password in Unicode form NFKC: the same however a keyboard composes it.
pub(crate) fn normalize(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

/// `HKDF(account secret, NFKC(password), "reverie/v1/password")`, 64 bytes: what OPAQUE is given as the password.
fn opaque_input(password: &str, secret: &AccountSecret) -> Zeroizing<[u8; 64]> {
    derive(Some(secret.expose()), normalize(password).as_bytes(), INPUT_LABEL)
}

/// OPAQUE's export key (64 bytes): the same at every login, known to nobody else, opens the key bundle.
pub struct ExportKey(pub(crate) Zeroizing<[u8; 64]>);

impl ExportKey {
    fn from_output(output: &[u8]) -> Self {
        let mut bytes = Zeroizing::new([0; 64]);
        bytes.copy_from_slice(output);
        Self(bytes)
    }
}

/// A registration between its two halves.
pub struct Registration {
    state: ClientRegistration<Suite>,
    input: Zeroizing<[u8; 64]>,
}

impl Registration {
    /// Begins: returns the state and the RegistrationRequest (32 bytes).
    pub fn start(password: &str, secret: &AccountSecret, rng: &mut impl CryptoRng) -> (Self, Vec<u8>) {
        let input = opaque_input(password, secret);
        let started = ClientRegistration::<Suite>::start(&mut OpaqueRng(rng), input.as_slice())
            .expect("64 bytes hash to a group element, but for one in 2^252 inputs");
        (Self { state: started.state, input }, started.message.serialize().to_vec())
    }

    /// Ends: takes the RegistrationResponse (64 bytes) and returns the RegistrationUpload (192 bytes) and the key.
    ///
    /// # Errors
    /// [`OpaqueError::Malformed`] and [`OpaqueError::Ksf`].
    pub fn finish(
        self,
        response: &[u8],
        ksf: KsfParams,
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<u8>, ExportKey), OpaqueError> {
        let ksf = ksf.argon2()?;
        let parameters = ClientRegistrationFinishParameters::new(Identifiers::default(), Some(&ksf));
        let response = RegistrationResponse::deserialize(response)?;
        let finished = self.state.finish(&mut OpaqueRng(rng), self.input.as_slice(), response, parameters)?;
        Ok((finished.message.serialize().to_vec(), ExportKey::from_output(&finished.export_key)))
    }
}

/// A login between its two halves.
pub struct Login {
    state: ClientLogin<Suite>,
    input: Zeroizing<[u8; 64]>,
}

impl Login {
    /// Begins: returns the state and KE1, the CredentialRequest (96 bytes).
    pub fn start(password: &str, secret: &AccountSecret, rng: &mut impl CryptoRng) -> (Self, Vec<u8>) {
        let input = opaque_input(password, secret);
        let started = ClientLogin::<Suite>::start(&mut OpaqueRng(rng), input.as_slice())
            .expect("64 bytes hash to a group element, but for one in 2^252 inputs");
        (Self { state: started.state, input }, started.message.serialize().to_vec())
    }

    /// Ends: takes KE2, the CredentialResponse (320 bytes), and returns KE3, the CredentialFinalization (64 bytes), and
    /// the key.
    ///
    /// # Errors
    /// [`OpaqueError`].
    pub fn finish(
        self,
        response: &[u8],
        ksf: KsfParams,
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<u8>, ExportKey), OpaqueError> {
        let ksf = ksf.argon2()?;
        let parameters = ClientLoginFinishParameters::new(None, Identifiers::default(), Some(&ksf));
        let response = CredentialResponse::deserialize(response)?;
        let finished = self.state.finish(&mut OpaqueRng(rng), self.input.as_slice(), response, parameters)?;
        Ok((finished.message.serialize().to_vec(), ExportKey::from_output(&finished.export_key)))
    }
}
