//! Whether a patient may share: she has consented to all parts of the text that is asked about, has not taken it back, and
//! has not paused.
//!
//! The invariant: a text is always asked about (the one that ships, where a clinic has none of its own), and other words,
//! or another version, ask anew. Consent to the text before does not count for it.

use std::sync::LazyLock;

use reverie_protocol::hash::Hash;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::{AccountId, DocumentId, JournalId, RecordId};
use serde::Serialize;

use crate::document::{Consent, ConsentText, Document, ShownText};
use crate::timestamp::Timestamp;
use crate::view::SharedView;

static SHIPPED: LazyLock<ConsentText> = LazyLock::new(|| {
    toml::from_str(include_str!("../consent/en.toml")).expect("a test loads the consent text that ships")
});

/// How it stands with consent in a care circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// Never given.
    NotGiven,
    /// Given at this time to another text than the one that is asked about now.
    TextChanged(Timestamp),
    /// Given to the text that is asked about, at this time by the patient's clock.
    Given(Timestamp),
    /// Taken back, at this time by the patient's clock.
    TakenBack(Timestamp),
}

/// Why nothing may be shared in a care circle now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareStop {
    /// The patient has not consented to the text that is asked about.
    Consent(ConsentState),
    /// The patient paused sharing, at this time by her clock.
    Paused(Timestamp),
}

/// The receipt of a clinic: what a patient said to a consent text, and how she signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentReceipt {
    /// The patient.
    pub patient: AccountId,
    /// The shared journal.
    pub journal: JournalId,
    /// The place of the record in the journal's log.
    pub seq: u64,
    /// The record.
    pub record: RecordId,
    /// When, by the patient's clock.
    pub at: Timestamp,
    /// She consents; if not, she took her consent back.
    pub given: bool,
    /// Which parts she acknowledged.
    pub acknowledged: Vec<u16>,
    /// The words that she was shown, if they are in the journal.
    pub text: Option<ConsentText>,
    /// How the record was signed.
    pub signed: SignedAs,
}

/// How a record was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedAs {
    /// The header and its signature, without the sealed body.
    #[serde(flatten)]
    pub record: SignedRecord,
    /// SHA-256 of the signed header, as the next record of the chain names it.
    pub record_hash: Hash,
    /// The fingerprint of the author's key card then.
    pub fingerprint: Hash,
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

/// Why consent cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// Some parts are not acknowledged.
    #[error("consent is given to every part; not acknowledged: {0}")]
    NotAcknowledged(String),
    /// The text has fewer parts than that.
    #[error("the text has {parts} parts; there is no part {number}")]
    NoSuchPart {
        /// What was acknowledged.
        number: u16,
        /// How many parts there are.
        parts: usize,
    },
}

impl SharedView {
    /// Returns the text that consent is asked to: the clinic's latest, or else the one that ships.
    pub fn asked_text(&self) -> &ConsentText {
        self.consent_texts.last().map_or_else(|| ConsentText::shipped(), Document::body)
    }

    /// Returns the text that a patient was shown, if it is in the journal.
    pub fn shown_text<'a>(&'a self, consent: &'a Consent) -> Option<&'a ConsentText> {
        match &consent.text {
            ShownText::Shipped(text) => Some(text),
            ShownText::OfClinic(id) => self.consent_texts.iter().find(|text| text.id() == *id).map(Document::body),
        }
    }

    /// Returns the consent to the text that is asked about, given to every part.
    ///
    /// # Errors
    /// [`ConsentError`].
    pub fn consent_to(&self, acknowledged: Vec<u16>) -> Result<Consent, ConsentError> {
        let numbers = self.asked_text().numbers();
        if let Some(number) = acknowledged.iter().find(|number| !numbers.contains(number)) {
            return Err(ConsentError::NoSuchPart { number: *number, parts: numbers.len() });
        }
        let missing: Vec<_> =
            numbers.iter().filter(|number| !acknowledged.contains(number)).map(u16::to_string).collect();
        if missing.is_empty() {
            Ok(Consent { text: self.asked(), acknowledged, given: true })
        } else {
            Err(ConsentError::NotAcknowledged(missing.join(", ")))
        }
    }

    /// Returns that consent to the text that is asked about is taken back.
    pub fn consent_taken_back(&self) -> Consent {
        Consent { text: self.asked(), acknowledged: Vec::new(), given: false }
    }

    fn asked(&self) -> ShownText {
        let shipped = || ShownText::Shipped(Box::new(ConsentText::shipped().clone()));
        self.consent_texts.last().map_or_else(shipped, |text| ShownText::OfClinic(text.id()))
    }

    /// Returns how it stands with consent. The same words need not be acknowledged twice, whoever put them there.
    pub fn consent_state(&self) -> ConsentState {
        let Some(last) = self.consents.last().map(|view| &view.consent) else { return ConsentState::NotGiven };
        let consent = last.body();
        if !consent.given {
            return ConsentState::TakenBack(last.at());
        }
        let asked = self.asked_text();
        let whole = asked.numbers().iter().all(|number| consent.acknowledged.contains(number));
        if whole && self.shown_text(consent) == Some(asked) {
            ConsentState::Given(last.at())
        } else {
            ConsentState::TextChanged(last.at())
        }
    }

    /// Returns the receipts of what the patient said, in the order of the log. `signed` looks up how the record at a place
    /// of the log was signed; what it does not know has no receipt.
    pub fn consent_receipts(&self, signed: impl Fn(u64) -> Option<SignedAs>) -> Vec<ConsentReceipt> {
        let receipts = self.consents.iter().filter_map(|view| {
            let body = view.consent.body();
            Some(ConsentReceipt {
                patient: self.patient,
                journal: self.journal,
                seq: view.seq,
                record: view.record,
                at: view.consent.at(),
                given: body.given,
                acknowledged: body.acknowledged.clone(),
                text: self.shown_text(body).cloned(),
                signed: signed(view.seq)?,
            })
        });
        receipts.collect()
    }

    /// Returns since when sharing is paused, by the patient's clock, if it is.
    pub fn paused_since(&self) -> Option<Timestamp> {
        self.pause.as_ref().filter(|pause| pause.body().paused).map(Document::at)
    }

    /// Returns why nothing may be shared here now, if so.
    pub fn share_stop(&self) -> Option<ShareStop> {
        match (self.consent_state(), self.paused_since()) {
            (_, Some(since)) => Some(ShareStop::Paused(since)),
            (ConsentState::Given(_), None) => None,
            (state, None) => Some(ShareStop::Consent(state)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Pause;
    use crate::fold::fold;
    use crate::sample::*;

    fn view(documents: Vec<(bool, Document)>) -> SharedView {
        let journal = documents.into_iter().fold(shared(), |journal, (patient, document)| {
            journal.write(if patient { HERON } else { QUILL }, document)
        });
        fold(HERON, &[journal]).shared.remove(0)
    }

    fn state(documents: Vec<(bool, Document)>) -> ConsentState {
        view(documents).consent_state()
    }

    fn asked(n: u8) -> (bool, Document) {
        (false, document(n, at(1, 9, 0), ConsentText::shipped().clone()))
    }

    fn ours(n: u8, version: u32) -> (bool, Document) {
        (false, document(n, at(1, 9, 0), ConsentText { version, ..ConsentText::shipped().clone() }))
    }

    fn all() -> Vec<u16> {
        ConsentText::shipped().numbers()
    }

    fn says(n: u8, text: ShownText, acknowledged: Vec<u16>, given: bool) -> (bool, Document) {
        (true, document(n, at(2, 9, 0), Consent { text, acknowledged, given }))
    }

    fn of(n: u8) -> ShownText {
        ShownText::OfClinic(id(n))
    }

    fn shipped() -> ShownText {
        ShownText::Shipped(Box::new(ConsentText::shipped().clone()))
    }

    #[test]
    fn the_text_that_ships_is_asked_about_where_the_clinic_has_none() {
        assert_eq!(all().len(), 15);
        assert_eq!(state(vec![]), ConsentState::NotGiven);
        let nobody = view(vec![]);
        assert_eq!(nobody.share_stop(), Some(ShareStop::Consent(ConsentState::NotGiven)));
        assert_eq!(nobody.consent_to(all()), Ok(Consent { text: shipped(), acknowledged: all(), given: true }));
        let given = view(vec![says(2, shipped(), all(), true)]);
        assert_eq!((given.consent_state(), given.share_stop()), (ConsentState::Given(at(2, 9, 0)), None));
        let mut older = ConsentText::shipped().clone();
        older.version = 9;
        let older = ShownText::Shipped(Box::new(older));
        assert_eq!(
            state(vec![says(2, older, all(), true)]),
            ConsentState::TextChanged(at(2, 9, 0)),
            "words that do not ship now are not what is asked about"
        );
    }

    #[test]
    fn consent_is_all_parts_of_the_text_that_is_asked_about() {
        assert_eq!(state(vec![asked(1)]), ConsentState::NotGiven);
        assert_eq!(
            state(vec![asked(1), says(2, of(1), all()[..14].to_vec(), true)]),
            ConsentState::TextChanged(at(2, 9, 0))
        );
        assert_eq!(state(vec![asked(1), says(2, of(1), all(), true)]), ConsentState::Given(at(2, 9, 0)));
        let again = vec![asked(1), says(2, of(1), all(), true), ours(3, 2)];
        assert_eq!(state(again), ConsentState::TextChanged(at(2, 9, 0)), "another version asks anew");
        let again = vec![says(2, shipped(), all(), true), asked(3)];
        assert_eq!(state(again), ConsentState::Given(at(2, 9, 0)), "the same words do not");
        let view = view(vec![asked(1)]);
        assert_eq!(view.consent_to(all()[..13].to_vec()), Err(ConsentError::NotAcknowledged("14, 15".into())));
        assert_eq!(view.consent_to(vec![16]), Err(ConsentError::NoSuchPart { number: 16, parts: 15 }));
        assert_eq!(view.consent_to(all()), Ok(Consent { text: of(1), acknowledged: all(), given: true }));
        let back = vec![asked(1), says(2, of(1), all(), true), says(3, of(1), vec![], false)];
        assert_eq!(state(back), ConsentState::TakenBack(at(2, 9, 0)));
    }

    #[test]
    fn nobody_consents_in_the_patients_name_or_pauses_in_it() {
        let (_, forged) = says(2, of(1), all(), true);
        assert_eq!(state(vec![asked(1), (false, forged)]), ConsentState::NotGiven);
        let forged = document(3, at(3, 9, 0), Pause { paused: true });
        assert_eq!(view(vec![says(2, shipped(), all(), true), (false, forged)]).share_stop(), None);
    }

    #[test]
    fn what_is_paused_is_shared_again_once_the_patient_says_so() {
        let given = says(2, shipped(), all(), true);
        let pause = |n, paused| (true, document(n, at(3, 9, 0), Pause { paused }));
        let paused = view(vec![given.clone(), pause(3, true)]);
        assert_eq!(paused.share_stop(), Some(ShareStop::Paused(at(3, 9, 0))));
        assert_eq!(view(vec![given, pause(3, true), pause(4, false)]).share_stop(), None);
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
