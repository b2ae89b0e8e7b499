//! The queue, as it stands on a clinician's screen.

use super::*;
use crate::document::Kind;
use crate::fold::fold;
use crate::sample::*;

const CEDAR: AccountId = AccountId::from_bytes([0x07; 16]);

/// A patient with entries of these days and a session on that day.
fn patient(account: AccountId, journal: u8, days: &[i64], session: Option<i64>) -> SharedView {
    let mut opened = shared();
    opened.id = journal_id(journal);
    opened.owner = account;
    for day in days {
        opened = opened.write(account, entry(*day as u8, at(*day, 9, 0), Kind::Fragment, "salt"));
    }
    if let Some(day) = session {
        opened = opened.write(QUILL, scheduled(0x61, SessionType::Integration, at(1, 9, 0), at(day, 15, 0)));
    }
    fold(account, &[opened]).shared.remove(0)
}

#[test]
fn the_next_session_comes_first_and_then_the_oldest_unread_entry() {
    let shared = [
        patient(HERON, 2, &[20], None),
        patient(CEDAR, 3, &[25], Some(33)),
        patient(HADDON, 4, &[10, 24], None),
        patient(QUILL, 5, &[], None),
    ];
    let rows = queue(AccountId::from_bytes([9; 16]), &shared, morning());
    let order: Vec<_> = rows.iter().map(|row| row.patient).collect();
    assert_eq!(order, [CEDAR, HADDON, HERON, QUILL]);
    assert_eq!(rows[1].oldest_unread_at, Some(at(10, 9, 0)));
}

#[test]
fn a_session_that_is_over_or_called_off_is_not_next() {
    let rows = queue(QUILL, &[patient(HERON, 2, &[20], Some(30))], morning());
    assert_eq!(rows[0].next_session, None);
}

#[test]
fn unread_is_counted_for_the_clinician_who_looks() {
    let view = fold(HERON, &story());
    let unread = |clinician| queue(clinician, &view.shared, morning())[0].unread;
    assert_eq!((unread(QUILL), unread(HADDON)), (5, 6));
}

#[test]
fn the_queue_shows_no_content() {
    let rows = serde_json::to_string(&queue(QUILL, &fold(HERON, &story()).shared, morning())).unwrap();
    assert!(!rows.contains("greenhouse") && !rows.contains("image"), "{rows}");
}
