//! Writing: entries, what is added to them, marks and replies. Kept on the device first, sent second.

use reverie_journal::{
    Attachment, Body, Compartment, Details, Document, Entry, FindError, Kind, Layer, Mark, PatientView, Reply, Title,
    Words,
};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::{AccountId, DocumentId, JournalId};

use crate::error::ClientError;
use crate::files::NewFile;
use crate::outbox::{Flushed, Outgoing};
use crate::unlocked::Unlocked;

/// A new entry, as it is typed.
pub struct NewEntry {
    /// What kind of thing it is.
    pub kind: Kind,
    /// What else it is.
    pub also: Vec<Kind>,
    /// A title, if one was given.
    pub title: Option<String>,
    /// The words; may be empty.
    pub words: String,
    /// What the fields of its kinds say.
    pub details: Details,
    /// Files that belong to it.
    pub files: Vec<NewFile>,
}

/// Something that is kept now.
#[derive(Debug)]
pub struct Kept {
    /// The document.
    pub document: DocumentId,
    /// Whether the server has it already.
    pub flushed: Flushed,
}

impl Unlocked {
    /// Writes an entry into the private journal.
    ///
    /// # Errors
    /// [`ClientError::Field`] names a field that breaks its rule; then nothing was kept.
    pub async fn write(&mut self, new: NewEntry) -> Result<Kept, ClientError> {
        let journal = self.private_journal()?;
        let (attachments, outgoing) = self.seal_files(journal, new.files).await?;
        let entry = Entry {
            kind: new.kind,
            also: new.also,
            title: new.title.map(Title::new).transpose()?,
            words: Words::new(new.words)?,
            attachments,
            session: None,
            details: new.details,
            captured_while_locked: false,
        };
        self.keep_document(journal, entry, outgoing).await
    }

    /// Adds words and files beside an entry's first words. A shared entry's addition is shared with the same people,
    /// unless it is to be private.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`], the field that breaks its rule, or, for what would be shared,
    /// [`ClientError::ConsentNeeded`] and [`ClientError::SharingPaused`].
    pub async fn elaborate(
        &mut self,
        entry: DocumentId,
        words: String,
        files: Vec<NewFile>,
        private: bool,
    ) -> Result<Kept, ClientError> {
        let journal = self.layer_goes_to(entry, private)?;
        let (attachments, outgoing) = self.seal_files(journal, files).await?;
        let layer = Layer { attachments, ..Layer::new(entry, Words::new(words)?) };
        self.keep_document(journal, layer, outgoing).await
    }

    /// Adds a layer that also says what kind of thing the entry turned out to be, or fills in fields of its kinds.
    ///
    /// # Errors
    /// As [`Self::elaborate`].
    pub async fn sort_out(
        &mut self,
        entry: DocumentId,
        words: String,
        kind: Option<Kind>,
        details: Details,
        private: bool,
    ) -> Result<Kept, ClientError> {
        let journal = self.layer_goes_to(entry, private)?;
        let layer = Layer { kind, details, ..Layer::new(entry, Words::new(words)?) };
        self.keep_document(journal, layer, Vec::new()).await
    }

    /// Marks what is to be done with an entry. The mark goes where the entry is.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`], or the field that breaks its rule.
    pub async fn mark(&mut self, mark: Mark) -> Result<Kept, ClientError> {
        let journal = self.journal_of(mark.entry, false)?;
        self.keep_document(journal, mark, Vec::new()).await
    }

    /// Answers a shared entry, as its clinician.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`], or [`ClientError::NotConfirmed`] while the words were not compared.
    pub async fn reply(&mut self, about: DocumentId, words: String, question: bool) -> Result<Kept, ClientError> {
        let journal = self.shared_with_me(&[about])?;
        self.keep_document(journal, Reply { about, words: Words::new(words)?, question }, Vec::new()).await
    }

    /// Returns the entry that a person means by the first digits of its id.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] says whether none or several begin so.
    pub fn find_entry(&self, typed: &str) -> Result<(AccountId, DocumentId), ClientError> {
        self.find_among(|view| view.find_entry(typed))
    }

    /// Looks through what this account keeps itself, or through what its patients share.
    pub(crate) fn find_among(
        &self,
        find: impl Fn(&PatientView) -> Result<DocumentId, FindError>,
    ) -> Result<(AccountId, DocumentId), ClientError> {
        let own = (self.account(), self.view(self.account()));
        let views = if self.role() == AccountRole::Patient { vec![own] } else { self.patients() };
        let mut reason = None;
        for (patient, view) in &views {
            match find(view) {
                Ok(id) => return Ok((*patient, id)),
                Err(error) => reason = Some(error),
            }
        }
        let reason = reason.map_or_else(|| "there is no entry here yet".to_owned(), |error| error.to_string());
        Err(ClientError::UnknownEntry(reason))
    }

    /// Returns this account's private journal.
    pub(crate) fn private_journal(&self) -> Result<JournalId, ClientError> {
        let mine = self.logs.keys().find(|journal| {
            self.owner(**journal) == Some(self.account())
                && self.keys(**journal).is_some_and(|keys| keys.compartment == Compartment::Private)
        });
        let missing = if self.role() == AccountRole::Patient {
            "your private journal is not on this device yet; sync and try again"
        } else {
            "only patients keep a journal of entries"
        };
        mine.copied().ok_or_else(|| ClientError::NotPossible(missing.into()))
    }

    /// Returns the journal that a patient shares with this account: one that goes on rather than one that is closed; of
    /// several, the one that holds her course.
    pub(crate) fn shared_by(&self, patient: AccountId) -> Result<JournalId, ClientError> {
        let view = self.view(patient);
        let goes_on: Vec<_> = view.shared.iter().filter(|shared| !shared.closed).collect();
        let course = goes_on.iter().copied().find(|shared| shared.holds_course());
        let meant = course.or(goes_on.first().copied()).or(view.shared.first());
        let journal = meant.map(|shared| shared.journal);
        let handle = || self.names().of(patient);
        journal.ok_or_else(|| ClientError::NotPossible(format!("{} shares no journal with you yet", handle())))
    }

    /// Refuses to seal anything to the journal of somebody whose words were not compared.
    pub(crate) fn confirmed_owner(&self, journal: JournalId) -> Result<(), ClientError> {
        let owner = self.owner(journal).filter(|owner| *owner != self.account());
        let Some(owner) = owner else { return Ok(()) };
        match self.contact(owner) {
            Some(contact) if contact.confirmed => Ok(()),
            contact => {
                let handle = contact.map_or_else(|| owner.to_string(), |contact| contact.handle.clone());
                Err(ClientError::NotConfirmed { handle })
            }
        }
    }

    /// Returns where an addition goes. One to a shared entry is shared with it, which may have been stopped.
    fn layer_goes_to(&self, entry: DocumentId, private: bool) -> Result<JournalId, ClientError> {
        let journal = self.journal_of(entry, private)?;
        if self.private_journal().is_ok_and(|private| private == journal) {
            return Ok(journal);
        }
        self.may_share_into(journal)?;
        Ok(journal)
    }

    fn journal_of(&self, entry: DocumentId, private: bool) -> Result<JournalId, ClientError> {
        let view = self.view(self.account());
        let unknown = || ClientError::UnknownEntry("there is no entry of this id".into());
        let found = view.entry(entry).ok_or_else(unknown)?;
        if private && found.state.is_shared() { self.private_journal() } else { Ok(found.journal) }
    }

    pub(crate) async fn seal_files(
        &self,
        journal: JournalId,
        files: Vec<NewFile>,
    ) -> Result<(Vec<Attachment>, Vec<Outgoing>), ClientError> {
        let mut sealed = (Vec::new(), Vec::new());
        for file in files {
            let (attachment, outgoing) = self.seal_file(journal, file).await?;
            sealed.0.push(attachment);
            sealed.1.push(outgoing);
        }
        Ok(sealed)
    }

    pub(crate) async fn keep_document(
        &mut self,
        journal: JournalId,
        body: impl Into<Body>,
        attachments: Vec<Outgoing>,
    ) -> Result<Kept, ClientError> {
        let id = self.env.document_id();
        self.keep_as(id, journal, body, attachments).await
    }

    pub(crate) async fn keep_as(
        &mut self,
        id: DocumentId,
        journal: JournalId,
        body: impl Into<Body>,
        attachments: Vec<Outgoing>,
    ) -> Result<Kept, ClientError> {
        let document = Document::new(id, self.env.now(), body)?;
        let intent = self.write_intent(journal, &document, attachments);
        self.put(vec![intent]).await?;
        Ok(Kept { document: id, flushed: self.flush().await? })
    }
}
