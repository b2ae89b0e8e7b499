//! What to call people: a map from account to alias or handle, given by the caller.

use std::collections::BTreeMap;

use reverie_protocol::ids::AccountId;

use crate::find::short_id;

/// Names for accounts. Whoever is not in it is called by the first digits of the account's id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(BTreeMap<AccountId, String>);

impl Names {
    /// Returns the name of an account.
    pub fn of(&self, account: AccountId) -> String {
        self.0.get(&account).cloned().unwrap_or_else(|| short_id(account.uuid()))
    }

    /// Returns these names with others added.
    #[must_use]
    pub fn with(mut self, others: impl IntoIterator<Item = (AccountId, String)>) -> Self {
        self.0.extend(others);
        self
    }
}

impl FromIterator<(AccountId, String)> for Names {
    fn from_iter<I: IntoIterator<Item = (AccountId, String)>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

/// Returns the parts as people list them: `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
