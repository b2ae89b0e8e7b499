//! What is sealed, and what is inside once it is opened; codes and keys that people type.

use std::io::{Cursor, Read as _, sink};

use age::x25519;
use chacha20::ChaCha20Rng;
use rand_core::SeedableRng as _;
use reverie_crypto::attachment::open_attachment;
use reverie_crypto::recovery::KitText;
use reverie_crypto::{
    BackupCode, Bundle, CaptureRecipient, DeviceCopy, DeviceKey, HandoverCode, HybridIdentity, HybridRecipient,
    InvitationCode, RecoveryCode, open_body, open_grant,
};
use reverie_journal::Content;
use reverie_protocol::bytes::B64;
use reverie_protocol::ids::DocumentId;
use reverie_protocol::keyring::Grant;
use secrecy::ExposeSecret as _;

use crate::keys::KEYS;

/// Opened attachments are read to this many bytes: enough to pass every edge of a small file.
const MOST_READ: u64 = 1 << 20;
/// scrypt work that a fuzzer can afford; the parser before it is what is looked at.
const MOST_WORK: u32 = 6;

/// A body: as it comes, and as what is inside one.
pub fn body(bytes: &[u8]) {
    let _ = open_body(&KEYS.epoch, &KEYS.binding, bytes);
    let _ = open_body(&KEYS.epoch, &KEYS.binding, &to_epoch(bytes));
}

/// A grant of an epoch's key, likewise.
pub fn grant(bytes: &[u8]) {
    let recipient = KEYS.keys.identity().to_recipient();
    for sealed in [bytes.to_vec(), seal(&recipient, bytes)] {
        let grant = Grant { epoch: 0, account: KEYS.account, sealed: B64(sealed) };
        let commitment = KEYS.epoch.commitment();
        drop(open_grant(&grant, &KEYS.keys, KEYS.binding.journal, KEYS.account, &commitment));
    }
}

/// A key bundle, likewise.
pub fn bundle(bytes: &[u8]) {
    drop(Bundle::open(&KEYS.way, bytes));
    drop(Bundle::open(&KEYS.way, &seal(&KEYS.way.to_recipient(), bytes)));
}

/// An attachment, likewise: what is inside is an archive.
pub fn attachment(bytes: &[u8]) {
    for sealed in [bytes.to_vec(), to_epoch(bytes)] {
        let Ok(opened) = open_attachment(&KEYS.epoch, Cursor::new(sealed)) else { continue };
        assert!(!opened.name().contains(['/', '\\']), "an attachment's name leads out of its folder");
        let _ = std::io::copy(&mut opened.take(MOST_READ), &mut sink());
    }
}

/// A capture of a locked device, likewise, and one of its files.
pub fn capture(bytes: &[u8]) {
    let id = DocumentId::from_bytes([4; 16]);
    let recipient = KEYS.capture.to_recipient();
    let hybrid: HybridRecipient = recipient.to_string().parse().expect("its text is one");
    for sealed in [bytes.to_vec(), seal(&hybrid, bytes)] {
        drop(KEYS.capture.open(id, &sealed));
        let Ok(file) = KEYS.capture.open_file(Cursor::new(sealed)) else { continue };
        let _ = std::io::copy(&mut file.take(MOST_READ), &mut sink());
    }
    if let Ok(sealed) = recipient.seal(id, &[], bytes) {
        let opened = KEYS.capture.open(id, &sealed).unwrap_or_else(|error| panic!("what was just sealed: {error}"));
        assert_eq!(opened.document.trim_ascii(), bytes.trim_ascii());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(recipient) = text.parse::<CaptureRecipient>() {
        assert_eq!(recipient.to_string(), text);
    }
}

/// A device's own copy of its keys.
pub fn device(bytes: &[u8]) {
    let work = |line: &[u8]| std::str::from_utf8(line).ok()?.rsplit(' ').next()?.parse::<u32>().ok();
    if bytes.split(|byte| *byte == b'\n').nth(1).and_then(work).is_some_and(|work| work > MOST_WORK) {
        return;
    }
    drop(DeviceCopy::open("seven herons over the flood plain", bytes));
    drop(DeviceKey::open_by(&KEYS.way, bytes));
}

/// A file that a device keeps, sealed to its key.
pub fn local(bytes: &[u8]) {
    let _ = KEYS.device.open_local("pins", bytes);
    let sealed = KEYS.device.seal_local("pins", bytes);
    let opened = KEYS.device.open_local("pins", &sealed).expect("what was just sealed opens");
    assert_eq!(opened.as_slice(), bytes);
}

/// An invitation code as people type it.
pub fn invitation_code(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(code) = InvitationCode::parse(text) {
        let again = InvitationCode::parse(&code.to_text()).expect("a code's own text is one");
        assert_eq!(code.id(), again.id());
    }
}

/// Codes of devices and what is sealed under one, and backup codes.
pub fn handover(bytes: &[u8]) {
    let code = HandoverCode::make(&mut ChaCha20Rng::from_seed([7; 32]));
    let _ = code.open(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(code) = HandoverCode::parse(text) {
        let again = HandoverCode::parse(&code.to_text()).expect("a code's own text is one");
        assert_eq!(code.id(), again.id());
    }
    if let Ok(code) = BackupCode::parse(text) {
        let again = BackupCode::parse(&code.to_text()).expect("a code's own text is one");
        assert_eq!(*code.token(), *again.token());
    }
}

/// Recovery words as people type them, and kits as people scan them.
pub fn recovery_words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(code) = RecoveryCode::parse(text) {
        let again = RecoveryCode::parse(&code.words().join(" ")).expect("a code's own words are one");
        assert_eq!(*code.login_token(), *again.login_token());
    }
    if let Ok(KitText { handle: Some(handle), server: Some(server), code }) = KitText::parse(text) {
        let again = KitText::parse(&KitText::make(&handle, &server, &code)).expect("a kit's own text is one");
        assert_eq!((again.handle, again.server), (Some(handle), Some(server)));
    }
}

/// Keys as text: one text for one key.
pub fn key_text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(identity) = text.parse::<HybridIdentity>() {
        assert_eq!(identity.to_identity_string().expose_secret(), text);
    }
    if let Ok(recipient) = text.parse::<HybridRecipient>() {
        assert_eq!(recipient.to_string(), text);
    }
}

/// A document, as it stands in an opened body.
pub fn document(bytes: &[u8]) {
    let first = Content::parse(bytes);
    assert_eq!(first, Content::parse(bytes), "the same bytes were read in two ways");
}

fn to_epoch(bytes: &[u8]) -> Vec<u8> {
    let file = KEYS.epoch.to_identity_file();
    let line = file.expose_secret().lines().find(|line| !line.starts_with('#')).expect("an identity file has a key");
    let identity: x25519::Identity = line.parse().expect("an epoch's key is an X25519 identity");
    seal(&identity.to_public(), bytes)
}

fn seal(recipient: &impl age::Recipient, bytes: &[u8]) -> Vec<u8> {
    age::encrypt(recipient, bytes).expect("writing to memory does not fail")
}
