//! Which entries somebody wants to see: of a kind, in a theme, with a person, since a day.

use crate::alike::alike;
use crate::document::Kind;
use crate::find::short_id;
use crate::timestamp::Timestamp;
use crate::view::{EntryView, PatientView};

/// What an entry has to have; nothing said means any entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryFilter {
    /// Its kind, or one of those that it also is.
    pub kind: Option<Kind>,
    /// A theme that it is in: its name, or the first 8 digits of its id.
    pub theme: Option<String>,
    /// Somebody who is in it, by label.
    pub person: Option<String>,
    /// It was captured then or later.
    pub since: Option<Timestamp>,
}

impl EntryFilter {
    /// Tells whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl PatientView {
    /// Tells whether an entry has what is asked for.
    pub fn has(&self, entry: &EntryView, filter: &EntryFilter) -> bool {
        let EntryFilter { kind, theme, person, since } = filter;
        let (seen, own) = self.themes_of(entry);
        let in_theme = |wanted: &String| {
            let mut themes = seen.iter().chain(&own);
            themes.any(|one| alike(one.body().name.as_str(), wanted) || short_id(one.id().uuid()) == *wanted)
        };
        let with = |wanted: &String| self.people_in(entry).iter().any(|label| alike(label.as_str(), wanted));
        kind.is_none_or(|kind| entry.kind() == kind || entry.entry.body().also.contains(&kind))
            && theme.as_ref().is_none_or(in_theme)
            && person.as_ref().is_none_or(with)
            && since.is_none_or(|since| entry.entry.at() >= since)
    }

    /// Leaves of the entries those that have what is asked for.
    pub fn retain(&mut self, filter: &EntryFilter) {
        let whole = self.clone();
        let entries = self.private.iter_mut().map(|private| &mut private.entries);
        let entries = entries.chain(self.shared.iter_mut().map(|shared| &mut shared.entries));
        entries.for_each(|entries| entries.retain(|entry| whole.has(entry, filter)));
    }
}
