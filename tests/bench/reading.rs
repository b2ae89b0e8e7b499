//! A fresh client's pull: everything of a long journal fetched over HTTP, verified, kept sealed on the device, opened and
//! folded, against Ed25519 verification and age decryption of the same bytes in memory.
//!
//! Both are counted in processor time of this process, so that it is a figure per core, whatever the machine does beside
//! it; the server is another process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reverie_client::api::Api;
use reverie_client::native::system::{now, randomness};
use reverie_client::native::{Folder, Sockets};
use reverie_client::{Environment, Recovery, RecoveryCode};
use reverie_protocol::api::Append;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::limits;
use reverie_protocol::signed::{self, VerifyingKey};
use reverie_tests::person::PASSWORD;
use secrecy::ExposeSecret as _;

use crate::account::HANDLE;
use crate::chain::Chain;
use crate::measure::processor_time;

/// Puts a journal on the server.
pub async fn upload(server_url: &str, token: &str, chain: &Chain) {
    let api = Api::new(Arc::new(Sockets::new(server_url).expect("it is a loopback address")));
    for records in chain.records.chunks(limits::RECORDS_PER_APPEND) {
        api.append(token, chain.id, &Append { records: records.to_vec() }).await.expect("the records are valid");
    }
}

/// Logs in on a new device, pulls, and shows the journal; returns the processor time of pulling and showing.
pub async fn pull(
    server_url: &str,
    home: &Path,
    kit: &RecoveryCode,
    account: reverie_protocol::ids::AccountId,
) -> Duration {
    let api = Api::new(Arc::new(Sockets::new(server_url).expect("it is a loopback address")));
    let store = Arc::new(Folder::new(home).expect("the folder is ours"));
    let environment = Environment::new(api, store, Arc::new(now), Box::new(randomness()), Box::new(randomness()));
    let recovery = Recovery::open(environment, HANDLE, kit).await.expect("the kit is the account's");
    let mut unlocked = recovery.add_device(PASSWORD).await.expect("the password is the account's");
    let start = processor_time();
    let notices = unlocked.sync().await.expect("the server answers");
    assert!(notices.is_empty(), "{notices:?}");
    let view = unlocked.view(account);
    let took = processor_time() - start;
    let entries = view.private.expect("the journal is private").entries.len();
    assert_eq!(entries as u64, crate::PULLED, "everything is there");
    took
}

/// Does what nobody can leave out, and returns the processor time that it took.
pub fn unavoidable(chain: &Chain, key: &VerifyingKey) -> Duration {
    let file = chain.key.to_identity_file();
    let line = file.expose_secret().lines().find(|line| line.starts_with("AGE-SECRET-KEY"));
    let identity: age::x25519::Identity = line.expect("a key file has a key").parse().expect("it is an age identity");
    let start = processor_time();
    for record in &chain.records {
        verify_and_open(record, key, &identity);
    }
    processor_time() - start
}

fn verify_and_open(record: &SignedRecord, key: &VerifyingKey, identity: &age::x25519::Identity) {
    let signature = signed::Signature(record.signature.0.as_slice().try_into().expect("a signature has 64 bytes"));
    key.verify(signed::Kind::Record, &record.header.0, &signature).expect("it is signed");
    if let Some(body) = record.body.as_ref().filter(|body| body.0.starts_with(b"age-encryption.org")) {
        age::decrypt(identity, &body.0).expect("the key opens it");
    }
}
