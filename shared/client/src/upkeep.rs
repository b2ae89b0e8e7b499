//! What an owner's client does before it writes again: it takes out who was off-boarded, and places changed cards.
//!
//! The invariant: nothing new is sealed to a key of somebody who is gone, or to a card that was followed by another. Each
//! step is judged anew on the newest state, so a journal that moved on in between is no reason to sign anything again.

use std::collections::BTreeSet;

use reverie_protocol::account::AccountState;
use reverie_protocol::api::MemberAccount;
use reverie_protocol::card::{SignedCard, successors};
use reverie_protocol::header::Member;
use reverie_protocol::ids::{AccountId, JournalId};

use crate::appending::TRIES;
use crate::error::ClientError;
use crate::log::JournalLog;
use crate::membership::CircleChange;
use crate::sync::Notice;
use crate::unlocked::Unlocked;

impl Unlocked {
    /// Brings the circle of a journal up to date, if this account owns it. What was done is in the notices of the next
    /// flush.
    pub(crate) async fn upkeep(&mut self, journal: JournalId) -> Result<(), ClientError> {
        if self.owner(journal) != Some(self.account()) {
            return Ok(());
        }
        if self.said.is_none() {
            let listed = self.listed().await?.journals;
            self.said = Some(listed.into_iter().map(|entry| (entry.journal, entry.members)).collect());
        }
        let mut moved = 0;
        while let Some((change, notice)) = self.due(journal).await? {
            let head = self.logs.get(&journal).and_then(JournalLog::head);
            let Some(head) = head else { return Ok(()) };
            match self.change(journal, &change, head).await {
                Ok(()) => self.done.extend(notice),
                Err(ClientError::MovedOn) if moved < TRIES => moved += 1,
                Err(ClientError::MovedOn) => return Err(ClientError::KeepsMoving(TRIES)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Returns who reads a journal of this account and was off-boarded, as the server says and as was not told before. They are
    /// told of at once and not at the next writing, which may be long in coming.
    pub(crate) async fn newly_ended(&mut self) -> Result<Vec<Notice>, ClientError> {
        let said = self.said.iter().flatten();
        let off_boarded = said.flat_map(|(journal, members)| {
            let ended = members.iter().filter(|said| said.state == AccountState::OffBoarded);
            ended.filter(|said| self.owns_with(*journal, said.account)).map(|said| said.account)
        });
        let ended: BTreeSet<_> = off_boarded.collect();
        let newly = ended.difference(&self.state.ended).map(|account| (*account, self.names().of(*account)));
        let notices = newly.map(|(account, handle)| Notice::Ended { account, handle }).collect();
        if ended != self.state.ended {
            self.state.ended = ended;
            self.save_state().await?;
        }
        Ok(notices)
    }

    /// Tells whether a journal that goes on is this account's, and somebody else reads it, as its signed log says.
    fn owns_with(&self, journal: JournalId, account: AccountId) -> bool {
        let state = self.logs.get(&journal).and_then(|log| log.state.as_ref());
        let reads =
            state.is_some_and(|state| !state.closed && state.members.iter().any(|member| member.account == account));
        reads && account != self.account() && self.owner(journal) == Some(self.account())
    }

    /// Places this account's new card in every journal that it owns.
    pub(crate) async fn place_own_card(&mut self) -> Result<(), ClientError> {
        let own: Vec<_> = self.logs.keys().copied().filter(|journal| self.own_card_is_due(*journal)).collect();
        for journal in own {
            self.upkeep(journal).await?;
        }
        Ok(())
    }

    fn own_card_is_due(&self, journal: JournalId) -> bool {
        let state = self.logs.get(&journal).and_then(|log| log.state.as_ref());
        let placed = state.and_then(|state| state.members.iter().find(|member| member.account == self.account()));
        self.owner(journal) == Some(self.account())
            && state.is_some_and(|state| !state.closed)
            && !self.state.diverged.contains_key(&journal)
            && placed.is_some_and(|member| member.card != self.copy.bundle.card)
    }

    /// Returns the next change that is due, and what to tell of it.
    async fn due(&mut self, journal: JournalId) -> Result<Option<(CircleChange, Option<Notice>)>, ClientError> {
        let state = self.logs.get(&journal).and_then(|log| log.state.as_ref());
        let Some(state) = state.filter(|state| !state.closed) else { return Ok(None) };
        let members = state.members.clone();
        let said = self.said.as_ref().and_then(|said| said.get(&journal)).cloned().unwrap_or_default();
        for member in members {
            let account = member.account;
            let said = said.iter().find(|said| said.account == account);
            if account == self.account() {
                if member.card != self.copy.bundle.card {
                    let current = self.copy.bundle.card.clone();
                    let card = Box::new(self.next_card(&member, &current).await?);
                    return Ok(Some((CircleChange::Rekey { account, card }, None)));
                }
            } else if said.is_some_and(|said| said.state == AccountState::OffBoarded) {
                let notice = Notice::OffBoarded { journal, account, handle: self.names().of(account) };
                return Ok(Some((CircleChange::Remove { account }, Some(notice))));
            } else if let Some(card) = self.followed(&member, said).await? {
                let notice = Notice::NewKeys { account, handle: self.names().of(account) };
                return Ok(Some((CircleChange::Rekey { account, card: Box::new(card) }, Some(notice))));
            }
        }
        Ok(None)
    }

    /// Returns the card that follows a member's, if there is one.
    async fn followed(
        &mut self,
        member: &Member,
        said: Option<&MemberAccount>,
    ) -> Result<Option<SignedCard>, ClientError> {
        let placed = member.card.fingerprint();
        let known = self.contact(member.account).map(|contact| contact.card.clone());
        let newer = known.filter(|card| card.card != member.card.card && self.knows(member));
        if newer.is_none() && said.is_none_or(|said| said.card == placed) {
            return Ok(None);
        }
        if let Some(card) = newer.filter(|card| card.verify_successor_of(&member.card).is_ok()) {
            return Ok(Some(card));
        }
        let cards = self.follow(member.account).await?;
        self.not_estranged(member.account)?;
        match successors(&member.card, &cards) {
            Ok(after) => Ok(after.first().cloned()),
            // An older list than what is placed already: nothing to go back to.
            Err(_) if self.knows(member) => Ok(None),
            Err(_) => Err(ClientError::OtherKeys { handle: self.names().of(member.account) }),
        }
    }

    fn knows(&self, member: &Member) -> bool {
        self.contact(member.account).is_some_and(|contact| contact.knows(&member.card.fingerprint()))
    }

    /// Returns the card of this account that follows the one that is placed.
    async fn next_card(&mut self, member: &Member, current: &SignedCard) -> Result<SignedCard, ClientError> {
        if current.verify_successor_of(&member.card).is_ok() {
            return Ok(current.clone());
        }
        let cards = self.follow(member.account).await?;
        let after = successors(&member.card, &cards).map_err(|_| ClientError::KeysChangedElsewhere)?;
        after.first().cloned().ok_or(ClientError::KeysChangedElsewhere)
    }
}
