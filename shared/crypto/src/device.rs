//! A device's own copy: bundle and device key in one age file under the password, so that it unlocks without a server.
//!
//! scrypt alone stands between a stolen disk and the keys; the threat model says so. What else the device keeps is
//! sealed to the device key, each thing under the name of its place, so that two files cannot be exchanged.

use age_core::format::{FileKey, Stanza};
use rand_core::CryptoRng;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::age_file::{self, DoesNotOpen};
use crate::bundle::{Bundle, OpenBundleError};
use crate::hybrid::{HybridIdentity, HybridRecipient};
use crate::padding;
use crate::password;
use crate::versioned;
use crate::x25519::X25519Identity;

/// The work factor to seal with: scrypt with N = 2^17, r = 8, p = 1, 128 MiB, about half a second on a phone.
pub const WORK_FACTOR: u8 = 17;
/// The largest work factor that is tried: 1 GiB. A planted file must not stop the device.
pub const MOST_WORK_FACTOR: u8 = 20;

/// Stands before a device key that is sealed to a way in, so that nothing else sealed to it passes for one.
const DEVICE_KEY_LABEL: &[u8] = b"reverie/v1/device-key\n";

/// The device key: seals what the device keeps. An X25519 age identity; its recipient never leaves the device.
pub struct DeviceKey(X25519Identity);

/// What a device keeps under the password.
pub struct DeviceCopy {
    /// The account's bundle.
    pub bundle: Bundle,
    /// The device's own key.
    pub device_key: DeviceKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceJson<'a> {
    v: u32,
    device_key: Zeroizing<String>,
    #[serde(borrow)]
    bundle: &'a RawValue,
}

/// Why the device's copy does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenDeviceError {
    /// The password is not right, or the file was altered.
    #[error("the password does not open this device's keys")]
    DoesNotOpen,
    /// The file wants more work than [`MOST_WORK_FACTOR`].
    #[error("this device's key file asks for more work than is reasonable; it was not made here")]
    TooMuchWork,
    /// It was made by a newer version of this program.
    #[error("this device's keys were written by a newer version of Reverie; update and try again")]
    UpdateNeeded,
    /// It opens, but it cannot be read.
    #[error("this device's key file opens, but it cannot be read")]
    Malformed,
}

/// Why a thing that the device keeps does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenLocalError {
    /// It is not sealed to this device's key, or altered.
    #[error("a file that this device keeps does not open; it was altered, or it belongs to another device")]
    DoesNotOpen,
    /// It was sealed for another place.
    #[error("a file that this device keeps stands in another file's place")]
    WrongName,
}

impl DeviceCopy {
    /// `age(scrypt(NFKC(password), 2^work_factor), {v, device_key, bundle} padded with newlines)`.
    ///
    /// # Panics
    /// If `work_factor` is not in 1 ..= [`MOST_WORK_FACTOR`]; it is a constant of the caller's.
    pub fn seal(&self, password: &str, work_factor: u8) -> Vec<u8> {
        assert!((1..=MOST_WORK_FACTOR).contains(&work_factor), "such a file could not be opened again");
        let bundle = self.bundle.to_json();
        let json = DeviceJson {
            v: 1,
            device_key: Zeroizing::new(self.device_key.0.to_identity_string().expose_secret().to_owned()),
            bundle: serde_json::from_slice(&bundle).expect("a bundle is JSON"),
        };
        let mut plaintext = Zeroizing::new(serde_json::to_vec(&json).expect("text keys only, so it is JSON"));
        padding::pad_with_newlines(&mut plaintext);
        let mut recipient = age::scrypt::Recipient::new(passphrase(password));
        recipient.set_work_factor(work_factor);
        age_file::seal(&[&recipient], &plaintext)
    }

    /// Opens a device's copy.
    ///
    /// # Errors
    /// [`OpenDeviceError`].
    pub fn open(password: &str, sealed: &[u8]) -> Result<Self, OpenDeviceError> {
        let mut identity = age::scrypt::Identity::new(passphrase(password));
        identity.set_max_work_factor(MOST_WORK_FACTOR);
        let identity = Passphrase { identity, too_much_work: std::cell::Cell::new(false) };
        let plaintext = age_file::open(&identity, sealed).map_err(|DoesNotOpen| {
            if identity.too_much_work.get() { OpenDeviceError::TooMuchWork } else { OpenDeviceError::DoesNotOpen }
        })?;
        if versioned::version(&plaintext).ok_or(OpenDeviceError::Malformed)? != 1 {
            return Err(OpenDeviceError::UpdateNeeded);
        }
        let json: DeviceJson<'_> = serde_json::from_slice(&plaintext).map_err(|_| OpenDeviceError::Malformed)?;
        let bundle = Bundle::from_json(json.bundle.get().as_bytes()).map_err(bundle_error)?;
        let device_key = X25519Identity::parse(&json.device_key).map(DeviceKey).ok_or(OpenDeviceError::Malformed)?;
        Ok(Self { bundle, device_key })
    }
}

impl DeviceKey {
    /// `age(device key, name "\n" bundle JSON)`: a bundle that replaces the one under the password, after keys changed.
    pub fn seal_bundle(&self, name: &str, bundle: &Bundle) -> Vec<u8> {
        self.seal_local(name, &bundle.to_json())
    }

    /// Opens a bundle that was sealed under `name`.
    ///
    /// # Errors
    /// [`OpenDeviceError`].
    pub fn open_bundle(&self, name: &str, sealed: &[u8]) -> Result<Bundle, OpenDeviceError> {
        let json = self.open_local(name, sealed).map_err(|_| OpenDeviceError::DoesNotOpen)?;
        Bundle::from_json(&json).map_err(bundle_error)
    }

    /// Makes the key of a new device.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        Self(X25519Identity::make(rng))
    }

    /// Returns the key as text, for the memory of a program that holds it while the device is unlocked.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_identity_string().expose_secret().to_owned())
    }

    /// Reads what [`Self::to_text`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        X25519Identity::parse(text).map(Self)
    }

    /// `age(way in, "reverie/v1/device-key\n" device key as text)`: lets a way in open this device without a server.
    pub fn seal_to(&self, way: &HybridRecipient) -> Vec<u8> {
        let plaintext = Zeroizing::new([DEVICE_KEY_LABEL, self.to_text().as_bytes()].concat());
        age_file::seal(&[way], &plaintext)
    }

    /// Opens what [`Self::seal_to`] gave; nothing for another way in, or what was altered or is no device key.
    pub fn open_by(way: &HybridIdentity, sealed: &[u8]) -> Option<Self> {
        let plaintext = age_file::open(way, sealed).ok()?;
        Self::parse(std::str::from_utf8(plaintext.strip_prefix(DEVICE_KEY_LABEL)?).ok()?)
    }

    /// `age(device key, name "\n" bytes)`: seals what the device keeps under `name`.
    ///
    /// # Panics
    /// If the name holds a newline; names are made by this program.
    pub fn seal_local(&self, name: &str, bytes: &[u8]) -> Vec<u8> {
        assert!(!name.contains('\n'), "names of local files have no newline");
        let plaintext = Zeroizing::new([name.as_bytes(), b"\n", bytes].concat());
        age_file::seal(&[&self.0.to_recipient()], &plaintext)
    }

    /// Opens what was sealed under `name`.
    ///
    /// # Errors
    /// [`OpenLocalError`].
    pub fn open_local(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenLocalError> {
        let mut plaintext = age_file::open(&self.0, sealed).map_err(|DoesNotOpen| OpenLocalError::DoesNotOpen)?;
        let prefix = [name.as_bytes(), b"\n"].concat();
        if !plaintext.starts_with(&prefix) {
            return Err(OpenLocalError::WrongName);
        }
        plaintext.drain(..prefix.len());
        Ok(plaintext)
    }
}

const fn bundle_error(error: OpenBundleError) -> OpenDeviceError {
    match error {
        OpenBundleError::UpdateNeeded => OpenDeviceError::UpdateNeeded,
        _ => OpenDeviceError::Malformed,
    }
}

fn passphrase(password: &str) -> SecretString {
    SecretString::from(password::normalize(password).as_str())
}

/// A scrypt identity that remembers whether it refused for the work.
struct Passphrase {
    identity: age::scrypt::Identity,
    too_much_work: std::cell::Cell<bool>,
}

impl age::Identity for Passphrase {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        let unwrapped = self.identity.unwrap_stanza(stanza);
        self.too_much_work.set(matches!(unwrapped, Some(Err(age::DecryptError::ExcessiveWork { .. }))));
        unwrapped
    }
}
