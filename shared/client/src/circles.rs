//! Care circles: the journals that a patient shares, each with the people who read it, and which of them somebody means.

use reverie_journal::{Compartment, short_id};
use reverie_protocol::ids::{AccountId, JournalId};
use serde::Serialize;

use crate::error::ClientError;
use crate::unlocked::Unlocked;

/// A journal of this account's own that others read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Circle {
    /// The journal.
    pub journal: JournalId,
    /// Who reads it beside its owner, in the order of the member list.
    pub readers: Vec<AccountId>,
}

impl Unlocked {
    /// Returns the circles that this account owns and has not closed.
    pub fn circles(&self) -> Vec<Circle> {
        let own = self.logs.iter().filter(|(journal, _)| self.owner(**journal) == Some(self.account()));
        let open = own.filter_map(|(journal, log)| {
            let state = log.state.as_ref().filter(|state| !state.closed)?;
            let members = state.members.iter().map(|member| member.account);
            Some(Circle { journal: *journal, readers: members.filter(|member| *member != self.account()).collect() })
        });
        // Whoever was removed leaves a shared journal without readers; the private one never had any.
        let shared = |circle: &Circle| {
            !circle.readers.is_empty()
                || self.keys(circle.journal).is_some_and(|keys| keys.compartment == Compartment::Shared)
        };
        open.filter(shared).collect()
    }

    /// Returns the circles in which somebody reads.
    pub fn circles_with(&self, account: AccountId) -> Vec<Circle> {
        self.circles().into_iter().filter(|circle| circle.readers.contains(&account)).collect()
    }

    /// Returns the circles that anybody reads beside their owner.
    pub fn read_circles(&self) -> Vec<Circle> {
        self.circles().into_iter().filter(|circle| !circle.readers.is_empty()).collect()
    }

    /// Returns who is meant by a handle: whoever reads a circle under it comes first, whatever became of their account.
    ///
    /// # Errors
    /// [`ClientError::UnknownContact`].
    pub fn reader_called(&self, handle: &str) -> Result<AccountId, ClientError> {
        let reads = |account: &AccountId| !self.circles_with(*account).is_empty();
        let called = self.everybody().into_iter().filter(|contact| contact.handle == handle);
        let reader = called.map(|contact| contact.account).find(reads);
        reader.map_or_else(|| Ok(self.contact_of(handle)?.account), Ok)
    }

    /// Returns the circle that is meant: by a reader's handle, or by the first digits of the journal's id; nothing said
    /// means the only one.
    ///
    /// # Errors
    /// [`ClientError::Ambiguous`] lists the circles, [`ClientError::NotPossible`] if there is none.
    pub fn find_circle(&self, typed: Option<&str>) -> Result<Circle, ClientError> {
        let circles = self.circles();
        let Some(typed) = typed else { return self.only(circles, "you share no journal with anybody yet") };
        if let Ok(contact) = self.contact_of(typed) {
            let account = contact.account;
            let with = self.circles_with(account);
            // Where somebody reads alone and with others, alone is meant.
            let alone: Vec<_> = with.iter().filter(|circle| circle.readers == [account]).cloned().collect();
            let meant = if alone.len() == 1 { alone } else { with };
            return self.only(meant, &format!("you have no shared journal with {typed}"));
        }
        let begins = |circle: &Circle| circle.journal.to_string().starts_with(typed);
        self.only(circles.into_iter().filter(begins).collect(), &format!("you share no journal `{typed}`"))
    }

    fn only(&self, mut circles: Vec<Circle>, none: &str) -> Result<Circle, ClientError> {
        match (circles.pop(), circles.is_empty()) {
            (None, _) => Err(ClientError::NotPossible(none.into())),
            (Some(circle), true) => Ok(circle),
            (Some(circle), false) => {
                circles.push(circle);
                let named: Vec<_> = circles
                    .iter()
                    .map(|circle| format!("{} (with {})", short_id(circle.journal.uuid()), self.readers_text(circle)))
                    .collect();
                Err(ClientError::Ambiguous(format!("you share several journals: {}; say which one", named.join(", "))))
            }
        }
    }

    /// Returns who reads a circle, as a person says it: `quill`, `quill and haddon`.
    pub fn readers_text(&self, circle: &Circle) -> String {
        let names = self.names();
        let readers: Vec<_> = circle.readers.iter().map(|reader| names.of(*reader)).collect();
        match readers.split_last() {
            None => "nobody".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
        }
    }
}
