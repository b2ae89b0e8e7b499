//! Scores against the committed vectors, and against a second computation that shares nothing with the engine.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::sample::core_10;

const VECTORS: &str = include_str!("../../tests/vectors/scoring.json");

fn pack(source: &str) -> Pack {
    Pack::load(source).unwrap_or_else(|error| panic!("{error}"))
}

/// What ships, and the example packs.
static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let examples = [include_str!("../../packs/who-5.toml"), include_str!("../../packs/qids-sr16.toml")];
    Instruments::with(examples.map(pack).into_iter().chain([core_10()]))
});

fn instrument(name: &str) -> &'static Instrument {
    INSTRUMENTS.find(name).unwrap().instrument()
}

fn scored(name: &str, values: &[u16]) -> Score {
    let instrument = instrument(name);
    let given: Vec<_> = values.iter().copied().map(Some).collect();
    score(instrument, &Answers::in_order(instrument, &given).unwrap())
}

fn value(score: &Score, id: &str) -> i64 {
    let found = score.total.iter().chain(&score.scores).find(|scored| scored.id.as_str() == id);
    let value = serde_json::to_value(found.unwrap_or_else(|| panic!("{id}")).value).unwrap();
    value.as_i64().unwrap_or_else(|| panic!("{id} is {value}"))
}

fn met(score: &Score, id: &str) -> bool {
    score.findings.iter().find(|finding| finding.id.as_str() == id).unwrap_or_else(|| panic!("{id}")).met
}

#[test]
fn every_vector_is_scored_as_expected() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors.len(), 25);
    for vector in vectors {
        let name = vector["instrument"].as_str().unwrap();
        let answers: Vec<u16> =
            vector["items"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as u16).collect();
        let score = scored(name, &answers);
        for (key, expected) in vector["expect"].as_object().unwrap() {
            let is: Value = match key.as_str() {
                "total" | "raw" => value(&score, "total").into(),
                "pct" => value(&score, "percent").into(),
                "phq8" | "phq2" | "gad2" | "B" | "C" | "D" | "E" => value(&score, &key.to_lowercase()).into(),
                "band" => score.total.as_ref().unwrap().band.clone().into(),
                "low" => (score.total.as_ref().unwrap().band.as_deref() == Some("low")).into(),
                "mds" => met(&score, "major_syndrome").into(),
                "ods" => met(&score, "other_syndrome").into(),
                "prov" => met(&score, "provisional").into(),
                "ge31" => met(&score, "total_at_least_31").into(),
                "ge33" => met(&score, "total_at_least_33").into(),
                "clinical" => met(&score, "clinical").into(),
                item => answers[item.strip_prefix("item").unwrap().parse::<usize>().unwrap() - 1].into(),
            };
            assert_eq!(&is, expected, "{name} {answers:?}: {key}");
        }
        let risky = |item: usize, from: u16| answers[item - 1] >= from;
        let suicide = match name {
            "PHQ-9" => risky(9, 1),
            "CORE-10" => risky(6, 1),
            "QIDS-SR16" => risky(12, 1),
            _ => false,
        };
        assert_eq!(score.asks_for_help(), suicide, "{name} {answers:?}");
        if name == "PCL-5" {
            assert_eq!(score.risks.iter().any(|risk| risk.class == RiskClass::RiskTaking), risky(16, 2));
        }
    }
}

#[test]
fn the_examples_of_the_specification_come_out() {
    let score = scored("PHQ-9", &[2, 1, 2, 2, 1, 1, 0, 0, 1]);
    assert_eq!((value(&score, "total"), value(&score, "phq8")), (10, 9));
    assert!(met(&score, "other_syndrome") && !met(&score, "major_syndrome") && score.asks_for_help());
    assert_eq!(value(&scored("PHQ-9", &[3, 3, 3, 2, 2, 3, 2, 1, 1]), "total"), 20);
    assert_eq!(value(&scored("CORE-10", &[0; 10]), "total"), 8, "items 2 and 3 are reversed");
}

#[test]
fn the_range_of_every_total_is_the_published_one() {
    for (name, min, max) in [
        ("PHQ-9", 0, 27),
        ("PHQ-8", 0, 24),
        ("PHQ-2", 0, 6),
        ("GAD-7", 0, 21),
        ("GAD-2", 0, 6),
        ("PCL-5", 0, 80),
        ("CORE-10", 0, 40),
        ("WHO-5", 0, 25),
        ("QIDS-SR16", 0, 27),
    ] {
        let total = instrument(name).total();
        assert_eq!((total.min, total.max), (Points::whole(min), Points::whole(max)), "{name}");
    }
}

#[test]
fn an_incomplete_answer_has_no_total_and_says_how_many_are_there() {
    let instrument = instrument("phq-9");
    let mut given = vec![Some(1); 9];
    (given[3], given[4]) = (None, None);
    let score = score(instrument, &Answers::in_order(instrument, &given).unwrap());
    assert_eq!((score.total.clone(), score.scores.clone(), score.findings.clone()), (None, vec![], vec![]));
    assert_eq!(score.completeness(), "7 of 9 answered");
    assert!(score.asks_for_help(), "item 9 was answered, whatever else was left out");
}

#[test]
fn core_10_does_without_one_answer_and_not_without_two() {
    let pack = core_10();
    let instrument = pack.instrument();
    let total = |left_out: usize| {
        let mut given = vec![Some(2); 10];
        given.iter_mut().take(left_out).for_each(|value| *value = None);
        score(instrument, &Answers::in_order(instrument, &given).unwrap()).total
    };
    let one = total(1).unwrap();
    assert_eq!((one.value, one.prorated_for), (Points::whole(20), 1));
    assert_eq!(total(2), None);
}

#[test]
fn answers_that_do_not_fit_are_told_by_item() {
    let instrument = instrument("PHQ-9");
    let refused = |given: &[u16]| {
        let given: Vec<_> = given.iter().copied().map(Some).collect();
        Answers::in_order(instrument, &given).unwrap_err().to_string()
    };
    assert_eq!(refused(&[0, 0, 0, 7, 0, 0, 0, 0, 0]), "q4: 7 is no answer; answers are 0 to 3");
    assert_eq!(refused(&[0; 8]), "PHQ-9 has 9 items, and 8 answers were given");
    assert_eq!(refused(&[0; 11]), "PHQ-9 has 9 items, and 11 answers were given");
    assert_eq!(Answers::in_order(instrument, &[None; 9]), Err(AnswerError::Empty));
    let strange = ItemId::new("q99").unwrap();
    assert_eq!(Answers::by_item(instrument, [(&strange, 1)]), Err(AnswerError::UnknownItem(strange.clone())));
    assert!(
        INSTRUMENTS
            .find("PHQ-10")
            .unwrap_err()
            .to_string()
            .starts_with("there is no instrument `PHQ-10` here; there are PHQ-9,")
    );
}

#[test]
fn the_short_forms_ask_in_the_words_of_the_long_ones() {
    let items = |name: &str| &instrument(name).items;
    assert_eq!(items("PHQ-8")[..8], items("PHQ-9")[..8]);
    assert_eq!(items("PHQ-2")[..], items("PHQ-9")[..2]);
    assert_eq!(items("GAD-2")[..], items("GAD-7")[..2]);
    assert_eq!(items("GAD-7")[0].anchors[0].text.as_deref(), Some("Not at all"));
}

#[test]
fn no_code_stands_for_two_things_and_the_known_wrong_ones_are_nowhere() {
    let gad = instrument("GAD-7");
    assert_eq!(gad.loinc_panel.as_deref(), Some("69737-5"));
    assert_eq!(gad.total().loinc.as_deref(), Some("70274-6"), "the total is not the panel");
    for pack in INSTRUMENTS.offered() {
        let instrument = pack.instrument();
        let items = instrument.items.iter().filter_map(|item| item.loinc.as_ref());
        let scores = instrument.scores.iter().filter_map(|score| score.loinc.as_ref());
        let mut codes: Vec<_> = items.chain(scores).chain(&instrument.loinc_panel).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all, "{}", instrument.id);
        assert!(!["91006-2", "89708-7", "70221-7", "44262-4"].iter().any(|wrong| pack.source().contains(wrong)));
    }
}

#[test]
fn taking_asks_each_item_and_shows_help_before_there_is_a_score() {
    use crate::safety::SafetyEvent;
    let mut taking = Taking::new(INSTRUMENTS.find("PHQ-9").unwrap().clone()).unwrap();
    for number in 1..=8 {
        assert_eq!(taking.item().unwrap().0, number);
        let Ok(Answered::Next(next)) = taking.answer(Some(1)) else { panic!("items 1 to 8 ask for no help") };
        taking = next;
    }
    let (taking, error) = taking.answer(Some(4)).unwrap_err();
    assert_eq!(error.to_string(), "q9: 4 is no answer; answers are 0 to 3");
    let Ok(Answered::Help(helping)) = taking.answer(Some(1)) else { panic!("item 9 asks for help at once") };
    let Ok(Answered::Help(helping)) = helping.step(SafetyEvent::Continue) else { panic!("the flow goes on") };
    let (helping, _) = helping.step(SafetyEvent::IWill).unwrap_err();
    let Ok(Answered::Help(helping)) = helping.step(SafetyEvent::Yes) else { panic!("danger leads to 911") };
    let Ok(Answered::Next(taking)) = helping.step(SafetyEvent::Leave) else { panic!("it can be left") };
    assert_eq!(taking.item().unwrap().1.id.as_str(), "difficulty");
    let taken = taking.finish().unwrap();
    assert_eq!(taken.safety.unwrap().in_danger, Some(true));
    assert_eq!(taken.score.total.unwrap().value, Points::whole(9));
}

#[test]
fn item_9_at_zero_shows_no_help_and_from_one_on_it_does() {
    for value in 0..=3 {
        let mut taking = Taking::new(INSTRUMENTS.find("PHQ-9").unwrap().clone()).unwrap();
        for _ in 0..8 {
            let Ok(Answered::Next(next)) = taking.answer(None) else { panic!("what is left out asks for nothing") };
            taking = next;
        }
        assert_eq!(matches!(taking.answer(Some(value)), Ok(Answered::Help(_))), value >= 1, "{value}");
    }
}

#[test]
fn what_has_no_wording_cannot_be_taken() {
    assert_eq!(Taking::new(core_10()), None);
}

/// The second computation: straight from the literature, in whole numbers, item by item.
mod plainly {
    pub fn sum(a: &[u16]) -> i64 {
        a.iter().map(|v| i64::from(*v)).sum()
    }

    pub fn count(a: &[u16], from: u16) -> usize {
        a.iter().filter(|v| **v >= from).count()
    }

    pub fn phq9_band(total: i64) -> &'static str {
        if total <= 4 {
            "none-minimal"
        } else if total <= 9 {
            "mild"
        } else if total <= 14 {
            "moderate"
        } else if total <= 19 {
            "moderately severe"
        } else {
            "severe"
        }
    }

    /// Symptoms that count, and whether one of the first two is among them.
    pub fn phq9_syndromes(a: &[u16]) -> (bool, bool) {
        let mut symptoms = 0;
        for (n, v) in a.iter().enumerate() {
            if *v >= 2 || (n == 8 && *v == 1) {
                symptoms += 1;
            }
        }
        let core = a[0] >= 2 || a[1] >= 2;
        (core && symptoms >= 5, core && (2..5).contains(&symptoms))
    }

    pub fn gad7_band(total: i64) -> &'static str {
        ["minimal", "mild", "moderate", "severe", "severe"][(total as usize / 5).min(4)]
    }

    pub fn pcl5_provisional(a: &[u16]) -> bool {
        count(&a[0..5], 2) > 0 && count(&a[5..7], 2) > 0 && count(&a[7..14], 2) > 1 && count(&a[14..20], 2) > 1
    }

    pub fn qids(a: &[u16]) -> i64 {
        let highest = |from: usize, to: usize| a[from - 1..to].iter().map(|v| i64::from(*v)).max().unwrap();
        highest(1, 4) + highest(5, 5) + highest(6, 9) + sum(&a[9..14]) + highest(15, 16)
    }

    /// As many tenths of a point as 10 answers make: the mean times ten is their sum.
    pub fn core10(a: &[u16]) -> i64 {
        let mut total = 0;
        for (n, v) in a.iter().enumerate() {
            total += if n == 1 || n == 2 { 4 - i64::from(*v) } else { i64::from(*v) };
        }
        total
    }
}

fn answers(items: usize, highest: u16) -> impl Strategy<Value = Vec<u16>> {
    proptest::collection::vec(0..=highest, items)
}

proptest! {
    #[test]
    fn phq_9_agrees_with_a_second_computation(a in answers(9, 3)) {
        let score = scored("PHQ-9", &a);
        let total = plainly::sum(&a);
        prop_assert_eq!(value(&score, "total"), total);
        prop_assert_eq!(score.total.as_ref().unwrap().band.as_deref(), Some(plainly::phq9_band(total)));
        prop_assert_eq!((met(&score, "major_syndrome"), met(&score, "other_syndrome")), plainly::phq9_syndromes(&a));
        prop_assert_eq!(value(&scored("PHQ-8", &a[..8]), "total"), plainly::sum(&a[..8]));
        prop_assert_eq!(value(&scored("PHQ-2", &a[..2]), "total"), plainly::sum(&a[..2]));
        prop_assert_eq!(score.asks_for_help(), a[8] > 0);
    }

    #[test]
    fn gad_7_agrees_with_a_second_computation(a in answers(7, 3)) {
        let score = scored("GAD-7", &a);
        let total = plainly::sum(&a);
        prop_assert_eq!((value(&score, "total"), value(&score, "gad2")), (total, plainly::sum(&a[..2])));
        prop_assert_eq!(score.total.as_ref().unwrap().band.as_deref(), Some(plainly::gad7_band(total)));
    }

    #[test]
    fn pcl_5_agrees_with_a_second_computation(a in answers(20, 4)) {
        let score = scored("PCL-5", &a);
        prop_assert_eq!(value(&score, "total"), plainly::sum(&a));
        prop_assert_eq!(met(&score, "provisional"), plainly::pcl5_provisional(&a));
        prop_assert_eq!(met(&score, "total_at_least_31"), plainly::sum(&a) >= 31);
    }

    #[test]
    fn the_example_packs_agree_with_a_second_computation(q in answers(16, 3), c in answers(10, 4), w in answers(5, 5)) {
        prop_assert_eq!(value(&scored("QIDS-SR16", &q), "total"), plainly::qids(&q));
        prop_assert_eq!(value(&scored("CORE-10", &c), "total"), plainly::core10(&c));
        prop_assert_eq!(value(&scored("WHO-5", &w), "percent"), plainly::sum(&w) * 4);
    }

    #[test]
    fn every_score_stays_within_its_range(a in proptest::collection::vec(proptest::option::of(0..4_u16), 9)) {
        let instrument = instrument("PHQ-9");
        if let Ok(answers) = Answers::in_order(instrument, &a) {
            let score = score(instrument, &answers);
            for scored in score.total.iter().chain(&score.scores) {
                prop_assert!(scored.min <= scored.value && scored.value <= scored.max);
            }
            prop_assert_eq!(score.total.is_some(), a.iter().all(Option::is_some));
        }
    }
}
