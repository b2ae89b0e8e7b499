//! What a terminal must never be handed: control characters, and marks that turn the direction of text around.

/// Returns the text with control characters (escape sequences among them) and bidirectional overrides and isolates
/// replaced by `�`. Line breaks of every kind become `\n`, tabs become spaces; all else stays.
///
/// The list of bidirectional controls is that of Unicode Standard Annex 9, section 2.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\r' => {
                chars.next_if_eq(&'\n');
                cleaned.push('\n');
            }
            '\t' => cleaned.push_str("    "),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                cleaned.push(char::REPLACEMENT_CHARACTER);
            }
            control if control.is_control() => cleaned.push(char::REPLACEMENT_CHARACTER),
            harmless => cleaned.push(harmless),
        }
    }
    cleaned
}

/// Returns the cleaned text on one line.
pub(super) fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_escape_sequence_in_somebodys_words_reaches_no_terminal() {
        assert_eq!(clean("calm\u{1b}[2J\u{7}\u{9b}31m"), "calm�[2J��31m");
    }

    #[test]
    fn text_cannot_be_turned_around() {
        assert_eq!(clean("a\u{202e}b\u{2066}c"), "a�b�c");
        assert_eq!(clean("שלום 🌿👩‍🌾"), "שלום 🌿👩‍🌾");
    }

    proptest! {
        #[test]
        fn nothing_but_line_breaks_is_left_of_control_characters(text in any::<String>()) {
            prop_assert!(clean(&text).chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
