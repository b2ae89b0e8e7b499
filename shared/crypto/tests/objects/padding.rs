//! Padmé, against the paper and its properties.

use proptest::prelude::*;
use reverie_crypto::padding::padded_len;

#[test]
fn lengths_are_those_of_the_paper() {
    // Computed by hand from PURBs, section 4: the mantissa keeps as many bits as the exponent has.
    let table = [
        (0, 1024),
        (1, 1024),
        (1024, 1024),
        (1025, 1088),
        (1088, 1088),
        (1089, 1152),
        (2047, 2048),
        (2049, 2176),
        (9000, 9216),
        (65_537, 67_584),
        (1_000_000, 1_015_808),
        (100_000_000, 100_663_296),
        (512 * 1024 * 1024, 512 * 1024 * 1024),
    ];
    for (len, padded) in table {
        assert_eq!(padded_len(len), padded, "padded_len({len})");
    }
}

#[test]
fn every_short_note_has_the_same_length() {
    assert!((0..=1024).all(|len| padded_len(len) == 1024));
}

proptest! {
    #[test]
    fn padding_covers_costs_little_and_is_a_fixed_point(len in 1024_u64..1 << 40) {
        let padded = padded_len(len);
        prop_assert!(padded >= len);
        prop_assert!((padded - len) * 100 <= len * 12);
        prop_assert_eq!(padded_len(padded), padded);
    }

    #[test]
    fn a_longer_text_is_never_padded_to_less(len in any::<u64>(), more in any::<u64>()) {
        let longer = len.saturating_add(more);
        prop_assert!(padded_len(longer) >= padded_len(len));
    }
}
