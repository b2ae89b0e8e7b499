//! What was entered today already: saves the question to the database.
//!
//! It may know less than the database and never more: an act is noted after it is on disk. So a restart or a second
//! process costs one question for each act, and no entry is missed or doubled.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::Act;

/// The acts of one day.
#[derive(Debug, Default)]
pub(crate) struct Today(Mutex<HashSet<Act>>);

impl Today {
    /// Tells whether the act is known to be entered.
    pub(crate) fn holds(&self, act: &Act) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(act)
    }

    /// Notes an act that was entered. Acts of other days are forgotten.
    pub(crate) fn note(&self, act: Act) {
        let mut acts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if acts.iter().next().is_some_and(|noted| noted.day != act.day) {
            acts.clear();
        }
        acts.insert(act);
    }
}
