//! npm `age-encryption` both ways: it opens what Reverie seals, and Reverie opens what it seals, with both kinds of keys.

use std::io::Read as _;
use std::path::PathBuf;

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng as _;
use reverie_crypto::bundle::{WayIn, way_from_recovery_code};
use reverie_crypto::{
    AccountKeys, AccountSecret, AttachmentSealer, Binding, Bundle, EpochKey, HybridIdentity, HybridRecipient, Reader,
    RecoveryCode, Way, open_attachment, open_body, open_grant, seal_body, seal_grant,
};
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use reverie_protocol::keyring::Grant;
use reverie_tests::stock::untar;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::foreign::{node, succeeded};

const DOCUMENT: &str = r#"{"words":"The tide went out and I could walk."}"#;

/// A folder in which typage seals and opens.
pub struct Typage(tempfile::TempDir);

impl Typage {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Result<(), String> {
        let output = node("typage.mjs", arguments);
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    pub fn open(&self, identity: &str, sealed: &[u8]) -> Result<Vec<u8>, String> {
        let [from, to] = ["sealed.age", "opened"].map(|name| self.path(name));
        std::fs::write(&from, sealed).unwrap();
        self.run(&["open", identity, from.to_str().unwrap(), to.to_str().unwrap()])?;
        Ok(std::fs::read(to).unwrap())
    }

    fn seal(&self, recipients: &[&str], plaintext: &[u8]) -> Vec<u8> {
        let [from, to] = ["plain", "sealed.age"].map(|name| self.path(name));
        std::fs::write(&from, plaintext).unwrap();
        let files = ["seal", from.to_str().unwrap(), to.to_str().unwrap()];
        self.run(&[&files, recipients].concat()).unwrap();
        std::fs::read(to).unwrap()
    }
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// heron-41.
fn heron() -> (AccountId, AccountKeys) {
    (AccountId::from_random_bytes([41; 16]), AccountKeys::make(&mut rng(1)))
}

fn epoch() -> EpochKey {
    EpochKey::make(JournalId::from_random_bytes([1; 16]), 0, &mut rng(2))
}

/// The line of an identity file that is the key, as text and as the age crate has it.
pub fn key_in(identity_file: &str) -> (String, age::x25519::Identity) {
    let line = identity_file.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).expect("it has a key");
    (line.to_owned(), line.parse().expect("it is an X25519 identity"))
}

fn binding() -> Binding {
    Binding { journal: epoch().journal(), record: RecordId::from_random_bytes([9; 16]), author: heron().0 }
}

#[test]
fn typage_opens_a_grant_and_with_the_key_in_it_a_body_and_an_attachment() {
    let typage = Typage::new();
    let (account, keys) = heron();
    let reader = Reader::from_card(&keys.card(account).verify().unwrap()).unwrap();
    let grant = seal_grant(&epoch(), "private", &reader).unwrap();
    let identity = keys.identity().to_identity_string();
    let file = typage.open(identity.expose_secret(), &grant.sealed.0).unwrap();
    let (key, _) = key_in(std::str::from_utf8(&file).unwrap());

    let body = typage.open(&key, &seal_body(&epoch(), &binding(), DOCUMENT.as_bytes()).unwrap()).unwrap();
    let opened: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(opened["document"], serde_json::from_str::<Value>(DOCUMENT).unwrap());
    assert_eq!(opened["binding"]["author"], json!(account));

    // More than one of age's chunks of 64 KiB.
    let memo = vec![7; 200_000];
    let mut sealer = AttachmentSealer::new(&epoch(), "tide.m4a", memo.len() as u64, 1_935_316_800).unwrap();
    let mut sealed = sealer.push(&memo).unwrap();
    sealed.extend(sealer.finish().unwrap().0);
    let archive = typage.open(&key, &sealed).unwrap();
    assert_eq!(untar(&archive, &typage.path("unpacked")), [("tide.m4a".to_owned(), memo)]);
}

#[test]
fn typage_opens_a_key_bundle_with_the_recovery_code_alone() {
    let (account, keys) = heron();
    let code = RecoveryCode::make(&mut rng(3));
    let way = way_from_recovery_code(&code);
    let bundle = Bundle {
        account,
        handle: "heron-41".into(),
        card: keys.card(account),
        version: 1,
        keys,
        account_secret: AccountSecret::make(&mut rng(4)),
        heads: Vec::new(),
        contacts: Vec::new(),
        devices: Vec::new(),
        ways: vec![WayIn { way: Way::Recovery, recipient: way.to_recipient() }],
    };
    let sealed = bundle.seal().unwrap();
    let opened = Typage::new().open(way.to_identity_string().expose_secret(), &sealed).unwrap();
    let opened: Value = serde_json::from_slice(&opened).unwrap();
    assert_eq!(opened["keys"]["identity"], bundle.keys.identity().to_identity_string().expose_secret());
}

#[test]
fn what_typage_seals_opens_here() {
    let typage = Typage::new();
    let (account, keys) = heron();
    let (_, identity) = key_in(epoch().to_identity_file().expose_secret());

    let inside = json!({ "binding": binding(), "document": serde_json::from_str::<Value>(DOCUMENT).unwrap() });
    let body = typage.seal(&[&identity.to_public().to_string()], inside.to_string().as_bytes());
    assert_eq!(open_body(&epoch(), &binding(), &body).unwrap().as_slice(), DOCUMENT.as_bytes());

    let reader = Reader::from_card(&keys.card(account).verify().unwrap()).unwrap();
    let ours = seal_grant(&epoch(), "private", &reader).unwrap();
    let file = age::decrypt(keys.identity(), &ours.sealed.0).unwrap();
    let sealed = typage.seal(&[&keys.identity().to_recipient().to_string()], &file);
    let grant = Grant { sealed: B64(sealed), ..ours };
    let opened = open_grant(&grant, &keys, epoch().journal(), account, &epoch().commitment());
    assert_eq!(opened.ok().unwrap().key.commitment(), epoch().commitment());

    let mut sealer = AttachmentSealer::new(&epoch(), "tide.m4a", 3, 1_935_316_800).unwrap();
    let mut sealed = sealer.push(b"ebb").unwrap();
    sealed.extend(sealer.finish().unwrap().0);
    let archive = age::decrypt(&identity, &sealed).unwrap();
    let resealed = typage.seal(&[&identity.to_public().to_string()], &archive);
    let mut file = String::new();
    open_attachment(&epoch(), resealed.as_slice()).unwrap().read_to_string(&mut file).unwrap();
    assert_eq!(file, "ebb");
}

#[test]
fn keys_that_typage_makes_are_keys_here_with_the_same_recipients() {
    let made = succeeded(node("typage.mjs", &["make-keys"]));
    let [x25519, hybrid] = made.lines().map(|line| line.split_once(' ').unwrap()).collect::<Vec<_>>()[..] else {
        panic!("two keys: {made}")
    };
    assert_eq!(x25519.0.parse::<age::x25519::Identity>().unwrap().to_public().to_string(), x25519.1);
    let identity: HybridIdentity = hybrid.0.parse().unwrap();
    assert_eq!(identity.to_recipient().to_string(), hybrid.1);

    let recipient: HybridRecipient = hybrid.1.parse().unwrap();
    let typage = Typage::new();
    let sealed = age::encrypt(&recipient, b"low water").unwrap();
    assert_eq!(typage.open(hybrid.0, &sealed).unwrap(), b"low water");
    let changed = [&sealed[..sealed.len() - 1], &[sealed[sealed.len() - 1] ^ 1]].concat();
    assert!(typage.open(hybrid.0, &changed).is_err(), "a changed file does not open");
}

#[test]
fn what_typage_mixes_is_refused_here() {
    let (_, keys) = heron();
    let (_, weak) = key_in(epoch().to_identity_file().expose_secret());
    let recipients = [keys.identity().to_recipient().to_string(), weak.to_public().to_string()];
    let typage = Typage::new();
    let mixed = typage.seal(&recipients.each_ref().map(String::as_str), b"low water");
    let identity = keys.identity().to_identity_string();
    assert_eq!(typage.open(identity.expose_secret(), &mixed).unwrap(), b"low water", "typage itself opens it");
    assert!(age::decrypt(keys.identity(), &mixed).is_err());
    let refused = open_body(&epoch(), &binding(), &mixed).unwrap_err();
    assert_eq!(refused, reverie_crypto::OpenBodyError::DoesNotOpen);
}
