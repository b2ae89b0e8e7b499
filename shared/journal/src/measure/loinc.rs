//! LOINC codes, as far as they can be checked without LOINC: their shape and check digit (LOINC Users' Guide, mod 10).
//!
//! Wrong codes stand in much public code; two of those that domain.md warns of fail the check digit.

/// What must stand wherever LOINC codes are handed on.
pub const LOINC_NOTICE: &str = "This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief \
Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under \
the license at http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief Institute, Inc.";

/// Tells whether this may be a LOINC code: digits, a dash, the right check digit.
pub(super) fn is_code(text: &str) -> bool {
    let Some((digits, check)) = parts(text) else { return false };
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| match u32::from(digit - b'0') {
            digit if place % 2 == 0 => digit * 2 / 10 + digit * 2 % 10,
            digit => digit,
        })
        .sum();
    (10 - sum % 10) % 10 == check
}

/// Tells whether this looks like the code of a LOINC answer: `LA6568-5`.
pub(super) fn is_answer_code(text: &str) -> bool {
    text.strip_prefix("LA").is_some_and(|code| parts(code).is_some())
}

fn parts(text: &str) -> Option<(&str, u32)> {
    let (digits, check) = text.split_once('-')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=8).contains(&digits.len()) && check.len() == 1 && plain(digits) && plain(check);
    fits.then(|| Some((digits, check.parse().ok()?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_with_a_wrong_check_digit_are_caught() {
        assert!(["44249-1", "44261-6", "70274-6", "101698-9"].iter().all(|code| is_code(code)));
        assert!(["91006-2", "89708-7", "44261-7", "44261", "", "-1", "é-1"].iter().all(|code| !is_code(code)));
        assert!(is_answer_code("LA6568-5") && !is_answer_code("6568-5"));
    }
}
