//! The queue, as it stands on a clinician's screen.

use super::*;
use crate::content::OpenedJournal;
use crate::document::{Kind, Outcome};
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
fn a_flagged_answer_comes_before_every_session_until_it_has_a_disposition() {
    let answered = |journal: u8, day| {
        let mut opened = shared().write(HERON, response(1, at(day, 9, 0), "PHQ-9", &[0, 0, 0, 0, 0, 0, 0, 0, 2]));
        opened.id = journal_id(journal);
        opened
    };
    let view = |journal: OpenedJournal| fold(HERON, &[journal]).shared.remove(0);
    let session = patient(CEDAR, 3, &[25], Some(33));
    let order =
        |shared: &[SharedView]| -> Vec<_> { queue(QUILL, shared, morning()).iter().map(|row| row.journal).collect() };
    let (newer, older) = (view(answered(4, 20)), view(answered(5, 10)));
    assert_eq!(order(&[session.clone(), newer, older.clone()]), [journal_id(5), journal_id(4), journal_id(3)]);
    let disposed = view(answered(4, 20).write(QUILL, disposition(2, 1, at(21, 9, 0), Outcome::Seen)));
    assert_eq!(order(&[session, disposed, older]), [journal_id(5), journal_id(3), journal_id(4)]);
}

#[test]
fn unread_is_counted_for_the_clinician_who_looks() {
    let view = fold(HERON, &story());
    let unread = |clinician| queue(clinician, &view.shared, morning())[0].unread;
    assert_eq!((unread(QUILL), unread(HADDON)), (5, 6));
}

#[test]
fn the_queue_shows_no_content() {
    let mut journals = story();
    journals[1] = journals[1].clone().write(HERON, response(0x91, at(20, 9, 0), "PHQ-9", &[0, 0, 0, 0, 0, 0, 0, 0, 3]));
    let rows = serde_json::to_string(&queue(QUILL, &fold(HERON, &journals).shared, morning())).unwrap();
    assert!(rows.contains("flagged") && !rows.contains("PHQ") && !rows.contains("q9"), "{rows}");
    assert!(!rows.contains("greenhouse") && !rows.contains("image"), "{rows}");
}

#[test]
fn what_the_server_no_longer_shows_comes_last_unless_an_answer_is_flagged() {
    let hidden = |mut view: SharedView| {
        view.hidden_since = Some(at(27, 9, 0));
        view
    };
    let flagged = shared().write(HERON, response(1, at(20, 9, 0), "PHQ-9", &[0, 0, 0, 0, 0, 0, 0, 0, 2]));
    let rows = queue(
        AccountId::from_bytes([9; 16]),
        &[
            hidden(patient(CEDAR, 3, &[25], Some(33))),
            patient(QUILL, 5, &[], None),
            hidden(fold(HERON, &[flagged]).shared.remove(0)),
        ],
        morning(),
    );
    let order: Vec<_> = rows.iter().map(|row| row.patient).collect();
    assert_eq!(order, [HERON, QUILL, CEDAR]);
}
