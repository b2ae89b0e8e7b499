//! Prompts: one at a time, for the phase that it is, from the clinic's set or the one that ships.
//!
//! The invariant: a prompt that was answered in any way, "I'd rather not" included, does not come again before the next
//! dose, and nothing counts how many were answered.

use std::sync::LazyLock;

use reverie_protocol::ids::DocumentId;

use crate::document::{Document, Prompt, PromptSet, PromptTime};
use crate::phase::Phase;
use crate::text::FieldError;
use crate::timestamp::Timestamp;
use crate::view::PatientView;

static SHIPPED: LazyLock<PromptSet> =
    LazyLock::new(|| toml::from_str(include_str!("../prompts/en.toml")).expect("a test loads the prompts that ship"));

/// A prompt as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompted {
    /// The set that it is from.
    pub set: PromptSet,
    /// The prompt.
    pub prompt: Prompt,
    /// Its words, with what stands for the intention filled in.
    pub text: String,
    /// The intention that it quotes: what is written to it came from there.
    pub intention: Option<DocumentId>,
}

impl PromptTime {
    /// Returns which prompts fit a phase.
    pub const fn of(phase: Phase) -> Self {
        match phase {
            Phase::Before => Self::Preparation,
            Phase::Acute | Phase::Guard => Self::SameDay,
            Phase::Early => Self::Early,
            Phase::Working => Self::BeforeSession,
            Phase::Between => Self::Between,
        }
    }
}

impl PromptSet {
    /// Returns the set that ships.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Loads a set from TOML.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn load(source: &str) -> Result<Self, String> {
        let set: Self = toml::from_str(source).map_err(|error| error.to_string().trim().to_owned())?;
        set.checked().map_err(|error| error.to_string())
    }

    fn checked(self) -> Result<Self, FieldError> {
        let (id, at) = (DocumentId::from_bytes([0; 16]), Timestamp::from_unix(0, 0));
        let at = at.map_err(|_| FieldError::Rule { field: "at", rule: "the first second of 1970 is a time" })?;
        Document::new(id, at, self.clone()).map(|_| self)
    }
}

impl PatientView {
    /// Returns the set of prompts that holds: the clinic's latest, else the one that ships.
    pub fn prompt_set(&self) -> &PromptSet {
        let offered = self.shared.iter().flat_map(|shared| &shared.prompt_sets).max_by_key(|set| (set.at(), set.id()));
        match offered {
            Some(set) => set.body(),
            None => PromptSet::shipped(),
        }
    }

    /// Returns the prompt for this time, if one is left.
    pub fn prompt_at(&self, now: Timestamp) -> Option<Prompted> {
        let when = PromptTime::of(self.phase_at(now));
        let set = self.prompt_set();
        let begun = self.dose_starts().into_iter().filter(|start| start.at.unix() <= now.unix());
        let since = begun.map(|start| start.at.unix()).max().unwrap_or(i64::MIN);
        let answers = self.private.iter().flat_map(|private| &private.prompt_answers);
        let answered: Vec<_> = answers
            .filter(|answer| answer.at().unix() >= since && answer.body().set == set.name)
            .map(|answer| &answer.body().prompt)
            .collect();
        let intentions = self.entries().filter(|view| view.kind() == crate::document::Kind::Intention);
        let intention = intentions.max_by_key(|view| (view.entry.at(), view.entry.id()));
        let fitting = set.prompts.iter().filter(|prompt| prompt.when == when && !answered.contains(&&prompt.id));
        let mut shown = fitting.filter_map(|prompt| {
            let text = prompt.text.as_str();
            let (text, quoted) = match (text.contains("{intention}"), intention) {
                (false, _) => (text.to_owned(), None),
                (true, Some(view)) => (text.replace("{intention}", &view.headline()), Some(view.entry.id())),
                (true, None) => return None,
            };
            Some(Prompted { set: set.clone(), prompt: prompt.clone(), text, intention: quoted })
        });
        shown.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Answered, Kind, PromptAnswer, SessionType};
    use crate::fold::fold;
    use crate::sample::*;
    use crate::text::Term;

    fn answer(n: u8, at: Timestamp, prompt: &str) -> Document {
        let set = PromptSet::shipped();
        let (prompt, answer) = (Term::new(prompt).unwrap(), Answered::RatherNot);
        document(n, at, PromptAnswer { set: set.name.clone(), version: set.version, prompt, answer, entry: None })
    }

    #[test]
    fn every_phase_has_prompts_and_none_of_them_presses() {
        let set = PromptSet::shipped();
        for phase in Phase::ALL {
            assert!(set.prompts.iter().any(|prompt| prompt.when == PromptTime::of(phase)), "{phase:?}");
        }
        for prompt in &set.prompts {
            let text = prompt.text.as_str().to_lowercase();
            for pressing in ["why ", "must", "should", "really happen", "positive", "streak"] {
                assert!(!text.contains(pressing), "{text}");
            }
        }
        PromptSet::load(include_str!("../prompts/en.toml")).unwrap();
    }

    #[test]
    fn one_prompt_at_a_time_and_what_was_declined_does_not_come_again() {
        let shared = shared().write(QUILL, completed(0x61, SessionType::Dosing, at(18, 10, 0)));
        let view = fold(HERON, &[private(), shared.clone()]);
        assert_eq!(view.prompt_at(at(18, 12, 0)).unwrap().prompt.id.as_str(), "nearest");
        assert_eq!(view.prompt_at(at(19, 12, 0)).unwrap().prompt.id.as_str(), "drift-back");
        let declined = private().write(HERON, answer(9, at(19, 12, 0), "drift-back"));
        let view = fold(HERON, &[declined, shared]);
        assert_eq!(view.prompt_at(at(19, 13, 0)).unwrap().prompt.id.as_str(), "feeling-stayed");
    }

    #[test]
    fn an_intention_is_quoted_and_without_one_the_prompt_is_left_out() {
        let shared = shared().write(QUILL, completed(0x61, SessionType::Dosing, at(1, 10, 0)));
        let answered = ["bring-or-leave", "know-not-ask"].into_iter().zip(0xa0..);
        let private =
            answered.fold(private(), |journal, (prompt, n)| journal.write(HERON, answer(n, at(9, 9, 0), prompt)));
        let view = fold(HERON, &[private.clone(), shared.clone()]);
        assert_eq!(view.prompt_at(at(9, 12, 0)).unwrap().prompt.id.as_str(), "moment-in-room");
        let intention = entry(1, at(1, 9, 0), Kind::Intention, "To look.");
        let view = fold(HERON, &[private.write(HERON, intention), shared]);
        let prompted = view.prompt_at(at(9, 12, 0)).unwrap();
        assert!(prompted.text.contains("«To look.»"));
        assert_eq!(prompted.intention, Some(id(1)));
    }

    #[test]
    fn a_clinic_edits_the_set_and_a_set_without_sense_is_refused() {
        let source = "name = \"ours\"\nversion = 2\n[[prompts]]\nid = \"a\"\nwhen = \"preparation\"\ntext = \"What is it like?\"\n";
        let ours = PromptSet::load(source).unwrap();
        let view = fold(HERON, &[shared().write(QUILL, document(1, at(1, 9, 0), ours))]);
        assert_eq!(view.prompt_at(at(2, 9, 0)).unwrap().text, "What is it like?");
        assert!(PromptSet::load(&source.replace("version = 2", "version = 0")).is_err());
        assert!(PromptSet::load(&source.replace("preparation", "someday")).unwrap_err().contains("line"));
        assert!(PromptSet::load("name = \"ours\"\nversion = 1\nprompts = []\n").is_err());
    }
}
