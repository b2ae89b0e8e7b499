//! Whether a patient has consented to what her clinic asks: to all parts of the latest text, and not taken it back.
//!
//! The invariant: another text, or another version of it, asks anew. Consent to the text before does not count for it.

use std::sync::LazyLock;

use reverie_protocol::ids::DocumentId;
use serde::Serialize;

use crate::document::{Consent, ConsentText, Document};
use crate::timestamp::Timestamp;
use crate::view::SharedView;

static SHIPPED: LazyLock<ConsentText> = LazyLock::new(|| {
    toml::from_str(include_str!("../consent/en.toml")).expect("a test loads the consent text that ships")
});

/// How it stands with consent in a care circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// The clinic has not asked.
    NotAsked,
    /// The clinic asked, and this text is not acknowledged.
    Asked,
    /// Given to this text, at this time by the patient's clock.
    Given(Timestamp),
    /// Taken back, at this time by the patient's clock.
    TakenBack(Timestamp),
}

impl ConsentText {
    /// Returns the text that ships.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Loads a text from TOML.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn load(source: &str) -> Result<Self, String> {
        let text: Self = toml::from_str(source).map_err(|error| error.to_string().trim().to_owned())?;
        let at = Timestamp::from_unix(0, 0).map_err(|error| error.to_string())?;
        let checked = Document::new(DocumentId::from_bytes([0; 16]), at, text.clone());
        checked.map(|_| text).map_err(|error| error.to_string())
    }

    /// Returns the numbers of all parts.
    pub fn numbers(&self) -> Vec<u16> {
        (1_u16..).take(self.items.len()).collect()
    }
}

/// Why consent cannot be given or taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// The clinic has not asked.
    #[error("nobody asks for consent here")]
    NotAsked,
    /// Some parts are not acknowledged.
    #[error("consent is given to every part; not acknowledged: {0}")]
    NotAcknowledged(String),
}

impl SharedView {
    /// Returns the consent to the text that is asked about, given to every part.
    ///
    /// # Errors
    /// [`ConsentError`].
    pub fn consent_to(&self, acknowledged: Vec<u16>) -> Result<Consent, ConsentError> {
        let text = self.consent_text.as_ref().ok_or(ConsentError::NotAsked)?;
        let numbers = text.body().numbers().into_iter();
        let missing: Vec<_> = numbers.filter(|n| !acknowledged.contains(n)).map(|n| n.to_string()).collect();
        if missing.is_empty() {
            Ok(Consent { text: text.id(), acknowledged, given: true })
        } else {
            Err(ConsentError::NotAcknowledged(missing.join(", ")))
        }
    }

    /// Returns that consent to the text that is asked about is taken back.
    ///
    /// # Errors
    /// [`ConsentError::NotAsked`].
    pub fn consent_taken_back(&self) -> Result<Consent, ConsentError> {
        let text = self.consent_text.as_ref().ok_or(ConsentError::NotAsked)?;
        Ok(Consent { text: text.id(), acknowledged: Vec::new(), given: false })
    }

    /// Returns how it stands with consent.
    pub fn consent_state(&self) -> ConsentState {
        let Some(asked) = &self.consent_text else { return ConsentState::NotAsked };
        let Some(last) = self.consents.last() else { return ConsentState::Asked };
        let Consent { text, acknowledged, given } = last.body();
        let whole = *text == asked.id() && asked.body().numbers().iter().all(|number| acknowledged.contains(number));
        match (given, whole) {
            (false, _) => ConsentState::TakenBack(last.at()),
            (true, true) => ConsentState::Given(last.at()),
            (true, false) => ConsentState::Asked,
        }
    }

    /// Tells whether something may be shared here, as far as consent goes.
    pub fn may_share(&self) -> bool {
        matches!(self.consent_state(), ConsentState::NotAsked | ConsentState::Given(_))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fold::fold;
    use crate::sample::*;

    fn state(documents: Vec<(bool, Document)>) -> ConsentState {
        let journal = documents.into_iter().fold(shared(), |journal, (patient, document)| {
            journal.write(if patient { HERON } else { QUILL }, document)
        });
        fold(HERON, &[journal]).shared[0].consent_state()
    }

    fn asked(n: u8) -> (bool, Document) {
        (false, document(n, at(1, 9, 0), ConsentText::shipped().clone()))
    }

    fn says(n: u8, text: u8, acknowledged: Vec<u16>, given: bool) -> (bool, Document) {
        (true, document(n, at(2, 9, 0), Consent { text: id(text), acknowledged, given }))
    }

    #[test]
    fn consent_is_all_parts_of_the_text_that_is_asked_about() {
        let all = ConsentText::shipped().numbers();
        assert_eq!(all.len(), 15);
        assert_eq!(state(vec![]), ConsentState::NotAsked);
        assert_eq!(state(vec![asked(1)]), ConsentState::Asked);
        assert_eq!(state(vec![asked(1), says(2, 1, all[..14].to_vec(), true)]), ConsentState::Asked);
        assert_eq!(state(vec![asked(1), says(2, 1, all.clone(), true)]), ConsentState::Given(at(2, 9, 0)));
        let again = vec![asked(1), says(2, 1, all.clone(), true), asked(3)];
        assert_eq!(state(again), ConsentState::Asked, "another text asks anew");
        let view = fold(HERON, &[shared().write(QUILL, asked(1).1)]).shared.remove(0);
        assert_eq!(view.consent_to(all[..13].to_vec()), Err(ConsentError::NotAcknowledged("14, 15".into())));
        assert_eq!(view.consent_to(all.clone()), Ok(Consent { text: id(1), acknowledged: all.clone(), given: true }));
        let nobody = fold(HERON, &[shared()]).shared.remove(0);
        assert_eq!(nobody.consent_to(all.clone()), Err(ConsentError::NotAsked));
        assert_eq!(nobody.consent_taken_back(), Err(ConsentError::NotAsked));
        let back = vec![asked(1), says(2, 1, all, true), says(3, 1, vec![], false)];
        assert_eq!(state(back), ConsentState::TakenBack(at(2, 9, 0)));
    }

    #[test]
    fn nobody_consents_in_the_patients_name() {
        let (_, forged) = says(2, 1, ConsentText::shipped().numbers(), true);
        assert_eq!(state(vec![asked(1), (false, forged)]), ConsentState::Asked);
    }

    #[test]
    fn the_text_that_ships_loads_and_one_without_sense_does_not() {
        ConsentText::load(include_str!("../consent/en.toml")).unwrap();
        assert!(ConsentText::load("name = \"ours\"\nversion = 1\nitems = []\n").is_err());
        assert!(ConsentText::load("name = \"ours\"\nversion = 1\nitem = []\n").unwrap_err().contains("line"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(.|\n){0,80}") {
            let _ = ConsentText::load(&text);
            let _ = crate::PromptSet::load(&text);
        }
    }
}
