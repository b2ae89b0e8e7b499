//! Derived keys: HKDF-SHA256 (RFC 5869), each under a label of its own, so that no derived key is ever another.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// `HKDF(salt, key, info = label)`, `N` bytes. `N` is a small constant at every call.
pub(crate) fn derive<const N: usize>(salt: Option<&[u8]>, key: &[u8], label: &str) -> Zeroizing<[u8; N]> {
    let mut derived = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(salt, key)
        .expand(label.as_bytes(), derived.as_mut_slice())
        .expect("HKDF-SHA256 gives up to 8160 bytes and no caller asks for more than 64");
    derived
}
