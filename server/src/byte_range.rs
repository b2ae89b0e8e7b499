//! The `Range` header (RFC 9110 section 14): one range of bytes, or none.

/// What a request asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Everything: no range, several ranges, or a header that is no range, which may all be ignored.
    Whole,
    /// `length` bytes from `first`; at least one.
    Part { first: u64, length: u64 },
    /// A range that has no byte of the file.
    Outside,
}

/// Reads a `Range` header for a file of `size` bytes.
pub(crate) fn asked(range: Option<&str>, size: u64) -> Asked {
    let Some((first, last)) = range.and_then(|range| range.strip_prefix("bytes=")).and_then(|one| one.split_once('-'))
    else {
        return Asked::Whole;
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let (first, last) = match (number(first), number(last)) {
        (None, Some(suffix)) if first.is_empty() => match size.checked_sub(1) {
            Some(last) if suffix > 0 => (size.saturating_sub(suffix), last),
            _ => return Asked::Outside,
        },
        (Some(from), None) if last.is_empty() => (from, u64::MAX),
        (Some(from), Some(to)) if from <= to => (from, to),
        _ => return Asked::Whole,
    };
    if first >= size {
        return Asked::Outside;
    }
    Asked::Part { first, length: last.min(size - 1) - first + 1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let part = |first, length| Asked::Part { first, length };
        let cases = [
            (None, Asked::Whole),
            (Some("bytes=0-0"), part(0, 1)),
            (Some("bytes=2-5"), part(2, 4)),
            (Some("bytes=2-"), part(2, 8)),
            (Some("bytes=2-99"), part(2, 8)),
            (Some("bytes=-3"), part(7, 3)),
            (Some("bytes=-99"), part(0, 10)),
            (Some("bytes=-0"), Asked::Outside),
            (Some("bytes=10-"), Asked::Outside),
            (Some("bytes=5-2"), Asked::Whole),
            (Some("bytes=0-1,4-5"), Asked::Whole),
            (Some("bytes=+1-2"), Asked::Whole),
            (Some("pages=1-2"), Asked::Whole),
        ];
        for (range, expected) in cases {
            assert_eq!(asked(range, 10), expected, "{range:?}");
        }
        assert_eq!(asked(Some("bytes=0-0"), 0), Asked::Outside);
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_and_never_outside(range in "(bytes=)?[0-9]{0,20}-?[0-9]{0,20}|.*", size in any::<u64>()) {
            if let Asked::Part { first, length } = asked(Some(&range), size) {
                prop_assert!(length > 0 && first < size && length <= size - first);
            }
        }
    }
}
