//! Themes: named and filled by the patient, proposed by her clinician.
//!
//! The invariant: a placement goes where its entry is, and the name goes along. A circle never learns a theme of which it
//! reads no entry.

use std::collections::BTreeSet;

use reverie_journal::{
    Document, PatientTheme, PatientView, Placement, ProposalView, Theme, ThemeAnswer, ThemeName, ThemeProposal,
};
use reverie_protocol::ids::{DocumentId, JournalId};

use crate::error::ClientError;
use crate::outbox::Intent;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Returns the theme that a person means by its name, or by the first digits of its id.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] says whether none or several are meant.
    pub fn find_theme(&self, typed: &str) -> Result<PatientTheme, ClientError> {
        self.private_journal()?;
        self.view(self.account()).find_theme(typed).map_err(|error| ClientError::NotPossible(error.to_string()))
    }

    /// Puts entries into the theme of this name, which is made if there is none. Whoever reads an entry reads the names of
    /// its themes, unless it is put in for the patient alone.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`], or a name that is too long or empty; then nothing was kept.
    pub async fn put_in_theme(
        &mut self,
        name: &str,
        entries: &[DocumentId],
        private: bool,
    ) -> Result<Kept, ClientError> {
        let (theme, intents) = self.placing(name, entries, private)?;
        // What is in it already need not be said again.
        if !intents.is_empty() {
            self.put(intents).await?;
        }
        Ok(Kept { document: theme, flushed: self.flush().await? })
    }

    /// Calls a theme something else, wherever it has a name.
    ///
    /// # Errors
    /// A name that is too long or empty.
    pub async fn rename_theme(&mut self, theme: &PatientTheme, name: &str) -> Result<Kept, ClientError> {
        self.say_of(theme, Theme::new(ThemeName::new(name)?)).await
    }

    /// Drops a theme: it is not looked at any more, and the entries stay as they are.
    ///
    /// # Errors
    /// None of its own.
    pub async fn drop_theme(&mut self, theme: &PatientTheme) -> Result<Kept, ClientError> {
        self.say_of(theme, Theme { name: theme.name.clone(), dropped: true }).await
    }

    async fn say_of(&mut self, theme: &PatientTheme, said: Theme) -> Result<Kept, ClientError> {
        let document = Document::new(theme.theme, self.env.now(), said)?;
        let journals = theme.journals.iter();
        let intents = journals.map(|journal| self.write_intent(*journal, &document, Vec::new())).collect();
        self.put(intents).await?;
        Ok(Kept { document: theme.theme, flushed: self.flush().await? })
    }

    /// Takes entries out of a theme.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for an entry that is not in it; then nothing was changed.
    pub async fn take_out_of_theme(
        &mut self,
        theme: &PatientTheme,
        entries: &[DocumentId],
    ) -> Result<Kept, ClientError> {
        let view = self.view(self.account());
        let mut intents = Vec::new();
        for entry in entries {
            let journals = placed_in(&view, theme.theme, *entry);
            if journals.is_empty() {
                let name = theme.name.as_str();
                return Err(ClientError::NotPossible(format!("this entry is not in \"{name}\"")));
            }
            let out = Placement { entry: *entry, theme: theme.theme, placed: false };
            let document = Document::new(self.env.document_id(), self.env.now(), out)?;
            intents.extend(journals.iter().map(|journal| self.write_intent(*journal, &document, Vec::new())));
        }
        self.put(intents).await?;
        Ok(Kept { document: theme.theme, flushed: self.flush().await? })
    }

    /// Proposes a theme to a patient, for entries that she shares.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`] unless one patient shares all of them with this clinician,
    /// [`ClientError::NotConfirmed`], or the field that breaks its rule.
    pub async fn propose_theme(&mut self, name: &str, entries: &[DocumentId]) -> Result<Kept, ClientError> {
        let journal = self.shared_with_me(entries)?;
        let proposal = ThemeProposal { name: ThemeName::new(name)?, entries: entries.to_vec() };
        self.keep_document(journal, proposal, Vec::new()).await
    }

    /// Takes a proposed theme, under the name that was proposed or another one.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for a proposal that is not there, or the name that breaks its rule.
    pub async fn accept_theme(&mut self, proposal: &str, name: Option<&str>) -> Result<Kept, ClientError> {
        let view = self.view(self.account());
        let (journal, found) = self.proposed(&view, proposal)?;
        if let Some(theme) = found.answer.as_ref().and_then(|answer| answer.body().theme) {
            let known = view.themes().into_iter().find(|known| known.theme == theme);
            let called = known.map_or(String::new(), |known| format!(": \"{}\"", known.name.as_str()));
            let message = format!("you accepted this proposal already{called}, so nothing was changed");
            return Err(ClientError::NotPossible(message));
        }
        let name = name.unwrap_or(found.proposal.body().name.as_str());
        let (theme, mut intents) = self.placing(name, &found.entries, false)?;
        let answer = ThemeAnswer { proposal: found.proposal.id(), theme: Some(theme) };
        let answer = Document::new(self.env.document_id(), self.env.now(), answer)?;
        intents.push(self.write_intent(journal, &answer, Vec::new()));
        self.put(intents).await?;
        Ok(Kept { document: theme, flushed: self.flush().await? })
    }

    /// Declines a proposed theme.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for a proposal that is not there.
    pub async fn decline_theme(&mut self, proposal: &str) -> Result<Kept, ClientError> {
        let view = self.view(self.account());
        let (journal, found) = self.proposed(&view, proposal)?;
        let before = match found.answer.as_ref().map(|answer| answer.body().theme) {
            None => None,
            Some(None) => Some("you declined this proposal already, so nothing was changed"),
            Some(Some(_)) => Some("you accepted this proposal already, so nothing was changed"),
        };
        if let Some(message) = before {
            return Err(ClientError::NotPossible(message.into()));
        }
        let declined = ThemeAnswer { proposal: found.proposal.id(), theme: None };
        self.keep_document(journal, declined, Vec::new()).await
    }

    /// Returns the proposal that a person means, and the circle in which it was made.
    fn proposed(&self, view: &PatientView, typed: &str) -> Result<(JournalId, ProposalView), ClientError> {
        self.private_journal()?;
        let found = view.find_proposal(typed).map_err(|error| ClientError::NotPossible(error.to_string()))?;
        let id = found.proposal.id();
        let circle = view.shared.iter().find(|shared| shared.proposals.iter().any(|one| one.proposal.id() == id));
        let gone = || ClientError::NotPossible("this proposal is not here any more".into());
        Ok((circle.ok_or_else(gone)?.journal, found.clone()))
    }

    /// Returns what has to be written so that entries are in the theme of this name.
    fn placing(
        &mut self,
        name: &str,
        entries: &[DocumentId],
        private: bool,
    ) -> Result<(DocumentId, Vec<Intent>), ClientError> {
        let own = self.private_journal()?;
        let view = self.view(self.account());
        let known = view.find_theme(name).ok();
        let theme = known.as_ref().map_or_else(|| self.env.document_id(), |known| known.theme);
        let name = known.as_ref().map_or_else(|| ThemeName::new(name), |known| Ok(known.name.clone()))?;
        let now = self.env.now();
        let named = Document::new(theme, now, Theme::new(name))?;
        let mut placements = Vec::new();
        for entry in entries {
            let there = placed_in(&view, theme, *entry);
            let document =
                Document::new(self.env.document_id(), now, Placement { entry: *entry, theme, placed: true })?;
            let journals = self.journals_of(&view, *entry, private)?.into_iter();
            placements
                .extend(journals.filter(|journal| !there.contains(journal)).map(|journal| (journal, document.clone())));
        }
        // Her own list has every theme; a circle is told with the first entry that it reads.
        let mut to_name: BTreeSet<_> = placements.iter().map(|(journal, _)| *journal).chain([own]).collect();
        to_name.retain(|journal| known.as_ref().is_none_or(|known| !known.journals.contains(journal)));
        let names = to_name.into_iter().map(|journal| (journal, named.clone()));
        let documents: Vec<_> = names.chain(placements).collect();
        let intents = documents.iter().map(|(journal, document)| self.write_intent(*journal, document, Vec::new()));
        Ok((theme, intents.collect()))
    }

    /// Returns the journals that hold an entry of this patient; with `private`, her own for what is said beside it.
    pub(crate) fn journals_of(
        &self,
        view: &PatientView,
        entry: DocumentId,
        private: bool,
    ) -> Result<Vec<JournalId>, ClientError> {
        let held = view.entries().filter(|view| view.entry.id() == entry).map(|view| view.journal);
        let journals: Vec<_> = held.collect();
        if journals.is_empty() {
            return Err(ClientError::UnknownEntry("there is no entry of this id".into()));
        }
        if private {
            return Ok(vec![self.private_journal()?]);
        }
        // What is said of a shared entry is shared with it, which may have been stopped.
        let own = self.private_journal().ok();
        for journal in journals.iter().filter(|journal| Some(**journal) != own && view.patient == self.account()) {
            self.may_share_into(*journal)?;
        }
        Ok(journals)
    }
}

/// Returns the journals in which an entry is in a theme.
fn placed_in(view: &PatientView, theme: DocumentId, entry: DocumentId) -> Vec<JournalId> {
    let is_it = |one: &reverie_journal::EntryTheme| one.theme.id() == theme;
    let held = view.entries().filter(|view| view.entry.id() == entry && view.themes.iter().any(is_it));
    let held = held.map(|view| view.journal);
    let beside = view.private.iter().filter(|private| {
        private.additions.iter().any(|addition| addition.entry == entry && addition.themes.iter().any(is_it))
    });
    held.chain(beside.map(|private| private.journal)).collect()
}
