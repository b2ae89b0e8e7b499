//! X25519 against the known attacks that Project Wycheproof collects.
//!
//! Two generations of x25519-dalek are at work: age's own opens epochs, ours refuses points of low order in hybrid keys.

use reverie_crypto::{HybridIdentity, HybridRecipient};
use wycheproof::xdh::{Test, TestFlag, TestName, TestSet};

use crate::fixtures::rng;

fn tests() -> Vec<Test> {
    let set = TestSet::load(TestName::X25519).expect("the crate's own data");
    let tests: Vec<_> = set.test_groups.into_iter().flat_map(|group| group.tests).collect();
    assert_eq!(tests.len(), 518);
    tests
}

fn bytes(text: &[u8]) -> [u8; 32] {
    text.try_into().expect("32 bytes")
}

#[test]
fn both_generations_agree_with_every_vector() {
    for test in tests() {
        let (private, public) = (bytes(&test.private_key), bytes(&test.public_key));
        assert_eq!(
            x25519_dalek::x25519(private, public).as_slice(),
            test.shared_secret.as_slice(),
            "{}: {}",
            test.tc_id,
            test.comment
        );
        assert_eq!(
            x25519_of_age::x25519(private, public).as_slice(),
            test.shared_secret.as_slice(),
            "{}: {}",
            test.tc_id,
            test.comment
        );
    }
}

#[test]
fn a_hybrid_recipient_with_a_point_of_low_order_is_refused_and_with_no_other() {
    let text = HybridIdentity::make(&mut rng(1)).to_recipient().to_string();
    let mut refused = 0;
    for test in tests() {
        let recipient = crate::hybrid::with_x25519_part(&text, bytes(&test.public_key)).parse::<HybridRecipient>();
        let low_order = test.flags.contains(&TestFlag::ZeroSharedSecret);
        assert_eq!(recipient.is_err(), low_order, "{}: {}", test.tc_id, test.comment);
        refused += usize::from(low_order);
    }
    assert_eq!(refused, 31);
}
