//! The fold of what entries have in common: themes, the people in them, and links from one to another.
//!
//! A theme is called what its latest document says; whether an entry is in it says the latest placement of the two. Links
//! are kept apart by who made them, so that nobody takes back what somebody else said.

use std::collections::{BTreeMap, BTreeSet};

use reverie_protocol::ids::DocumentId;

use super::{Held, Sorted, of};
use crate::document::{Document, Link, PersonLabel, Theme, Typed as _};
use crate::view::{Duplicate, EntryTheme, EntryView, LinkView, ProposalView, ThemeView};

/// What themes are called now.
pub(super) struct Named(BTreeMap<DocumentId, Document<Theme>>);

impl Named {
    /// Returns these names with others, which win.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }
}

impl Sorted<'_> {
    /// Returns what themes are called in this journal.
    pub(super) fn named(&self) -> Named {
        let last = self.themes.iter().filter_map(|(id, all)| Some((*id, all.last()?.document.clone())));
        Named(last.collect())
    }

    /// Returns the themes that an entry is in, by name.
    pub(super) fn themes_of(&self, entry: DocumentId, named: &Named) -> Vec<EntryTheme> {
        let last: BTreeMap<_, _> =
            of(&self.placements, entry).iter().map(|held| (held.document.body().theme, &held.document)).collect();
        let placed = last.into_iter().filter(|(_, placement)| placement.body().placed);
        let themes = placed.filter_map(|(theme, placement)| {
            let theme = named.0.get(&theme).filter(|theme| !theme.body().dropped)?;
            Some(EntryTheme { theme: theme.clone(), placement: placement.clone() })
        });
        let mut themes: Vec<_> = themes.collect();
        themes.sort_by(|a, b| by_name(&a.theme, &b.theme));
        themes
    }

    /// Returns who is in an entry, by label.
    pub(super) fn people_in(&self, entry: DocumentId) -> Vec<Document<PersonLabel>> {
        let people = of(&self.people, entry);
        let last: BTreeMap<_, _> = people.iter().map(|held| (&held.document.body().label, &held.document)).collect();
        last.into_values().filter(|label| label.body().present).cloned().collect()
    }

    /// Returns the themes that have a name in this journal, those that were dropped included, with the entries among these
    /// that are in them.
    pub(super) fn theme_views(&self, named: &Named, entries: &[EntryView]) -> Vec<ThemeView> {
        let is_in = |view: &&EntryView, id| view.themes.iter().any(|one| one.theme.id() == id);
        let views = self.themes.iter().filter_map(|(id, all)| {
            let theme = named.0.get(id)?.clone();
            let entries = entries.iter().filter(|view| is_in(view, *id)).map(|view| view.entry.id()).collect();
            Some(ThemeView { theme, entries, records: all.iter().map(|held| held.record).collect() })
        });
        let mut views: Vec<_> = views.collect();
        views.sort_by(|a, b| by_name(&a.theme, &b.theme));
        views
    }

    /// Returns what was proposed about entries that are here.
    pub(super) fn proposal_views(&self, here: &BTreeSet<DocumentId>) -> Vec<ProposalView> {
        let mut seen = BTreeSet::new();
        let once = self.proposals.iter().filter(|held| seen.insert(held.document.id()));
        let views = once.map(|held| ProposalView {
            seq: held.seq,
            by: held.author,
            proposal: held.document.clone(),
            entries: held.document.body().entries.iter().filter(|entry| here.contains(entry)).copied().collect(),
            answer: of(&self.theme_answers, held.document.id()).last().map(|held| held.document.clone()),
        });
        views.filter(|view| !view.entries.is_empty()).collect()
    }

    /// Returns the links between entries that are here, and those that were taken back or lead nowhere.
    pub(super) fn link_views(&self, here: &BTreeSet<DocumentId>) -> (Vec<LinkView>, Vec<LinkView>) {
        let mut said: BTreeMap<_, Vec<&Held<Link>>> = BTreeMap::new();
        for held in &self.links {
            let Link { from, to, relation, linked: _ } = held.document.body();
            said.entry((held.author, *from, *to, *relation)).or_default().push(held);
        }
        let views = said.into_values().filter_map(|all| {
            let last = all.last()?;
            let records = all.iter().map(|held| held.record).collect();
            Some(LinkView { seq: last.seq, by: last.author, link: last.document.clone(), records })
        });
        let mut views: Vec<_> = views.collect();
        views.sort_by_key(|view| (view.seq, view.records.last().copied()));
        views.into_iter().partition(|view| {
            let Link { from, to, relation: _, linked } = view.link.body();
            *linked && here.contains(from) && here.contains(to)
        })
    }

    /// Moves private links that are shared as well to the duplicates.
    pub(super) fn take_links(&mut self, there: &BTreeSet<DocumentId>, duplicates: &mut Vec<Duplicate>) {
        for Held { record, document, .. } in self.links.extract_if(.., |held| there.contains(&held.document.id())) {
            let (entry, document_type) = (document.body().from, document.body().type_name());
            duplicates.push(Duplicate { entry, document_type, document: document.id(), record });
        }
    }
}

fn by_name(a: &Document<Theme>, b: &Document<Theme>) -> std::cmp::Ordering {
    (&a.body().name, a.id()).cmp(&(&b.body().name, b.id()))
}

#[cfg(test)]
mod tests;
