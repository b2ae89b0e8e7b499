//! The review queue: whom a clinician reads next. Counts and times, no content, so that it may stand on a screen.

use reverie_protocol::ids::{AccountId, JournalId};
use serde::Serialize;

use crate::cycle::Cycle;
use crate::document::{SessionType, Talk};
use crate::timestamp::Timestamp;
use crate::view::SharedView;

/// One patient of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueRow {
    /// The patient.
    pub patient: AccountId,
    /// The shared journal.
    pub journal: JournalId,
    /// The next scheduled session.
    pub next_session: Option<NextSession>,
    /// Which cycle, how long after the dose.
    pub cycle: Cycle,
    /// Entries with something that this clinician has not opened.
    pub unread: usize,
    /// Entries that the patient wants to talk about.
    pub talk: usize,
    /// When the oldest unread entry was captured.
    pub oldest_unread_at: Option<Timestamp>,
}

/// A scheduled session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NextSession {
    /// When it starts.
    pub starts_at: Timestamp,
    /// What for.
    pub session_type: SessionType,
}

/// Returns a row for each shared journal: by next session, then by oldest unread entry; what has neither comes last.
pub fn queue<'a>(
    clinician: AccountId,
    shared: impl IntoIterator<Item = &'a SharedView>,
    now: Timestamp,
) -> Vec<QueueRow> {
    let mut rows: Vec<_> = shared.into_iter().map(|shared| row(clinician, shared, now)).collect();
    rows.sort_by_key(|row| {
        let next = row.next_session.map(|next| next.starts_at);
        // `None` sorts before `Some`; here it comes after.
        (next.is_none(), next, row.oldest_unread_at.is_none(), row.oldest_unread_at, row.patient, row.journal)
    });
    rows
}

fn row(clinician: AccountId, shared: &SharedView, now: Timestamp) -> QueueRow {
    let unread: Vec<_> = shared.entries.iter().filter(|view| view.is_unread_by(clinician)).collect();
    let next = shared.next_session(now);
    QueueRow {
        patient: shared.patient,
        journal: shared.journal,
        next_session: next.map(|next| NextSession { starts_at: next.starts_at, session_type: next.session_type }),
        cycle: shared.cycle_at(now),
        unread: unread.len(),
        talk: shared.entries.iter().filter(|view| view.talk() == Talk::WantToTalk).count(),
        oldest_unread_at: unread.iter().map(|view| view.entry.at()).min(),
    }
}

#[cfg(test)]
mod tests;
