//! The host cannot guess passwords: with the whole database and the OPAQUE set-up key, a list of one is not confirmed.
//!
//! The attack is played for real. Whoever holds the server's keys can run both sides of a login at home, without
//! asking anybody and without delays; so the account secret has to be what is missing.

use opaque_ke::{
    CredentialFinalization, CredentialRequest, Identifiers, ServerLogin, ServerLoginParameters, ServerRegistration,
    ServerSetup,
};
use reverie_client::native::system::randomness;
use reverie_crypto::AccountSecret;
use reverie_crypto::RecoveryCode;
use reverie_crypto::bundle::{Bundle, way_from_export_key, way_from_recovery_code};
use reverie_crypto::password::Login;
use reverie_protocol::opaque::{KsfParams, OpaqueRng, Suite};
use reverie_server::DataFolder;
use reverie_tests::World;
use reverie_tests::database::Look;
use reverie_tests::person::PASSWORD;
use zeroize::Zeroizing;

/// What a thief takes out of the server's room.
struct Stolen {
    setup: ServerSetup<Suite>,
    record: Vec<u8>,
    ksf: KsfParams,
    bundle: Vec<u8>,
}

impl Stolen {
    async fn from(world: &World, handle: &str) -> Self {
        let setup = std::fs::read(DataFolder(world.data()).opaque_setup()).unwrap();
        let look = Look::into(&world.data()).await;
        let cell = async |column: &str| {
            let sql = format!("SELECT {column} AS cell FROM account WHERE handle = '{handle}'");
            look.column(&sql).await.pop().unwrap()
        };
        Self {
            setup: ServerSetup::deserialize(&setup).unwrap(),
            record: cell("opaque_record").await,
            ksf: serde_json::from_slice(&cell("ksf").await).unwrap(),
            bundle: cell("bundle").await,
        }
    }

    /// Tries a password at home. Tells whether it is confirmed, and whether it opened the key bundle.
    fn try_password(&self, handle: &str, password: &str, secret: &AccountSecret) -> (bool, bool) {
        let (login, request) = Login::start(password, secret, &mut randomness());
        let parameters = || ServerLoginParameters { context: None, identifiers: Identifiers::default() };
        let started = ServerLogin::start(
            &mut OpaqueRng(&mut randomness()),
            &self.setup,
            Some(ServerRegistration::deserialize(&self.record).unwrap()),
            CredentialRequest::deserialize(&request).unwrap(),
            handle.as_bytes(),
            parameters(),
        );
        let started = started.unwrap();
        let answer = started.message.serialize();
        let Ok((finalization, export_key)) = login.finish(&answer, self.ksf, &mut randomness()) else {
            return (false, false);
        };
        let finalization = CredentialFinalization::deserialize(&finalization).unwrap();
        let confirmed = started.state.finish(finalization, parameters()).is_ok();
        (confirmed, Bundle::open(&way_from_export_key(&export_key), &self.bundle).is_ok())
    }
}

#[tokio::test]
async fn the_right_password_alone_is_not_confirmed_and_with_the_account_secret_it_is() {
    let (world, code) = World::empty().await;
    let admin = world.administrator(&code).await;
    let stolen = Stolen::from(&world, "admin").await;

    // A thief's list holds one password, and it is the right one. The secret is tried as nothing, and as anything.
    let nothing = AccountSecret::from_bytes(Zeroizing::new([0; 16]));
    assert_eq!(stolen.try_password("admin", PASSWORD, &nothing), (false, false));
    assert_eq!(stolen.try_password("admin", PASSWORD, &AccountSecret::make(&mut randomness())), (false, false));

    // Positive control: the very same attack, with the secret that only the account's devices and kit lead to.
    let words = RecoveryCode::parse(admin.recovery.as_deref().unwrap()).unwrap();
    let bundle = Bundle::open(&way_from_recovery_code(&words), &stolen.bundle).unwrap();
    assert_eq!(stolen.try_password("admin", PASSWORD, &bundle.account_secret), (true, true));
    assert_eq!(stolen.try_password("admin", "the stairs smell of snow", &bundle.account_secret), (false, false));
}
