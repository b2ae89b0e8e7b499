//! Every vector of C2SP's age test suite (npm `cctv-age`), as far as it is about what Reverie uses: no armour.

use std::io::Read as _;

use reverie_crypto::{Binding, EpochKey, HybridIdentity, OpenBodyError, open_body};
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use secrecy::SecretString;

use crate::foreign::{node, succeeded};

/// Vectors whose answer is another one here, each with its reason.
const EXCEPTIONS: [(&str, &str); 4] = [
    ("hybrid_and_x25519", "kinds of recipients are never mixed (design.md, section 4)"),
    ("hybrid_uppercase", "an unknown kind of stanza beside a hybrid one is such a mixture"),
    ("stanza_missing_body", "the age crate reads an empty body as one that is there (stack.md, section 8)"),
    ("stanza_missing_final_line", "the same, for a body that fills its last line"),
];

/// One vector: what stands in its head, and the age file.
struct Vector {
    name: String,
    head: Vec<(String, String)>,
    file: Vec<u8>,
}

impl Vector {
    fn all() -> Vec<Self> {
        let folder = tempfile::tempdir().unwrap();
        succeeded(node("vectors.mjs", &[folder.path().to_str().unwrap()]));
        let mut vectors: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| Self::read(&entry.unwrap())).collect();
        vectors.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(vectors.len(), 143);
        vectors.retain(|vector| vector.value("armored").is_none());
        assert_eq!(vectors.len(), 110);
        vectors
    }

    fn read(entry: &std::fs::DirEntry) -> Self {
        let bytes = std::fs::read(entry.path()).unwrap();
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap().lines().map(|line| line.split_once(": ").unwrap());
        let head = head.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { name: entry.file_name().into_string().unwrap(), head, file: bytes[end + 2..].to_vec() }
    }

    fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.head.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.values(key).next()
    }

    /// Everybody who is to try the file, as the client has them.
    fn identities(&self) -> Vec<Box<dyn age::Identity>> {
        let keys = self.values("identity").map(|text| -> Box<dyn age::Identity> {
            if text.contains("-PQ-") {
                Box::new(text.parse::<HybridIdentity>().unwrap())
            } else {
                Box::new(text.parse::<age::x25519::Identity>().unwrap())
            }
        });
        let passphrases = self.values("passphrase").map(|text| -> Box<dyn age::Identity> {
            let mut identity = age::scrypt::Identity::new(SecretString::from(text.to_owned()));
            // As when a device's own copy of its keys is opened.
            identity.set_max_work_factor(20);
            Box::new(identity)
        });
        keys.chain(passphrases).collect()
    }

    /// What opening the file comes to, in the words of the suite, and the plaintext that was let out until then.
    fn open(&self) -> (&'static str, Vec<u8>) {
        use age::DecryptError as Error;
        let identities = self.identities();
        let opened = age::Decryptor::new_buffered(self.file.as_slice());
        let opened = opened.and_then(|file| file.decrypt(identities.iter().map(|identity| &**identity)));
        let mut plaintext = Vec::new();
        let answer = match opened {
            Ok(mut stream) => match stream.read_to_end(&mut plaintext) {
                Ok(_) => "success",
                Err(_) => "payload failure",
            },
            Err(Error::NoMatchingKeys | Error::KeyDecryptionFailed | Error::DecryptionFailed) => "no match",
            Err(Error::InvalidMac) => "HMAC failure",
            Err(_) => "header failure",
        };
        (answer, plaintext)
    }
}

#[test]
fn every_vector_without_armour_gets_the_expected_answer() {
    let mut different = Vec::new();
    for vector in Vector::all() {
        let (answer, plaintext) = vector.open();
        let expected = vector.value("expect").unwrap();
        let payload = vector.value("payload").unwrap_or_default();
        let released = ["success", "payload failure"].contains(&expected) && !payload.is_empty();
        if answer != expected || (released && Hash::of(&plaintext).to_string() != payload) {
            different.push(format!("{}: {answer}, where {expected} is expected", vector.name));
        }
    }
    let names: Vec<_> = different.iter().map(|told| told.split(':').next().unwrap()).collect();
    assert_eq!(names, EXCEPTIONS.map(|(name, _)| name), "{different:#?}");
}

/// The epoch key takes X25519 files as bodies; the vectors' plaintexts are no bodies, so all that opens is refused later.
#[test]
fn an_epoch_key_opens_just_the_x25519_vectors_that_are_whole() {
    let journal = JournalId::from_random_bytes([1; 16]);
    let binding = Binding {
        journal,
        record: RecordId::from_random_bytes([2; 16]),
        author: AccountId::from_random_bytes([3; 16]),
    };
    let mut opened = Vec::new();
    for vector in Vector::all() {
        let Some(identity) = vector.value("identity").filter(|text| !text.contains("-PQ-")) else { continue };
        let key = EpochKey::parse(journal, 0, identity).unwrap();
        if open_body(&key, &binding, &vector.file) != Err(OpenBodyError::DoesNotOpen) {
            opened.push(vector);
        }
    }
    for vector in &opened {
        assert_eq!(vector.value("expect"), Some("success"), "{}", vector.name);
    }
    let names: Vec<_> = opened.iter().map(|vector| vector.name.as_str()).collect();
    // As many chunks as there are, with grease or without, for one reader or several.
    let whole = [
        "stream_257_chunks",
        "stream_257_chunks_full",
        "stream_258_chunks",
        "stream_empty_payload",
        "stream_last_chunk_full",
        "stream_last_chunk_full_second",
        "stream_three_chunks",
        "stream_two_chunks",
        "x25519",
        "x25519_grease",
        "x25519_multiple_recipients",
    ];
    assert_eq!(names, whole);
}
