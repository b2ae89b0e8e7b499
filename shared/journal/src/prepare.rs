//! What a clinician goes through before a session, one thing after the other: what asks for care first, then what the
//! patient wishes for, what was left over, and what is new.

use reverie_protocol::ids::DocumentId;
use serde::Serialize;

use crate::brief::Brief;

/// One thing to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The entry or measure.
    pub document: DocumentId,
    /// Why it is looked at.
    pub why: StepWhy,
}

/// Why something is looked at before a session; the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepWhy {
    /// A measure with a flagged answer that waits for a disposition.
    Flagged,
    /// The patient wants to talk about it; with its place on her list, if she gave one.
    WantsToTalk(Option<u32>),
    /// It was left over from a session before.
    CarriedOver,
    /// The reader has not opened all of it.
    New,
    /// A measure that the reader has not opened.
    NewMeasure,
}

impl Brief {
    /// Returns what to go through, each once: flagged answers, what she wishes to talk about by her ranks, what was carried
    /// over, new entries as the brief has them, new measures.
    pub fn steps(&self) -> Vec<Step> {
        let flagged = self.safety.flags.iter().filter(|flag| flag.open).map(|flag| (flag.response, StepWhy::Flagged));
        let list = &self.patients_list;
        let wished = list.want_to_talk.iter().map(|item| (item.entry, StepWhy::WantsToTalk(item.rank)));
        let left = self.carried_over.iter().map(|item| (item.entry, StepWhy::CarriedOver));
        let new = self.entries.iter().flat_map(|group| &group.entries).filter(|entry| entry.unread);
        let new = new.map(|entry| (entry.entry, StepWhy::New));
        let measures = self.unread_measures().map(|response| (response, StepWhy::NewMeasure));
        let mut steps: Vec<Step> = Vec::new();
        for (document, why) in flagged.chain(wished).chain(left).chain(new).chain(measures) {
            if steps.iter().all(|step| step.document != document) {
                steps.push(Step { document, why });
            }
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::brief;
    use crate::document::{Kind, Outcome, Receipt, ReceiptKind, Talk};
    use crate::fold::fold;
    use crate::sample::*;

    #[test]
    fn what_asks_for_care_comes_first_and_each_thing_once() {
        let receipt = |n, receipt, entry| document(n, at(3, 9, 0), Receipt { receipt, entries: vec![id(entry)] });
        let wants = |n, entry_id, rank| mark(n, entry_id, at(2, 9, 0), Talk::WantToTalk, rank);
        let journal = shared()
            .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "New."))
            .write(HERON, entry(2, at(1, 9, 1), Kind::Image, "Left over."))
            .write(HERON, entry(3, at(1, 9, 2), Kind::Dream, "Second on her list, and left over too."))
            .write(HERON, entry(4, at(1, 9, 3), Kind::Dream, "First on her list."))
            .write(HERON, wants(11, 3, Some(2)))
            .write(HERON, wants(12, 4, Some(1)))
            .write(HERON, response(5, at(1, 10, 0), "PHQ-9", &[0, 0, 0, 0, 0, 0, 0, 0, 1]))
            .write(HERON, response(6, at(1, 10, 1), "GAD-7", &[0; 7]))
            .write(QUILL, receipt(21, ReceiptKind::Opened, 2))
            .write(QUILL, receipt(22, ReceiptKind::CarriedOver, 2))
            .write(QUILL, receipt(23, ReceiptKind::CarriedOver, 3));
        let steps = |journal| {
            let view = fold(HERON, &[journal]);
            let steps = brief(&view.shared[0], QUILL, None, morning()).steps();
            steps.into_iter().map(|step| (step.document, step.why)).collect::<Vec<_>>()
        };
        let expected = [
            (id(5), StepWhy::Flagged),
            (id(4), StepWhy::WantsToTalk(Some(1))),
            (id(3), StepWhy::WantsToTalk(Some(2))),
            (id(2), StepWhy::CarriedOver),
            (id(1), StepWhy::New),
            (id(6), StepWhy::NewMeasure),
        ];
        assert_eq!(steps(journal.clone()), expected);
        let called = journal.write(QUILL, disposition(31, 5, at(4, 9, 0), Outcome::Called));
        assert_eq!(steps(called)[0].0, id(4), "what has a disposition is no step before the others");
    }
}
