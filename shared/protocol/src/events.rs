//! Server-sent events as they travel: bytes in any pieces in, whole events out (HTML Standard, section 9.2.6).
//!
//! The invariant: how the bytes were cut changes nothing, and an event that is larger than `most` is refused before it is
//! held.

use std::mem;

/// One event, as far as this protocol uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The id of this event or, if it has none, of the last one that had.
    pub id: String,
    /// What it says.
    pub data: String,
}

/// An event is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than any that a Reverie server sends")]
pub struct TooLarge;

/// Reads one stream.
#[derive(Debug, Clone)]
pub struct EventReader {
    most: usize,
    begun: bool,
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    returned: bool,
    line: Vec<u8>,
    id: String,
    data: String,
}

impl EventReader {
    /// Returns a reader of events of up to `most` bytes.
    pub const fn new(most: usize) -> Self {
        Self { most, begun: false, returned: false, line: Vec::new(), id: String::new(), data: String::new() }
    }

    /// Takes the next bytes, and returns the events that they complete.
    ///
    /// # Errors
    /// [`TooLarge`]; nothing more can be read of this stream then.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLarge> {
        let mut events = Vec::new();
        for byte in bytes {
            let ends_return = mem::replace(&mut self.returned, *byte == b'\r') && *byte == b'\n';
            match byte {
                _ if ends_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ if self.line.len() + self.data.len() >= self.most => return Err(TooLarge),
                _ => self.line.push(*byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let first = !mem::replace(&mut self.begun, true);
        let line = if first { line.trim_start_matches('\u{feff}') } else { &line };
        if line.is_empty() {
            let mut data = mem::take(&mut self.data);
            return data.pop().map(|_| Event { id: self.id.clone(), data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            // A comment, a field that this protocol does not use, or one that nobody knows yet.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<Event>, TooLarge> {
        let mut reader = EventReader::new(64);
        let mut events = Vec::new();
        for piece in pieces {
            events.extend(reader.read(piece)?);
        }
        Ok(events)
    }

    fn event(id: &str, data: &str) -> Event {
        Event { id: id.into(), data: data.into() }
    }

    #[test]
    fn events_end_with_an_empty_line_and_keep_the_last_id() {
        let text =
            b"\xef\xbb\xbfid: 1\ndata: {\"a\":\ndata:1}\n\n:\n\ndata: two\r\n\r\nid\rdata\r\revent: x\n\ndata: cut";
        let expected = [event("1", "{\"a\":\n1}"), event("1", "two"), event("", "")];
        assert_eq!(read(&[text]).unwrap(), expected);
    }

    #[test]
    fn an_event_that_is_too_large_is_refused_and_many_small_ones_are_not() {
        let large = [b"data: ".as_slice(), &[b'x'; 64]].concat();
        assert_eq!(read(&[&large]), Err(TooLarge));
        assert_eq!(read(&[&b"data: 0123456789\n".repeat(6)]), Err(TooLarge), "line by line");
        assert_eq!(read(&[&b"data: 0123456789\n\n".repeat(60)]).unwrap().len(), 60);
    }

    proptest! {
        #[test]
        fn how_the_bytes_are_cut_changes_nothing(
            bytes in proptest::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), any::<u8>()], 0..200),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            prop_assert_eq!(read(&pieces), read(&[&bytes]));
        }
    }
}
