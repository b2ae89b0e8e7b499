//! Padmé padding, so that a size tells little about what is inside.
//!
//! Nikitin, Barman, Lueks, Underwood, Hubaux, Ford: "Reducing Metadata Leakage from Encrypted Files and Communication
//! with PURBs", PoPETs 2019, section 4. Overhead is at most 12 %, less for larger files.

/// The least padded length, in bytes: a short note looks like any other short note.
pub const LEAST_BYTES: u64 = 1024;

/// Returns `Padmé(max(len, 1024))`, the length in bytes that `len` bytes are padded to.
///
/// The result is a fixed point: `padded_len(padded_len(len)) == padded_len(len)`.
pub fn padded_len(len: u64) -> u64 {
    let len = len.max(LEAST_BYTES);
    let exponent = len.ilog2();
    let mantissa_bits = exponent.ilog2() + 1;
    let mask = (1_u64 << (exponent - mantissa_bits)) - 1;
    // Lengths next to 2^64 do not occur; they are left as they are rather than wrapped.
    len.checked_add(mask).map_or(len, |sum| sum & !mask)
}

/// Appends newlines up to [`padded_len`]: JSON and age identity files stay what they are.
pub(crate) fn pad_with_newlines(text: &mut Vec<u8>) {
    let padded = padded_len(text.len() as u64);
    text.resize(usize::try_from(padded).expect("a padded length in memory is at most 12 % more"), b'\n');
}
