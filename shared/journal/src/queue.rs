//! The review queue: whom a clinician reads next. Counts and times, no content, so that it may stand on a screen.

use reverie_protocol::ids::{AccountId, JournalId};
use serde::Serialize;

use crate::cycle::CycleAt;
use crate::document::{SessionType, Talk};
use crate::timestamp::Timestamp;
use crate::view::{MeasureView, SharedView};

/// One patient of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueRow {
    /// The patient.
    pub patient: AccountId,
    /// The shared journal; the first, if the clinician is in several circles of the patient.
    pub journal: JournalId,
    /// Flagged answers that wait for a disposition.
    pub flagged: Option<Flagged>,
    /// The next scheduled session.
    pub next_session: Option<NextSession>,
    /// Which cycle, how long after the dose.
    pub cycle: CycleAt,
    /// Entries with something that this clinician has not opened.
    pub unread: usize,
    /// Entries that the patient wants to talk about.
    pub talk: usize,
    /// When the oldest unread entry was captured.
    pub oldest_unread_at: Option<Timestamp>,
    /// How many measures of the plan are due.
    pub measures_due: usize,
    /// Since when the server no longer shows her journal, by this device's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_since: Option<Timestamp>,
    /// Why the patient stands where she stands.
    pub why: Why,
}

/// Why a patient stands where she stands in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A flagged answer waits for a disposition.
    Flagged,
    /// A session is planned.
    Session,
    /// Something is unread.
    Unread,
    /// Nothing of it.
    Nothing,
}

/// Flagged answers that wait for a disposition: how many, and since when. Not what was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flagged {
    /// How many responses.
    pub responses: usize,
    /// When the oldest was given.
    pub oldest_at: Timestamp,
}

/// A scheduled session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NextSession {
    /// When it starts.
    pub starts_at: Timestamp,
    /// What for.
    pub session_type: SessionType,
}

/// Returns a row for each shared journal, or for what was [joined](crate::PatientView::joined) of several: flagged answers first, the oldest before the others; then by next session, then
/// by oldest unread entry; what has none of it comes last, and after it what the server no longer shows.
pub fn queue<'a>(
    clinician: AccountId,
    shared: impl IntoIterator<Item = &'a SharedView>,
    now: Timestamp,
) -> Vec<QueueRow> {
    let mut rows: Vec<_> = shared.into_iter().map(|shared| row(clinician, shared, now)).collect();
    rows.sort_by_key(|row| {
        let next = row.next_session.map(|next| next.starts_at);
        let flagged = row.flagged.map(|flagged| flagged.oldest_at);
        // `None` sorts before `Some`; here it comes after.
        (
            flagged.is_none(),
            flagged,
            row.flagged.is_none() && row.hidden_since.is_some(),
            next.is_none(),
            next,
            row.oldest_unread_at.is_none(),
            row.oldest_unread_at,
            row.patient,
            row.journal,
        )
    });
    rows
}

fn row(clinician: AccountId, shared: &SharedView, now: Timestamp) -> QueueRow {
    let unread: Vec<_> = shared.entries.iter().filter(|view| view.is_unread_by(clinician)).collect();
    let next = shared.next_session(now);
    let open = |view: &&MeasureView| view.flags().iter().any(|flag| flag.open);
    let flagged: Vec<_> = shared.measures.iter().filter(open).map(|view| view.response.at()).collect();
    let why = match () {
        () if !flagged.is_empty() => Why::Flagged,
        () if next.is_some() => Why::Session,
        () if !unread.is_empty() => Why::Unread,
        () => Why::Nothing,
    };
    QueueRow {
        patient: shared.patient,
        journal: shared.journal,
        flagged: flagged.iter().min().map(|oldest| Flagged { responses: flagged.len(), oldest_at: *oldest }),
        next_session: next.map(|next| NextSession { starts_at: next.starts_at, session_type: next.session_type }),
        cycle: shared.cycle_at(now),
        unread: unread.len(),
        talk: shared.entries.iter().filter(|view| view.talk() == Talk::WantToTalk && !view.is_discussed()).count(),
        measures_due: shared.measures_due(now).len(),
        why,
        hidden_since: shared.hidden_since,
        oldest_unread_at: unread.iter().map(|view| view.entry.at()).min(),
    }
}

#[cfg(test)]
mod tests;
