//! The samples stand for what really travels: both serialisers agree on them, and `check` accepts them.

use reverie_protocol::bytes::B64;
use reverie_protocol::check::{JournalState, check};

use super::*;

/// The two serialisers, serde (clients) and poem-openapi (server), write the same, and each reads what both wrote.
struct Agreement;

impl Visitor for Agreement {
    fn visit<T: Wire>(&mut self, samples: &[T]) {
        assert!(!samples.is_empty(), "{} has no sample", T::name());
        for sample in samples {
            let by_serde = serde_json::to_value(sample).unwrap();
            assert_eq!(sample.to_json().unwrap(), by_serde);
            assert_eq!(T::parse_from_json(Some(by_serde.clone())).ok().as_ref(), Some(sample));
            assert_eq!(&serde_json::from_value::<T>(by_serde).unwrap(), sample);
        }
    }
}

#[test]
fn clients_and_server_write_and_read_every_type_alike() {
    visit(&mut Agreement);
    Agreement.visit(&[B64(Vec::new()), B64(vec![0, 255, 62, 63])]);
    Agreement.visit(&[Hash::of("x")]);
}

#[test]
fn the_samples_would_be_accepted() {
    let story = Story::new();
    assert_eq!(story.heron_card.verify().unwrap().account, story.heron);
    assert_eq!(story.quill_card.verify().unwrap().account, story.quill);
    story.heron_next_card.verify_successor_of(&story.heron_card).unwrap();
    let mut state: Option<JournalState> = None;
    check(&mut state, &story.open).unwrap();
    let written = check(&mut state, &story.write).unwrap();
    let (named, body) = (written.body.unwrap(), story.write.body.unwrap());
    assert_eq!((named.sha256, named.size), (Hash::of(&body), body.0.len() as u64));
    assert!(body.0.starts_with(b"age-encryption.org/v1\n-> X25519 "));
}
