//! Instrument packs, sets of prompts and consent texts, which people write and clinicians send.

use reverie_journal::measure::{Answers, Pack, score};
use reverie_journal::{ConsentText, PromptSet};

/// A pack: what loads scores within its ranges, and its text loads again.
pub fn pack(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Pack::load(text) {
        Err(error) => assert!(!error.problems.is_empty(), "a refusal without a reason"),
        Ok(pack) => {
            assert!(Pack::load(pack.source()).is_ok_and(|again| again.instrument() == pack.instrument()));
            let highest: Vec<_> = pack.instrument().items.iter().map(|item| Some(item.range().1)).collect();
            let answers = Answers::in_order(pack.instrument(), &highest).expect("an item takes its highest answer");
            let score = score(pack.instrument(), &answers);
            for scored in score.total.iter().chain(&score.scores) {
                assert!(scored.min <= scored.value && scored.value <= scored.max, "a score beyond its range");
            }
        }
    }
}

/// A set of prompts: what is refused is refused with a reason, what loads has prompts.
pub fn prompts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match PromptSet::load(text) {
        Err(reason) => assert!(!reason.is_empty(), "a refusal without a reason"),
        Ok(set) => assert!(!set.prompts.is_empty() && set.version > 0),
    }
}

/// A consent text: what is refused is refused with a reason, what loads has numbered parts.
pub fn consent(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match ConsentText::load(text) {
        Err(reason) => assert!(!reason.is_empty(), "a refusal without a reason"),
        Ok(text) => assert_eq!(text.numbers().len(), text.items.len()),
    }
}
