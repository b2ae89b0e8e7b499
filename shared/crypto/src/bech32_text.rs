//! Keys as text: Bech32 (BIP 173) without its length limit, as age writes keys. Exactly one text per key.

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Checksum, Hrp};
use zeroize::{Zeroize, Zeroizing};

/// Bech32 for strings longer than BIP 173 allows: a hybrid recipient has 1959 characters.
enum LongBech32 {}

impl Checksum for LongBech32 {
    type MidstateRepr = u32;
    const CODE_LENGTH: usize = 4096;
    const CHECKSUM_LENGTH: usize = Bech32::CHECKSUM_LENGTH;
    const GENERATOR_SH: [u32; 5] = Bech32::GENERATOR_SH;
    const TARGET_RESIDUE: u32 = Bech32::TARGET_RESIDUE;
}

/// Returns the bytes as lowercase text after `prefix`.
pub(crate) fn encode(prefix: &str, bytes: &[u8]) -> Zeroizing<String> {
    let prefix = Hrp::parse(prefix).expect("prefixes are constants of this crate, and valid");
    Zeroizing::new(bech32::encode_lower::<LongBech32>(prefix, bytes).expect("keys are far below the length limit"))
}

/// Returns the bytes of text that [`encode`] wrote, and of no other text.
pub(crate) fn decode(prefix: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let checked = CheckedHrpstring::new::<LongBech32>(text).ok()?;
    let bytes = Zeroizing::new(checked.byte_iter().collect::<Vec<u8>>());
    // Compared whole: refuses other prefixes, mixed case and stray bits in the last character.
    (*encode(prefix, &bytes) == text).then_some(bytes)
}

/// Returns the bytes as uppercase text, as age writes identities.
pub(crate) fn encode_upper(prefix: &str, bytes: &[u8]) -> Zeroizing<String> {
    let mut lower = encode(prefix, bytes);
    let upper = Zeroizing::new(lower.to_ascii_uppercase());
    lower.zeroize();
    upper
}

/// Returns the bytes of text that [`encode_upper`] wrote, and of no other text.
pub(crate) fn decode_upper(prefix: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    decode(prefix, &Zeroizing::new(text.to_ascii_lowercase()))
}
