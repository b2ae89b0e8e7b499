//! A device's own copy, and what it keeps under its key.

use proptest::prelude::*;
use reverie_crypto::bundle::{WayIn, way_from_prf};
use reverie_crypto::device::{OpenDeviceError, OpenLocalError};
use reverie_crypto::{AccountKeys, AccountSecret, Bundle, DeviceCopy, DeviceKey, Way};
use reverie_protocol::bytes::B64;

use crate::fixtures::{field, flipped, imogen, rng, shell, vector};

const PASSWORD: &str = "seven herons over the flood plain";
/// Low, so that tests are quick.
const WORK: u8 = 2;

fn copy() -> DeviceCopy {
    let keys = AccountKeys::make(&mut rng(1));
    let bundle = Bundle {
        account: imogen(),
        handle: "heron-41".into(),
        card: keys.card(imogen()),
        version: 1,
        keys,
        account_secret: AccountSecret::make(&mut rng(2)),
        heads: Vec::new(),
        contacts: Vec::new(),
        devices: Vec::new(),
        ways: vec![WayIn { way: Way::Passkey, recipient: way_from_prf(&[3; 32]).to_recipient() }],
    };
    DeviceCopy { bundle, device_key: DeviceKey::make(&mut rng(4)) }
}

#[test]
fn a_device_unlocks_with_its_password_and_reads_what_it_keeps() {
    let before = copy();
    let pins = before.device_key.seal_local("pins", b"seen");
    let after = DeviceCopy::open(PASSWORD, &before.seal(PASSWORD, WORK)).ok().unwrap();
    assert_eq!(after.bundle.card, before.bundle.card);
    assert_eq!(after.bundle.account_secret.expose(), before.bundle.account_secret.expose());
    assert_eq!(after.device_key.open_local("pins", &pins).unwrap().as_slice(), b"seen");
}

#[test]
fn a_device_keeps_new_keys_beside_the_first_under_its_own_key() {
    let before = copy();
    let (keys, card) = before.bundle.keys.succeed(&before.bundle.card, &mut rng(5)).unwrap();
    let after = Bundle { keys, card: card.clone(), ..copy().bundle };
    let sealed = before.device_key.seal_bundle("bundle.age", &after);
    let opened = before.device_key.open_bundle("bundle.age", &sealed).ok().unwrap();
    assert_eq!(opened.card, card);
    assert!(opened.keys.owns(&before.bundle.keys.verifying_key()));
    let another = DeviceKey::make(&mut rng(6));
    assert_eq!(another.open_bundle("bundle.age", &sealed).err(), Some(OpenDeviceError::DoesNotOpen));
    assert_eq!(before.device_key.open_bundle("state.age", &sealed).err(), Some(OpenDeviceError::DoesNotOpen));
    let none = before.device_key.seal_local("bundle.age", b"{\"v\":1}");
    assert_eq!(before.device_key.open_bundle("bundle.age", &none).err(), Some(OpenDeviceError::Malformed));
}

#[test]
fn another_password_does_not_unlock_a_device() {
    let sealed = copy().seal(PASSWORD, WORK);
    for wrong in ["", "seven herons", "Seven herons over the flood plain"] {
        assert_eq!(DeviceCopy::open(wrong, &sealed).err(), Some(OpenDeviceError::DoesNotOpen));
    }
}

#[test]
fn a_planted_file_that_asks_for_too_much_work_is_refused_at_once() {
    let sealed = copy().seal(PASSWORD, WORK);
    let line_end = sealed.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
    assert_eq!(&sealed[line_end - 2..line_end], b" 2", "the work factor ends the stanza's first line");
    let planted = [&sealed[..line_end - 1], b"30", &sealed[line_end..]].concat();
    assert_eq!(DeviceCopy::open(PASSWORD, &planted).err(), Some(OpenDeviceError::TooMuchWork));
}

#[test]
fn what_opens_but_is_no_device_copy_is_told_apart() {
    let seal = |inside: &[u8]| {
        let mut recipient = age::scrypt::Recipient::new(secrecy::SecretString::from(PASSWORD));
        recipient.set_work_factor(WORK);
        age::encrypt(&recipient, inside).unwrap()
    };
    for inside in [&b"words"[..], br#"{"v":1}"#, br#"{"v":1,"device_key":"","bundle":{"v":1}}"#] {
        assert_eq!(DeviceCopy::open(PASSWORD, &seal(inside)).err(), Some(OpenDeviceError::Malformed));
    }
    let newer = seal(br#"{"v":1,"device_key":"","bundle":{"v":2}}"#);
    assert_eq!(DeviceCopy::open(PASSWORD, &newer).err(), Some(OpenDeviceError::UpdateNeeded));
    let newer = seal(br#"{"v":2,"something":"new"}"#);
    assert_eq!(DeviceCopy::open(PASSWORD, &newer).err(), Some(OpenDeviceError::UpdateNeeded));
}

#[test]
fn files_that_a_device_keeps_cannot_stand_in_for_each_other() {
    let key = copy().device_key;
    let outbox = key.seal_local("outbox", b"waiting");
    assert_eq!(key.open_local("pins", &outbox), Err(OpenLocalError::WrongName));
    assert_eq!(key.open_local("out", &outbox), Err(OpenLocalError::WrongName));
    let other = DeviceKey::make(&mut rng(9));
    assert_eq!(other.open_local("outbox", &outbox), Err(OpenLocalError::DoesNotOpen));
}

#[test]
fn a_device_opens_by_a_way_in_that_it_was_sealed_to_and_by_no_other() {
    let (key, way) = (copy().device_key, way_from_prf(&[3; 32]));
    let sealed = key.seal_to(&way.to_recipient());
    assert_eq!(DeviceKey::open_by(&way, &sealed).unwrap().to_text(), key.to_text());
    assert!(DeviceKey::open_by(&way_from_prf(&[4; 32]), &sealed).is_none());
    // What else is sealed to the way in is no device key.
    let text = key.to_text();
    assert!(DeviceKey::open_by(&way, &age::encrypt(&way.to_recipient(), text.as_bytes()).unwrap()).is_none());
    let other = b"reverie/v1/device-key\nAGE-SECRET-KEY-1";
    assert!(DeviceKey::open_by(&way, &age::encrypt(&way.to_recipient(), other).unwrap()).is_none());
}

#[test]
fn stock_age_recognises_a_device_copy_as_a_passphrase_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("device.age"), copy().seal(PASSWORD, WORK)).unwrap();
    // age asks for the passphrase on a terminal; without one it gets as far as asking.
    let out = shell(folder.path(), "setsid age -d device.age < /dev/null");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(!out.status.success() && said.contains("passphrase"), "{said}");
}

#[test]
fn the_permanent_vector_opens() {
    let vector = vector("device.json");
    let B64(sealed) = field(&vector, "sealed");
    let copy = DeviceCopy::open(&field::<String>(&vector, "password"), &sealed).ok().unwrap();
    assert_eq!(copy.bundle.card.fingerprint(), field(&vector, "fingerprint"));
    let local = &vector["local"];
    let B64(sealed) = field(local, "sealed");
    let opened = copy.device_key.open_local(&field::<String>(local, "name"), &sealed).unwrap();
    assert_eq!(B64(opened.to_vec()), field(local, "bytes"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_device_copy_with_any_bit_flipped_does_not_open(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let sealed = flipped(&copy().seal(PASSWORD, WORK), at, bit);
        prop_assert_eq!(DeviceCopy::open(PASSWORD, &sealed).err(), Some(OpenDeviceError::DoesNotOpen));
    }

    #[test]
    fn a_device_key_with_any_bit_flipped_does_not_open_by_a_way_in(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let way = way_from_prf(&[3; 32]);
        let sealed = flipped(&copy().device_key.seal_to(&way.to_recipient()), at, bit);
        prop_assert!(DeviceKey::open_by(&way, &sealed).is_none());
    }

    #[test]
    fn local_files_come_back_and_refuse_flipped_bits(
        bytes in prop::collection::vec(any::<u8>(), 0..2000), name in "[a-z/]{0,12}", at in any::<prop::sample::Index>()
    ) {
        let key = copy().device_key;
        let sealed = key.seal_local(&name, &bytes);
        let opened = key.open_local(&name, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), bytes.as_slice());
        prop_assert_eq!(key.open_local(&name, &flipped(&sealed, at, 0)), Err(OpenLocalError::DoesNotOpen));
    }
}
