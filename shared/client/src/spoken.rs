//! Spoken lines: the patient takes them as entries of her own, in the words noted or in hers, or refuses them.

use reverie_journal::{Document, Entry, FewWords, Kind, SpokenAnswer, SpokenAs, SpokenView, Words};

use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Returns what was noted as said aloud, and what the patient said of it.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for anybody but a patient.
    pub fn spoken_lines(&self) -> Result<Vec<SpokenView>, ClientError> {
        self.private_journal()?;
        Ok(self.view(self.account()).spoken_lines())
    }

    /// Takes a spoken line as a private entry, in the words that were noted or, if they are given, in her own.
    ///
    /// # Errors
    /// The field that breaks its rule; then nothing was kept.
    pub async fn take_spoken(&mut self, line: &SpokenView, words: Option<&str>) -> Result<Kept, ClientError> {
        let noted = line.line.words.as_str();
        let words = words.unwrap_or(noted);
        let answer = if words == noted { SpokenAs::Adopted } else { SpokenAs::Corrected };
        FewWords::new(words.trim())?;
        let entry = Entry { session: Some(line.session), ..Entry::new(Kind::Fragment, Words::new(words)?) };
        let entry = Document::new(self.env.document_id(), self.env.now(), entry)?;
        let said = SpokenAnswer { card: line.card, line: line.line.clone(), answer, entry: Some(entry.id()) };
        let said = Document::new(self.env.document_id(), self.env.now(), said)?;
        let journal = self.private_journal()?;
        let intents = [&entry, &said].map(|document| self.write_intent(journal, document, Vec::new()));
        self.put(intents.into()).await?;
        Ok(Kept { document: entry.id(), flushed: self.flush().await? })
    }

    /// Refuses a spoken line. Nobody else learns of it.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for anybody but a patient.
    pub async fn refuse_spoken(&mut self, line: &SpokenView) -> Result<Kept, ClientError> {
        let journal = self.private_journal()?;
        let refused = SpokenAnswer { card: line.card, line: line.line.clone(), answer: SpokenAs::Refused, entry: None };
        self.keep_document(journal, refused, Vec::new()).await
    }
}
