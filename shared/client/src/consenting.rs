//! Consent: a clinic asks about a text, a patient acknowledges its parts; until then nothing is shared where it was asked.

use reverie_journal::{ConsentError, ConsentState, ConsentText, Deed, SharedView};
use reverie_protocol::ids::{AccountId, JournalId};

use crate::circles::Circle;
use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Asks a patient for consent to a text, as her clinician. Another text, or version, asks anew.
    ///
    /// # Errors
    /// [`ClientError::UnknownContact`], or [`ClientError::NotConfirmed`] while the words were not compared.
    pub async fn ask_consent(&mut self, patient: AccountId, text: ConsentText) -> Result<Kept, ClientError> {
        let journal = self.shared_by(patient)?;
        self.confirmed_owner(journal)?;
        self.keep_document(journal, text, Vec::new()).await
    }

    /// Gives consent in a circle, part by part.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if nobody asked or a part is not acknowledged, or [`ClientError::Guarded`].
    pub async fn give_consent(&mut self, circle: &Circle, acknowledged: Vec<u16>) -> Result<Kept, ClientError> {
        self.may(Deed::Consent)?;
        let consent = self.circle_view(circle.journal)?.consent_to(acknowledged).map_err(refused)?;
        self.keep_document(circle.journal, consent, Vec::new()).await
    }

    /// Takes consent back; that never waits. What is shared stays until it is withdrawn; nothing more is shared.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if nobody asked.
    pub async fn take_consent_back(&mut self, circle: &Circle) -> Result<Kept, ClientError> {
        let consent = self.circle_view(circle.journal)?.consent_taken_back().map_err(refused)?;
        self.keep_document(circle.journal, consent, Vec::new()).await
    }

    /// Refuses to share where consent was asked for and is not given.
    pub(crate) fn consented(&self, journal: JournalId) -> Result<(), ClientError> {
        let shared = self.circle_view(journal)?;
        if shared.may_share() {
            return Ok(());
        }
        let taken_back = matches!(shared.consent_state(), ConsentState::TakenBack(_));
        Err(ClientError::ConsentNeeded { taken_back })
    }

    fn circle_view(&self, journal: JournalId) -> Result<SharedView, ClientError> {
        let shared = self.view(self.account()).shared;
        let found = shared.into_iter().find(|shared| shared.journal == journal);
        found
            .ok_or_else(|| ClientError::NotPossible("the journal is not on this device yet; sync and try again".into()))
    }
}

fn refused(error: ConsentError) -> ClientError {
    ClientError::NotPossible(error.to_string())
}
