//! OPAQUE against a real server, and the few passwords that are refused.

use chacha20::ChaCha20Rng;
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload, ServerLogin,
    ServerLoginParameters, ServerRegistration, ServerSetup,
};
use proptest::prelude::*;
use reverie_crypto::AccountSecret;
use reverie_crypto::bundle::way_from_export_key;
use reverie_crypto::password::{ExportKey, Login, OpaqueError, Registration, WorstPassword, refuse_worst};
use reverie_protocol::bytes::B64;
use reverie_protocol::opaque::{KsfParams, OpaqueRng, Suite};
use zeroize::Zeroizing;

use crate::fixtures::{field, rng, vector};

const PASSWORD: &str = "seven herons over the flood plain";
const KSF: KsfParams = KsfParams::DEFAULT;

/// The server's part, as far as OPAQUE goes.
struct Server {
    setup: ServerSetup<Suite>,
    record: Option<ServerRegistration<Suite>>,
    rng: ChaCha20Rng,
}

impl Server {
    fn new() -> Self {
        let mut rng = rng(100);
        Self { setup: ServerSetup::new(&mut OpaqueRng(&mut rng)), record: None, rng }
    }

    fn with(setup: &[u8], record: &[u8]) -> Self {
        let setup = ServerSetup::deserialize(setup).expect("the vector's set-up");
        let record = ServerRegistration::deserialize(record).expect("the vector's record");
        Self { setup, record: Some(record), rng: rng(100) }
    }

    fn register(&mut self, password: &str, secret: &AccountSecret) -> ExportKey {
        let (registration, request) = Registration::start(password, secret, &mut self.rng);
        let request = RegistrationRequest::deserialize(&request).expect("32 bytes");
        let response = ServerRegistration::start(&self.setup, request, b"heron-41").expect("a request").message;
        let finished = registration.finish(&response.serialize(), KSF, &mut self.rng);
        let (upload, key) = finished.unwrap_or_else(|error| panic!("the server answered well: {error}"));
        self.record = Some(ServerRegistration::finish(RegistrationUpload::deserialize(&upload).expect("192 bytes")));
        key
    }

    /// Logs in, with the server checking the last message.
    fn login(&mut self, password: &str, secret: &AccountSecret) -> Result<ExportKey, OpaqueError> {
        let (login, request) = Login::start(password, secret, &mut self.rng);
        let request = CredentialRequest::deserialize(&request).expect("96 bytes");
        let parameters = ServerLoginParameters::default;
        let started = ServerLogin::start(
            &mut OpaqueRng(&mut self.rng),
            &self.setup,
            self.record.clone(),
            request,
            b"heron-41",
            parameters(),
        )
        .expect("a request");
        let (finalization, key) = login.finish(&started.message.serialize(), KSF, &mut self.rng)?;
        let finalization = CredentialFinalization::deserialize(&finalization).expect("64 bytes");
        started.state.finish(finalization, parameters()).expect("the client knew the password");
        Ok(key)
    }
}

fn secret(seed: u64) -> AccountSecret {
    AccountSecret::make(&mut rng(seed))
}

#[test]
fn every_login_gives_the_key_of_the_registration() {
    let mut server = Server::new();
    let key = way_from_export_key(&server.register(PASSWORD, &secret(1))).to_recipient();
    let again = server.login(PASSWORD, &secret(1)).ok().unwrap();
    assert!(way_from_export_key(&again).to_recipient() == key);
}

#[test]
fn the_right_password_with_another_account_secret_does_not_log_in() {
    // So the host, who holds all that this server holds, cannot confirm even the one password that it suspects.
    let mut server = Server::new();
    server.register(PASSWORD, &secret(1));
    assert_eq!(server.login(PASSWORD, &secret(2)).err(), Some(OpaqueError::WrongPassword));
}

#[test]
fn a_wrong_password_and_an_unknown_handle_get_the_same_answer() {
    let mut server = Server::new();
    server.register(PASSWORD, &secret(1));
    assert_eq!(server.login("six herons over the plain", &secret(1)).err(), Some(OpaqueError::WrongPassword));
    server.record = None;
    assert_eq!(server.login(PASSWORD, &secret(1)).err(), Some(OpaqueError::WrongPassword));
}

#[test]
fn a_password_is_the_same_however_the_keyboard_composes_it() {
    let mut server = Server::new();
    server.register("gro\u{df}e M\u{f6}wen am Wehr", &secret(1));
    assert!(server.login("gro\u{df}e Mo\u{308}wen am Wehr", &secret(1)).is_ok());
}

#[test]
fn a_server_that_asks_for_a_weak_hash_is_refused() {
    let weak = KsfParams { memory_kib: 1024, ..KSF };
    let (login, _) = Login::start(PASSWORD, &secret(1), &mut rng(1));
    assert!(matches!(login.finish(&[0; 320], weak, &mut rng(1)), Err(OpaqueError::Ksf(_))));
    let (registration, _) = Registration::start(PASSWORD, &secret(1), &mut rng(1));
    assert!(matches!(registration.finish(&[0; 64], weak, &mut rng(1)), Err(OpaqueError::Ksf(_))));
}

#[test]
fn the_permanent_vector_still_logs_in() {
    let vector = vector("password.json");
    let B64(secret) = field(&vector, "account_secret");
    let secret = AccountSecret::from_bytes(Zeroizing::new(secret.try_into().unwrap()));
    let (B64(setup), B64(record)) = (field(&vector, "server_setup"), field(&vector, "server_record"));
    let key = Server::with(&setup, &record).login(&field::<String>(&vector, "password"), &secret).ok().unwrap();
    assert!(way_from_export_key(&key).to_recipient() == field(&vector, "way_in"));
    assert_eq!(field::<KsfParams>(&vector, "ksf"), KSF);
}

#[test]
fn the_worst_passwords_are_refused_and_no_others() {
    for (password, why) in [
        ("", WorstPassword::TooShort),
        ("heron41", WorstPassword::TooShort),
        ("Password", WorstPassword::Common),
        ("qwertyuiop", WorstPassword::Common),
        ("zzzzzzzzzzzz", WorstPassword::Common),
        ("ketamine", WorstPassword::Common),
        ("Heron-41", WorstPassword::Handle),
    ] {
        assert_eq!(refuse_worst(password, "heron-41"), Err(why), "{password:?}");
    }
    for password in [PASSWORD, "blue kettle", "12 tide pools", "鷺が七羽飛んで行く"] {
        assert_eq!(refuse_worst(password, "heron-41"), Ok(()), "{password:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_answer_of_the_server_is_used_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 321), len in prop::sample::select(vec![0, 1, 63, 64, 65, 319, 320, 321])
    ) {
        let answer = &bytes[..len];
        let (registration, _) = Registration::start(PASSWORD, &secret(1), &mut rng(1));
        // One random answer in a few hundred is two valid points, and then it is as good as any server's.
        prop_assert!(registration.finish(answer, KSF, &mut rng(1)).is_err() || len == 64);
        let (login, _) = Login::start(PASSWORD, &secret(1), &mut rng(1));
        prop_assert!(login.finish(answer, KSF, &mut rng(1)).is_err());
    }

    #[test]
    fn any_password_is_judged_without_a_crash(password in "(?s).{0,40}", handle in "[a-z][a-z0-9-]{1,20}") {
        let _ = refuse_worst(&password, &handle);
    }
}
