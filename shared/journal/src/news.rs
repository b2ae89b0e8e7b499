//! What came while somebody looked away: who, what and how many. No content, so that it may stand on a screen.
//!
//! What was seen is kept as places in the logs, so nothing readable has to be held while a device waits.

use std::collections::{BTreeMap, BTreeSet};

use reverie_protocol::ids::{AccountId, JournalId};
use serde::Serialize;

use crate::view::{EntryView, MeasureView, PatientView};

/// A kind of thing that can come, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// A flagged answer that waits for a disposition.
    FlaggedAnswer,
    /// An entry.
    Entry,
    /// Words that were added to an entry.
    Addition,
    /// A measure.
    Measure,
    /// A reply.
    Reply,
    /// A theme that was proposed.
    Proposal,
    /// A session that was planned or changed.
    Session,
    /// A record that was taken back.
    Withdrawal,
}

/// Something that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct News {
    /// In whose journal.
    pub patient: AccountId,
    /// From whom; absent where the view does not say.
    pub by: Option<AccountId>,
    /// What.
    pub what: NewsKind,
    /// How many.
    pub count: usize,
}

type Thing = (AccountId, Option<AccountId>, NewsKind);
/// Where one of them stands: a number that is its own in its journal.
type Place = (JournalId, u128);

/// What somebody has seen so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    viewer: AccountId,
    places: BTreeMap<Thing, BTreeSet<Place>>,
}

impl Seen {
    /// Returns what there is to be seen in these views for their viewer.
    pub fn of<'a>(viewer: AccountId, views: impl IntoIterator<Item = &'a PatientView>) -> Self {
        let mut seen = Self { viewer, places: BTreeMap::new() };
        views.into_iter().for_each(|view| seen.look_at(view));
        seen
    }

    /// Returns what is in a later look and was not in this one.
    pub fn news(&self, later: &Self) -> Vec<News> {
        let new = later.places.iter().map(|(thing, places)| {
            let known = self.places.get(thing);
            let count = places.iter().filter(|place| known.is_none_or(|known| !known.contains(place))).count();
            let (patient, by, what) = *thing;
            News { patient, by, what, count }
        });
        new.filter(|news| news.count > 0).collect()
    }

    fn look_at(&mut self, view: &PatientView) {
        let patient = view.patient;
        if let Some(private) = &view.private {
            private.entries.iter().for_each(|entry| self.look_at_entry(patient, entry));
            private.measures.iter().for_each(|measure| self.look_at_measure(patient, measure));
        }
        for shared in &view.shared {
            shared.entries.iter().for_each(|entry| self.look_at_entry(patient, entry));
            shared.measures.iter().for_each(|measure| self.look_at_measure(patient, measure));
            for session in &shared.sessions {
                // A session that changed is another document in the place of the one before.
                self.note((patient, None, NewsKind::Session), (shared.journal, session.id().uuid().as_u128()));
            }
            for proposal in &shared.proposals {
                let place = (shared.journal, proposal.seq.into());
                self.note((patient, Some(proposal.by), NewsKind::Proposal), place);
            }
            for tombstone in &shared.tombstones {
                for number in 0..tombstone.count {
                    self.note((patient, Some(tombstone.by), NewsKind::Withdrawal), (shared.journal, number.into()));
                }
            }
        }
    }

    fn look_at_entry(&mut self, patient: AccountId, view: &EntryView) {
        let of = |seq: u64| (view.journal, seq.into());
        self.note((patient, Some(patient), NewsKind::Entry), of(view.seq));
        for layer in &view.layers {
            self.note((patient, Some(patient), NewsKind::Addition), of(layer.seq));
        }
        for reply in &view.replies {
            self.note((patient, Some(reply.author), NewsKind::Reply), of(reply.seq));
        }
    }

    fn look_at_measure(&mut self, patient: AccountId, view: &MeasureView) {
        self.note((patient, Some(patient), NewsKind::Measure), (view.journal, view.seq.into()));
        // Flags are for whoever cares for the patient. She herself was shown help when she answered.
        let open = view.flags().iter().filter(|flag| flag.open).count();
        for number in 0..if self.viewer == patient { 0 } else { open } {
            let place = (u128::from(view.seq) << 64) + number as u128;
            self.note((patient, Some(patient), NewsKind::FlaggedAnswer), (view.journal, place));
        }
    }

    fn note(&mut self, thing: Thing, place: Place) {
        self.places.entry(thing).or_default().insert(place);
    }
}

#[cfg(test)]
mod tests;
