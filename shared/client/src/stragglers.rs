//! What was left behind: additions that one device made to a shared entry while another took the entry back.
//!
//! Neither device could know of the other. The entry went home without the addition, which then stands in the shared journal
//! beside nothing: nobody is shown it, and she who wrote it would miss it. Whichever device sees that brings it home.

use std::collections::BTreeSet;

use reverie_journal::{Body, Compartment, Content, Document, Reseal, Withdrawal};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::{DocumentId, JournalId, RecordId};

use crate::error::ClientError;
use crate::unlocked::Unlocked;

/// Own additions in one shared journal whose entry is not there any more.
struct LeftBehind {
    /// What is brought home: layers, themes, people. A mark is not: what was wished for in the session is over with the entry.
    additions: Vec<Document>,
    records: Vec<RecordId>,
}

impl Unlocked {
    /// Brings additions home whose entry is private again: sealed into the private journal first, then withdrawn from the
    /// shared one. What cannot be fetched now is brought at another time.
    pub(crate) async fn bring_home(&mut self) -> Result<(), ClientError> {
        // As long as something waits here, this device is not the one to judge what is where.
        if self.role() != AccountRole::Patient || !self.outbox.is_empty() {
            return Ok(());
        }
        let Ok(private) = self.private_journal() else { return Ok(()) };
        let own: Vec<_> =
            self.logs.keys().copied().filter(|journal| self.owner(*journal) == Some(self.account())).collect();
        for journal in own.into_iter().filter(|journal| *journal != private) {
            if self.state.diverged.contains_key(&journal) {
                continue;
            }
            let LeftBehind { additions, records } = self.left_behind(journal);
            if records.is_empty() {
                continue;
            }
            let files = additions.iter().flat_map(|addition| addition.body().attachments());
            let files: Vec<_> = files.map(|file| Reseal { from: journal, attachment: file.id }).collect();
            match self.carry_out(private, additions, &files, vec![Withdrawal { journal, records }], false).await {
                Ok(_) | Err(ClientError::FileUnavailable(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn left_behind(&self, journal: JournalId) -> LeftBehind {
        let (mut additions, mut records) = (Vec::new(), Vec::new());
        let opened = self.open_journal(journal).filter(|opened| opened.compartment == Compartment::Shared);
        let Some(opened) = opened else { return LeftBehind { additions, records } };
        let documents = || {
            opened.records.iter().filter_map(|record| match &record.content {
                Content::Document(document) => Some((record, document)),
                _ => None,
            })
        };
        let there: BTreeSet<_> = documents()
            .filter(|(_, document)| matches!(document.body(), Body::Entry(_)))
            .map(|(_, entry)| entry.id())
            .collect();
        let mut beside_nothing = Vec::new();
        for (record, document) in documents().filter(|(record, _)| record.author == self.account()) {
            let (entry, comes_home) = match document.body() {
                Body::Layer(layer) => (layer.entry, true),
                Body::Placement(placement) => (placement.entry, true),
                Body::PersonLabel(label) => (label.entry, true),
                Body::Mark(mark) => (mark.entry, false),
                _ => continue,
            };
            if !there.contains(&entry) {
                beside_nothing.push((entry, record.record, document, comes_home));
            }
        }
        // Nearly always there is nothing, and then nobody need look what is at home.
        let home = if beside_nothing.is_empty() { BTreeSet::new() } else { self.at_home() };
        for (_, record, document, comes_home) in beside_nothing.iter().filter(|(entry, ..)| home.contains(entry)) {
            records.push(*record);
            if *comes_home {
                additions.push((*document).clone());
            }
        }
        LeftBehind { additions, records }
    }

    /// Returns the entries of the private journal, those in the trash too.
    fn at_home(&self) -> BTreeSet<DocumentId> {
        let view = self.view(self.account());
        let private = view.private.iter();
        let ids = private.flat_map(|private| {
            let trash = private.trash.iter().map(|trashed| &trashed.view);
            private.entries.iter().chain(trash).map(|view| view.entry.id())
        });
        ids.collect()
    }
}
