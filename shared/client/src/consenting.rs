//! Consent: a patient acknowledges a text part by part, and nothing is shared with a circle before; a clinic may put a text
//! of its own in place of the one that ships, and reads her signed answer as its receipt.

use reverie_journal::{ConsentReceipt, ConsentText, Deed, ShareStop, SharedView, SignedAs};
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::{AccountId, JournalId};

use crate::circles::Circle;
use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Asks a patient for consent to a text, as her clinician. Other words, or another version, ask anew.
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
    /// [`ClientError::NotPossible`] if a part is not acknowledged, or [`ClientError::Guarded`].
    pub async fn give_consent(&mut self, circle: &Circle, acknowledged: Vec<u16>) -> Result<Kept, ClientError> {
        self.may(Deed::Consent)?;
        let consent = self.circle_view(circle.journal)?.consent_to(acknowledged);
        let consent = consent.map_err(|error| ClientError::NotPossible(error.to_string()))?;
        self.keep_document(circle.journal, consent, Vec::new()).await
    }

    /// Tells whether consent can be given now.
    ///
    /// # Errors
    /// [`ClientError::Guarded`].
    pub fn may_consent(&self) -> Result<(), ClientError> {
        self.may(Deed::Consent)
    }

    /// Returns the text that consent is asked to in a circle.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] while the journal is not on this device.
    pub fn consent_asked(&self, circle: &Circle) -> Result<ConsentText, ClientError> {
        self.circle_view(circle.journal).map(|shared| shared.asked_text().clone())
    }

    /// Takes consent back; that never waits. What is shared stays until it is withdrawn; nothing more is shared.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] while the journal is not on this device.
    pub async fn take_consent_back(&mut self, circle: &Circle) -> Result<Kept, ClientError> {
        let consent = self.circle_view(circle.journal)?.consent_taken_back();
        self.keep_document(circle.journal, consent, Vec::new()).await
    }

    /// Tells whether something may be shared with a circle now, as far as its readers, consent and pauses go.
    ///
    /// # Errors
    /// [`ClientError::NobodyReads`], [`ClientError::ConsentNeeded`] or [`ClientError::SharingPaused`].
    pub fn may_share_with(&self, circle: &Circle) -> Result<(), ClientError> {
        if circle.readers.is_empty() {
            return Err(ClientError::NobodyReads);
        }
        self.may_share_into(circle.journal)
    }

    /// Refuses to share before consent is given, and while sharing is paused.
    pub(crate) fn may_share_into(&self, journal: JournalId) -> Result<(), ClientError> {
        match self.circle_view(journal)?.share_stop() {
            None => Ok(()),
            Some(ShareStop::Consent(state)) => Err(ClientError::ConsentNeeded(state)),
            Some(ShareStop::Paused(since)) => Err(ClientError::SharingPaused(since)),
        }
    }

    /// Returns the receipts of what a patient said to consent texts, in each journal that is shared with this account.
    pub fn consent_receipts(&self, patient: AccountId) -> Vec<ConsentReceipt> {
        let view = self.view(patient);
        let histories = self.histories();
        let receipts = view.shared.iter().flat_map(|shared| {
            shared.consent_receipts(|seq| {
                let logged = self.logs.get(&shared.journal)?.records.get(usize::try_from(seq).ok()?)?;
                let history = histories.iter().find(|history| history.journal == shared.journal)?;
                let stay = history.stays.iter().find(|stay| stay.account == logged.header.author)?;
                let card = stay.keys.iter().rfind(|keys| keys.record <= seq)?;
                let record = SignedRecord { body: None, ..logged.signed.clone() };
                Some(SignedAs { record_hash: record.chain_hash(), record, fingerprint: card.fingerprint })
            })
        });
        receipts.collect()
    }

    pub(crate) fn circle_view(&self, journal: JournalId) -> Result<SharedView, ClientError> {
        let shared = self.view(self.account()).shared;
        let found = shared.into_iter().find(|shared| shared.journal == journal);
        found
            .ok_or_else(|| ClientError::NotPossible("the journal is not on this device yet; sync and try again".into()))
    }
}
