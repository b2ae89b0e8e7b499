//! What each screen says, word for word.

use super::*;
use crate::safety::{NOT_MONITORED, NOT_MONITORED_IN_FULL};
use crate::sample::{at, coverage, coverage_away, person};

fn help<'a>(coverage: Option<&'a Coverage>, people: &'a [Person], sharing: Sharing) -> Help<'a> {
    Help { crisis: CrisisPack::shipped(), coverage, people, sharing, now: at(6, 9, 0) }
}

/// Walks to the end, answering no danger, and returns every screen.
fn screens(help: &Help<'_>, events: &[SafetyEvent]) -> Vec<Screen> {
    let mut flow = SafetyFlow::new();
    let mut screens = vec![flow.screen(help)];
    for event in events {
        flow.step(*event).unwrap();
        screens.push(flow.screen(help));
    }
    screens
}

const CALM: [SafetyEvent; 5] =
    [SafetyEvent::Continue, SafetyEvent::No, SafetyEvent::Yes, SafetyEvent::Continue, SafetyEvent::NotNow];

#[test]
fn it_begins_with_thanks_and_says_that_no_one_is_reading() {
    let screen = SafetyFlow::new().screen(&help(None, &[], Sharing::Private));
    assert_eq!(
        screen.sentences,
        [
            "You answered that you have had thoughts of being better off dead or of hurting yourself. Thank you for saying \
          so. No one is reading this right now."
        ]
    );
    assert!(!screen.full_screen);
}

#[test]
fn in_danger_911_and_988_fill_the_screen() {
    let screens = screens(&help(None, &[], Sharing::Private), &[SafetyEvent::Continue, SafetyEvent::Yes]);
    assert!(screens[2].full_screen);
    let numbers: Vec<_> = screens[2].contacts.iter().map(|row| row.number.as_str()).collect();
    assert_eq!(numbers, ["911", "988"]);
}

#[test]
fn contacts_are_public_lines_then_the_clinic_then_her_own_people() {
    let (coverage, people) = (coverage_away(at(5, 0, 0), None), [person("A friend", "617-555-0177")]);
    let help = help(Some(&coverage), &people, Sharing::Private);
    let contacts = &screens(&help, &CALM)[3].contacts;
    let rows: Vec<_> = contacts.iter().map(|row| format!("{}: {}", row.number, row.name)).collect();
    assert_eq!(
        rows,
        [
            "911: Emergency services",
            "988: 988 Suicide & Crisis Lifeline",
            "833-773-2445: Massachusetts Behavioral Health Help Line",
            "1-877-382-1609: Mobile crisis intervention, Massachusetts",
            "711, then 988: By TTY or relay",
            "617-555-0142: Noor Haddon, LICSW, who covers for your clinician",
            "617-555-0123: Your clinic",
            "617-555-0177: A friend",
        ]
    );
}

#[test]
fn it_says_who_will_read_the_answer_and_that_a_private_one_nobody_will() {
    let coverage = coverage();
    let last = |sharing| screens(&help(Some(&coverage), &[], sharing), &CALM).pop().unwrap().sentences;
    assert_eq!(last(Sharing::Private), ["You keep this answer private, so your clinician will not see it."]);
    assert_eq!(
        last(Sharing::With(vec!["Dr. Ada Quill".to_owned()])),
        [
            "Your answers will be shared with Dr. Ada Quill once you are done.",
            "Flagged answers are looked at within 1 business day; the number to call is 617-555-0123 (weekdays 9 to 17).",
        ]
    );
}

#[test]
fn every_question_offers_not_to_answer() {
    for screen in screens(&help(None, &[], Sharing::NotKept), &CALM) {
        if screen.sentences.iter().any(|sentence| sentence.ends_with('?')) {
            assert!(screen.choices.contains(&(SafetyEvent::Skip, "I'd rather not say")), "{screen:?}");
        }
        assert!(screen.choices.contains(&(SafetyEvent::Leave, "Close this")));
    }
}

#[test]
fn the_full_sentence_begins_with_the_short_one_and_names_the_numbers() {
    assert!(NOT_MONITORED_IN_FULL.starts_with(NOT_MONITORED));
    assert!(["988", "911", "nearest emergency department"].iter().all(|part| NOT_MONITORED_IN_FULL.contains(part)));
}
