//! Prompts: the next one, what was answered to it, and the set that a clinic offers instead.

use reverie_journal::{Answered, Kind, PromptAnswer, PromptSet, Prompted, Relation};
use reverie_protocol::ids::AccountId;

use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::{Kept, NewEntry};

impl Unlocked {
    /// Returns the prompt for now, if one is left.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] for anybody but a patient.
    pub fn next_prompt(&self) -> Result<Option<Prompted>, ClientError> {
        self.private_journal()?;
        Ok(self.view(self.account()).prompt_at(self.env.now()))
    }

    /// Keeps what was answered to a prompt: words become an entry of their own, "nothing came" a blank one. Words to a prompt
    /// that quotes an intention are linked to it.
    ///
    /// # Errors
    /// The field that breaks its rule; then nothing was kept.
    pub async fn answer_prompt(
        &mut self,
        prompted: &Prompted,
        answer: Answered,
        words: String,
    ) -> Result<Kept, ClientError> {
        let journal = self.private_journal()?;
        let kind = match answer {
            Answered::Wrote => prompted.prompt.kind.filter(|kind| *kind != Kind::Blank).unwrap_or(Kind::Fragment),
            Answered::NothingCame | Answered::RatherNot => Kind::Blank,
        };
        let entry = match answer {
            Answered::RatherNot => None,
            Answered::Wrote | Answered::NothingCame => {
                let (also, details) = (Vec::new(), reverie_journal::Details::default());
                let new = NewEntry { kind, also, title: None, words, details, files: Vec::new() };
                Some(self.write(new).await?.document)
            }
        };
        if let (Answered::Wrote, Some(entry), Some(intention)) = (answer, entry, prompted.intention) {
            self.link(entry, Relation::CameFromIntention, intention, false).await?;
        }
        let (set, version, prompt) = (prompted.set.name.clone(), prompted.set.version, prompted.prompt.id.clone());
        let kept =
            self.keep_document(journal, PromptAnswer { set, version, prompt, answer, entry }, Vec::new()).await?;
        Ok(Kept { document: entry.unwrap_or(kept.document), flushed: kept.flushed })
    }

    /// Offers a patient a set of prompts in place of the one that ships, as her clinician.
    ///
    /// # Errors
    /// [`ClientError::UnknownContact`], or [`ClientError::NotConfirmed`] while the words were not compared.
    pub async fn offer_prompts(&mut self, patient: AccountId, set: PromptSet) -> Result<Kept, ClientError> {
        let journal = self.shared_by(patient)?;
        self.confirmed_owner(journal)?;
        self.keep_document(journal, set, Vec::new()).await
    }
}
