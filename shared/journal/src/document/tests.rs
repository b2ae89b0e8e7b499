//! Documents in and out: the same bytes, and nothing that a type does not have.

use proptest::prelude::*;

use super::*;
use crate::content::{Content, Reason};
use crate::measure::{InstrumentId, ItemId};
use crate::safety::SafetyAnswers;
use crate::sample::{any_document, at, core_10, coverage, coverage_away, document, entry, id, memo, response, words};
use crate::text::Words;

const FRAGMENT: &str = r#"{"type":"entry","v":1,"id":"21212121-2121-2121-2121-212121212121","at":"2031-04-18T14:05:00-04:00","kind":"fragment","words":"salt"}"#;

fn malformed(json: &str) -> bool {
    Content::parse(json.as_bytes()) == Content::Unreadable(Reason::Malformed)
}

#[test]
fn a_document_serialises_in_the_order_of_its_definition() {
    assert_eq!(entry(0x21, at(18, 14, 5), Kind::Fragment, "salt").to_json(), FRAGMENT);
}

#[test]
fn a_field_that_the_type_does_not_have_is_refused() {
    assert!(malformed(&FRAGMENT.replace("\"kind\"", "\"mood\":3,\"kind\"")));
}

#[test]
fn a_field_named_twice_is_refused_at_any_depth() {
    assert!(malformed(&FRAGMENT.replace("\"words\":\"salt\"", "\"words\":\"salt\",\"words\":\"sugar\"")));
    assert!(malformed(&FRAGMENT.replace("\"v\":1", "\"v\":1,\"v\":1")));
    let mut salt = Entry::new(Kind::Fragment, words("salt"));
    salt.attachments = vec![memo(1, 60)];
    let json = document(1, at(1, 0, 0), salt).to_json();
    assert!(malformed(&json.replace("\"seconds\":60", "\"seconds\":60,\"seconds\":61")));
}

#[test]
fn an_unknown_type_or_a_later_version_is_kept_as_it_came() {
    for json in [FRAGMENT.replace("\"entry\"", "\"hologram\""), FRAGMENT.replace("\"v\":1", "\"v\":2")] {
        let Content::Newer(raw) = Content::parse(json.as_bytes()) else { panic!("expected a newer document") };
        assert_eq!(raw.json, json);
    }
}

#[test]
fn a_kind_that_does_not_exist_is_refused_and_the_error_names_all_sixteen() {
    assert!(malformed(&FRAGMENT.replace("\"fragment\"", "\"vision\"")));
    let error = "vision".parse::<Kind>().unwrap_err().to_string();
    assert!(Kind::ALL.iter().all(|kind| error.contains(kind.name())), "{error}");
}

#[test]
fn kinds_are_named_alike_in_documents_and_on_the_command_line() {
    for kind in Kind::ALL {
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        assert_eq!(kind.name().parse(), Ok(kind));
    }
}

#[test]
fn rules_hold_for_what_is_parsed_as_for_what_is_made() {
    let ranked = Mark { entry: id(1), talk: Talk::KnowOnly, rank: Some(1), tender: false };
    let error = Document::new(id(2), at(1, 0, 0), ranked).unwrap_err();
    assert_eq!(error.to_string(), "`rank`: only what you want to talk about has a rank");
    assert!(malformed(
        r#"{"type":"mark","v":1,"id":"21212121-2121-2121-2121-212121212121","at":"2031-04-18T14:05:00-04:00",
           "entry":"21212121-2121-2121-2121-212121212121","talk":"know_only","rank":1,"tender":false}"#
    ));
}

#[test]
fn words_longer_than_the_limit_are_refused_with_the_limit() {
    let error = Words::new("a".repeat(20_001)).unwrap_err();
    assert_eq!(error.to_string(), "`words` has 20001 characters; at most 20000 fit");
}

#[test]
fn a_layer_or_reply_without_words_is_refused() {
    let layer = Layer::new(id(1), words(" \n"));
    assert!(Document::new(id(2), at(1, 0, 0), layer).is_err());
    let reply = Reply { about: id(1), words: words(""), question: false };
    assert!(Document::new(id(2), at(1, 0, 0), reply).is_err());
}

#[test]
fn a_session_ends_after_it_starts_and_only_if_it_took_place() {
    let session = |state, ended_at| Session {
        ended_at: Some(ended_at),
        ..Session::new(SessionType::Integration, state, at(2, 15, 0))
    };
    assert!(Document::new(id(2), at(1, 0, 0), session(SessionState::Completed, at(2, 15, 50))).is_ok());
    assert!(Document::new(id(2), at(1, 0, 0), session(SessionState::Completed, at(2, 14, 0))).is_err());
    assert!(Document::new(id(2), at(1, 0, 0), session(SessionState::NoShow, at(2, 15, 50))).is_err());
}

#[test]
fn a_response_answers_each_item_once_and_something_at_all() {
    let answer = |value| Answer { item: ItemId::new("q1").unwrap(), value };
    let response = |answers| MeasureResponse {
        instrument: InstrumentId::new("PHQ-9").unwrap(),
        version: 1,
        answers,
        safety: None,
    };
    assert!(Document::new(id(1), at(1, 0, 0), response(vec![answer(1)])).is_ok());
    assert!(Document::new(id(1), at(1, 0, 0), response(vec![answer(1), answer(2)])).is_err());
    assert!(Document::new(id(1), at(1, 0, 0), response(vec![])).is_err());
}

#[test]
fn a_pack_that_does_not_load_is_no_document() {
    let json = document(1, at(1, 0, 0), InstrumentPack { pack: core_10() }).to_json();
    assert!(!malformed(&json));
    assert!(malformed(&json.replace("[rights]", "[wrongs]")));
}

#[test]
fn a_clinic_promises_days_that_can_be_kept_and_an_absence_that_ends_after_it_begins() {
    assert!(Document::new(id(1), at(1, 0, 0), coverage_away(at(2, 0, 0), Some(at(3, 0, 0)))).is_ok());
    assert!(Document::new(id(1), at(1, 0, 0), coverage_away(at(3, 0, 0), Some(at(2, 0, 0)))).is_err());
    for days in [0, 11] {
        assert!(Document::new(id(1), at(1, 0, 0), Coverage { within_business_days: days, ..coverage() }).is_err());
    }
    assert!(Phone::new("call me").is_err() && Phone::new("").is_err());
}

#[test]
fn debug_output_of_a_response_shows_no_answer() {
    let Body::MeasureResponse(mut taken) = response(1, at(1, 0, 0), "PHQ-9", &[707]).body().clone() else {
        unreachable!()
    };
    taken.safety = Some(SafetyAnswers { in_danger: Some(true), able_to_keep_safe: None, told_someone: None });
    let shown = format!("{taken:?}");
    assert!(!shown.contains("707") && !shown.contains("true"), "{shown}");
}

#[test]
fn attachments_sealed_again_get_their_new_ids() {
    let mut drawn = Entry::new(Kind::Image, words(""));
    drawn.attachments = vec![memo(1, 60), memo(2, 60)];
    let (old, new) = (memo(1, 60).id, memo(9, 60).id);
    let renamed = document(3, at(1, 0, 0), drawn).with_attachment_ids(&BTreeMap::from([(old, new)]));
    let ids: Vec<_> = renamed.body().attachments().iter().map(|attachment| attachment.id).collect();
    assert_eq!(ids, [new, memo(2, 60).id]);
}

#[test]
fn debug_output_of_a_document_shows_no_words() {
    let shown = format!("{:?}", entry(1, at(1, 0, 0), Kind::Memory, "the key was under the stone"));
    assert!(!shown.contains("stone"), "{shown}");
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(document in any_document()) {
        let json = document.to_json();
        prop_assert_eq!(Content::parse(json.as_bytes()), Content::Document(document.clone()));
        prop_assert_eq!(document.to_json(), json);
    }

    #[test]
    fn no_bytes_panic_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Content::parse(&bytes);
    }

    #[test]
    fn no_damage_panics_the_parser(document in any_document(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut json = document.to_json().into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        let _ = Content::parse(&json);
    }
}

#[test]
fn themes_links_and_labels_keep_their_rules() {
    let [blank, many, twice, to_itself, nobody] = [
        Document::new(id(1), at(1, 0, 0), Theme::new(crate::sample::theme_name("  "))),
        Document::new(
            id(1),
            at(1, 0, 0),
            ThemeProposal { name: crate::sample::theme_name("doors"), entries: (0..101).map(id).collect() },
        ),
        Document::new(
            id(1),
            at(1, 0, 0),
            ThemeProposal { name: crate::sample::theme_name("doors"), entries: vec![id(1), id(1)] },
        ),
        Document::new(id(1), at(1, 0, 0), Link { from: id(1), to: id(1), relation: Relation::Echoes, linked: true }),
        Document::new(
            id(1),
            at(1, 0, 0),
            PersonLabel { entry: id(1), label: crate::text::Term::new(" ").unwrap(), present: true },
        ),
    ]
    .map(|document| document.unwrap_err().to_string());
    assert_eq!(blank, "`name` is empty");
    assert_eq!(many, "`entries`: 1 to 100 entries, each named once");
    assert_eq!(twice, many);
    assert_eq!(to_itself, "`to`: an entry is linked to another one, not to itself");
    assert_eq!(nobody, "`label` is empty");
    let link = crate::sample::link(1, 2, Relation::CameFromIntention, 3, at(1, 0, 0)).to_json();
    assert!(link.contains("\"relation\":\"came_from_intention\",\"linked\":true"), "{link}");
    assert!(malformed(&link.replace("came_from_intention", "means")));
}

#[test]
fn a_check_in_says_something_and_keeps_its_ranges() {
    use crate::text::FewWords;
    let refusal = |card: CheckIn| Document::new(id(1), at(1, 0, 0), card).unwrap_err().to_string();
    let empty = CheckIn::default;
    assert_eq!(refusal(empty()), "`check_in` is empty");
    assert_eq!(refusal(CheckIn { mood: Some(11), ..empty() }), "`mood`: mood is 0 to 10");
    assert_eq!(refusal(CheckIn { tension: Some(11), ..empty() }), "`tension`: tension is 0 to 10");
    let blank = Some(FewWords::new("  ").unwrap());
    assert_eq!(refusal(CheckIn { physical: blank, ..empty() }), "`physical` is empty");
    let slept = document(1, at(1, 0, 0), CheckIn { sleep_hours: Some("7.5".parse().unwrap()), ..empty() }).to_json();
    assert!(slept.ends_with("\"sleep_hours\":\"7.5\"}"), "{slept}");
    assert!(malformed(&slept.replace("7.5", "24.5")) && malformed(&slept.replace("sleep_hours", "hours")));
}
