//! The course of treatment: its settings, cycles, sessions and dose cards, as a clinician records them in the journal that
//! the patient shares, and the patient's own note that she has a session today.
//!
//! What may be recorded, and what it comes to, `reverie_journal` says; here it is kept and sent.

use reverie_journal::{
    Body, Course, Cycle, CycleError, Day, Document, DoseCard, Ended, FindError, Session, SessionState, SessionType,
    SharedView, Timestamp,
};
use reverie_protocol::ids::{AccountId, DocumentId, JournalId};

use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Changes the settings of a patient's course; the first change begins one today.
    ///
    /// # Errors
    /// The field that breaks its rule, or [`ClientError::NotConfirmed`].
    pub async fn set_course(
        &mut self,
        patient: AccountId,
        change: impl FnOnce(&mut Course),
    ) -> Result<Kept, ClientError> {
        let shared = self.recordable(patient)?;
        let (id, mut course) = match shared.course() {
            Some(course) => (course.id(), course.body().clone()),
            None => (self.env.document_id(), Course::starting(Day::of(self.env.now()))),
        };
        change(&mut course);
        self.keep_as(id, shared.journal, course, Vec::new()).await
    }

    /// Opens a cycle.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] while another is open that has no dose yet.
    pub async fn open_cycle(&mut self, patient: AccountId, on: Day) -> Result<Kept, ClientError> {
        let shared = self.recordable(patient)?;
        shared.check_cycle_opens(self.env.now()).map_err(refused)?;
        self.keep_document(shared.journal, Cycle { opened_on: on, ended: None }, Vec::new()).await
    }

    /// Ends a cycle: the one of this number, or the last that is not over.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] says which cycles there are to end.
    pub async fn end_cycle(
        &mut self,
        patient: AccountId,
        n: Option<usize>,
        how: Ended,
        on: Day,
    ) -> Result<Kept, ClientError> {
        let shared = self.recordable(patient)?;
        let ended = shared.end_cycle(n, how, on, self.env.now(), || self.env.document_id()).map_err(refused)?;
        let mut documents = vec![self.document(ended.id, ended.cycle)?];
        if let Some((dosing, session)) = ended.dosing {
            documents.push(self.document(dosing, session)?);
        }
        self.keep_all(ended.id, shared.journal, &documents).await
    }

    /// Returns the cycle of a patient that has this number.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] says which numbers there are.
    pub fn cycle_numbered(&self, patient: AccountId, n: usize) -> Result<DocumentId, ClientError> {
        self.recordable(patient)?.cycle_numbered(n, self.env.now()).map_err(refused)
    }

    /// Records a session with a patient, planned or past. A session of the same type and start takes the place of what was
    /// recorded of it before.
    ///
    /// A dosing session that names no cycle goes into the open one that has no dose yet, if there is one.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for a second dosing session of a cycle, or [`ClientError::NotConfirmed`].
    pub async fn record_session(&mut self, patient: AccountId, session: Session) -> Result<Kept, ClientError> {
        self.put_session(patient, None, session).await
    }

    /// Records what became of the session of this id.
    ///
    /// # Errors
    /// As [`Self::record_session`].
    pub async fn update_session(
        &mut self,
        patient: AccountId,
        id: DocumentId,
        session: Session,
    ) -> Result<Kept, ClientError> {
        self.put_session(patient, Some(id), session).await
    }

    async fn put_session(
        &mut self,
        patient: AccountId,
        of: Option<DocumentId>,
        session: Session,
    ) -> Result<Kept, ClientError> {
        let shared = self.recordable(patient)?;
        let (known, session) = shared.fit_session(of, session, self.env.now()).map_err(refused)?;
        let id = known.unwrap_or_else(|| self.env.document_id());
        self.keep_as(id, shared.journal, session, Vec::new()).await
    }

    /// Returns the session of a patient that a person means by the first digits of its id.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] says whether none or several begin so.
    pub fn find_session(&self, patient: AccountId, typed: &str) -> Result<DocumentId, ClientError> {
        let view = self.view(patient);
        let sessions = view.shared.iter().flat_map(|shared| &shared.sessions);
        reverie_journal::find_id(typed, sessions.map(Document::id)).map_err(|error| {
            let error = if error == FindError::NotFound { "no session has this id".into() } else { error.to_string() };
            ClientError::UnknownEntry(error)
        })
    }

    /// Returns the dosing session of a patient on this day, and when it starts.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if there is none.
    pub fn dosing_session(&self, patient: AccountId, on: Day) -> Result<(DocumentId, Timestamp), ClientError> {
        let view = self.view(patient);
        let of_day = |session: &&Document<Session>| session.body().is_dose() && Day::of(session.body().starts_at) == on;
        let mut sessions = view.shared.iter().flat_map(|shared| &shared.sessions);
        let session = sessions.rfind(of_day).ok_or_else(|| {
            not_possible(format!("no dosing session of {} is recorded on {}", self.names().of(patient), on.text()))
        })?;
        Ok((session.id(), session.body().starts_at))
    }

    /// Records a dose card. A later card of the same session takes its place.
    ///
    /// # Errors
    /// The field that breaks its rule, or [`ClientError::NotConfirmed`].
    pub async fn record_dose(&mut self, patient: AccountId, card: DoseCard) -> Result<Kept, ClientError> {
        let shared = self.recordable(patient)?;
        let id = shared.dose_card_of(card.session).map_or_else(|| self.env.document_id(), Document::id);
        self.keep_as(id, shared.journal, card, Vec::new()).await
    }

    /// Notes, for the patient alone, that she has a dosing session: from then on decisions wait.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for anybody but a patient.
    pub async fn note_session(&mut self, starts_at: Timestamp) -> Result<Kept, ClientError> {
        let journal = self.private_journal()?;
        let session = Session::new(SessionType::Dosing, SessionState::Completed, starts_at);
        self.keep_document(journal, session, Vec::new()).await
    }

    /// Returns what a patient shares with this clinician, if something may be recorded there.
    fn recordable(&self, patient: AccountId) -> Result<SharedView, ClientError> {
        let journal = self.shared_by(patient)?;
        self.confirmed_owner(journal)?;
        let shared = self.view(patient).shared.into_iter().find(|shared| shared.journal == journal);
        shared.ok_or_else(|| not_possible(format!("{} shares no journal with you yet", self.names().of(patient))))
    }

    fn document(&self, id: DocumentId, body: impl Into<Body>) -> Result<Document, ClientError> {
        Ok(Document::new(id, self.env.now(), body)?)
    }

    /// Keeps several documents as one deed.
    async fn keep_all(&mut self, id: DocumentId, into: JournalId, documents: &[Document]) -> Result<Kept, ClientError> {
        let intents = documents.iter().map(|document| self.write_intent(into, document, Vec::new())).collect();
        self.put(intents).await?;
        Ok(Kept { document: id, flushed: self.flush().await? })
    }
}

fn not_possible(message: String) -> ClientError {
    ClientError::NotPossible(message)
}

fn refused(error: CycleError) -> ClientError {
    not_possible(error.to_string())
}
