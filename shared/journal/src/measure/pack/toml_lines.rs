//! From a place in a TOML text to its line and the field that stands there.

/// A text and where its lines begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(starts).collect() }
    }

    /// Returns the line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).max(1)
    }

    /// Returns the name of the field on the line of a byte: what stands before its `=`, or the line's header.
    pub(super) fn field(&self, at: usize) -> String {
        let start = self.starts[self.line(at) - 1];
        let line = self.text[start..].lines().next().unwrap_or_default();
        let name = line.split('=').next().unwrap_or_default().trim().trim_matches(['[', ']', '{', ' ']);
        let named = !name.is_empty() && name.len() <= 40 && name.bytes().all(|b| b.is_ascii_graphic());
        if named { name.to_owned() } else { "this line".to_owned() }
    }
}
