//! Writing, attaching, withdrawing and closing.

use reverie_protocol::check::CheckError;
use reverie_protocol::header::{Action, Header};
use reverie_protocol::ids::RecordId;
use reverie_protocol::limits;

use crate::circle::{Circle, attachment};

const OWN_WRITES: CheckError = CheckError::Rule("withdraw names only its author's own writes, each once");
const ONCE: CheckError = CheckError::Rule("an attachment is named by one record, once");

#[test]
fn a_reader_reads_and_does_not_write() {
    let mut circle = Circle::open();
    let haddon = circle.haddon.clone();
    let header = circle.next(&haddon, Action::Write);
    assert_eq!(circle.append(&haddon, &header), Err(CheckError::NotAllowed));
}

#[test]
fn a_stranger_does_not_write() {
    let mut circle = Circle::open();
    let stranger = circle.stranger.clone();
    let header = circle.next(&stranger, Action::Write);
    assert_eq!(circle.append(&stranger, &header), Err(CheckError::NotAllowed));
}

#[test]
fn a_body_belongs_to_writes_and_membership_actions_alone() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let expected = CheckError::Rule("a body belongs to writes and membership actions alone");
    for action in [Action::Write, Action::Rotate] {
        let header = Header { body: None, ..circle.next(&heron, action) };
        assert_eq!(circle.append(&heron, &header), Err(expected.clone()), "{action:?}");
    }
    let body = circle.next(&heron, Action::Write).body;
    let header = Header { body, ..circle.next(&heron, Action::Close) };
    assert_eq!(circle.append(&heron, &header), Err(expected));
}

#[test]
fn attachments_belong_to_writes_alone() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    for action in [Action::Rotate, Action::Close] {
        let header = Header { attachments: vec![attachment("memo")], ..circle.next(&heron, action) };
        let expected = CheckError::Rule("attachments belong to writes alone");
        assert_eq!(circle.append(&heron, &header), Err(expected), "{action:?}");
    }
}

#[test]
fn an_attachment_is_named_by_one_record_once() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let twice = vec![attachment("memo"), attachment("memo")];
    let header = Header { attachments: twice, ..circle.next(&heron, Action::Write) };
    assert_eq!(circle.append(&heron, &header), Err(ONCE));

    let once = Header { attachments: vec![attachment("memo")], ..circle.next(&heron, Action::Write) };
    circle.append(&heron, &once).unwrap();
    let again = Header { attachments: vec![attachment("memo")], ..circle.next(&quill, Action::Write) };
    assert_eq!(circle.append(&quill, &again), Err(ONCE));
}

#[test]
fn a_record_names_a_limited_number_of_attachments() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let attachments: Vec<_> = (0..=limits::ATTACHMENTS_PER_RECORD).map(|n| attachment(&n.to_string())).collect();
    let header = Header { attachments, ..circle.next(&heron, Action::Write) };
    assert_eq!(circle.append(&heron, &header), Err(CheckError::Rule("too many attachments")));
}

#[test]
fn whoever_wrote_a_record_withdraws_it_and_nobody_else() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let record = circle.write(&quill);
    assert_eq!(circle.withdraw(&heron, &[record]), Err(OWN_WRITES), "not even the owner");
    circle.withdraw(&quill, &[record]).unwrap();
    assert!(circle.state().records[&record].withdrawn);
}

#[test]
fn a_record_is_withdrawn_once() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let record = circle.write(&quill);
    assert_eq!(circle.withdraw(&quill, &[record, record]), Err(OWN_WRITES));
    circle.withdraw(&quill, &[record]).unwrap();
    assert_eq!(circle.withdraw(&quill, &[record]), Err(OWN_WRITES));
}

#[test]
fn the_records_of_the_circle_cannot_be_withdrawn() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let opening = *circle.state().records.keys().next().unwrap();
    assert_eq!(circle.withdraw(&heron, &[opening]), Err(OWN_WRITES));
}

#[test]
fn withdraw_names_records_that_are_there() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    assert_eq!(circle.withdraw(&heron, &[RecordId::from_random_bytes([3; 16])]), Err(OWN_WRITES));
    let empty = CheckError::Rule("withdraw names what it withdraws");
    assert_eq!(circle.withdraw(&heron, &[]), Err(empty.clone()));
    let record = circle.write(&heron);
    let header = Header { withdraws: vec![record], ..circle.next(&heron, Action::Write) };
    assert_eq!(circle.append(&heron, &header), Err(empty));
}

#[test]
fn one_bad_name_stops_a_whole_withdrawal() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let (own, other) = (circle.write(&heron), circle.write(&quill));
    assert_eq!(circle.withdraw(&heron, &[own, other]), Err(OWN_WRITES));
    assert!(!circle.state().records[&own].withdrawn);
}

#[test]
fn a_withdrawal_names_a_limited_number_of_records() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let many = vec![RecordId::from_random_bytes([3; 16]); limits::WITHDRAWS_PER_RECORD + 1];
    assert_eq!(circle.withdraw(&heron, &many), Err(CheckError::Rule("too many records withdrawn at once")));
}

#[test]
fn nothing_is_written_into_a_closed_journal() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let header = circle.next(&heron, Action::Close);
    circle.append(&heron, &header).unwrap();
    for action in [Action::Write, Action::Rotate, Action::Close] {
        let header = circle.next(&heron, action);
        assert_eq!(circle.append(&heron, &header), Err(CheckError::Closed), "{action:?}");
    }
    let header = circle.next(&quill, Action::Write);
    assert_eq!(circle.append(&quill, &header), Err(CheckError::Closed));
}

#[test]
fn withdrawing_stays_possible_after_the_journal_was_closed() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let record = circle.write(&quill);
    let header = circle.next(&heron, Action::Close);
    circle.append(&heron, &header).unwrap();
    circle.withdraw(&quill, &[record]).unwrap();
}
