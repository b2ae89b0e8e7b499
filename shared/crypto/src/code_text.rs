//! 128-bit codes as people read, type and scan them: Bech32m (BIP 350) in groups of four. Exactly one text per code.

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use zeroize::Zeroizing;

/// "1", 26 characters for 128 bits, 6 for the checksum: what follows the prefix.
const CHARS_AFTER_PREFIX: usize = 33;
const GROUP: usize = 4;

/// Why a text is not a code of this prefix.
#[derive(Clone, Copy)]
pub(crate) enum NotACode {
    TooShort,
    TooLong,
    Mistyped,
}

/// Returns the code as text, in groups of four with dashes between.
pub(crate) fn encode(prefix: Hrp, code: &[u8; 16]) -> Zeroizing<String> {
    let ungrouped = ungrouped(prefix, code);
    let mut text = Zeroizing::new(String::with_capacity(ungrouped.len() * 5 / 4));
    for (position, c) in ungrouped.chars().enumerate() {
        if position > 0 && position % GROUP == 0 {
            text.push('-');
        }
        text.push(c);
    }
    text
}

/// Reads a code as people type it: any case, spaces and dashes anywhere, or a link that ends in `#code`.
pub(crate) fn decode(prefix: Hrp, text: &str) -> Result<Zeroizing<[u8; 16]>, NotACode> {
    let code = text.rsplit('#').next().unwrap_or(text);
    let code: Zeroizing<String> =
        Zeroizing::new(code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect());
    match code.chars().count().cmp(&(prefix.len() + CHARS_AFTER_PREFIX)) {
        std::cmp::Ordering::Less => return Err(NotACode::TooShort),
        std::cmp::Ordering::Greater => return Err(NotACode::TooLong),
        std::cmp::Ordering::Equal => {}
    }
    let checked = CheckedHrpstring::new::<Bech32m>(&code).map_err(|_| NotACode::Mistyped)?;
    let bytes = Zeroizing::new(checked.byte_iter().collect::<Vec<u8>>());
    let parsed = Zeroizing::new(bytes.as_slice().try_into().map_err(|_| NotACode::Mistyped)?);
    // Compared whole: one text for one code, and no other prefix.
    if *ungrouped(prefix, &parsed) == *code { Ok(parsed) } else { Err(NotACode::Mistyped) }
}

fn ungrouped(prefix: Hrp, code: &[u8; 16]) -> Zeroizing<String> {
    let text = bech32::encode_lower::<Bech32m>(prefix, code);
    Zeroizing::new(text.expect("16 bytes are far below the length limit"))
}
