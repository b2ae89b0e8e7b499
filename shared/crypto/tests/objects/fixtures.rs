//! People and places of Harbor Lane Practice, and what tests do to bytes.

use std::path::Path;
use std::process::{Command, Output};

use chacha20::ChaCha20Rng;
use proptest::sample::Index;
use rand_core::SeedableRng as _;
use reverie_crypto::EpochKey;
use reverie_protocol::ids::{AccountId, JournalId};
use secrecy::ExposeSecret as _;
use serde_json::Value;

/// Randomness that is the same in every run.
pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// heron-41, "Imogen Vale".
pub fn imogen() -> AccountId {
    AccountId::from_random_bytes([41; 16])
}

/// Dr. Ada Quill.
pub fn quill() -> AccountId {
    AccountId::from_random_bytes([7; 16])
}

/// Noor Haddon.
pub fn haddon() -> AccountId {
    AccountId::from_random_bytes([8; 16])
}

/// Imogen's private journal.
pub fn journal() -> JournalId {
    JournalId::from_random_bytes([1; 16])
}

/// Imogen's shared journal.
pub fn other_journal() -> JournalId {
    JournalId::from_random_bytes([2; 16])
}

/// Returns the bytes with one bit changed.
pub fn flipped(bytes: &[u8], at: Index, bit: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = at.index(bytes.len());
    bytes[at] ^= 1 << (bit % 8);
    bytes
}

/// Returns `age(epoch recipient, plaintext)`, made by the age crate alone, as a malicious member could.
pub fn seal_as_member(key: &EpochKey, plaintext: &[u8]) -> Vec<u8> {
    age::encrypt(&epoch_identity(key).to_public(), plaintext).expect("one recipient")
}

/// Returns the age identity that a member finds in a grant.
pub fn epoch_identity(key: &EpochKey) -> age::x25519::Identity {
    let file = key.to_identity_file();
    let line = file.expose_secret().lines().find(|line| line.starts_with("AGE-SECRET-KEY-1"));
    line.expect("an identity file has an identity").parse().expect("it is one")
}

/// Runs a shell line with stock `age` in a folder.
pub fn shell(folder: &Path, line: &str) -> Output {
    let found = Command::new("age").arg("--version").output();
    assert!(found.is_ok(), "these tests need stock age on the path: apt-get install age");
    Command::new("bash").args(["-o", "pipefail", "-c", line]).current_dir(folder).output().expect("bash is there")
}

/// Reads a permanent vector.
pub fn vector(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    serde_json::from_slice(&std::fs::read(path).expect("the vector is in the repository")).expect("it is JSON")
}

/// Reads one field of a vector.
pub fn field<T: serde::de::DeserializeOwned>(vector: &Value, name: &str) -> T {
    serde_json::from_value(vector[name].clone()).expect("the field has this type")
}
