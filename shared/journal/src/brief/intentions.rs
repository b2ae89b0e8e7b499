//! Section 5, intentions and what emerged: what the patient or her clinician linked to each, and what she added when she came
//! back to it. That nothing is linked says nothing about anybody.

use reverie_protocol::ids::{AccountId, DocumentId};
use serde::Serialize;

use crate::document::{Document, Kind, Layer, Relation};
use crate::rules::Side;
use crate::timestamp::Timestamp;
use crate::view::{EntryView, SharedView};

/// Section 5: intentions, and what emerged from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Intentions {
    /// The shared intentions, by time.
    pub intentions: Vec<Intention>,
    /// What is said where there is none.
    pub note: Option<&'static str>,
}

/// One intention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Intention {
    /// The entry.
    pub entry: DocumentId,
    /// When it was captured.
    pub at: Timestamp,
    /// Its title, or how its first words begin.
    pub headline: String,
    /// What is linked to it, by time; what the patient linked before what a clinician did.
    pub emerged: Vec<Emerged>,
    /// What she added when she came back to it, in the order of the log.
    pub revisits: Vec<Document<Layer>>,
    /// What is said where nothing is linked.
    pub note: Option<&'static str>,
}

/// An entry that is linked to an intention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Emerged {
    /// The entry.
    pub entry: DocumentId,
    /// Its kind.
    pub kind: Kind,
    /// When it was captured.
    pub at: Timestamp,
    /// Its title, or how its first words begin.
    pub headline: String,
    /// What the two have to do with each other.
    pub relation: Relation,
    /// The link goes from the entry to the intention, not the other way.
    pub to_intention: bool,
    /// On which side of the room they were linked.
    pub linked_by: Side,
    /// Who linked them.
    pub by: AccountId,
}

pub(super) fn intentions(shared: &SharedView, by_time: &[&EntryView]) -> Intentions {
    let of_kind = by_time.iter().filter(|view| view.kind() == Kind::Intention);
    let intentions: Vec<_> = of_kind
        .map(|view| {
            let emerged = emerged(shared, view.entry.id());
            Intention {
                entry: view.entry.id(),
                at: view.entry.at(),
                headline: view.headline(),
                note: emerged.is_empty().then_some("No links yet."),
                emerged,
                revisits: view.layers.iter().map(|layer| layer.layer.clone()).collect(),
            }
        })
        .collect();
    let note = intentions.is_empty().then_some("No intentions shared yet.");
    Intentions { intentions, note }
}

fn emerged(shared: &SharedView, intention: DocumentId) -> Vec<Emerged> {
    let links = shared.links.iter().filter(|link| link.touches(intention));
    let emerged = links.filter_map(|view| {
        let link = view.link.body();
        let to_intention = link.to == intention;
        let other = if to_intention { link.from } else { link.to };
        let entry = shared.entries.iter().find(|entry| entry.entry.id() == other)?;
        Some(Emerged {
            entry: other,
            kind: entry.kind(),
            at: entry.entry.at(),
            headline: entry.headline(),
            relation: link.relation,
            to_intention,
            linked_by: Side::of(view.by, shared.patient),
            by: view.by,
        })
    });
    let mut emerged: Vec<_> = emerged.collect();
    let key = |one: &Emerged| (one.linked_by == Side::Clinician, one.at, one.entry, one.relation, one.by);
    emerged.sort_by_key(key);
    emerged
}
