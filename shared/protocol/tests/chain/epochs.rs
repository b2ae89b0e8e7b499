//! Epochs follow one another, each with its commitment, and nobody writes to an old one.

use reverie_protocol::check::CheckError;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header};

use crate::circle::{Circle, change_member};

#[test]
fn a_write_to_an_old_epoch_is_refused() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    circle.rotate();
    let header = Header { epoch: 0, ..circle.next(&quill, Action::Write) };
    assert_eq!(circle.append(&quill, &header), Err(CheckError::Rule("a record belongs to the current epoch")));
}

#[test]
fn a_write_does_not_start_an_epoch() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let epoch_commitment = Some(Hash::of("a key that only quill has"));
    let header = Header { epoch: 1, epoch_commitment, ..circle.next(&quill, Action::Write) };
    assert_eq!(circle.append(&quill, &header), Err(CheckError::Rule("a record belongs to the current epoch")));
}

#[test]
fn no_epoch_is_skipped_or_repeated() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    circle.rotate();
    for epoch in [0, 3, u32::MAX] {
        let header = Header { epoch, ..circle.next(&heron, Action::Rotate) };
        assert_eq!(circle.append(&heron, &header), Err(CheckError::Rule("epochs follow one another")));
    }
}

#[test]
fn a_new_epoch_has_a_commitment() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let header = Header { epoch_commitment: None, ..circle.next(&heron, Action::Rotate) };
    assert_eq!(circle.append(&heron, &header), Err(CheckError::Rule("a new epoch has a commitment")));
}

#[test]
fn a_running_epoch_is_not_committed_to_again() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let epoch_commitment = Some(Hash::of("another key for the same epoch"));
    let header = Header { epoch_commitment, ..circle.next(&heron, Action::Write) };
    assert_eq!(circle.append(&heron, &header), Err(CheckError::Rule("only a new epoch has a commitment")));
}

#[test]
fn removing_and_changing_keys_always_start_an_epoch() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let expected = CheckError::Rule("remove, rotate and rekey start an epoch");
    for action in [Action::Remove, Action::Rotate, Action::Rekey] {
        let mut header = Header { epoch: 0, epoch_commitment: None, ..circle.next(&heron, action) };
        match action {
            Action::Remove => header.members.as_mut().unwrap().retain(|member| member.account != quill.account),
            Action::Rekey => {
                let card = quill.with_new_keys(&quill).card;
                change_member(&mut header, quill.account, |member| member.card = card);
            }
            _ => {}
        }
        assert_eq!(circle.append(&heron, &header), Err(expected.clone()), "{action:?}");
    }
}

#[test]
fn a_journal_starts_with_epoch_zero_and_its_commitment() {
    let mut circle = Circle::unopened();
    let heron = circle.heron.clone();
    let expected = CheckError::Rule("open starts epoch 0");
    let later = Header { epoch: 1, ..circle.opening() };
    assert_eq!(circle.append(&heron, &later), Err(expected.clone()));
    let bare = Header { epoch_commitment: None, ..circle.opening() };
    assert_eq!(circle.append(&heron, &bare), Err(expected));
    let mut partial = circle.opening();
    change_member(&mut partial, circle.quill.account, |member| member.since_epoch = 1);
    assert_eq!(circle.append(&heron, &partial), Err(CheckError::Rule("the first members read from epoch 0")));
}

#[test]
fn every_epochs_commitment_is_kept() {
    let mut circle = Circle::open();
    circle.rotate();
    circle.rotate();
    let expected = ["epoch 0", "epoch 1", "epoch 2"].map(Hash::of);
    assert_eq!(circle.state().commitments, expected);
}
