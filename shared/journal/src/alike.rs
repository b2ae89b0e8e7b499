//! When two texts are the same to a person: whatever their capitals and accents, and however those were typed.
//!
//! Unicode compatibility decomposition (UAX #15, NFKD) takes letters and their marks apart; the marks are left out and the
//! rest is written small. Nothing is guessed beyond that: no stems, no other spellings, no language.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Returns a text without its capitals and accents.
pub(crate) fn plain(text: &str) -> String {
    text.chars().flat_map(plain_char).collect()
}

/// Returns what is left of a character.
pub(crate) fn plain_char(one: char) -> impl Iterator<Item = char> {
    let small: Vec<char> = std::iter::once(one)
        .nfkd()
        .filter(|part| !is_combining_mark(*part))
        .flat_map(char::to_lowercase)
        // A few capitals come apart only when they are written small.
        .nfkd()
        .filter(|part| !is_combining_mark(*part))
        .collect();
    small.into_iter()
}

/// Tells whether two names are the same to a person.
pub(crate) fn alike(one: &str, other: &str) -> bool {
    plain(one.trim()) == plain(other.trim())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn capitals_and_accents_make_no_difference_however_they_are_typed() {
        for (one, other) in [
            ("Mamá", "mama"),
            ("Mama\u{301}", "MAMÁ"),
            ("İzmir", "izmir"),
            ("ﬁre", "FIRE"),
            ("ÅNGSTRÖM", "angstrom"),
            (" the lake ", "The Lake"),
        ] {
            assert!(alike(one, other), "{one} {other}");
        }
        assert!(!alike("lake", "lakes") && !alike("Mum", "Mam"));
    }

    proptest! {
        #[test]
        fn what_is_plain_stays_as_it_is(text in any::<String>()) {
            let once = plain(&text);
            prop_assert_eq!(plain(&once), once);
        }
    }
}
