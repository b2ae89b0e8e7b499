//! Which rule of `check` stops which attack: a table that cannot go stale. A rule without a test fails here, and so does a
//! test that is gone.

use std::collections::BTreeSet;

const CHECK: &str = include_str!("../../src/check.rs");

const TESTS: &[&str] =
    &[include_str!("epochs.rs"), include_str!("forgery.rs"), include_str!("members.rs"), include_str!("writes.rs")];

/// Each rule, as `check` words it, and the attacks that it stops.
const RULES: &[(&str, &[&str])] = &[
    (
        "the record's signature does not verify",
        &[
            "a_record_signed_by_somebody_else_is_refused",
            "a_member_cannot_sign_in_the_owners_name",
            "a_statement_of_another_kind_never_passes_for_a_record",
            "an_opening_signed_by_another_than_its_owner_is_refused",
            "one_flipped_byte_of_header_or_signature_is_refused",
            "after_rekey_the_old_key_is_worth_nothing_and_the_new_one_signs",
        ],
    ),
    (
        "this is not a record header",
        &[
            "a_header_with_an_unknown_field_is_refused_although_it_is_signed",
            "a_header_that_names_a_field_twice_is_refused",
        ],
    ),
    (
        "a member's key card is not valid",
        &[
            "a_card_that_does_not_verify_is_refused",
            "rekey_wants_a_card_that_follows_the_known_one",
            "an_old_card_is_not_placed_again",
        ],
    ),
    ("the record belongs to another journal", &["a_record_of_another_journal_is_refused"]),
    (
        "the record does not follow the journal's last record",
        &[
            "a_dropped_record_shows",
            "reordered_records_show",
            "a_record_from_a_fork_does_not_fit",
            "a_replayed_record_is_refused",
            "a_record_without_the_hash_before_it_is_refused",
            "an_opening_stands_at_zero_and_follows_nothing",
            "a_chain_at_its_very_end_is_not_wrapped_around",
        ],
    ),
    (
        "the author may not do this in this journal",
        &[
            "only_the_owner_changes_the_circle",
            "a_writer_cannot_admit_a_friend",
            "a_removed_member_cannot_write_any_more",
            "a_reader_reads_and_does_not_write",
            "a_stranger_does_not_write",
        ],
    ),
    ("the journal is closed", &["nothing_is_written_into_a_closed_journal"]),
    (
        "a record with this id is already in the journal",
        &["a_record_id_is_used_once", "a_withdrawn_record_does_not_come_back_under_its_id"],
    ),
    ("a journal starts with open", &["a_journal_starts_with_open_and_with_nothing_else"]),
    ("open stands only at the start", &["a_journal_is_not_opened_twice"]),
    ("open starts epoch 0", &["a_journal_starts_with_epoch_zero_and_its_commitment"]),
    ("the first members read from epoch 0", &["a_journal_starts_with_epoch_zero_and_its_commitment"]),
    ("whoever opens a journal owns it", &["only_its_owner_opens_a_journal"]),
    ("too many attachments", &["a_record_names_a_limited_number_of_attachments"]),
    ("too many records withdrawn at once", &["a_withdrawal_names_a_limited_number_of_records"]),
    ("too many members", &["a_circle_has_a_largest_size"]),
    (
        "a membership action lists all members",
        &["a_ghost_reader_does_not_slip_in_with_a_write", "a_membership_action_without_its_list_is_refused"],
    ),
    (
        "a body belongs to writes and membership actions alone",
        &["a_body_belongs_to_writes_and_membership_actions_alone"],
    ),
    ("attachments belong to writes alone", &["attachments_belong_to_writes_alone"]),
    ("withdraw names what it withdraws", &["withdraw_names_records_that_are_there"]),
    ("only a new epoch has a commitment", &["a_running_epoch_is_not_committed_to_again"]),
    ("remove, rotate and rekey start an epoch", &["removing_and_changing_keys_always_start_an_epoch"]),
    (
        "a record belongs to the current epoch",
        &["a_write_to_an_old_epoch_is_refused", "a_write_does_not_start_an_epoch"],
    ),
    ("epochs follow one another", &["no_epoch_is_skipped_or_repeated"]),
    ("a new epoch has a commitment", &["a_new_epoch_has_a_commitment"]),
    ("an attachment is named by one record, once", &["an_attachment_is_named_by_one_record_once"]),
    (
        "withdraw names only its author's own writes, each once",
        &[
            "whoever_wrote_a_record_withdraws_it_and_nobody_else",
            "a_record_is_withdrawn_once",
            "the_records_of_the_circle_cannot_be_withdrawn",
            "one_bad_name_stops_a_whole_withdrawal",
        ],
    ),
    ("a journal has one owner", &["a_journal_has_one_owner", "the_owner_cannot_be_removed_or_replaced"]),
    ("a new member reads all epochs or from a new one on", &["a_guest_cannot_be_given_part_of_the_past"]),
    ("rekey changes a card and nothing else", &["rekey_changes_a_card_and_nothing_else"]),
    (
        "the member list differs by exactly the change that the action names",
        &[
            "a_ghost_reader_does_not_slip_in_with_another_change",
            "an_action_that_changes_nothing_of_what_it_names_is_refused",
            "two_members_are_not_removed_under_one_name",
            "a_swapped_card_does_not_hide_in_another_change",
            "two_cards_are_not_changed_under_one_name",
        ],
    ),
    ("an account is a member once", &["an_account_is_a_member_once"]),
    ("a member's card is the member's own", &["a_members_card_is_the_members_own"]),
];

/// Returns every text that `check` refuses with, as it stands in its source.
fn refusals() -> BTreeSet<&'static str> {
    let code = CHECK.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let quoted = code.flat_map(|line| line.split('"').skip(1).step_by(2));
    // The errors of headers and cards have texts of their own; what `check` puts in front of them is no rule.
    quoted.filter(|text| !text.contains('{')).collect()
}

#[test]
fn every_rule_has_a_test_and_every_test_in_the_table_is_there() {
    let listed: BTreeSet<_> = RULES.iter().map(|(rule, _)| *rule).collect();
    let missing: Vec<_> = refusals().into_iter().filter(|rule| !listed.contains(rule)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "name the attacks that these rules stop, and test them");
    for (rule, attacks) in RULES {
        assert!(!attacks.is_empty(), "{rule}");
        for attack in *attacks {
            let there = TESTS.iter().any(|source| source.contains(&format!("fn {attack}(")));
            assert!(there, "{attack}, which shows that \"{rule}\" holds, is gone");
        }
    }
}
