//! The key bundle: every way in, no forgery, no rollback.

use proptest::prelude::*;
use reverie_crypto::bundle::{
    BundleMismatch, OpenBundleError, SealBundleError, WayIn, way_from_prf, way_from_recovery_code,
};
use reverie_crypto::{
    AccountKeys, AccountSecret, Bundle, Contact, DeviceKey, HybridIdentity, KnownHead, NamedDevice, RecoveryCode, Way,
};
use reverie_protocol::account::AccountRole;
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::SessionId;
use secrecy::ExposeSecret as _;

use crate::fixtures::{field, flipped, imogen, journal, quill, rng, vector};

fn recovery() -> HybridIdentity {
    way_from_recovery_code(&RecoveryCode::make(&mut rng(20)))
}

fn passkey() -> HybridIdentity {
    way_from_prf(&[21; 32])
}

/// Imogen's bundle, after a key change.
fn bundle() -> Bundle {
    let first = AccountKeys::make(&mut rng(1));
    let (keys, card) = first.succeed(&first.card(imogen()), &mut rng(2)).expect("her own card");
    let theirs = AccountKeys::make(&mut rng(3));
    let (_, next) = theirs.succeed(&theirs.card(quill()), &mut rng(5)).expect("quill's own card");
    let role = AccountRole::Clinician;
    let card_before = theirs.card(quill());
    let mut contact = Contact { confirmed: true, ..Contact::met(quill(), "quill".into(), role, card_before) };
    contact.follow(&[next]);
    Bundle {
        account: imogen(),
        handle: "heron-41".into(),
        card,
        version: 5,
        keys,
        account_secret: AccountSecret::make(&mut rng(4)),
        devices: vec![NamedDevice { session: SessionId::from_random_bytes([5; 16]), name: "phone".into() }],
        heads: vec![KnownHead { journal: journal(), seq: 3, hash: Hash::of("head") }],
        contacts: vec![contact],
        ways: vec![
            WayIn { way: Way::Recovery, recipient: recovery().to_recipient() },
            WayIn { way: Way::Passkey, recipient: passkey().to_recipient() },
        ],
    }
}

/// Opens with the age crate alone, changes the JSON and seals it again, as whoever knows a way in's recipient could.
fn resealed(change: impl Fn(&str) -> String, to: &HybridIdentity) -> Vec<u8> {
    let json = age::decrypt(&recovery(), &bundle().seal().expect("it has ways")).expect("it is a way in");
    let changed = change(std::str::from_utf8(&json).expect("JSON"));
    age::encrypt(&to.to_recipient(), changed.as_bytes()).expect("one recipient")
}

#[test]
fn a_bundle_opens_by_every_way_in_with_everything_inside() {
    let sealed = bundle().seal().unwrap();
    for way in [recovery(), passkey()] {
        let opened = Bundle::open(&way, &sealed).ok().unwrap();
        let before = bundle();
        assert_eq!((opened.account, opened.handle.as_str(), opened.version), (imogen(), "heron-41", 5));
        assert_eq!(opened.card, before.card);
        assert_eq!(opened.account_secret.expose(), before.account_secret.expose());
        assert_eq!((&opened.heads, &opened.contacts), (&before.heads, &before.contacts));
        assert_eq!(opened.ways, before.ways);
        assert_eq!(opened.keys.verifying_key(), before.keys.verifying_key());
        let identities = |bundle: &Bundle| -> Vec<String> {
            let texts = bundle.keys.identities().map(HybridIdentity::to_identity_string);
            texts.map(|text| text.expose_secret().to_owned()).collect()
        };
        assert_eq!(identities(&opened), identities(&before));
        assert_eq!(identities(&opened).len(), 2);
        assert!(opened.keys.owns(&AccountKeys::make(&mut rng(1)).verifying_key()), "the key from before the change");
    }
}

#[test]
fn another_recovery_code_does_not_open_a_bundle() {
    let other = way_from_recovery_code(&RecoveryCode::make(&mut rng(99)));
    assert_eq!(Bundle::open(&other, &bundle().seal().unwrap()).err(), Some(OpenBundleError::DoesNotOpen));
}

#[test]
fn the_same_bytes_used_in_two_ways_are_two_identities() {
    let mut zeros = rng(20);
    let code = RecoveryCode::make(&mut zeros);
    let words = code.words().join(" ");
    let entropy = bip39::Mnemonic::parse(words).unwrap().to_entropy();
    let prf = way_from_prf(entropy.as_slice().try_into().unwrap());
    assert!(prf.to_recipient() != way_from_recovery_code(&code).to_recipient());
}

#[test]
fn a_passkey_is_never_the_only_way_in() {
    let mut alone = bundle();
    alone.ways.retain(|way| way.way == Way::Passkey);
    assert_eq!(alone.seal().err(), Some(SealBundleError::PasskeyAlone));
}

#[test]
fn another_prf_or_one_with_any_bit_flipped_does_not_open_a_bundle() {
    let sealed = bundle().seal().unwrap();
    assert!(Bundle::open(&way_from_prf(&[21; 32]), &sealed).is_ok(), "the one that it is sealed to");
    for at in 0..32 {
        let mut other = [21; 32];
        other[at] ^= 1 << (at % 8);
        assert_eq!(Bundle::open(&way_from_prf(&other), &sealed).err(), Some(OpenBundleError::DoesNotOpen));
    }
}

#[test]
fn the_permanent_vector_of_a_prf_keeps_its_way_in() {
    let vector = vector("passkey.json");
    let B64(prf) = field(&vector, "prf");
    let way = way_from_prf(prf.as_slice().try_into().unwrap());
    assert!(way.to_recipient() == field(&vector, "way_in"));
    let B64(sealed) = field(&vector, "device_key_sealed");
    assert_eq!(*DeviceKey::open_by(&way, &sealed).unwrap().to_text(), field::<String>(&vector, "device_key"));
}

#[test]
fn a_bundle_that_does_not_name_its_way_in_is_forged() {
    let attacker_knows = HybridIdentity::make(&mut rng(77));
    let forged = resealed(str::to_owned, &attacker_knows);
    assert_eq!(Bundle::open(&attacker_knows, &forged).err(), Some(OpenBundleError::Forged));
}

#[test]
fn a_bundle_of_a_newer_version_asks_for_an_update() {
    let newer = resealed(|json| json.replacen(r#"{"v":1,"#, r#"{"v":2,"new":true,"#, 1), &recovery());
    assert_eq!(Bundle::open(&recovery(), &newer).err(), Some(OpenBundleError::UpdateNeeded));
}

#[test]
fn a_bundle_whose_card_is_not_of_its_keys_is_refused() {
    let mut other = bundle();
    other.card = AccountKeys::make(&mut rng(50)).card(imogen());
    let sealed = other.seal().unwrap();
    assert_eq!(Bundle::open(&recovery(), &sealed).err(), Some(OpenBundleError::Malformed));
    let mut other = bundle();
    other.account = quill();
    let sealed = other.seal().unwrap();
    assert_eq!(Bundle::open(&recovery(), &sealed).err(), Some(OpenBundleError::Malformed));
}

#[test]
fn a_bundle_that_nobody_could_open_is_not_sealed() {
    let mut closed = bundle();
    closed.ways.clear();
    assert_eq!(closed.seal().err(), Some(SealBundleError::NoWays));
}

#[test]
fn a_device_refuses_an_older_bundle_another_account_and_another_card() {
    let bundle = bundle();
    let card = bundle.card.fingerprint();
    assert_eq!(bundle.check_newer_than(5, imogen(), &card), Ok(()));
    assert_eq!(bundle.check_newer_than(4, imogen(), &card), Ok(()));
    let older = BundleMismatch::OlderVersion { known: 6, found: 5 };
    assert_eq!(bundle.check_newer_than(6, imogen(), &card), Err(older));
    assert_eq!(bundle.check_newer_than(5, quill(), &card), Err(BundleMismatch::OtherAccount));
    let other = Hash::of("another card");
    assert_eq!(bundle.check_newer_than(5, imogen(), &other), Err(BundleMismatch::OtherCard));
}

#[test]
fn the_permanent_vector_opens() {
    let vector = vector("bundle.json");
    let code = RecoveryCode::parse(&field::<String>(&vector, "recovery_words")).ok().unwrap();
    let B64(sealed) = field(&vector, "sealed");
    let bundle = Bundle::open(&way_from_recovery_code(&code), &sealed).ok().unwrap();
    assert_eq!(bundle.account, field(&vector, "account"));
    assert_eq!(bundle.handle, field::<String>(&vector, "handle"));
    assert_eq!(bundle.card.fingerprint(), field(&vector, "fingerprint"));
    assert_eq!(bundle.version, field::<u64>(&vector, "version"));
    assert_eq!(bundle.heads[0].journal, field(&vector, "journal"));
    assert_eq!(bundle.contacts[0].account, field(&vector, "contact"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_bundle_with_any_bit_flipped_does_not_open(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let sealed = flipped(&bundle().seal().unwrap(), at, bit);
        prop_assert_eq!(Bundle::open(&recovery(), &sealed).err(), Some(OpenBundleError::DoesNotOpen));
    }

    #[test]
    fn a_bundle_with_any_byte_of_its_json_changed_is_refused_or_the_same_shape(
        at in any::<prop::sample::Index>(), byte in any::<char>()
    ) {
        let changed = resealed(|json| {
            let at = json.char_indices().map(|(at, _)| at).nth(at.index(json.len())).unwrap_or(0);
            format!("{}{byte}{}", &json[..at], json.get(at + 1..).unwrap_or(""))
        }, &recovery());
        let _ = Bundle::open(&recovery(), &changed);
    }
}
