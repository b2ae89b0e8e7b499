//! Changing who reads a journal: an owner looks at what a change means, and what was looked at is done, or nothing is.
//!
//! The invariant: a membership record is built on the head that its owner saw. If the journal moved on, it is not signed
//! again: the owner looks at the new state and says so once more. `remove`, `rotate` and `rekey` make a new key, so that
//! whoever is gone, and whoever stole an old key, opens nothing that is written afterwards.

use reverie_crypto::{EpochKey, Reader, seal_keyring};
use reverie_journal::{Compartment, Deed};
use reverie_protocol::api::Head;
use reverie_protocol::card::SignedCard;
use reverie_protocol::check::JournalState;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use reverie_protocol::keyring::Keyring;
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;

use crate::error::ClientError;
use crate::log::JournalLog;
use crate::opening::compartment_name;
use crate::unlocked::Unlocked;

/// How much of what is written already a new member can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// All of it.
    All,
    /// Nothing: what is written from now on. The journal gets a new key.
    FromNowOn,
}

/// A change of a journal's circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CircleChange {
    /// Takes somebody in.
    Admit {
        /// Whom.
        account: AccountId,
        /// As a writer or a reader.
        role: MemberRole,
        /// With how much of the past.
        past: Past,
    },
    /// Takes somebody out; the journal gets a new key.
    Remove {
        /// Whom.
        account: AccountId,
    },
    /// Gives the journal a new key, for the same members.
    Rotate,
    /// Places a member's new card; the journal gets a new key.
    Rekey {
        /// Whose.
        account: AccountId,
        /// The card that follows the member's card of now.
        card: Box<SignedCard>,
    },
    /// Ends the journal: nothing is written to it any more. What is there stays, and can be withdrawn.
    Close,
}

/// A change that its owner looks at, on the state that it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The journal.
    pub journal: JournalId,
    /// What is to change.
    pub change: CircleChange,
    /// Where the journal is.
    head: Head,
}

impl Unlocked {
    /// Prepares a change of a journal that this account owns, on its newest state, to be looked at before it is done.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] says why such a change makes no sense, [`ClientError::NotConfirmed`] if the words of a
    /// guest were not compared, [`ClientError::Estranged`], or the server's.
    pub async fn propose(&mut self, journal: JournalId, change: CircleChange) -> Result<Proposal, ClientError> {
        self.pull(journal).await?;
        if let CircleChange::Admit { account, .. } = change {
            let contact = self.contact(account).filter(|contact| contact.confirmed);
            contact.ok_or_else(|| ClientError::NotConfirmed { handle: self.names().of(account) })?;
            // Admitted is the card that the guest has now.
            self.follow(account).await?;
            self.not_estranged(account)?;
        }
        match change {
            CircleChange::Admit { .. } => self.may(Deed::Admit)?,
            CircleChange::Rotate => self.may(Deed::ChangeKeys)?,
            CircleChange::Close => self.may(Deed::End)?,
            // Ending somebody's reading never waits.
            CircleChange::Remove { .. } | CircleChange::Rekey { .. } => {}
        }
        self.makes_sense(journal, &change)?;
        let head = self.logs.get(&journal).and_then(JournalLog::head);
        let head = head.ok_or_else(|| ClientError::NotPossible("the journal is not on this device yet".into()))?;
        Ok(Proposal { journal, change, head })
    }

    fn makes_sense(&self, journal: JournalId, change: &CircleChange) -> Result<(), ClientError> {
        let not = |why: &str| Err(ClientError::NotPossible(why.into()));
        let Some(state) = self.logs.get(&journal).and_then(|log| log.state.as_ref()) else {
            return not("the journal is not on this device yet; sync and try again");
        };
        if self.owner(journal) != Some(self.account()) {
            return not("only who owns a journal changes who reads it");
        }
        if state.closed {
            return not("this journal is closed");
        }
        let member = |account: &AccountId| state.members.iter().find(|member| member.account == *account);
        match change {
            CircleChange::Admit { account, .. } if member(account).is_some() => not("they read this journal already"),
            CircleChange::Admit { .. } if state.members.len() >= limits::MEMBERS => {
                not("this journal has no room for more")
            }
            CircleChange::Admit { role: MemberRole::Owner, .. } => not("a journal has one owner"),
            CircleChange::Remove { account } if *account == self.account() => {
                not("the journal is yours; close it instead")
            }
            CircleChange::Remove { account } | CircleChange::Rekey { account, .. } if member(account).is_none() => {
                not("they do not read this journal")
            }
            _ => Ok(()),
        }
    }

    /// Does what was looked at, if the journal is still where it was then.
    ///
    /// # Errors
    /// [`ClientError::MovedOn`] if it is not: nothing was done, and the owner looks again. [`ClientError::Unanswered`] if
    /// the server did not answer, so that it is not known.
    pub async fn enact(&mut self, proposal: &Proposal) -> Result<(), ClientError> {
        let Proposal { journal, ref change, head } = *proposal;
        self.change(journal, change, head).await?;
        // New devices start from the bundle's heads; logging in puts right what this one could not.
        match self.save_bundle().await {
            Err(ClientError::Store(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Appends a membership record on `head`, once.
    pub(crate) async fn change(
        &mut self,
        journal: JournalId,
        change: &CircleChange,
        head: Head,
    ) -> Result<(), ClientError> {
        let token = self.token()?;
        if let Some(divergence) = self.state.diverged.get(&journal) {
            return Err(ClientError::HistoryDiverged(divergence.clone()));
        }
        if self.logs.get(&journal).and_then(JournalLog::head) != Some(head) {
            return Err(ClientError::MovedOn);
        }
        self.makes_sense(journal, change)?;
        match change {
            CircleChange::Close => {}
            CircleChange::Remove { account } => self.may_seal(journal, Some(*account))?,
            CircleChange::Admit { .. } | CircleChange::Rotate | CircleChange::Rekey { .. } => {
                self.may_seal(journal, None)?
            }
        }
        let record = self.record_id();
        let signed = self.build_change(journal, change, record)?;
        let sent = self.submit(&token, journal, vec![signed]).await;
        let sent = self.logged_out_on_refusal(sent);
        match sent {
            Err(error) if error.is(ProblemCode::StaleHead) => {
                self.pull(journal).await?;
                if self.has(journal, record) { Ok(()) } else { Err(ClientError::MovedOn) }
            }
            Err(error) if error.is_offline() => match self.pull(journal).await {
                Ok(_) if self.has(journal, record) => Ok(()),
                Ok(_) => Err(error),
                Err(_) => Err(ClientError::Unanswered(Box::new(error))),
            },
            sent => sent,
        }
    }

    fn has(&self, journal: JournalId, record: RecordId) -> bool {
        self.logs.get(&journal).is_some_and(|log| log.find(record).is_some())
    }

    fn build_change(
        &self,
        journal: JournalId,
        change: &CircleChange,
        record: RecordId,
    ) -> Result<SignedRecord, ClientError> {
        let state = self.logs.get(&journal).and_then(|log| log.state.as_ref());
        let state = state.ok_or_else(|| ClientError::NotPossible("the journal is not on this device yet".into()))?;
        let (action, new_epoch) = match change {
            CircleChange::Admit { past, .. } => (Action::Admit, *past == Past::FromNowOn),
            CircleChange::Remove { .. } => (Action::Remove, true),
            CircleChange::Rotate => (Action::Rotate, true),
            CircleChange::Rekey { .. } => (Action::Rekey, true),
            CircleChange::Close => (Action::Close, false),
        };
        let mut header = Header {
            v: 1,
            journal,
            seq: state.seq + 1,
            prev: Some(state.head),
            author: self.account(),
            record,
            action,
            epoch: state.epoch + u32::from(new_epoch),
            epoch_commitment: None,
            body: None,
            attachments: Vec::new(),
            withdraws: Vec::new(),
            members: None,
        };
        if *change == CircleChange::Close {
            return self.sign(&header, None);
        }
        let members = self.changed(state, change)?;
        let keyring = self.changed_keyring(&mut header, change, &members)?;
        header.members = Some(members);
        header.body = Some(BodyRef { sha256: Hash::of(&keyring), size: keyring.len() as u64 });
        self.sign(&header, Some(keyring))
    }

    /// Returns the member list after a change.
    fn changed(&self, state: &JournalState, change: &CircleChange) -> Result<Vec<Member>, ClientError> {
        let mut members = state.members.clone();
        match change {
            CircleChange::Admit { account, role, past } => {
                let contact = self.contact(*account).filter(|contact| contact.confirmed);
                let contact = contact.ok_or_else(|| ClientError::NotConfirmed { handle: self.names().of(*account) })?;
                let since_epoch = if *past == Past::FromNowOn { state.epoch + 1 } else { 0 };
                members.push(Member { account: *account, role: *role, since_epoch, card: contact.card.clone() });
            }
            CircleChange::Remove { account } => members.retain(|member| member.account != *account),
            CircleChange::Rekey { account, card } => {
                for member in members.iter_mut().filter(|member| member.account == *account) {
                    card.verify_successor_of(&member.card).map_err(|error| untrustworthy(&error))?;
                    member.card = SignedCard::clone(card);
                }
            }
            CircleChange::Rotate | CircleChange::Close => {}
        }
        Ok(members)
    }

    /// Seals the key of a new epoch to all members, or all keys so far to a guest, and says so in the header.
    fn changed_keyring(
        &self,
        header: &mut Header,
        change: &CircleChange,
        members: &[Member],
    ) -> Result<Vec<u8>, ClientError> {
        let keys = self.keys(header.journal);
        let missing = || {
            let message = "this device does not have all keys of the journal; sync and try again";
            ClientError::NotPossible(message.into())
        };
        let keys = keys.ok_or_else(missing)?;
        let keyring = if let CircleChange::Admit { account, past: Past::All, .. } = change {
            let guest: Vec<_> = members.iter().filter(|member| member.account == *account).cloned().collect();
            let all: Vec<&EpochKey> = keys.epochs.values().collect();
            // Every epoch from 0 to the current one: a guest with a gap would call records unreadable.
            if all.len() as u64 != u64::from(header.epoch) + 1 {
                return Err(missing());
            }
            seal_keyring(&all, compartment_name(keys.compartment), &readers(&guest)?)
        } else {
            let key = self.env.random(|rng| EpochKey::make(header.journal, header.epoch, rng));
            header.epoch_commitment = Some(key.commitment());
            seal_keyring(&[&key], compartment_name(keys.compartment), &readers(members)?)
        };
        Ok(keyring_bytes(&keyring.map_err(|error| untrustworthy(&error))?))
    }

    /// Fills in what opens a journal and returns its keyring. Keys are sealed to this account and to confirmed people.
    pub(crate) fn opening(
        &self,
        header: &mut Header,
        compartment: Compartment,
        others: &[(AccountId, MemberRole)],
    ) -> Result<Vec<u8>, ClientError> {
        let own = (self.account(), MemberRole::Owner, self.copy.bundle.card.clone());
        let mut members = vec![own];
        for (account, role) in others {
            self.not_estranged(*account)?;
            let contact = self.contact(*account).filter(|contact| contact.confirmed);
            let contact = contact.ok_or_else(|| ClientError::NotConfirmed { handle: self.names().of(*account) })?;
            members.push((*account, *role, contact.card.clone()));
        }
        let member = |(account, role, card)| Member { account, role, since_epoch: 0, card };
        let members: Vec<_> = members.into_iter().map(member).collect();
        let key = self.env.random(|rng| EpochKey::make(header.journal, 0, rng));
        let keyring = seal_keyring(&[&key], compartment_name(compartment), &readers(&members)?);
        let keyring = keyring.map_err(|error| untrustworthy(&error))?;
        header.epoch_commitment = Some(key.commitment());
        header.members = Some(members);
        Ok(keyring_bytes(&keyring))
    }

    /// Signs a header with the key that its journal has of this account: until the owner has placed a new card, that is
    /// the key from before the change.
    pub(crate) fn sign(&self, header: &Header, body: Option<Vec<u8>>) -> Result<SignedRecord, ClientError> {
        let keys = &self.copy.bundle.keys;
        let state = self.logs.get(&header.journal).and_then(|log| log.state.as_ref());
        match state.and_then(|state| state.keys.get(&self.account())) {
            None => Ok(keys.sign_header(header, body)),
            Some(key) => keys.sign_header_as(key, header, body).ok_or(ClientError::KeysChangedElsewhere),
        }
    }
}

fn readers(members: &[Member]) -> Result<Vec<Reader>, ClientError> {
    let reader = |member: &Member| {
        let card = member.card.verify().map_err(|error| untrustworthy(&error))?;
        Reader::from_card(&card).map_err(|error| untrustworthy(&error))
    };
    members.iter().map(reader).collect()
}

fn keyring_bytes(keyring: &Keyring) -> Vec<u8> {
    serde_json::to_vec(keyring).expect("a keyring has only text keys, so it is JSON")
}

fn untrustworthy(error: &dyn std::fmt::Display) -> ClientError {
    ClientError::Untrustworthy(error.to_string())
}
