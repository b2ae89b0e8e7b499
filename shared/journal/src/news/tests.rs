//! News, as they are told.

use super::*;
use crate::document::{Kind, Outcome, SessionType, ThemeProposal};
use crate::fold::fold;
use crate::render::news_lines;
use crate::sample::*;

fn told(viewer: AccountId, before: &[crate::OpenedJournal], after: &[crate::OpenedJournal]) -> Vec<String> {
    let seen = |journals| Seen::of(viewer, [&fold(HERON, journals)]);
    let (before, after) = (seen(before), seen(after));
    assert_eq!(after.news(&after), [], "what was seen is no news");
    news_lines(&before.news(&after), &names())
}

#[test]
fn what_came_is_told_by_whom_and_how_much_and_never_what() {
    let before = shared().write(HERON, entry(1, at(20, 9, 0), Kind::Image, "A greenhouse."));
    let proposal = ThemeProposal { name: theme_name("glass"), entries: vec![id(1)] };
    let after = before
        .clone()
        .write(HERON, entry(2, at(21, 9, 0), Kind::Dream, "Buttons."))
        .write(HERON, layer(3, 1, at(21, 9, 5), "It was warm."))
        .write(QUILL, reply(4, 1, at(22, 9, 0), "Who has a key?", true))
        .write(HADDON, reply(5, 1, at(22, 9, 1), "I wonder, too.", false))
        .write(QUILL, document(7, at(22, 9, 2), proposal))
        .write(QUILL, scheduled(6, SessionType::Integration, at(22, 9, 0), at(25, 15, 0)));
    let lines = told(QUILL, &[before], &[after]);
    assert_eq!(
        lines,
        [
            "heron-41: 1 session planned or changed",
            "heron-41: 1 entry, 1 addition to an entry",
            "Dr. Ada Quill, to heron-41: 1 reply, 1 theme proposed",
            "Noor Haddon, to heron-41: 1 reply",
        ]
    );
}

#[test]
fn a_flagged_answer_is_told_first_to_whoever_cares_and_not_to_the_patient() {
    let after = shared().write(HERON, response(1, at(20, 9, 0), "PHQ-9", &[0, 0, 0, 0, 0, 0, 0, 0, 2]));
    let lines = told(QUILL, &[shared()], std::slice::from_ref(&after));
    assert_eq!(lines, ["heron-41: 1 flagged answer waits for a disposition, 1 measure"]);
    assert_eq!(told(HERON, &[shared()], std::slice::from_ref(&after)), ["heron-41: 1 measure"]);
    let disposed = after.clone().write(QUILL, disposition(2, 1, at(21, 9, 0), Outcome::Seen));
    assert_eq!(told(QUILL, &[after], &[disposed]), Vec::<String>::new());
}
