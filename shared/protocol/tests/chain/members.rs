//! Who may change the circle, and that a list changes by exactly what its action names: no ghost readers, no swapped
//! cards.

use reverie_protocol::card::CardError;
use reverie_protocol::check::CheckError;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, Header, MemberRole};
use reverie_protocol::limits;

use crate::circle::{Circle, Person, change_member};

const EXACTLY: CheckError = CheckError::Rule("the member list differs by exactly the change that the action names");
const ONE_OWNER: CheckError = CheckError::Rule("a journal has one owner");

/// An admission of `guest` by heron-41, from the start or from a new epoch on.
fn admission(circle: &mut Circle, guest: &Person, role: MemberRole, from_now_on: bool) -> Header {
    let mut header = circle.next(&circle.heron.clone(), Action::Admit);
    if from_now_on {
        header.epoch += 1;
        header.epoch_commitment = Some(Hash::of("a new epoch"));
    }
    let since = if from_now_on { header.epoch } else { 0 };
    header.members.as_mut().unwrap().push(guest.as_member(role, since));
    header
}

#[test]
fn only_the_owner_changes_the_circle() {
    let mut circle = Circle::open();
    for member in [circle.quill.clone(), circle.haddon.clone()] {
        for action in [Action::Admit, Action::Remove, Action::Rotate, Action::Rekey, Action::Close] {
            let header = circle.next(&member, action);
            assert_eq!(circle.append(&member, &header), Err(CheckError::NotAllowed), "{action:?}");
        }
    }
}

#[test]
fn a_writer_cannot_admit_a_friend() {
    let mut circle = Circle::open();
    let (quill, friend) = (circle.quill.clone(), circle.stranger.clone());
    let header = Header { author: quill.account, ..admission(&mut circle, &friend, MemberRole::Reader, false) };
    assert_eq!(circle.append(&quill, &header), Err(CheckError::NotAllowed));
}

#[test]
fn the_owner_admits_with_all_of_the_past_or_from_now_on() {
    for from_now_on in [false, true] {
        let mut circle = Circle::open();
        let (heron, guest) = (circle.heron.clone(), circle.stranger.clone());
        let header = admission(&mut circle, &guest, MemberRole::Writer, from_now_on);
        circle.append(&heron, &header).unwrap();
        assert_eq!(circle.state().epoch, u32::from(from_now_on));
        circle.write(&guest);
    }
}

#[test]
fn a_guest_cannot_be_given_part_of_the_past() {
    let mut circle = Circle::open();
    circle.rotate();
    circle.rotate();
    let (heron, guest) = (circle.heron.clone(), circle.stranger.clone());
    let expected = CheckError::Rule("a new member reads all epochs or from a new one on");
    for from_now_on in [false, true] {
        let mut header = admission(&mut circle, &guest, MemberRole::Reader, from_now_on);
        change_member(&mut header, guest.account, |member| member.since_epoch = 1);
        assert_eq!(circle.append(&heron, &header), Err(expected.clone()));
    }
}

#[test]
fn a_ghost_reader_does_not_slip_in_with_another_change() {
    let mut circle = Circle::open();
    let (heron, ghost) = (circle.heron.clone(), circle.stranger.clone());
    for action in [Action::Rotate, Action::Rekey, Action::Remove] {
        let mut header = circle.next(&heron, action);
        let epoch = header.epoch;
        header.members.as_mut().unwrap().push(ghost.as_member(MemberRole::Reader, epoch));
        assert_eq!(circle.append(&heron, &header), Err(EXACTLY), "{action:?}");
    }
    let mut two = admission(&mut circle, &ghost, MemberRole::Reader, false);
    two.members.as_mut().unwrap().push(Person::new("lantern-19").as_member(MemberRole::Reader, 0));
    assert_eq!(circle.append(&heron, &two), Err(EXACTLY));
}

#[test]
fn a_ghost_reader_does_not_slip_in_with_a_write() {
    let mut circle = Circle::open();
    let quill = circle.quill.clone();
    let members = Some(circle.state().members.clone());
    let header = Header { members, ..circle.next(&quill, Action::Write) };
    let expected = CheckError::Rule("a membership action lists all members");
    assert_eq!(circle.append(&quill, &header), Err(expected));
}

#[test]
fn a_membership_action_without_its_list_is_refused() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    for action in [Action::Admit, Action::Remove, Action::Rotate, Action::Rekey] {
        let header = Header { members: None, ..circle.next(&heron, action) };
        let expected = CheckError::Rule("a membership action lists all members");
        assert_eq!(circle.append(&heron, &header), Err(expected), "{action:?}");
    }
}

#[test]
fn two_cards_are_not_changed_under_one_name() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let mut header = circle.next(&heron, Action::Rekey);
    for person in [circle.quill.clone(), circle.haddon.clone()] {
        change_member(&mut header, person.account, |member| member.card = person.with_new_keys(&person).card);
    }
    assert_eq!(circle.append(&heron, &header), Err(EXACTLY));
}

#[test]
fn an_old_card_is_not_placed_again() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let next = quill.with_new_keys(&quill);
    let mut forward = circle.next(&heron, Action::Rekey);
    change_member(&mut forward, quill.account, |member| member.card = next.card.clone());
    circle.append(&heron, &forward).unwrap();
    let mut back = circle.next(&heron, Action::Rekey);
    change_member(&mut back, quill.account, |member| member.card = quill.card.clone());
    assert!(matches!(circle.append(&heron, &back), Err(CheckError::Card(_))));
}

#[test]
fn an_action_that_changes_nothing_of_what_it_names_is_refused() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    for action in [Action::Admit, Action::Remove, Action::Rekey] {
        let header = circle.next(&heron, action);
        assert_eq!(circle.append(&heron, &header), Err(EXACTLY), "{action:?}");
    }
}

#[test]
fn a_journal_has_one_owner() {
    let mut circle = Circle::unopened();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let mut two = circle.opening();
    change_member(&mut two, quill.account, |member| member.role = MemberRole::Owner);
    assert_eq!(circle.append(&heron, &two), Err(ONE_OWNER));
    let mut none = circle.opening();
    change_member(&mut none, heron.account, |member| member.role = MemberRole::Writer);
    assert_eq!(circle.append(&heron, &none), Err(ONE_OWNER));

    let mut circle = Circle::open();
    let guest = circle.stranger.clone();
    let second = admission(&mut circle, &guest, MemberRole::Owner, false);
    assert_eq!(circle.append(&heron, &second), Err(ONE_OWNER));
}

#[test]
fn the_owner_cannot_be_removed_or_replaced() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let mut header = circle.next(&heron, Action::Remove);
    header.members.as_mut().unwrap().retain(|member| member.account != heron.account);
    assert_eq!(circle.append(&heron, &header), Err(ONE_OWNER));
    change_member(&mut header, circle.quill.account, |member| member.role = MemberRole::Owner);
    assert!(circle.append(&heron, &header).is_err());
}

#[test]
fn no_action_changes_a_role_or_widens_what_a_member_reads() {
    let mut circle = Circle::open();
    let (heron, guest) = (circle.heron.clone(), circle.stranger.clone());
    let header = admission(&mut circle, &guest, MemberRole::Reader, true);
    circle.append(&heron, &header).unwrap();
    for action in [Action::Rotate, Action::Rekey, Action::Admit, Action::Remove] {
        let mut promoted = circle.next(&heron, action);
        change_member(&mut promoted, guest.account, |member| member.role = MemberRole::Writer);
        circle.append(&heron, &promoted).unwrap_err();
        let mut widened = circle.next(&heron, action);
        change_member(&mut widened, guest.account, |member| member.since_epoch = 0);
        circle.append(&heron, &widened).unwrap_err();
    }
}

#[test]
fn a_removed_member_cannot_write_any_more() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let mut header = circle.next(&heron, Action::Remove);
    header.members.as_mut().unwrap().retain(|member| member.account != quill.account);
    circle.append(&heron, &header).unwrap();
    assert_eq!(circle.state().epoch, 1);
    let header = circle.next(&quill, Action::Write);
    assert_eq!(circle.append(&quill, &header), Err(CheckError::NotAllowed));
}

#[test]
fn two_members_are_not_removed_under_one_name() {
    let mut circle = Circle::open();
    let heron = circle.heron.clone();
    let mut header = circle.next(&heron, Action::Remove);
    header.members.as_mut().unwrap().truncate(1);
    assert_eq!(circle.append(&heron, &header), Err(EXACTLY));
}

#[test]
fn a_swapped_card_does_not_hide_in_another_change() {
    let mut circle = Circle::open();
    let (heron, quill) = (circle.heron.clone(), circle.quill.clone());
    let swapped = quill.with_new_keys(&quill).card;
    let mut header = circle.next(&heron, Action::Rotate);
    change_member(&mut header, quill.account, |member| member.card = swapped);
    assert_eq!(circle.append(&heron, &header), Err(EXACTLY));
}

#[test]
fn a_members_card_is_the_members_own() {
    let mut circle = Circle::open();
    let (heron, guest) = (circle.heron.clone(), circle.stranger.clone());
    let mut header = admission(&mut circle, &guest, MemberRole::Reader, false);
    let another = Person::new("lantern-19").card;
    change_member(&mut header, guest.account, |member| member.card = another);
    let expected = CheckError::Rule("a member's card is the member's own");
    assert_eq!(circle.append(&heron, &header), Err(expected));
}

#[test]
fn a_card_that_does_not_verify_is_refused() {
    let mut circle = Circle::open();
    let (heron, guest) = (circle.heron.clone(), circle.stranger.clone());
    let mut header = admission(&mut circle, &guest, MemberRole::Reader, false);
    change_member(&mut header, guest.account, |member| member.card.signature.0[0] ^= 1);
    assert_eq!(circle.append(&heron, &header), Err(CheckError::Card(CardError::BadSignature)));
}

#[test]
fn an_account_is_a_member_once() {
    let mut circle = Circle::open();
    let (heron, haddon) = (circle.heron.clone(), circle.haddon.clone());
    let header = admission(&mut circle, &haddon, MemberRole::Writer, false);
    assert_eq!(circle.append(&heron, &header), Err(CheckError::Rule("an account is a member once")));
}

#[test]
fn rekey_wants_a_card_that_follows_the_known_one() {
    let mut circle = Circle::open();
    let (heron, quill, stranger) = (circle.heron.clone(), circle.quill.clone(), circle.stranger.clone());
    let next = quill.with_new_keys(&quill);
    let skipping = next.with_new_keys(&next).card;
    let unrelated = Person::new("lantern-19").with_new_keys(&quill).card;
    let self_made = {
        let mut card = next.card.clone();
        card.succession = None;
        card
    };
    let cases = [
        (skipping, CheckError::Card(CardError::NotASuccessor)),
        (quill.with_new_keys(&stranger).card, CheckError::Card(CardError::BadSignature)),
        (unrelated, CheckError::Rule("a member's card is the member's own")),
    ];
    for (card, expected) in cases {
        let mut header = circle.next(&heron, Action::Rekey);
        change_member(&mut header, quill.account, |member| member.card = card);
        assert_eq!(circle.append(&heron, &header), Err(expected));
    }
    let mut header = circle.next(&heron, Action::Rekey);
    change_member(&mut header, quill.account, |member| member.card = self_made);
    assert!(matches!(circle.append(&heron, &header), Err(CheckError::Card(CardError::Malformed(_)))));
}

#[test]
fn after_rekey_the_old_key_is_worth_nothing_and_the_new_one_signs() {
    let mut circle = Circle::open();
    let (heron, old) = (circle.heron.clone(), circle.quill.clone());
    let new = old.with_new_keys(&old);
    let mut header = circle.next(&heron, Action::Rekey);
    change_member(&mut header, old.account, |member| member.card = new.card.clone());
    circle.append(&heron, &header).unwrap();
    let write = circle.next(&old, Action::Write);
    circle.append(&old, &write).unwrap_err();
    circle.append(&new, &write).unwrap();
}

#[test]
fn owners_rekey_themselves_with_their_old_key() {
    let mut circle = Circle::open();
    let old = circle.heron.clone();
    let new = old.with_new_keys(&old);
    let mut header = circle.next(&old, Action::Rekey);
    change_member(&mut header, old.account, |member| member.card = new.card.clone());
    circle.append(&new, &header).unwrap_err();
    circle.append(&old, &header).unwrap();
    circle.write(&new);
}

#[test]
fn rekey_changes_a_card_and_nothing_else() {
    let mut circle = Circle::open();
    let (heron, haddon) = (circle.heron.clone(), circle.haddon.clone());
    let mut header = circle.next(&heron, Action::Rekey);
    change_member(&mut header, haddon.account, |member| {
        member.card = haddon.with_new_keys(&haddon).card;
        member.role = MemberRole::Writer;
    });
    assert_eq!(circle.append(&heron, &header), Err(CheckError::Rule("rekey changes a card and nothing else")));
}

#[test]
fn a_circle_has_a_largest_size() {
    let mut circle = Circle::unopened();
    let heron = circle.heron.clone();
    let mut header = circle.opening();
    let members = header.members.as_mut().unwrap();
    for n in members.len()..=limits::MEMBERS {
        members.push(Person::new(&format!("guest-{n}")).as_member(MemberRole::Reader, 0));
    }
    assert_eq!(circle.append(&heron, &header), Err(CheckError::Rule("too many members")));
    header.members.as_mut().unwrap().pop();
    circle.append(&heron, &header).unwrap();
}
