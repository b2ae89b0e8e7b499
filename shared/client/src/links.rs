//! Links from one entry to another, by the patient or by her clinician, each in their own name.
//!
//! The invariant: a link is written where both of its ends are, and otherwise kept by the patient alone.

use reverie_journal::{Document, Kind, Link, PatientView, Relation};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::{DocumentId, JournalId};

use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Links an entry to another. Whoever reads both reads the link, unless the patient keeps it to herself.
    ///
    /// # Errors
    /// [`ClientError::UnknownEntry`], [`ClientError::NotConfirmed`], or [`ClientError::NotPossible`] for what is linked so
    /// already, or comes of something that is no intention.
    pub async fn link(
        &mut self,
        from: DocumentId,
        relation: Relation,
        to: DocumentId,
        private: bool,
    ) -> Result<Kept, ClientError> {
        let (view, journals) = if self.role() == AccountRole::Patient {
            let view = self.view(self.account());
            let (of_from, of_to) = (self.journals_of(&view, from, false)?, self.journals_of(&view, to, false)?);
            let both: Vec<_> = of_from.into_iter().filter(|journal| of_to.contains(journal)).collect();
            let apart = private || both.is_empty();
            (view, if apart { vec![self.private_journal()?] } else { both })
        } else {
            let journal = self.shared_with_me(&[from, to])?;
            let owner = self.owner(journal).unwrap_or_else(|| self.account());
            (self.view(owner), vec![journal])
        };
        let is_intention = view.entry(to).is_some_and(|entry| entry.kind() == Kind::Intention);
        if relation == Relation::CameFromIntention && !is_intention {
            return Err(ClientError::NotPossible("the second entry is no intention, so nothing came from it".into()));
        }
        let there = self.linked_in(&view, from, relation, to);
        let journals: Vec<_> = journals.into_iter().filter(|journal| !there.contains(journal)).collect();
        if journals.is_empty() {
            return Err(ClientError::NotPossible("these entries are linked like this already".into()));
        }
        self.say_link(Link { from, to, relation, linked: true }, &journals).await
    }

    /// Takes a link back that this account made.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if this account did not link them so.
    pub async fn unlink(&mut self, from: DocumentId, relation: Relation, to: DocumentId) -> Result<Kept, ClientError> {
        let own = vec![(self.account(), self.view(self.account()))];
        let views = if self.role() == AccountRole::Patient { own } else { self.patients() };
        let mut linked = views.iter().map(|(_, view)| self.linked_in(view, from, relation, to));
        let journals = linked.find(|journals| !journals.is_empty());
        let unknown = || ClientError::NotPossible("you have not linked these entries like this".into());
        let journals = journals.ok_or_else(unknown)?;
        self.say_link(Link { from, to, relation, linked: false }, &journals).await
    }

    /// Returns the journals in which this account links two entries so.
    fn linked_in(&self, view: &PatientView, from: DocumentId, relation: Relation, to: DocumentId) -> Vec<JournalId> {
        let link = Link { from, to, relation, linked: true };
        let shared = view.shared.iter().map(|shared| (shared.journal, &shared.links));
        let all = view.private.iter().map(|private| (private.journal, &private.links)).chain(shared);
        let mine = |links: &[reverie_journal::LinkView]| {
            links.iter().any(|view| view.by == self.account() && *view.link.body() == link)
        };
        all.filter(|(_, links)| mine(links)).map(|(journal, _)| journal).collect()
    }

    async fn say_link(&mut self, link: Link, journals: &[JournalId]) -> Result<Kept, ClientError> {
        let document = Document::new(self.env.document_id(), self.env.now(), link)?;
        let intents = journals.iter().map(|journal| self.write_intent(*journal, &document, Vec::new())).collect();
        self.put(intents).await?;
        Ok(Kept { document: document.id(), flushed: self.flush().await? })
    }
}
