//! Leaving: what goes when a patient deletes her account, and what each clinician holds all the same.
//!
//! The invariant: nothing is said to be gone that somebody may still have. What was opened may be remembered or copied,
//! what was filed is in the chart; the rest nobody has read.

use std::collections::BTreeMap;

use reverie_protocol::ids::AccountId;
use serde::Serialize;

use crate::names::{Names, listed};
use crate::view::{PatientView, ShareState};

/// What there is when she leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaving {
    /// Private entries and measures, those in the trash included.
    pub private: usize,
    /// Shared entries and measures.
    pub shared: usize,
    /// Shared entries and measures that nobody has opened.
    pub unopened: usize,
    /// What each of those who have read or filed something holds, by account.
    pub held: Vec<Held>,
}

/// What somebody holds, whatever is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Who.
    pub by: AccountId,
    /// Entries and measures that were opened.
    pub opened: usize,
    /// Entries that were copied into the chart.
    pub filed: usize,
}

/// Returns what goes, and what stays with whom, if the patient leaves now.
pub fn leaving(view: &PatientView) -> Leaving {
    let trashed = view.private.as_ref().map_or(0, |private| private.trash.len());
    let entries = view.entries().map(|entry| (entry.state, entry.opened.as_slice(), entry.filed.as_slice()));
    let measures = view.measures().map(|measure| (measure.state, measure.opened.as_slice(), [].as_slice()));
    let all: Vec<_> = entries.chain(measures).collect();
    let of_state = |wanted: fn(ShareState) -> bool| all.iter().filter(|(state, ..)| wanted(*state)).count();
    let mut held: BTreeMap<AccountId, Held> = BTreeMap::new();
    for (_, opened, filed) in &all {
        let mut add = |by, count: fn(&mut Held) -> &mut usize| {
            *count(held.entry(by).or_insert(Held { by, opened: 0, filed: 0 })) += 1;
        };
        once(opened.iter().map(|one| one.by)).into_iter().for_each(|by| add(by, |held| &mut held.opened));
        once(filed.iter().map(|one| one.by)).into_iter().for_each(|by| add(by, |held| &mut held.filed));
    }
    Leaving {
        private: of_state(|state| !state.is_shared()) + trashed,
        shared: of_state(ShareState::is_shared),
        unopened: of_state(|state| state == ShareState::SharedUnopened),
        held: held.into_values().collect(),
    }
}

/// Returns each once.
fn once(accounts: impl Iterator<Item = AccountId>) -> Vec<AccountId> {
    let mut accounts: Vec<_> = accounts.collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

impl Leaving {
    /// Returns what is said before and after, a sentence in each line.
    pub fn lines(&self, names: &Names) -> Vec<String> {
        let private = counted(self.private, "entry or measure is", "entries and measures are");
        let opened = match self.unopened {
            _ if self.shared == 0 => String::new(),
            0 => " Of what is shared, everything was opened.".into(),
            unopened if unopened == self.shared => " Of what is shared, nothing was opened.".into(),
            unopened => format!(" Of what is shared, {} never opened.", counted(unopened, "was", "were")),
        };
        let mut lines = vec![format!("{private} private and {} shared.{opened}", self.shared)];
        for Held { by, opened, filed } in &self.held {
            let mut has = vec![format!("has read {opened} of your entries and measures")];
            if *filed > 0 {
                has.push(format!("keeps {} in your chart", counted(*filed, "copy", "copies")));
            }
            lines.push(format!("{} {}.", names.of(*by), listed(&has)));
        }
        lines
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Kind;
    use crate::fold::fold;
    use crate::sample::*;

    #[test]
    fn who_has_read_or_filed_something_is_named_with_how_much_each_once() {
        let journals = [
            private().write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door")),
            shared()
                .write(HERON, entry(2, at(1, 9, 0), Kind::Image, "a greenhouse"))
                .write(HERON, entry(3, at(1, 9, 0), Kind::Image, "a key"))
                .write(QUILL, receipt(4, at(3, 9, 0), &[2]))
                .write(QUILL, receipt(5, at(4, 9, 0), &[2])),
        ];
        let leaving = leaving(&fold(HERON, &journals));
        assert_eq!((leaving.private, leaving.shared, leaving.unopened), (1, 2, 1));
        assert_eq!(leaving.held, [Held { by: QUILL, opened: 1, filed: 0 }]);
        let names = [(QUILL, "quill".to_owned())].into_iter().collect();
        let lines = [
            "1 entry or measure is private and 2 shared. Of what is shared, 1 was never opened.",
            "quill has read 1 of your entries and measures.",
        ];
        assert_eq!(leaving.lines(&names), lines);
    }

    #[test]
    fn where_nothing_is_shared_nothing_was_opened_or_not() {
        let journals = [private().write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))];
        let leaving = leaving(&fold(HERON, &journals));
        assert_eq!(leaving.lines(&Names::default()), ["1 entry or measure is private and 0 shared."]);
    }
}
