//! Words to compare: short fingerprints that two people read to each other, in words of the BIP-39 English list.

use bip39::Language;
use reverie_protocol::hash::Hash;

const CARDS_LABEL: &[u8] = b"reverie/v1/compare-words";
const HEAD_LABEL: &[u8] = b"reverie/v1/head-words";
const BITS_PER_WORD: usize = 11;

/// `SHA-256("reverie/v1/compare-words" ‖ lesser fingerprint ‖ greater fingerprint)`, its first 66 bits as six words.
///
/// Both sides see the same words, whoever invited. They catch a leaked invitation code.
pub fn compare_words(mine: &Hash, theirs: &Hash) -> [&'static str; 6] {
    let (lesser, greater) = (mine.min(theirs), mine.max(theirs));
    words(&Hash::of([CARDS_LABEL, &lesser.0, &greater.0].concat()))
}

/// `SHA-256("reverie/v1/head-words" ‖ seq (8, big-endian) ‖ head)`, its first 44 bits as four words.
///
/// Patient and clinician who see the same words have seen the same history of a journal.
pub fn head_words(seq: u64, head: &Hash) -> [&'static str; 4] {
    words(&Hash::of([HEAD_LABEL, &seq.to_be_bytes(), &head.0].concat()))
}

/// Returns the first `11 * N` bits as `N` words.
fn words<const N: usize>(hash: &Hash) -> [&'static str; N] {
    let bit = |position: usize| usize::from(hash.0[position / 8] >> (7 - position % 8) & 1);
    std::array::from_fn(|word| {
        let bits = word * BITS_PER_WORD..(word + 1) * BITS_PER_WORD;
        Language::English.word_list()[bits.fold(0, |index, position| index << 1 | bit(position))]
    })
}
