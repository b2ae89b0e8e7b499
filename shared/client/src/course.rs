//! The course of treatment: its settings, cycles, sessions and dose cards, as a clinician records them in the journal that
//! the patient shares, and the patient's own note that she has a session today.
//!
//! The invariant: a cycle takes one dosing session. The fold would count only the first; here the second is refused, with
//! what to do instead, so that nobody is surprised later.

use reverie_journal::{
    Body, Course, Cycle, CycleEnd, CycleView, Day, Document, DoseCard, Ended, FindError, Session, SessionState,
    SessionType, SharedView, Timestamp,
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
        if let Some(open) = open_without_dose(&shared, self.env.now()) {
            let opened = open.opened_on.text();
            return Err(not_possible(format!("a cycle without a dose is open already, since {opened}")));
        }
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
        let cycles = shared.cycles_at(self.env.now());
        let open: Vec<_> = cycles.iter().filter(|cycle| !cycle.state.is_over()).collect();
        let meant = match n {
            Some(_) => open.iter().find(|cycle| cycle.n == n),
            None => open.last(),
        };
        let cycle = meant.ok_or_else(|| not_possible(none_open(&open)))?;
        match how {
            Ended::Skipped if cycle.dosing.is_some() => {
                return Err(not_possible("this cycle had its dose, so it was not skipped; close it".into()));
            }
            Ended::Closed if cycle.dosing.is_none() => {
                return Err(not_possible(
                    "this cycle had no dose, so there is nothing to close; skip or abort it".into(),
                ));
            }
            Ended::Closed | Ended::Skipped | Ended::Aborted => {}
        }
        let (id, opened_on) = (cycle.cycle.unwrap_or_else(|| self.env.document_id()), cycle.opened_on);
        let mut documents = vec![self.document(id, Cycle { opened_on, ended: Some(CycleEnd { on, how }) })?];
        // A dose that named no cycle gets the one that is written down now.
        if let (None, Some(dosing)) = (cycle.cycle, &cycle.dosing) {
            let session = Session { cycle: Some(id), ..dosing.body().clone() };
            documents.push(self.document(dosing.id(), session)?);
        }
        self.keep_all(id, shared.journal, &documents).await
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
        mut session: Session,
    ) -> Result<Kept, ClientError> {
        let shared = self.recordable(patient)?;
        let known = of.or_else(|| shared.recorded_as(&session));
        let before = shared.sessions.iter().find(|session| Some(session.id()) == known);
        session.cycle = session.cycle.or_else(|| before.and_then(|before| before.body().cycle));
        if session.session_type == SessionType::Dosing || session.session_type == SessionType::Preparation {
            let open = open_without_dose(&shared, self.env.now()).and_then(|cycle| cycle.cycle);
            session.cycle = session.cycle.or(open);
        }
        if session.is_dose()
            && let Some(cycle) = session.cycle
            && let Some(other) = dose_of(&shared, cycle).filter(|other| Some(other.id()) != known)
        {
            let day = other.body().starts_at.minute_text();
            let message = match other.body().state {
                SessionState::Scheduled => format!(
                    "this cycle has a dosing session planned for {day}; say what became of it: --of {}",
                    reverie_journal::short_id(other.id().uuid())
                ),
                _ => format!(
                    "this cycle had its dosing session on {day}; a booster belongs on its dose card, another dose in a \
                     cycle of its own"
                ),
            };
            return Err(not_possible(message));
        }
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

fn open_without_dose(shared: &SharedView, now: Timestamp) -> Option<CycleView> {
    shared.cycles_at(now).into_iter().find(|cycle| !cycle.state.is_over() && cycle.dosing.is_none())
}

/// Returns the dosing session of a cycle that took place or is planned.
fn dose_of(shared: &SharedView, cycle: DocumentId) -> Option<&Document<Session>> {
    shared.sessions.iter().find(|session| session.body().is_dose() && session.body().cycle == Some(cycle))
}

fn none_open(open: &[&CycleView]) -> String {
    let numbers: Vec<_> = open.iter().filter_map(|cycle| cycle.n).map(|n| n.to_string()).collect();
    match numbers.as_slice() {
        [] => "no cycle is open".to_owned(),
        numbers => format!("no open cycle has this number; open are: {}", numbers.join(", ")),
    }
}
