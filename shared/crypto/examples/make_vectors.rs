//! Makes the permanent vectors in `tests/vectors/`: `cargo run -p reverie-crypto --example make_vectors`.
//!
//! Run once for each object, when its format is born. A file that is there is never written again: what it holds must
//! open for ever, or people cannot read their old journals.

#![expect(clippy::disallowed_types, reason = "it runs once, on a desk, and writes files")]

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use chacha20::ChaCha20Rng;
use opaque_ke::{RegistrationRequest, RegistrationUpload, ServerRegistration, ServerSetup};
use rand_core::SeedableRng as _;
use reverie_crypto::bundle::{self, WayIn};
use reverie_crypto::password::Registration;
use reverie_crypto::words::{compare_words, head_words};
use reverie_crypto::{
    AccountKeys, AccountSecret, AttachmentSealer, Binding, Bundle, CaptureKey, Contact, DeviceCopy, DeviceKey,
    EpochKey, HandoverCode, InvitationCode, KnownHead, Reader, RecoveryCode, Way, seal_body, seal_grant,
};
use reverie_protocol::account::AccountRole;
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, BodyRef, Header};
use reverie_protocol::ids::{AccountId, AttachmentId, DocumentId, JournalId, RecordId};
use reverie_protocol::opaque::{KsfParams, OpaqueRng, Suite};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

const PASSWORD: &str = "seven herons over the flood plain";

fn main() -> std::io::Result<()> {
    let rng = &mut ChaCha20Rng::from_seed(*b"Harbor Lane Practice, 2031-05-01");
    let imogen = AccountId::make(rng);
    let keys = AccountKeys::make(rng);
    let secret = AccountSecret::make(rng);
    let recovery = RecoveryCode::make(rng);
    let quill = (AccountId::make(rng), AccountKeys::make(rng));
    let card = keys.card(imogen);
    let quill_card = quill.1.card(quill.0);
    let journal = JournalId::make(rng);

    write("recovery.json", &recovery_vector(&recovery))?;
    write("password.json", &password_vector(&secret, rng))?;
    write("pairing.json", &pairing_vector(&InvitationCode::make(rng), card.fingerprint(), quill_card.fingerprint()))?;
    write("journal.json", &journal_vector(journal, imogen, &keys, rng))?;

    let heads = vec![KnownHead { journal, seq: 41, hash: Hash::of("a head") }];
    let role = AccountRole::Clinician;
    let contact = Contact { confirmed: true, ..Contact::met(quill.0, "quill".into(), role, quill_card) };
    let contacts = vec![contact];
    let recipient = bundle::way_from_recovery_code(&recovery).to_recipient();
    let ways = vec![WayIn { way: Way::Recovery, recipient }];
    let handle = "heron-41".to_owned();
    let fingerprint = card.fingerprint();
    let handover = handover_vector(&HandoverCode::make(&mut ChaCha20Rng::from_seed([7; 32])), &secret);
    write("handover.json", &handover)?;
    write("capture.json", &capture_vector(&mut ChaCha20Rng::from_seed([8; 32])))?;
    let bundle = Bundle {
        account: imogen,
        handle,
        card,
        version: 7,
        keys,
        account_secret: secret,
        heads,
        contacts,
        ways,
        devices: Vec::new(),
    };
    let sealed = bundle.seal().expect("it has a way in and is small");
    write(
        "bundle.json",
        &json!({ "recovery_words": recovery.words().join(" "), "sealed": B64(sealed),
        "account": imogen, "handle": "heron-41", "version": 7, "fingerprint": fingerprint, "journal": journal,
        "contact": quill.0 }),
    )?;
    write("passkey.json", &passkey_vector(&[9; 32], &DeviceKey::make(&mut ChaCha20Rng::from_seed([8; 32]))))?;
    write("device.json", &device_vector(bundle, rng))
}

fn recovery_vector(code: &RecoveryCode) -> Value {
    json!({ "words": code.words().join(" "), "login_token": B64(code.login_token().to_vec()),
        "way_in": bundle::way_from_recovery_code(code).to_recipient() })
}

fn passkey_vector(prf: &[u8; 32], device_key: &DeviceKey) -> Value {
    let way = bundle::way_from_prf(prf).to_recipient();
    json!({ "prf": B64(prf.to_vec()), "way_in": way, "device_key": *device_key.to_text(),
        "device_key_sealed": B64(device_key.seal_to(&way)) })
}

fn handover_vector(code: &HandoverCode, secret: &AccountSecret) -> Value {
    json!({ "code": *code.to_text(), "id": code.id(), "take_token": B64(code.take_token().to_vec()),
        "handle": "heron-41", "account_secret": B64(secret.expose().to_vec()),
        "sealed": B64(code.seal("heron-41", secret)) })
}

fn capture_vector(rng: &mut ChaCha20Rng) -> Value {
    let (key, id, bytes) = (CaptureKey::make(rng), DocumentId::make(rng), b"not really a voice memo");
    let recipient = key.to_recipient();
    let mut sealer = recipient.seal_file("tide.m4a", bytes.len() as u64, 1_935_316_800).expect("a plain name");
    let mut file = sealer.push(bytes).expect("as announced");
    let (end, sealed) = sealer.finish().expect("as announced");
    file.extend(end);
    let named = sealed.named(AttachmentId::make(rng));
    let document = r#"{"type":"entry","words":"salt. warm stones."}"#;
    let sealed = recipient.seal(id, &[named], document.as_bytes()).expect("small JSON");
    json!({ "identity": *key.to_text(), "recipient": recipient.to_string(), "capture": id, "sealed": B64(sealed),
        "document": document, "named": named, "file": B64(file), "bytes": B64(bytes.to_vec()) })
}

fn password_vector(secret: &AccountSecret, rng: &mut ChaCha20Rng) -> Value {
    let setup = ServerSetup::<Suite>::new(&mut OpaqueRng(rng));
    let (registration, request) = Registration::start(PASSWORD, secret, rng);
    let request = RegistrationRequest::deserialize(&request).expect("just made");
    let response = ServerRegistration::<Suite>::start(&setup, request, b"heron-41").expect("just made").message;
    let (upload, key) = registration.finish(&response.serialize(), KsfParams::DEFAULT, rng).expect("just made");
    let upload = RegistrationUpload::<Suite>::deserialize(&upload).expect("just made");
    let record = ServerRegistration::finish(upload).serialize();
    json!({ "password": PASSWORD, "account_secret": B64(secret.expose().to_vec()), "handle": "heron-41",
        "server_setup": B64(setup.serialize().to_vec()), "server_record": B64(record.to_vec()),
        "ksf": KsfParams::DEFAULT, "way_in": bundle::way_from_export_key(&key).to_recipient() })
}

fn pairing_vector(code: &InvitationCode, guest: Hash, inviter: Hash) -> Value {
    let role = AccountRole::Patient;
    let head = Hash::of("a head");
    json!({ "code": *code.to_text(), "id": code.id(), "redeem_token": B64(code.redeem_token().to_vec()), "role": role,
        "inviter": inviter, "guest": guest, "inviter_mac": B64(code.inviter_mac(role, inviter).to_vec()),
        "guest_mac": B64(code.guest_mac(role, inviter, guest).to_vec()), "words": compare_words(&inviter, &guest),
        "head": { "seq": 41, "hash": head, "words": head_words(41, &head) } })
}

fn journal_vector(journal: JournalId, author: AccountId, keys: &AccountKeys, rng: &mut ChaCha20Rng) -> Value {
    let key = EpochKey::make(journal, 3, rng);
    let reader = Reader { account: author, recipient: keys.identity().to_recipient() };
    let grant = seal_grant(&key, "private", &reader).expect("a plain name");
    let record = RecordId::make(rng);
    let document = br#"{"type":"entry","words":"The tide went out and I could walk."}"#;
    let body = seal_body(&key, &Binding { journal, record, author }, document).expect("small JSON");
    let file = b"not really a voice memo";
    let mut sealer = AttachmentSealer::new(&key, "tide.m4a", file.len() as u64, 1_935_316_800).expect("a plain name");
    let mut attachment = sealer.push(file).expect("as announced");
    let (end, sealed) = sealer.finish().expect("as announced");
    attachment.extend(end);
    let header = Header {
        v: 1,
        journal,
        seq: 12,
        prev: Some(Hash::of("the record before")),
        author,
        record,
        action: Action::Write,
        epoch: 3,
        epoch_commitment: None,
        body: Some(BodyRef { sha256: Hash::of(&body), size: body.len() as u64 }),
        attachments: Vec::new(),
        withdraws: Vec::new(),
        members: None,
    };
    let signed = keys.sign_header(&header, Some(body));
    json!({ "journal": journal, "epoch": 3, "author": author, "record": record, "compartment": "private",
        "identity_file": key.to_identity_file().expose_secret(), "commitment": key.commitment(),
        "account_identity": keys.identity().to_identity_string().expose_secret(), "grant": grant,
        "verifying_key": keys.verifying_key(), "chain_hash": signed.chain_hash(), "signed_record": signed,
        "document": String::from_utf8_lossy(document), "attachment": { "name": "tide.m4a", "mtime": 1_935_316_800,
        "file": B64(file.to_vec()), "sealed": B64(attachment), "sha256": sealed.sha256 } })
}

fn device_vector(bundle: Bundle, rng: &mut ChaCha20Rng) -> Value {
    let copy = DeviceCopy { bundle, device_key: DeviceKey::make(rng) };
    let local = copy.device_key.seal_local("pins", b"what the device has seen");
    // A low work factor, so that reading the vector for ever costs little.
    json!({ "password": PASSWORD, "sealed": B64(copy.seal(PASSWORD, 4)), "fingerprint": copy.bundle.card.fingerprint(),
        "local": { "name": "pins", "sealed": B64(local), "bytes": B64(b"what the device has seen".to_vec()) } })
}

fn write(name: &str, vector: &Value) -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => writeln!(file, "{vector:#}"),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            eprintln!("{name} is there and stays as it is");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
