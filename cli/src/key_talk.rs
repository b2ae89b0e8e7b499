//! What is said about keys, devices, second factors, people who read, what is shared, what was lost and what is not sent yet,
//! in one place, a file for each path: it is read by somebody who is afraid of losing something. Each says what happened, what
//! is safe, and the one next step.
//!
//! `docs/words.md` shows all of it in a row, errors too, so that it is read in a row. In a text, a word in capitals such as
//! `HANDLE` stands for what [`with`] puts in its place.

use std::fmt::Display;

use reverie_client::{Change, Settled, Unlocked};

/// Declares the texts of one path, under what it is called, and the list of them all.
macro_rules! said {
    ($path:literal; $($name:ident = $text:literal;)*) => {
        $(pub(crate) const $name: &str = $text;)*

        /// All texts of this path, under what it is called.
        pub(super) const SAID: super::Path = super::Path { name: $path, texts: &[$($name),*] };
    };
}

pub(crate) mod answers;
pub(crate) mod captures;
pub(crate) mod circles;
pub(crate) mod deleting;
pub(crate) mod devices;
pub(crate) mod giving_back;
pub(crate) mod joining;
pub(crate) mod kit;
pub(crate) mod outbox;
pub(crate) mod pairing;
pub(crate) mod pausing;
pub(crate) mod practice;
pub(crate) mod restored;
pub(crate) mod second_factors;
pub(crate) mod sharing;
pub(crate) mod unlocking;
pub(crate) mod verifying;

use self::joining::{BOTH_OPEN, PASSWORD_ARRIVED, PASSWORD_NOT_ARRIVED};
use self::kit::{EITHER_KIT, KIT_ARRIVED, KIT_NOT_ARRIVED};
use self::second_factors::{PASSKEY_ARRIVED, PASSKEY_NOT_ARRIVED};

/// What is said on one path.
pub(crate) struct Path {
    /// What the path is called.
    pub(crate) name: &'static str,
    /// All that is said on it.
    pub(crate) texts: &'static [&'static str],
}

/// All texts, in the order in which somebody meets the paths.
pub(crate) const PATHS: &[Path] = &[
    joining::SAID,
    kit::SAID,
    second_factors::SAID,
    devices::SAID,
    unlocking::SAID,
    captures::SAID,
    pairing::SAID,
    sharing::SAID,
    circles::SAID,
    pausing::SAID,
    deleting::SAID,
    giving_back::SAID,
    practice::SAID,
    outbox::SAID,
    restored::SAID,
    verifying::SAID,
    answers::SAID,
];

/// Returns a text with these words in their places. What was put in is not looked at again: a name may be in capitals. A
/// sentence that was put in brings its own full stop.
pub(crate) fn with(text: &str, words: &[(&str, &str)]) -> String {
    let (mut said, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_uppercase()) {
        let end = rest[start..].find(|letter: char| !letter.is_ascii_uppercase());
        let end = end.map_or(rest.len(), |length| start + length);
        let word = words.iter().find(|(place, _)| *place == &rest[start..end]);
        said.push_str(&rest[..start]);
        said.push_str(word.map_or(&rest[start..end], |(_, word)| *word));
        rest = &rest[end..];
        if word.is_some_and(|(_, word)| word.ends_with(['.', '?', '!'])) {
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
    }
    said + rest
}

/// Returns what went wrong as a sentence, and after it the next step.
pub(crate) fn then(error: &impl Display, next: &str) -> String {
    with("WHY. NEXT", &[("WHY", &error.to_string()), ("NEXT", next)]).trim_end().to_owned()
}

/// Returns the text for one thing or for many.
pub(crate) fn counted(count: impl ToString, one: &str, many: &str) -> String {
    let count = count.to_string();
    if count == "1" { one.to_owned() } else { with(many, &[("COUNT", &count)]) }
}

/// Says what became of a change whose answer was lost.
pub(crate) const fn settled(settled: Settled) -> Option<&'static str> {
    match (settled.change, settled.done) {
        (Change::Password, true) => Some(PASSWORD_ARRIVED),
        (Change::Password, false) => Some(PASSWORD_NOT_ARRIVED),
        (Change::Kit, true) => Some(KIT_ARRIVED),
        (Change::Kit, false) => Some(KIT_NOT_ARRIVED),
        (Change::Passkey, true) => Some(PASSKEY_ARRIVED),
        (Change::Passkey, false) => Some(PASSKEY_NOT_ARRIVED),
        (Change::Contents | Change::Hash, _) => None,
    }
}

/// Returns what is to be said if a change was cut off just now.
pub(crate) fn cut_off(account: &Unlocked) -> Option<&'static str> {
    account.unsettled().map(|change| if change == Change::Kit { EITHER_KIT } else { BOTH_OPEN })
}

#[cfg(test)]
mod tests {
    use super::{then, with};

    #[test]
    fn a_sentence_that_is_put_into_another_ends_once() {
        assert_eq!(
            then(&"it was removed on 1 May. Tell them.", "Log in."),
            "it was removed on 1 May. Tell them. Log in."
        );
        assert_eq!(then(&"nobody answers", "Wait."), "nobody answers. Wait.");
        assert_eq!(then(&"nobody answers", ""), "nobody answers.");
        assert_eq!(then(&"did you mean this?", "Type it again."), "did you mean this? Type it again.");
        assert_eq!(with("It waits: WHY.", &[("WHY", "it is busy.")]), "It waits: it is busy.");
    }

    #[test]
    fn what_is_put_into_a_text_is_not_taken_for_a_place() {
        let text = with("COUNT yetWHY. NEXT", &[("COUNT", "2 NEXT"), ("WHY", ": COUNT"), ("NEXT", "Try again.")]);
        assert_eq!(text, "2 NEXT yet: COUNT. Try again.");
        assert_eq!(with("A HANDLES B", &[("HANDLE", "quill")]), "A HANDLES B");
    }
}
