//! Whose keys anything is sealed to: the card that was confirmed, and what provably follows it.
//!
//! The invariant: a card is taken over only if the key before it signed it. Another card stops all sealing to that person
//! until the two have paired again; reading goes on.

use reverie_crypto::Reader;
use reverie_protocol::api::MemberAccount;
use reverie_protocol::card::{SignedCard, successors};
use reverie_protocol::ids::{AccountId, JournalId};

use crate::error::ClientError;
use crate::log::JournalLog;
use crate::sync::Notice;
use crate::unlocked::Unlocked;

/// Whether a journal is one to take in.
pub(crate) enum Opening {
    /// Its owner is this account, or somebody whom it is paired with.
    Trusted,
    /// Its owner is nobody that this account is paired with.
    Stranger,
}

impl Unlocked {
    /// Judges by the cards that a log has had of its owner. Cards that follow the trusted one are taken over.
    ///
    /// # Errors
    /// [`ClientError::Estranged`] if the log goes on under a card that does not follow the trusted one.
    pub(crate) async fn judge_owner(&mut self, log: &JournalLog) -> Result<Opening, ClientError> {
        let Some(owner) = log.records.first().map(|logged| logged.header.author) else { return Ok(Opening::Stranger) };
        let cards = cards_of(log, owner);
        if owner == self.account() {
            let own =
                |card: &SignedCard| card.verify().is_ok_and(|card| self.copy.bundle.keys.owns(&card.verifying_key));
            return match cards.iter().position(|card| !own(card)) {
                None => Ok(Opening::Trusted),
                Some(0) => Ok(Opening::Stranger),
                Some(_) => Err(ClientError::KeysChangedElsewhere),
            };
        }
        let Some(contact) = self.contact(owner) else { return Ok(Opening::Stranger) };
        let known = cards.iter().rposition(|card| contact.knows(&card.fingerprint()));
        let Some(known) = known else { return Ok(Opening::Stranger) };
        let newer = &cards[known + 1..];
        if newer.is_empty() {
            return Ok(Opening::Trusted);
        }
        if cards[known].card != contact.card.card {
            return Err(self.estrange(owner).await?);
        }
        self.take_over_card(owner, newer).await?;
        Ok(Opening::Trusted)
    }

    /// Fetches the cards of an account, and takes over what follows the one that is known. Returns all of them.
    ///
    /// # Errors
    /// [`ClientError::Estranged`] if the current card does not follow the known one, or the server's.
    pub(crate) async fn follow(&mut self, account: AccountId) -> Result<Vec<SignedCard>, ClientError> {
        let token = self.token()?;
        let told = self.env.api.get_card(&token, account).await.map_err(ClientError::from);
        let told = self.logged_out_on_refusal(told)?;
        let mut cards = told.earlier;
        cards.push(told.card);
        let Some(contact) = self.contact(account) else { return Ok(cards) };
        if cards.last().is_some_and(|card| contact.knows(&card.fingerprint())) {
            // An older card than the known one is nothing to go back to.
            return Ok(cards);
        }
        let newer = match successors(&contact.card, &cards) {
            Ok(newer) => newer.to_vec(),
            Err(_) => return Err(self.estrange(account).await?),
        };
        self.take_over_card(account, &newer).await?;
        Ok(cards)
    }

    /// Follows the people whose current card is another than the known one, as the server says.
    pub(crate) async fn follow_members(&mut self, members: &[MemberAccount]) -> Result<Vec<Notice>, ClientError> {
        let mut notices = Vec::new();
        for member in members {
            let known = self.contact(member.account).filter(|contact| !contact.knows(&member.card));
            let Some(before) = known.map(|contact| contact.card.clone()) else { continue };
            match self.follow(member.account).await {
                Ok(_) if self.contact(member.account).is_some_and(|contact| contact.card != before) => {
                    let handle = self.names().of(member.account);
                    notices.push(Notice::NewKeys { account: member.account, handle });
                }
                Ok(_) => {}
                Err(error) if error.is_offline() => return Err(error),
                Err(error) => notices.push(Notice::Keys { error }),
            }
        }
        Ok(notices)
    }

    /// Accepts a journal whose readers are all under cards that this account trusts, whoever is about to leave aside. Asked
    /// before anything is sealed.
    ///
    /// # Errors
    /// [`ClientError::Estranged`], or [`ClientError::OtherKeys`].
    pub(crate) fn may_seal(&self, journal: JournalId, but_to: Option<AccountId>) -> Result<(), ClientError> {
        let Some(state) = self.logs.get(&journal).and_then(|log| log.state.as_ref()) else { return Ok(()) };
        let owns = self.owner(journal) == Some(self.account());
        let others = state.members.iter().filter(|member| member.account != self.account());
        for member in others.filter(|member| Some(member.account) != but_to) {
            self.not_estranged(member.account)?;
            // Whom this account admitted from another device, its own signature in the log vouches for.
            let Some(contact) = self.contact(member.account).filter(|_| owns) else { continue };
            if !contact.knows(&member.card.fingerprint()) {
                return Err(ClientError::OtherKeys { handle: contact.handle.clone() });
            }
        }
        Ok(())
    }

    /// Refuses to seal to somebody whose card was replaced by one that does not follow it.
    pub(crate) fn not_estranged(&self, account: AccountId) -> Result<(), ClientError> {
        if self.state.estranged.contains(&account) {
            return Err(ClientError::Estranged { handle: self.names().of(account) });
        }
        Ok(())
    }

    async fn take_over_card(&mut self, account: AccountId, newer: &[SignedCard]) -> Result<(), ClientError> {
        let usable = |card: &SignedCard| card.verify().is_ok_and(|card| Reader::from_card(&card).is_ok());
        if !newer.iter().all(usable) {
            return Err(self.estrange(account).await?);
        }
        for contact in self.state.contacts.iter_mut().filter(|contact| contact.account == account) {
            contact.follow(newer);
        }
        self.save_state().await
    }

    async fn estrange(&mut self, account: AccountId) -> Result<ClientError, ClientError> {
        self.state.estranged.insert(account);
        self.save_state().await?;
        Ok(ClientError::Estranged { handle: self.names().of(account) })
    }
}

/// Returns the cards that a log has had of an account, the first one first.
pub(crate) fn cards_of(log: &JournalLog, account: AccountId) -> Vec<SignedCard> {
    let lists = log.records.iter().filter_map(|logged| logged.header.members.as_ref());
    let own = lists.filter_map(|members| members.iter().find(|member| member.account == account));
    let mut cards: Vec<SignedCard> = Vec::new();
    for member in own {
        if cards.last() != Some(&member.card) {
            cards.push(member.card.clone());
        }
    }
    cards
}
