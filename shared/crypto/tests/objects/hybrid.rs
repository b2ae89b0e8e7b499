//! The hybrid recipient against the vectors of C2SP, and against mixing.

use std::collections::HashSet;
use std::mem::discriminant;
use std::path::Path;

use age_core::format::{FileKey, Stanza};
use proptest::prelude::*;
use reverie_crypto::{HybridIdentity, HybridRecipient};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::fixtures::{flipped, rng};

const PLAINTEXT: &[u8] = b"the tide went out";

/// Wraps a recipient and hides its label, as an implementation that mixes kinds would.
struct Unlabelled<'a>(&'a dyn age::Recipient);

impl age::Recipient for Unlabelled<'_> {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), age::EncryptError> {
        Ok((self.0.wrap_file_key(key)?.0, HashSet::new()))
    }
}

fn seal_to(recipients: &[&dyn age::Recipient]) -> Vec<u8> {
    use std::io::Write as _;
    let mut sealed = Vec::new();
    let encryptor = age::Encryptor::with_recipients(recipients.iter().copied()).expect("compatible recipients");
    let mut stream = encryptor.wrap_output(&mut sealed).expect("memory");
    stream.write_all(PLAINTEXT).expect("memory");
    stream.finish().expect("memory");
    sealed
}

#[test]
fn every_vector_of_c2sp_gets_the_expected_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cctv");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap()) {
        let name = file.file_name().into_string().unwrap();
        if name == "README.md" {
            continue;
        }
        seen += 1;
        let bytes = std::fs::read(file.path()).unwrap();
        let split = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let head = std::str::from_utf8(&bytes[..split]).unwrap();
        let fields = |key: &str| {
            let prefix = format!("{key}: ");
            head.lines().filter_map(|line| line.strip_prefix(&prefix).map(str::to_owned)).collect::<Vec<_>>()
        };
        let hybrid: HybridIdentity =
            fields("identity").iter().find(|text| text.contains("-PQ-")).unwrap().parse().unwrap();
        let opened = age::decrypt(&hybrid, &bytes[split + 2..]);
        let expected = fields("expect").remove(0);
        match (name.as_str(), expected.as_str()) {
            // Ours alone: kinds are never mixed, and an unknown kind is one.
            ("hybrid_and_x25519" | "hybrid_uppercase", _) => assert!(opened.is_err(), "{name}"),
            (_, "success") => {
                let payload = reverie_protocol::hash::Hash::of(opened.unwrap()).to_string();
                assert_eq!(payload, fields("payload")[0], "{name}");
            }
            (_, "no match") => {
                assert!(matches!(opened, Err(age::DecryptError::NoMatchingKeys)), "{name}: {:?}", opened.err());
            }
            (_, "header failure") => {
                // age's parser calls a header that it cannot read at all an unknown format.
                let refused = [age::DecryptError::InvalidHeader, age::DecryptError::UnknownFormat];
                let error = opened.unwrap_err();
                assert!(refused.iter().any(|kind| discriminant(kind) == discriminant(&error)), "{name}: {error:?}");
            }
            (_, other) => panic!("{name} expects {other}"),
        }
    }
    assert_eq!(seen, 18);
}

#[test]
fn a_file_opens_for_each_of_its_recipients_and_for_nobody_else() {
    let [imogen, quill, haddon] = [1, 2, 3].map(|seed| HybridIdentity::make(&mut rng(seed)));
    let sealed = seal_to(&[&imogen.to_recipient(), &quill.to_recipient()]);
    assert_eq!(age::decrypt(&imogen, &sealed).unwrap(), PLAINTEXT);
    assert_eq!(age::decrypt(&quill, &sealed).unwrap(), PLAINTEXT);
    assert!(age::decrypt(&haddon, &sealed).is_err());
}

#[test]
fn a_file_that_mixes_hybrid_with_x25519_is_refused() {
    let identity = HybridIdentity::make(&mut rng(1));
    let weak = age::x25519::Identity::generate();
    let mixed = seal_to(&[&Unlabelled(&identity.to_recipient()), &Unlabelled(&weak.to_public())]);
    assert_eq!(age::decrypt(&weak, &mixed).unwrap(), PLAINTEXT, "the file itself is a valid one");
    assert!(age::decrypt(&identity, &mixed).is_err());
}

#[test]
fn the_age_crate_refuses_to_mix_our_recipient_with_x25519() {
    let identity = HybridIdentity::make(&mut rng(1)).to_recipient();
    let weak = age::x25519::Identity::generate().to_public();
    let both: [&dyn age::Recipient; 2] = [&identity, &weak];
    assert!(age::Encryptor::with_recipients(both.into_iter()).is_err());
}

#[test]
fn a_recipient_with_a_low_order_point_is_refused() {
    let text = HybridIdentity::make(&mut rng(1)).to_recipient().to_string();
    assert!(with_x25519_part(&text, [0; 32]).parse::<HybridRecipient>().is_err());
}

/// Returns the text of the same recipient, with another X25519 key in it.
pub fn with_x25519_part(recipient: &str, part: [u8; 32]) -> String {
    let (prefix, mut bytes) = decode_long(recipient);
    *bytes.last_chunk_mut().expect("a recipient is longer") = part;
    bech32::encode_lower::<Long>(prefix, &bytes).expect("it is as long as before")
}

enum Long {}

impl bech32::Checksum for Long {
    type MidstateRepr = u32;
    const CODE_LENGTH: usize = 4096;
    const CHECKSUM_LENGTH: usize = 6;
    const GENERATOR_SH: [u32; 5] = <bech32::Bech32 as bech32::Checksum>::GENERATOR_SH;
    const TARGET_RESIDUE: u32 = 1;
}

fn decode_long(text: &str) -> (bech32::Hrp, Vec<u8>) {
    let checked = bech32::primitives::decode::CheckedHrpstring::new::<Long>(text).expect("it is Bech32");
    (checked.hrp(), checked.byte_iter().collect())
}

#[test]
fn texts_have_the_form_and_length_that_age_prints() {
    let identity = HybridIdentity::make(&mut rng(1));
    let text = identity.to_identity_string();
    assert!(text.expose_secret().starts_with("AGE-SECRET-KEY-PQ-1"));
    assert_eq!(text.expose_secret().len(), 77);
    let recipient = identity.to_recipient().to_string();
    assert!(recipient.starts_with("age1pq1"));
    assert_eq!(recipient.len(), 1959);
    assert!(recipient.to_uppercase().parse::<HybridRecipient>().is_err());
    assert!(text.expose_secret().to_lowercase().parse::<HybridIdentity>().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn keys_come_back_from_their_text(seed in any::<[u8; 32]>()) {
        let identity = HybridIdentity::from_seed(Zeroizing::new(seed));
        let again: HybridIdentity = identity.to_identity_string().expose_secret().parse().unwrap();
        let recipient = identity.to_recipient();
        prop_assert!(again.to_recipient() == recipient);
        prop_assert_eq!(recipient.to_string().parse::<HybridRecipient>().unwrap(), recipient);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "(?s).{0,200}", pq in "[A-Z0-9]{0,70}") {
        let _ = text.parse::<HybridIdentity>();
        let _ = text.parse::<HybridRecipient>();
        let like_an_identity = format!("AGE-SECRET-KEY-PQ-1{pq}");
        prop_assert!(like_an_identity.parse::<HybridIdentity>().is_err());
    }

    #[test]
    fn a_file_with_any_bit_flipped_does_not_open(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let identity = HybridIdentity::make(&mut rng(1));
        let sealed = seal_to(&[&identity.to_recipient()]);
        prop_assert!(age::decrypt(&identity, &flipped(&sealed, at, bit)).is_err());
    }
}
