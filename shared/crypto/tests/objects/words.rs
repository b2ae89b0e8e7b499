//! Words that two people compare.

use proptest::prelude::*;
use reverie_crypto::words::{compare_words, head_words};
use reverie_protocol::hash::Hash;

use crate::fixtures::{field, vector};

#[test]
fn another_card_or_another_head_has_other_words() {
    let (a, b, c) = (Hash::of("a"), Hash::of("b"), Hash::of("c"));
    assert_ne!(compare_words(&a, &b), compare_words(&a, &c));
    assert_ne!(head_words(1, &a), head_words(1, &b));
    assert_ne!(head_words(1, &a), head_words(2, &a));
}

#[test]
fn the_permanent_vector_keeps_its_words() {
    let vector = vector("pairing.json");
    let words = compare_words(&field(&vector, "inviter"), &field(&vector, "guest"));
    assert_eq!(words.to_vec(), field::<Vec<String>>(&vector, "words"));
    let head = &vector["head"];
    assert_eq!(head_words(field(head, "seq"), &field(head, "hash")).to_vec(), field::<Vec<String>>(head, "words"));
}

proptest! {
    #[test]
    fn both_screens_show_the_same_words(a in any::<[u8; 32]>(), b in any::<[u8; 32]>()) {
        prop_assert_eq!(compare_words(&Hash(a), &Hash(b)), compare_words(&Hash(b), &Hash(a)));
    }
}
