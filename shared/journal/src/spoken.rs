//! Spoken lines as their patient sees them: which wait for her word, and what she said of the others.
//!
//! The invariant: all of it is computed from her own view. A clinician's has no private part, so to a clinician a line that
//! was refused and one that nobody has looked at yet are the same.

use reverie_protocol::ids::DocumentId;
use serde::Serialize;

use crate::calendar::Day;
use crate::document::{SpokenAnswer, SpokenAs, SpokenLine};
use crate::view::PatientView;

/// A line of a dose card, and what the patient said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpokenView {
    /// The dose card.
    pub card: DocumentId,
    /// The dosing session.
    pub session: DocumentId,
    /// Its day.
    pub on: Day,
    /// The line's number on the card as it stands now, from 1.
    pub n: usize,
    /// The line.
    pub line: SpokenLine,
    /// What she said of it, once she did.
    pub answer: Option<SpokenAs>,
    /// The entry that it became.
    pub entry: Option<DocumentId>,
}

impl PatientView {
    /// Returns the lines of all dose cards, by day of the card, in its order.
    pub fn spoken_lines(&self) -> Vec<SpokenView> {
        let answers = || self.private.iter().flat_map(|private| &private.spoken_answers);
        let mut lines: Vec<SpokenView> = Vec::new();
        for card in self.shared.iter().flat_map(|shared| &shared.dose_cards) {
            // A card that stands in two circles is one card.
            if lines.iter().any(|known| known.card == card.id()) {
                continue;
            }
            for (at, line) in card.body().spoken_lines.iter().enumerate() {
                let about = |answer: &SpokenAnswer| answer.card == card.id() && answer.line == *line;
                let said = answers().rfind(|answer| about(answer.body()));
                lines.push(SpokenView {
                    card: card.id(),
                    session: card.body().session,
                    on: card.body().on,
                    n: at + 1,
                    line: line.clone(),
                    answer: said.map(|said| said.body().answer),
                    entry: said.and_then(|said| said.body().entry),
                });
            }
        }
        lines.sort_by_key(|line| (line.on, line.card, line.n));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::brief;
    use crate::content::OpenedJournal;
    use crate::document::{Body, Document, Kind};
    use crate::fold::fold;
    use crate::queue::queue;
    use crate::sample::*;
    use crate::text::FewWords;

    fn line(text: &str) -> SpokenLine {
        SpokenLine { at: None, words: FewWords::new(text).unwrap() }
    }

    /// A card with these lines.
    fn card(lines: &[&str]) -> Document {
        let Body::DoseCard(mut card) = dose_card(2, 1, at(18, 10, 0)).body().clone() else { unreachable!() };
        card.spoken_lines = lines.iter().map(|text| line(text)).collect();
        document(2, at(18, 12, 0), *card)
    }

    fn answer(n: u8, text: &str, answer: SpokenAs, entry: Option<u8>) -> Document {
        document(n, at(19, 9, 0), SpokenAnswer { card: id(2), line: line(text), answer, entry: entry.map(id) })
    }

    fn journals(lines: &[&str], answers: &[Document]) -> [OpenedJournal; 2] {
        let private = private().write(HERON, entry(3, at(19, 9, 0), Kind::Fragment, "It is only a door."));
        let private = answers.iter().fold(private, |journal, answer| journal.write(HERON, answer.clone()));
        [private, shared().write(QUILL, card(lines))]
    }

    #[test]
    fn a_line_waits_until_something_is_said_of_it_and_the_last_word_counts() {
        let said = |answers: &[Document]| {
            let view = fold(HERON, &journals(&["It is only a door.", "Cold."], answers));
            view.spoken_lines().into_iter().map(|line| (line.n, line.answer, line.entry)).collect::<Vec<_>>()
        };
        assert_eq!(said(&[]), [(1, None, None), (2, None, None)]);
        let refused = answer(8, "It is only a door.", SpokenAs::Refused, None);
        assert_eq!(said(std::slice::from_ref(&refused))[0], (1, Some(SpokenAs::Refused), None));
        let taken = answer(9, "It is only a door.", SpokenAs::Adopted, Some(3));
        assert_eq!(said(&[refused, taken])[0], (1, Some(SpokenAs::Adopted), Some(id(3))));
    }

    #[test]
    fn an_answer_stays_with_its_line_when_the_card_is_recorded_again() {
        let answers = [answer(8, "Cold.", SpokenAs::Refused, None)];
        let [private, shared] = journals(&["It is only a door.", "Cold."], &answers);
        let view = fold(HERON, &[private, shared.write(QUILL, card(&["Cold.", "It was only a door."]))]);
        let said: Vec<_> = view.spoken_lines().into_iter().map(|line| (line.n, line.answer)).collect();
        assert_eq!(said, [(1, Some(SpokenAs::Refused)), (2, None)]);
    }

    #[test]
    fn a_clinician_cannot_tell_a_refused_line_from_one_that_nobody_looked_at() {
        let gets = |answers: &[Document]| {
            let view = fold(HERON, &journals(&["It is only a door."], answers));
            let brief = brief(&view.shared[0], QUILL, None, morning());
            let queue = queue(QUILL, &view.shared, morning());
            serde_json::to_string(&(&view.shared, brief, queue)).unwrap()
        };
        let refused = answer(8, "It is only a door.", SpokenAs::Refused, None);
        assert_eq!(gets(&[refused]), gets(&[]));
    }

    #[test]
    fn what_is_taken_is_an_entry_and_what_is_refused_is_none() {
        let made = |answer, entry: Option<u8>| {
            let said = SpokenAnswer { card: id(2), line: line("Cold."), answer, entry: entry.map(id) };
            Document::new(id(8), at(1, 9, 0), said).map_err(|error| error.to_string()).map(drop)
        };
        assert_eq!(made(SpokenAs::Refused, Some(3)).unwrap_err(), "`entry`: what was refused has no entry");
        assert_eq!(made(SpokenAs::Corrected, None).unwrap_err(), "`entry`: what was taken is an entry");
        assert!(made(SpokenAs::Adopted, Some(3)).is_ok() && made(SpokenAs::Refused, None).is_ok());
    }
}
