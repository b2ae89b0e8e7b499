//! Registers an account whose keys the benchmark has made, as the client would: the first administrator's, whose code
//! `reverie-server init` prints.

use std::sync::Arc;

use reverie_client::RecoveryCode;
use reverie_client::api::Api;
use reverie_client::native::Sockets;
use reverie_client::native::system::randomness;
use reverie_crypto::bundle::{Bundle, WayIn, way_from_export_key, way_from_recovery_code};
use reverie_crypto::password::Registration;
use reverie_crypto::{AccountSecret, InvitationCode, Way};
use reverie_protocol::api::{RegistrationFinish, RegistrationStart};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_tests::person::PASSWORD;

use crate::chain::Owner;

/// The handle of a server's first administrator.
pub const HANDLE: &str = "admin";

/// Joins, and returns the session's token and the code with which a new device is added.
pub async fn register(server_url: &str, code: &str, owner: Owner) -> (String, RecoveryCode) {
    let api = Api::new(Arc::new(Sockets::new(server_url).expect("it is a loopback address")));
    let rng = &mut randomness();
    let code = InvitationCode::parse(code).expect("the server printed it");
    let (secret, recovery) = (AccountSecret::make(rng), RecoveryCode::make(rng));
    let (registration, request) = Registration::start(PASSWORD, &secret, rng);
    let (invitation, token) = (code.id(), B64(code.redeem_token().to_vec()));
    let start = RegistrationStart { invitation, token: token.clone(), request: request.into() };
    let started = api.start_registration(&start).await.expect("the code is good");
    let finished = registration.finish(&started.response.0, started.ksf, rng);
    let (upload, export_key) = finished.expect("the server answers as it should");
    let way = |way, identity: reverie_crypto::HybridIdentity| WayIn { way, recipient: identity.to_recipient() };
    let ways = vec![
        way(Way::Password, way_from_export_key(&export_key)),
        way(Way::Recovery, way_from_recovery_code(&recovery)),
    ];
    let bundle = Bundle {
        account: owner.account,
        handle: HANDLE.into(),
        card: owner.card.clone(),
        version: 1,
        keys: owner.keys,
        account_secret: secret,
        heads: Vec::new(),
        contacts: Vec::new(),
        devices: Vec::new(),
        ways,
    };
    let finish = RegistrationFinish {
        invitation,
        token,
        account: owner.account,
        mac: None,
        card: owner.card,
        upload: upload.into(),
        ksf: started.ksf,
        recovery_sha256: Hash::of(*recovery.login_token()),
        bundle: bundle.seal().expect("it has two ways in").into(),
    };
    let opened = api.finish_registration(&finish).await.expect("the code is good");
    (opened.token, recovery)
}
